"""What our own people are mailed by the calendar: each morning a digest, each week the pulse and what is worth doing.

Called at every tick; a note says when there is something to do next, so most ticks read that and no more. Each mail is
sent once per person and day or week. Who sends claims the next ten minutes for it; the note that it is done comes after
the mail. So a crash in between sends it once more, and never loses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from leadlight import feedback, letter, links, news
from leadlight.departed import remember
from leadlight.errors import LostKey, MissingBundle, NotSent, Refused, SendUnclear
from leadlight.model.exchange import Budget
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind
from leadlight.model.team import Person
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context, LineView
from leadlight.ports import Services
from leadlight.profile import Profile, profile_of
from leadlight.rules.attendance import hours_of
from leadlight.rules.digest import SHOWN, Digest, Known, Line, digest_of, is_open
from leadlight.rules.mail_events import TEAM
from leadlight.rules.pulse import pulse_of
from leadlight.rules.rounds import Round, round_of
from leadlight.rules.score import Score, score
from leadlight.rules.there import apart, beside, clock, hour_there, is_same, named
from leadlight.views import company_view, criteria_met, rep_view

NEXT = "rounds"
"""The note that says when to look again, and by which bundle that was decided."""

AGAIN = timedelta(minutes=10)
"""When what could not be sent is tried again."""

MOST = 500
"""So many leads of one person are looked at closely: those that have moved last."""

KEPT = timedelta(days=2)

LOOKS_BACK = timedelta(days=7)
"""So far back does a digest look at most for what is new."""

LONGEST = timedelta(days=1)
"""Even when nobody is at work for weeks, we look again within this time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One mail to one person. `key` names the day or the week that it is for; `message` is None for nothing to say."""

    kind: str
    person: Person
    key: str
    message: Callable[[], EmailMessage | None]

    @property
    def note(self) -> str:
        """Where it is noted that it is done."""
        return f"{self.kind}/{self.person.id}"

    @property
    def tag(self) -> str:
        """How the carrier is told which mail it is: it belongs to no lead."""
        return f"{TEAM}/1/{self.kind}/{self.person.id}/{self.key}"


def rounds(services: Services, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Sends what it is time for; returns how many mails. Nothing where there is no site yet."""
    try:
        bundle = open_bundle(services.files)
    except MissingBundle:
        return 0
    now = services.clock.now()
    at, _, version = (services.store.note(NEXT) or "").partition(" ")
    if version == bundle.manifest.version and now < datetime.fromisoformat(at):
        return 0
    remember(services, bundle.team)
    all_told = feedback.note_done(services, may_go_on=may_go_on)
    all_planned = news.announce(services, may_go_on=may_go_on)
    coming, sent = [now + LONGEST if all_told and all_planned else now + AGAIN], 0
    for person in bundle.team.people:
        turn = round_of(person, bundle.team, now)
        if turn is None:
            continue
        coming += [turn.after] if turn.after else []
        for job in _jobs(services, bundle, person, turn, now):
            if not may_go_on():
                return sent
            done = _done(services, job, now)
            sent += done is True
            coming += [now + AGAIN] if done is None else []
    services.store.set_note(NEXT, f"{min(coming).isoformat()} {bundle.manifest.version}")
    return sent


def _jobs(services: Services, bundle: Bundle, person: Person, turn: Round, now: datetime) -> Iterator[Job]:
    """What that person is to get now."""
    if turn.day is None or turn.week is None:
        return
    yield Job("digest", person, turn.day, lambda: _digest(services, bundle, person, turn.day or "", now))
    if person == bundle.team.manager:
        yield Job("pulse", person, turn.week, lambda: _pulse(services, bundle, person, turn.week or "", now))
    if person in feedback.those_who_write(bundle.team):
        yield Job("weekly", person, turn.week, lambda: _weekly(services, bundle, person, turn.week or ""))


def _done(services: Services, job: Job, now: datetime) -> bool | None:
    """True if it was sent just now, False if it was before or there is nothing to say; None: try again later."""
    if _last(services, job.note)[0] == job.key:
        return False
    slot = f"{now:%Y-%m-%dT%H:}{now.minute // 10}"
    if not services.store.count(Budget(f"{job.tag}/{slot}", 1, now + KEPT)):
        return None  # somebody is at it
    message = job.message()
    if message is not None:
        try:
            services.mailer.send(message, tag=job.tag)
        except Refused:  # nothing that we could do about that address will make it take this mail
            message = None
        except (NotSent, SendUnclear):
            return None
    services.store.set_note(job.note, f"{job.key} {now.isoformat()}")
    return message is not None


def _last(services: Services, note: str) -> tuple[str, datetime | None]:
    """Which of these was done last, and when, whether there was anything to say or not."""
    key, _, at = (services.store.note(note) or "").partition(" ")
    return key, datetime.fromisoformat(at) if at else None


