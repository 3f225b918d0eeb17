"""What must be true of every lead at every moment, whatever happens? Asked by `simulate` and by all simulated tests.

Each invariant is a pure function over what is stored about one lead and what was mailed about it. It yields what is
wrong, in words that name the step and the time; nothing wrong yields nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadlight.errors import MissingBundle
from leadlight.ledger import LEASE
from leadlight.local.mailer import Carried
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.lead import Enrolment, Lead, Stage
from leadlight.model.person import Capture, Purpose
from leadlight.model.sequence import Cap, Channel, Step
from leadlight.model.sequence import Sequence as Conversation
from leadlight.model.team import Hours, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.cadence import hours_for, within
from leadlight.rules.lapse import may_lapse
from leadlight.rules.mail_events import is_to_lead
from leadlight.rules.next_action import why_nothing, why_stuck
from leadlight.rules.receipts import receipts
from leadlight.rules.speed import why_alone
from leadlight.rules.steps import step_of
from leadlight.rules.stop import GRACE


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything about one lead at one moment. `mails` are all that name it, also those to our own people.

    `sequences` by version; `hours` are the working hours by every clock that the lead has told so far.
    """

    lead: Lead
    touches: tuple[Touch, ...]
    rows: tuple[Due, ...]
    ledger: tuple[LedgerEntry, ...]
    mails: tuple[Carried, ...]
    now: datetime
    team: Team
    sequences: Mapping[str, Conversation]
    hours: tuple[Hours, ...]
    captures: tuple[Capture, ...] = ()

    @property
    def follow_ups(self) -> Iterator[FollowUp]:
        """The mails that were steps, oldest first."""
        for mail in self.mails:
            if found := follow_up_of(mail):
                yield found

    def step(self, mail: FollowUp) -> Step | None:
        """The step as the marketer wrote it."""
        sequence = self.sequences.get(mail.version)
        return step_of(sequence, mail.slug) if sequence else None

    def enrolment(self, mail: FollowUp) -> Enrolment | None:
        """The enrolment that the mail belongs to, at whatever version it is by now."""
        return next(
            (
                e
                for e in self.lead.enrolments
                if e.sequence == mail.sequence and f"{e.started_at:%Y%m%dT%H%M%S}" == mail.start
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A mail that was a step: which one, of which start of which sequence."""

    at: datetime
    generation: int
    sequence: str
    version: str
    start: str
    slug: str
    mail: Carried

    @property
    def written_at(self) -> datetime:
        """When it was decided that it should go out: a worker may be put to sleep with it in its hand."""
        return _moment(next(value for name, value in self.mail.message.raw_items() if name == "Date"))

    @property
    def name(self) -> str:
        """How a marketer would call it."""
        return f"{self.sequence}/{self.slug}"


Invariant = Callable[[Observed], Iterator[str]]


def no_follow_up_goes_out_twice(seen: Observed) -> Iterator[str]:
    """Promise: never twice, whatever crashes, whoever works beside us."""
    sent = Counter((m.generation, m.sequence, m.start, m.slug) for m in seen.follow_ups)
    for (_, sequence, _, slug), times in sent.items():
        if times > 1:
            yield f"{sequence}/{slug} went out {times} times"


def none_goes_out_after_a_stop(seen: Observed) -> Iterator[str]:
    """A send that was claimed before the stop may finish within its lease."""
    for stop in seen.lead.stops:
        for mail in seen.follow_ups:
            if mail.at > stop.at + LEASE:
                yield f"{mail.name} went out {told(mail.at)}, after the stop ({stop.reason}) of {told(stop.at)}"


def none_goes_out_outside_its_window(seen: Observed) -> Iterator[str]:
    """By any clock that the lead has had: one that has moved since got its mails by the clock of then."""
    for mail in seen.follow_ups:
        step = seen.step(mail)
        if step and not any(_open(step, at, hours) for hours in seen.hours for at in (mail.at, mail.written_at)):
            yield f"{mail.name} went out {told(mail.at)}, when its window was closed"


def none_is_more_than_was_promised(seen: Observed) -> Iterator[str]:
    """Count of mails per promise: a sequence and the one that follows it share one."""
    for enrolment in seen.lead.enrolments:
        mails = [m for m in seen.follow_ups if seen.enrolment(m) == enrolment]
        if len(mails) > enrolment.promise.mails:
            yield f"{enrolment.sequence} sent {len(mails)} mails, and {enrolment.promise.mails} were promised"
        if enrolment.mails_sent > enrolment.promise.mails:
            yield f"{enrolment.sequence} counts {enrolment.mails_sent} mails of {enrolment.promise.mails} promised"


def none_goes_out_without_a_yes(seen: Observed) -> Iterator[str]:
    """P8: when it was written, somebody had agreed to follow-ups, had confirmed that, and had not taken it back."""
    if not any(seen.follow_ups):
        return
    given = receipts(seen.lead, seen.captures, seen.touches, (), shown=lambda _: None, network=lambda _: "")
    yes = [one for one in given if one.purpose is Purpose.FOLLOW_UP]
    for mail in seen.follow_ups:
        # A mail's date has no parts of a second; and who leaves by a mail may do so in the second in which it comes.
        written = tuple(mail.written_at + timedelta(seconds=second) for second in (-1, 0, 1))
        if mail.generation == seen.lead.generation and not any(one.holds(at) for one in yes for at in written):
            yield f"{mail.name} went out {told(mail.at)}, and nobody had agreed to it then"


def none_comes_after_the_promised_span(seen: Observed) -> Iterator[str]:
    """By so many days as the lead itself has put it off, and an hour, it may be later."""
    for mail in seen.follow_ups:
        enrolment = seen.enrolment(mail)
        if enrolment and mail.written_at > _end(enrolment):
            yield f"{mail.name} went out {told(mail.at)}, and {enrolment.promise.days} days were promised"


def none_goes_by_a_channel_nobody_promised(seen: Observed) -> Iterator[str]:
    """Mails where mails were promised, tasks for a rep where a call was."""
    for mail in seen.follow_ups:
        enrolment, step = seen.enrolment(mail), seen.step(mail)
        if enrolment and "mail" not in enrolment.promise.channels:
            yield f"{mail.name} was mailed, and no mail was promised"
        if step and step.channel is not Channel.MAIL:
            yield f"{mail.name} was mailed, and it is a step for the rep"


def ledger_timeline_and_mailbox_agree(seen: Observed) -> Iterator[str]:
    """What the ledger calls sent is on the timeline and was handed over; what was handed over is in the ledger."""
    sent = {entry.key for entry in seen.ledger if entry.state is LedgerState.SENT and _is_step(entry.key)}
    touched = {touch.id.removeprefix("sent/") for touch in seen.touches if touch.kind is TouchKind.SENT}
    shown = {key for key in touched if _is_step(key)}
    known = {entry.key for entry in seen.ledger if entry.state is not LedgerState.SKIPPED}
    mailed = {mail.mail.tag.partition("/")[2] for mail in seen.follow_ups}
    yield from (f"{key} is sent in the ledger, not on the timeline" for key in sorted(sent - shown))
    yield from (f"{key} is sent on the timeline, not in the ledger" for key in sorted(shown - sent))
    yield from (f"{key} is sent in the ledger, and no carrier has it" for key in sorted(sent - mailed))
    yield from (f"{key} was mailed, and the ledger knows nothing of it" for key in sorted(mailed - known))


def every_enrolment_comes_to_its_end(seen: Observed) -> Iterator[str]:
    """It is over and says why, or it stands at a step; a parked, skipped or sent step is never the next one again."""
    for enrolment in seen.lead.enrolments:
        if enrolment.ended is None and enrolment.next_step is None:
            yield f"{enrolment.sequence} has no next step, and no reason for its end"
        if enrolment.next_step in enrolment.done:
            yield f"{enrolment.sequence}/{enrolment.next_step} is done, and comes next again"


def every_open_lead_has_a_next_action(seen: Observed) -> Iterator[str]:
    """No dead ends: an owner and a date, or a reason."""
    if why := why_stuck(seen.lead, seen.rows, seen.now):
        yield why


def nobody_without_a_plan_is_forgotten(seen: Observed) -> Iterator[str]:
    """Who may still buy, and for whom nothing is planned, is looked at again."""
    lead = seen.lead
    if may_lapse(lead) and not seen.rows:
        yield f"{why_nothing(lead)}, and nobody will ever look at this lead again"


def a_wished_call_waits_for_somebody(seen: Observed) -> Iterator[str]:
    """Somebody has the lead, or it goes on to the next one, or the manager knows."""
    if why := why_alone(seen.lead, seen.rows, seen.touches, seen.team):
        yield why


def the_timeline_tells_the_stage(seen: Observed) -> Iterator[str]:
    """Each stage but the first is a change on the timeline, with its reasons."""
    changes = [touch for touch in seen.touches if touch.kind is TouchKind.STAGE_CHANGED]
    told_last = changes[-1].facts["to"] if changes else Stage.LEAD
    if told_last != seen.lead.stage:
        yield f"the lead is {seen.lead.stage}, and the timeline says {told_last}"
    yield from (f"{change.id} gives no reason" for change in changes if not change.facts.get("why"))


def an_unconfirmed_address_gets_the_opt_in_alone(seen: Observed) -> Iterator[str]:
    """Whoever types an address has not shown that it is theirs."""
    since = seen.lead.confirmed_at
    for mail in seen.mails:
        key = mail.tag.partition("/")[2]
        if is_to_lead(key) and "/optin/" not in key and (since is None or mail.at < since):
            yield f"{key} went out {told(mail.at)} to an address that nobody had confirmed"


def two_sequences_never_share_a_day(seen: Observed) -> Iterator[str]:
    """By the lead's clock, if it never moved; the higher priority has the day."""
    if len({hours.zone for hours in seen.hours}) > 1:
        return
    zone = ZoneInfo(seen.hours[0].zone)
    days: dict[str, str] = {}
    for mail in seen.follow_ups:
        day = f"{mail.at.astimezone(zone):%Y-%m-%d}"
        if days.setdefault(day, mail.sequence) != mail.sequence:
            yield f"{mail.name} went out on {day}, as did one of {days[day]}"


def no_cap_is_exceeded(seen: Observed) -> Iterator[str]:
    """The team's word on how many follow-ups are enough. The lead's own may be newer than a mail."""
    at = [mail.at for mail in seen.follow_ups]
    for cap in seen.team.at_most:
        yield from (
            f"{_within(at, moment, cap)} follow-ups in the {cap.days} days up to {told(moment)}, at most {cap.count}"
            for moment in at
            if _within(at, moment, cap) > cap.count
        )


def steps_go_out_in_their_order(seen: Observed) -> Iterator[str]:
    """Within one start of one version of a sequence."""
    last: dict[tuple[str, str, str], int] = {}
    for mail in seen.follow_ups:
        sequence = seen.sequences.get(mail.version)
        slugs = [step.slug for step in sequence.steps] if sequence else []
        place = slugs.index(mail.slug) if mail.slug in slugs else -1
        key = mail.sequence, mail.version, mail.start
        if place < last.get(key, -1):
            yield f"{mail.name} went out after a step that comes behind it"
        last[key] = place


def every_follow_up_can_be_ended_with_one_click(seen: Observed) -> Iterator[str]:
    """RFC 8058, and who writes from where (CAN-SPAM § 7704(a)(5))."""
    for mail in seen.follow_ups:
        headers = dict(mail.mail.message.raw_items())  # unparsed: this is asked after every step of every simulation
        if "One-Click" not in str(headers.get("List-Unsubscribe-Post")):
            yield f"{mail.name} has no one-click way out"
        if seen.team.company.postal and seen.team.company.name.encode() not in mail.mail.data:
            yield f"{mail.name} does not say who writes"


INVARIANTS: tuple[Invariant, ...] = (
    no_follow_up_goes_out_twice,
    none_goes_out_after_a_stop,
    none_goes_out_outside_its_window,
    none_is_more_than_was_promised,
    none_goes_out_without_a_yes,
    none_comes_after_the_promised_span,
    none_goes_by_a_channel_nobody_promised,
    ledger_timeline_and_mailbox_agree,
    every_enrolment_comes_to_its_end,
    every_open_lead_has_a_next_action,
    nobody_without_a_plan_is_forgotten,
    a_wished_call_waits_for_somebody,
    the_timeline_tells_the_stage,
    an_unconfirmed_address_gets_the_opt_in_alone,
    two_sequences_never_share_a_day,
    no_cap_is_exceeded,
    steps_go_out_in_their_order,
    every_follow_up_can_be_ended_with_one_click,
)


NEVER = tuple(each for each in INVARIANTS if each is not every_open_lead_has_a_next_action)
"""Those that hold even while what is due has not been done yet: right after a clock has jumped, or in an outage."""


def violated(seen: Observed, invariants: Sequence[Invariant] = INVARIANTS) -> tuple[str, ...]:
    """Every invariant that does not hold, by its name, with what is wrong."""
    return tuple(f"{invariant.__name__}: {wrong}" for invariant in invariants for wrong in invariant(seen))


def observe(services: Services, lead: Lead, carried: Sequence[Carried]) -> Observed:
    """What is known about a lead now; `carried` are all mails of the installation."""
    bundle = open_bundle(services.files)
    mails = tuple(mail for mail in carried if mail.tag.startswith(f"{lead.id}/"))
    versions = {found.version for mail in mails if (found := follow_up_of(mail))}
    versions |= {enrolment.version for enrolment in lead.enrolments}
    sequences = {version: known for version in sorted(versions) if (known := _sequence(bundle, version))}
    return Observed(
        lead=lead,
        touches=services.store.touches(lead.id),
        rows=services.store.due_of(lead.id),
        ledger=services.store.ledger(lead.id),
        mails=mails,
        now=services.clock.now(),
        team=bundle.team,
        sequences=sequences,
        hours=_hours(services, bundle, lead),
        captures=services.store.captures(lead.id),
    )


def follow_up_of(mail: Carried) -> FollowUp | None:
    """What kind of step a mail was, by the tag that names its ledger entry; None if it was none."""
    _, generation, kind, ref = mail.tag.split("/", 3)
    if kind != DueKind.STEP:
        return None
    name, start, slug = ref.rsplit("/", 2)
    sequence, _, version = name.rpartition("@")
    return FollowUp(mail.at, int(generation), sequence, version, start, slug, mail)


def told(at: datetime) -> str:
    """A moment, for a message."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


@lru_cache(maxsize=1024)
def _moment(date: str) -> datetime:
    """What the header `Date` says; it is read again after every step of every simulation."""
    return parsedate_to_datetime(date)


def _sequence(bundle: Bundle, version: str) -> Conversation | None:
    try:
        return bundle.sequence_version(version)
    except MissingBundle:
        return None


def _hours(services: Services, bundle: Bundle, lead: Lead) -> tuple[Hours, ...]:
    """The working hours by the lead's own clock, now and by each capture that was confirmed; else the team's."""
    told = [(c.zone, c.country) for c in services.store.captures(lead.id) if c.id in lead.confirmed]
    leads = [replace(lead, zone=zone, country=country) for zone, country in told]
    return tuple(dict.fromkeys(hours_for(each, bundle.team.hours) for each in (lead, *leads)))


def _open(step: Step, at: datetime, hours: Hours) -> bool:
    """Whether the window was open then, or a lease before: a claim made in time may finish."""
    return within(step.window, at, hours) == at or within(step.window, at - LEASE, hours) == at - LEASE


def _end(enrolment: Enrolment) -> datetime:
    days = timedelta(days=enrolment.promise.days)
    return enrolment.promised_since + days + enrolment.put_off + GRACE + LEASE


def _within(times: Sequence[datetime], moment: datetime, cap: Cap) -> int:
    return sum(moment - timedelta(days=cap.days) < at <= moment for at in times)


def _is_step(ledger_key: str) -> bool:
    return ledger_key.partition("/")[2].startswith(f"{DueKind.STEP}/")
