"""What should the rep know before the call? One answer for the mail and for the page, so that they cannot differ.

Called by `notify` and `pages.briefing`. Gathers from the store, opens what is sealed, and forgets what the lead's word
forbids: whoever does not want calls has no number here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from leadlight import likely, speed
from leadlight.model.lead import Lead, Stage
from leadlight.model.person import CallKind, CallWish, Capture, Intent
from leadlight.model.team import Person
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.playbook.briefed import BarView, BriefingView
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.context import ScoreView
from leadlight.ports import Services
from leadlight.profile import Profile, capture_of, profile_of, sealed_fields
from leadlight.rules import offers
from leadlight.rules.attendance import hours_of
from leadlight.rules.encounters import FULL, Bar, bars
from leadlight.rules.next_action import CLOSED
from leadlight.rules.notices import is_now
from leadlight.rules.objective import suggested
from leadlight.rules.routing import owner_of
from leadlight.rules.said import AIMS, INTENTS, Reader, another_aim, said
from leadlight.rules.score import NOT_RATED
from leadlight.rules.there import Hour, beside, hour_there, in_words, named
from leadlight.views import (
    ACCEPTED,
    ANSWER_FIRST,
    OPENINGS,
    SHOWN,
    SPOKEN,
    call_in_words,
    counts,
    gate_view,
    lead_view,
    said_wish,
    score_view,
    titles_read,
)

NO_NUMBER = " (they left no number: write first)"
"""What a rep has to know before reaching for the phone."""

WORDS_SHOWN = 3
"""So many sayings of the lead fit into a briefing."""

VERBS = {TouchKind.ASKED: "Asked", TouchKind.REPLIED: "Answered"}
"""What they did whose words are shown."""

WRITTEN = frozenset({TouchKind.OUTCOME, TouchKind.NOTED})
"""Touches that hold what one of us has written down."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a rep is told of: `touch`. `capture` is set where it came from one submit.

    `reminds`: they were told before. `passed`: it was somebody else's, who did not take it in time. `told` is all that
    the same mail tells of.
    """

    lead: Lead
    touch: Touch
    touches: tuple[Touch, ...]
    profile: Profile
    confirmed: bool
    capture: Capture | None
    reminds: bool = False
    passed: Touch | None = None
    told: tuple[Touch, ...] = ()

    @property
    def wish(self) -> CallWish | None:
        """The word on calls that counts here: the last one; of the one submit, as long as nobody confirmed it."""
        if self.confirmed and self.lead.call is not None:
            return self.lead.call
        said_before = self.capture.call if self.capture and not self.confirmed else self.lead.call
        return said_wish(self.touch) or said_before

    @property
    def intent(self) -> Intent | None:
        """The same for the intent."""
        return self.capture.intent if self.capture and not self.confirmed else self.lead.intent


def case_of(services: Services, lead: Lead, touch: Touch, touches: tuple[Touch, ...], *, reminds: bool = False) -> Case:
    """The case of that touch. One that tells of another, such as that the lead was passed on, is about that one."""
    passed = touch if touch.kind is TouchKind.ESCALATED else None
    about = next((t for t in touches if passed and t.id == passed.facts.get("cause")), touch)
    capture = capture_of(services, lead, about.facts.get("capture", ""))
    confirmed = lead.confirmed_at is not None and about.facts.get("confirmed") != "no"
    profile = profile_of(services, lead, only=None if confirmed else capture)
    return Case(lead, about, touches, profile, confirmed, capture, reminds, passed)


def latest_case(services: Services, lead: Lead, touches: tuple[Touch, ...]) -> Case:
    """What was last confirmed, or while nothing is, what the last form or rep said, with the last word on calls."""
    confirmed = lead.confirmed_at is not None
    told = {TouchKind.CONFIRMED} if confirmed else {TouchKind.CAPTURED, TouchKind.ADDED, TouchKind.IMPORTED}
    touch = next((t for t in reversed(touches) if t.kind in told), None)
    case = case_of(services, lead, touch or _begun(lead), touches)
    called = _last_call(touches, confirmed=confirmed)
    if confirmed or called is None or case.capture is None:
        return case
    return replace(case, capture=replace(case.capture, call=said_wish(called)))


def _begun(lead: Lead) -> Touch:
    """What stands for the beginning of a lead that has none: something to brief of has to be there."""
    return Touch("", lead.id, TouchKind.CAPTURED, lead.created_at)


def view_of(services: Services, bundle: Bundle, case: Case, *, reader: Person) -> BriefingView:
    """Everything there is to know, as `reader` gets to see it. Raises `LostKey`."""
    lead, now = case.lead, services.clock.now()
    called = _last_call(case.touches, confirmed=case.confirmed)
    number = sealed_fields(services, called).get("phone", "") if called else ""
    seen = lead_view(replace(lead, call=case.wish), case.profile.with_phone(number))
    refused = case.wish is not None and case.wish.kind is CallKind.NO
    wanted = case.wish is not None and not refused
    zone = hours_of(reader, bundle.team).zone
    hour = None if refused else hour_there(lead, now)
    score = score_view(services, bundle, lead, case.touches, case.profile, now)
    aim = lead.hold.objective if lead.hold else suggested(lead, case.touches).objective
    page = gate_view(services, bundle, case.touch.gate or "")
    gates = likely.gates(bundle, case.touches, first=case.touch.gate, confirmed=case.confirmed)
    return BriefingView(
        who=seen.name or seen.email,
        email=seen.email,
        company=seen.company,
        phone=seen.phone,
        dial=dialled(seen.phone),
        confirmed=case.confirmed,
        call=call_in_words(case.wish, _call_at(case, zone)) + (NO_NUMBER if wanted and not seen.phone else ""),
        hour=_hour(hour, zone, asked=is_now(case.wish, now)) if hour else "",
        decent=hour is None or hour.decent,
        state=_state(score, case.intent),
        title=page.title if case.touch.gate else "",
        page=page.url if case.touch.gate else "",
        read=titles_read(bundle, case.touches, confirmed=case.confirmed),
        said=(
            *_noted(services, bundle, case, reader),
            *_said(services, bundle, case, zone),
        ),
        needs=likely.needs(bundle, lead, gates),
        objections=likely.objections(bundle.knowledge, case.touches, gates),
        bars=tuple(_bar(bar) for bar in bars(case.touches)),
        answers=_answers(services, bundle, case, reader),
        score=_points(score),
        reasons=_reasons(score),
        objective=aim,
        aim=AIMS[aim],
        hint=another_aim(lead, case.touches),
        opening=_opening(case, aim),
        owner=owner_of(lead, bundle.team).name,
        clock=clock_in_words(services, bundle, lead, reader),
        times=named(zone),
        speaks=_speaks(bundle, case, reader),
        mine=lead.hold is not None and lead.hold.by == reader.id,
    )


def clock_in_words(services: Services, bundle: Bundle, lead: Lead, reader: Person | None = None) -> str:
    """To whom the lead goes next and when, by the reader's clock, else its owner's; empty where nobody waits."""
    touches, rows = services.store.touches(lead.id), services.store.due_of(lead.id)
    passing = speed.coming(services, bundle, lead, touches, rows)
    if passing is None:
        return ""
    owner = owner_of(lead, bundle.team)
    zone = hours_of(reader or owner, bundle.team).zone
    who = "you take" if reader and reader.id == owner.id else f"{owner.name} takes"
    goes = f"{passing.to.name} is told" if passing.manager else f"Goes to {passing.to.name}"
    return f"{goes} {at_in_words(passing.at, services.clock.now(), zone)} unless {who} it"


def at_in_words(at: datetime, now: datetime, zone: str) -> str:
    """A time for a person of that zone: `at 14:15`, with the day where it is another one."""
    there, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"at {there:%H:%M}" if there.date() == today else f"on {there:%a %d %b at %H:%M}"


def dialled(phone: str) -> str:
    """The number as a `tel:` link wants it (RFC 3966): digits and a leading plus."""
    digits = "".join(c for c in phone if c in "0123456789")
    return "+" + digits if phone.strip().startswith("+") else digits


def _call_at(case: Case, zone: str) -> str:
    """The time of a wished call by the reader's clock, and by the lead's own; empty where none was named."""
    if case.wish is None or case.wish.at is None:
        return ""
    there, theirs = case.wish.at.astimezone(ZoneInfo(zone)), beside(case.lead, case.wish.at, zone)
    return f"{there:%A} {there.day} {there:%B} at {there:%H:%M}" + (f" ({theirs})" if theirs else "")


def _speaks(bundle: Bundle, case: Case, reader: Person) -> str:
    """The language of their form, where it is not the first one of the reader and of the site alike."""
    own = case.capture.language if case.capture and not case.confirmed else case.lead.language
    usual = (bundle.manifest.language, next(iter(reader.languages), own))
    return "" if all(own.partition("-")[0] == each.partition("-")[0] for each in usual) else own


def _state(score: ScoreView, intent: Intent | None) -> str:
    """How far they are, in the words that people use: `hot prospect, ready to decide, worth 5,000 EUR`."""
    stage = "repeat customer" if score.stage is Stage.REPEAT else score.stage
    told = score.rated or score.hot  # who asked us not to rate them is not called cold
    who = f"{score.temperature} {stage}" if told and score.stage not in CLOSED else stage
    worth = f"worth {score.value}" if score.value else ""
    return ", ".join(filter(None, (who, INTENTS[intent] if intent else "", worth)))


def _last_call(touches: Sequence[Touch], *, confirmed: bool) -> Touch | None:
    said = (t for t in reversed(touches) if t.kind is TouchKind.CALL_WANTED and counts(t, confirmed=confirmed))
    return next(said, None)


def _hour(hour: Hour, zone: str, *, asked: bool) -> str:
    """The time there by the reader's clock; who asks for a call now means it, whatever the hour."""
    if hour.decent or not asked:
        return in_words(hour, zone)
    bare = hour.why_not.partition(",")[0].removeprefix("too ").removeprefix("not on ").removesuffix(" for today")
    return in_words(replace(hour, why_not=f"{bare} there, but they ask for a call now"), zone)