def _digest(services: Services, bundle: Bundle, person: Person, day: str, now: datetime) -> EmailMessage | None:
    zone = hours_of(person, bundle.team).zone
    _, last = _last(services, f"digest/{person.id}")
    since = max(last, now - LOOKS_BACK) if last else now - LOOKS_BACK
    leads = {lead.id: lead for lead in _moved_last(lead for lead in services.store.owned(person.id) if is_open(lead))}
    known = [_known(services, bundle, lead, since, now) for lead in leads.values()]
    found = digest_of(known, zone=zone, since=since, now=now)
    if found.is_empty:
        return None

    def shown(lines: Sequence[Line]) -> tuple[LineView, ...]:
        return tuple(_line(services, leads[line.lead], line, person, day, zone=zone) for line in lines[:SHOWN])

    context: Context = {
        "rep": rep_view(person),
        "company": company_view(services, bundle.team),
        "call": shown(found.call),
        "due": shown(found.due),
        "unanswered": shown(found.unanswered),
        "cooling": shown(found.cooling),
        "worked": shown(found.worked),
        "headline": _headline(found),
        "more": _more(found),
        "times": named(zone),
        "desk": links.page(services, "rep/desk"),
    }
    return letter.to_team(services, bundle, "digest", context, to=person, about=f"digest/{person.id}/{day}")


def _moved_last(leads: Iterator[Lead]) -> Sequence[Lead]:
    """Those who changed most lately, as far as their records tell: no mail of ours is worth reading thousands."""
    return sorted(leads, key=lambda lead: (lead.stage_at or lead.confirmed_at or lead.created_at, lead.id))[-MOST:]


def _known(services: Services, bundle: Bundle, lead: Lead, since: datetime, now: datetime) -> Known:
    touches = services.store.touches(lead.id)
    fit = criteria_met(bundle, lead, touches, _profile(services, lead)) if bundle.criteria.fit else ()

    def scored(at: datetime) -> Score:
        return score(lead, [touch for touch in touches if touch.at <= at], bundle.criteria, fit=fit, now=at)

    return Known(lead, touches, services.store.due_of(lead.id), scored(now), scored(since))


def _line(services: Services, lead: Lead, line: Line, person: Person, day: str, *, zone: str) -> LineView:
    profile = _profile(services, lead)
    refused = lead.call is not None and lead.call.kind is CallKind.NO
    return LineView(
        who=profile.name or profile.address or "Somebody without a name",
        company=profile.fields.get("company", ""),
        phone="" if refused else profile.fields.get("phone", ""),
        why=line.why,
        there="" if refused else _there(lead, line, zone, services.clock.now()),
        link=links.briefing(services, lead, person.id, cause=f"digest/{day}"),
    )


def _there(lead: Lead, line: Line, zone: str, now: datetime) -> str:
    """What the lead's clock shows at the line's time, else now and how far it is from here; empty where it is the same.

    The second also holds for whoever reads it an hour later.
    """
    hour = hour_there(lead, now)
    if line.at:
        return beside(lead, line.at, zone)
    return "" if hour is None or is_same(hour, zone) else f"{clock(hour, zone)} now, {apart(hour, zone)}"


def _profile(services: Services, lead: Lead) -> Profile:
    """Who it is; nobody where it was erased a moment ago: that keeps no digest from the rest."""
    try:
        return profile_of(services, lead)
    except LostKey:
        return Profile({})


def _headline(found: Digest) -> str:
    """The subject: what there is to do, in numbers."""
    parts = [
        (len(found.call), "to call"),
        (len(found.due), "due today"),
        (len(found.unanswered), "without an answer"),
        (len(found.cooling), "growing cold"),
    ]
    said = [f"{count} {what}" for count, what in parts if count]
    return ", ".join(said) or "what has come of it"


def _more(found: Digest) -> int:
    """How many lines there was no room for."""
    lists = (found.due, found.unanswered, found.cooling, found.worked)
    return sum(max(0, len(lines) - SHOWN) for lines in lists)


def _pulse(services: Services, bundle: Bundle, person: Person, week: str, now: datetime) -> EmailMessage | None:
    found = pulse_of(services.store.leads(), zone=hours_of(person, bundle.team).zone, now=now)
    if found is None:
        return None
    context: Context = {
        "rep": rep_view(person),
        "company": company_view(services, bundle.team),
        "count": found.conversations[0],
        "weeks": tuple(str(count) for count in reversed(found.conversations)),
        "usual": f"{found.usual:.1f}".removesuffix(".0"),
        "falling": found.is_falling,
        "sales": found.sales,
        "until": f"{found.until:%A} {found.until.day} {found.until:%B}",
    }
    return letter.to_team(services, bundle, "pulse", context, to=person, about=f"pulse/{person.id}/{week}")


def _weekly(services: Services, bundle: Bundle, person: Person, week: str) -> EmailMessage | None:
    """What is worth doing, and what reps have said since the mail before."""
    from leadlight.weekly import weekly  # noqa: PLC0415  # of a week's ten thousand ticks one needs it

    _, last = _last(services, f"weekly/{person.id}")
    return weekly(services, bundle, person, week, since=last)