def _opening(case: Case, aim: Objective) -> str:
    """What to begin with: what they have said since somebody last wrote an outcome down, else the aim."""
    kinds = SPOKEN | {TouchKind.OUTCOME, TouchKind.OFFER_ANSWERED}
    told = [t for t in reversed(case.touches) if t.kind in kinds and counts(t, confirmed=case.confirmed)]
    last = case.touch if case.touch.kind in SPOKEN else next((t for t in told if _stands(t, case.touches)), None)
    if last is None or last.kind is TouchKind.OUTCOME:
        return OPENINGS[aim]
    return ANSWER_FIRST if last.kind in SPOKEN else ACCEPTED.format_map({"offer": "the offer", **last.facts})


def _stands(touch: Touch, touches: Sequence[Touch]) -> bool:
    """Whether it asks for a word of ours, or is one. An answer to an offer does where it is a yes, and the last one."""
    if touch.kind is not TouchKind.OFFER_ANSWERED:
        return True
    last = offers.last_answer(touches, offers.OFFER, touch.facts.get("ref", ""))
    return touch == last and touch.facts.get("answer") == offers.ACCEPTED


def _said(services: Services, bundle: Bundle, case: Case, zone: str) -> tuple[tuple[str, str], ...]:
    """Their own words, newest first: when and about what, and what they said."""
    told = SPOKEN | {TouchKind.OFFER_ANSWERED}
    here = [touch for touch in (case.touch, *reversed(case.told)) if touch.kind in told]
    before = [t for t in reversed(case.touches) if t.kind in SPOKEN and counts(t, confirmed=case.confirmed)]
    first = tuple({touch.id: touch for touch in here}.values())  # all of it, however much came together
    spoken = tuple({touch.id: touch for touch in (*first, *before)}.values())[: max(len(first), WORDS_SHOWN)]
    now = services.clock.now()
    found = []
    for touch in spoken:
        words = _words_of(services, touch)
        gate = bundle.manifest.gates.get(touch.gate) if touch.gate else None
        about = f" about “{gate.title}”" if gate and touch.kind in SPOKEN else ""
        verb = f"Offer {touch.facts.get('answer')}" if touch.kind not in SPOKEN else VERBS[touch.kind]
        foreign = ", from another address" if touch.facts.get("from") == "other" else ""
        if words:
            found.append((f"{verb}{about} {at_in_words(touch.at, now, zone)}{foreign}", words))
    return tuple(found)


def _words_of(services: Services, touch: Touch) -> str:
    """Their own; of an answer to an offer, what was offered and why they do not want it."""
    if touch.kind in SPOKEN:
        return sealed_fields(services, touch).get("text", "")
    why = touch.facts.get("why", "").replace("-", " ")
    return touch.facts.get("offer", "") + (f": {why}" if why else "")


def _noted(services: Services, bundle: Bundle, case: Case, reader: Person) -> tuple[tuple[str, str], ...]:
    """The notes beside an agreed next step that has come: when and by whom, and what they say."""
    if not case.reminds or case.touch.kind not in WRITTEN:
        return ()
    outcome = case.touch.facts.get("outcome") or case.touch.id
    beside = [t for t in case.touches if t.kind in WRITTEN and outcome in {t.id, t.facts.get("outcome")}]
    now, zone = services.clock.now(), hours_of(reader, bundle.team).zone
    notes = ((t, sealed_fields(services, t).get("text", "")) for t in beside)
    return tuple(
        (f"{_writer(bundle, t, reader)} wrote {at_in_words(t.at, now, zone)}", text) for t, text in notes if text
    )


def _writer(bundle: Bundle, touch: Touch, reader: Person) -> str:
    return "You" if touch.by == reader.id else bundle.team.person(touch.by).name


def _answers(services: Services, bundle: Bundle, case: Case, reader: Person) -> tuple[tuple[str, str], ...]:
    """What they have filled in that has no place of its own, and what else there is to know."""
    filled = ((name.replace("_", " ").capitalize(), v) for name, v in case.profile.answers.items() if name not in SHOWN)
    return (*filled, *_around(services, bundle, case, reader))


def _around(services: Services, bundle: Bundle, case: Case, reader: Person) -> tuple[tuple[str, str], ...]:
    """What the rep should know of an answer besides its words, or what a colleague says who has passed the lead on."""
    touch = case.touch
    if touch.kind in WRITTEN:
        return _written_down(services, bundle, case, reader)
    if touch.kind is TouchKind.IMPORTED:
        return (("On a list", f"{touch.facts['source'].removeprefix('import/')}, kept by {touch.facts['basis']}"),)
    if touch.kind not in {TouchKind.REPLIED, TouchKind.HANDED_OVER, TouchKind.ADDED}:
        return ()
    said = sealed_fields(services, touch)
    if touch.kind is not TouchKind.REPLIED:
        return (("Your colleague says", said["text"]),) if said.get("text") else ()
    other = said.get("from", "") if touch.facts.get("from") == "other" else ""
    around = (("Answered from another address", other), ("Attachments, not passed on", said.get("attachments", "")))
    return tuple((label, value) for label, value in around if value)


def _written_down(services: Services, bundle: Bundle, case: Case, reader: Person) -> tuple[tuple[str, str], ...]:
    """What the reader, or a colleague of theirs, has written down. Beside a next step the note has its own place."""
    touch, who = case.touch, _writer(bundle, case.touch, reader)
    sealed = sealed_fields(services, touch)
    titles = {name: objection.title for name, objection in bundle.knowledge.objections.items()}
    clock = Reader(hours_of(reader, bundle.team).zone, bundle.team.costs.currency, titles)
    lines = said(touch, clock, lost_to=sealed.get("lost_to", ""))
    note = "" if case.reminds else sealed.get("text", "")
    told = ((f"{who} wrote down", "; ".join(lines)), (f"{who} {'say' if who == 'You' else 'says'}", note))
    return tuple((label, value) for label, value in told if value)


def _bar(bar: Bar) -> BarView:
    filled = min(bar.points, FULL)
    return BarView(bar.encounter.capitalize(), filled, FULL, "█" * filled + "░" * (FULL - filled))


def _points(score: ScoreView) -> str:
    if not score.rated:
        return NOT_RATED
    return f"{score.points} point{'' if score.points == '1' else 's'}"


def _reasons(found: ScoreView) -> tuple[str, ...]:
    hot = (f"hot: {found.hot}",) if found.hot else ()
    return (*hot, *(f"{points} {words}" for points, words in found.reasons))
