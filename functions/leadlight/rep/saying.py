"""What has a rep written down? The fields of the outcome's form in, typed values or a kind word per field out.

Called by `rep.outcome` for a tap and by `rep.by_mail` for a line: both are read by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from leadlight.errors import BadFields
from leadlight.model.criteria import Authority
from leadlight.model.lead import Lead, Stage
from leadlight.model.person import GateId
from leadlight.model.team import Person
from leadlight.model.touch import Objective, Touch, WhyNot
from leadlight.playbook.bundle import Bundle
from leadlight.rules.attendance import hours_of
from leadlight.rules.form import is_yes, many_lines, one_line
from leadlight.rules.objective import suggested
from leadlight.rules.outcome import ENDS, GIVEN_UP, NOTHING, ContactBy, Learned, Outcome, amount_of

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

FARTHEST = timedelta(days=5 * 365)
MOST_MINUTES = 24 * 60
PRODUCT = "product"

STAGES: Mapping[str, Stage] = {
    "opportunity": Stage.OPPORTUNITY,
    "customer": Stage.CUSTOMER,
    "won": Stage.CUSTOMER,
    "lost": Stage.LOST,
    "disqualified": Stage.DISQUALIFIED,
}
"""How a fact of the deal may be called."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What was written. Without an `outcome` something is only added or noted.

    `note` and `lost_to` are free text of people. `feedback` is one line for those who write, aimed at a page
    (`page:<gate>`), a step (`step:<sequence>/<slug>`) or the product.
    """

    outcome: Outcome | None
    learned: Learned = NOTHING
    next_at: datetime | None = None
    note: str = ""
    lost_to: str = ""
    feedback: str = ""
    feedback_aim: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said at all."""
        return self == Saying(None)


@dataclass(frozen=True, slots=True)
class Room:
    """What may be said of this lead by this rep, and what is meant where nothing is said."""

    zone: str
    currency: str
    objective: Objective
    objections: tuple[str, ...]
    needs: tuple[str, ...]
    gates: tuple[str, ...]
    steps: tuple[str, ...]
    agreement: str = ""  # names the words that ask for mails after the sale


def room_of(bundle: Bundle, lead: Lead, touches: Sequence[Touch], rep: Person) -> Room:
    """For this lead, as things stand."""
    known = bundle.knowledge
    return Room(
        zone=hours_of(rep, bundle.team).zone,
        currency=bundle.team.costs.currency,
        objective=lead.hold.objective if lead.hold else suggested(lead, touches).objective,
        objections=tuple(known.objections),
        needs=needs_known(bundle, lead),
        gates=tuple(bundle.manifest.gates),
        steps=steps_met(touches),
        agreement=bundle.manifest.after_sale,
    )


def needs_known(bundle: Bundle, lead: Lead) -> tuple[str, ...]:
    """What this lead may need, in the words of the playbook: so nothing personal is on its record."""
    known = (need for buyer in bundle.knowledge.buyers.values() for need in buyer.needs)
    return tuple(dict.fromkeys((*(lead.needs or ()), *known)))


def steps_met(touches: Sequence[Touch]) -> tuple[str, ...]:
    """The steps that this lead has had, as `<sequence>/<slug>`, the latest first: a rep may speak of these."""
    met = (
        f"{t.facts['sequence']}/{t.facts['step']}" for t in reversed(touches) if {"sequence", "step"} <= set(t.facts)
    )
    return tuple(dict.fromkeys(met))


def read_saying(
    values: Mapping[str, str], room: Room, *, now: datetime, adds: bool = False, lost: bool = False
) -> Saying:
    """What the fields say; where it only adds, no result is asked for. Raises `BadFields` naming what to mend.

    `lost`: what it adds to says already that the deal is lost.
    """
    reader = _Reader(values)
    next_at = reader.take("next_at", lambda _: _next_at(values, zone=room.zone, now=now), None)
    learned = _learned(reader, room)
    if lost and learned.stage is None and values.get("lost_to", "").strip():
        learned = replace(learned, stage=Stage.LOST)
    outcome = None if adds else _outcome(reader, room)
    lost_to = reader.take("lost_to", lambda text: one_line(text, "Please write a name on one line."), "")
    text = reader.take("note", many_lines, "")
    coming = reader.take("next", lambda text: one_line(text, "Please write it on one line."), "")
    feedback = reader.take("feedback", lambda text: one_line(text, "Please write one line."), "")
    aim = reader.take("feedback_aim", lambda text: _aim(text, room), "") if feedback else ""
    _check(reader, outcome, learned, lost_to)
    if reader.wrong:
        raise BadFields(reader.wrong)
    learned = replace(learned, to_other=bool(lost_to))
    if outcome:
        outcome = replace(outcome, next_at=next_at, learned=learned)
    note = "\n".join(part for part in (text, coming) if part)
    return Saying(outcome, learned, next_at, note, lost_to, feedback, aim)


class _Reader:
    """Reads field by field and keeps what is wrong, so that everything is said at once."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.wrong: dict[str, str] = {}

    def take(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        """The field as `read` makes it; `otherwise` where that raises ValueError."""
        try:
            return read(self.values.get(name, "").strip())
        except ValueError as error:
            self.wrong[name] = str(error)
            return otherwise

    def lines(self, name: str) -> tuple[str, ...]:
        """What was ticked, one a line."""
        return tuple(dict.fromkeys(line.strip() for line in self.values.get(name, "").splitlines() if line.strip()))


def _outcome(reader: _Reader, room: Room) -> Outcome | None:
    objective = reader.take("objective", lambda text: _one_of(text or room.objective, Objective), room.objective)
    why = reader.values.get("why_not", "")
    achieved = reader.values.get("achieved", "no" if why else "") == "yes"
    if not achieved and why not in set(WhyNot):
        reader.wrong["achieved"] = f"Say that it was achieved, or why not: {', '.join(WhyNot)}."
        return None
    return Outcome(objective, achieved, None if achieved else WhyNot(why))


def _learned(reader: _Reader, room: Room) -> Learned:
    asked = reader.values.get("satisfaction", "")
    return Learned(
        stage=reader.take("stage", _stage, None),
        value=reader.take("value", lambda text: amount_of(text, room.currency) if text else None, None),
        authority=reader.take("authority", lambda text: _one_of(text, Authority) if text else None, None),
        minutes=reader.take("minutes", _minutes, None),
        objections=reader.take("objections", lambda text: _objections(text, room), ()),
        satisfied=is_yes(asked) if asked else None,
        needs=_needs(reader, room),
        by=reader.take("channel", lambda text: _one_of(text, ContactBy) if text else None, None),
        agreed=reader.take("agreed", lambda text: _agreed(text, room), ""),
        renewal_at=reader.take("renewal_at", _day, None),
    )


def _check(reader: _Reader, outcome: Outcome | None, learned: Learned, lost_to: str) -> None:
    """What contradicts itself."""
    ends = ENDS.get(outcome.why_not) if outcome and outcome.why_not else None
    if outcome and outcome.achieved and learned.stage in GIVEN_UP:
        reader.wrong["stage"] = "A deal that is over is no progress: tap the reason instead of “Achieved”."
    if ends and learned.stage not in {None, ends}:
        reader.wrong["stage"] = "This does not go with the reason that you tapped. Please choose one of the two."
    if lost_to and Stage.LOST not in {ends, learned.stage}:
        reader.wrong["lost_to"] = "You name who was better, so tap “Lost to another”, or leave this empty."


def _needs(reader: _Reader, room: Room) -> tuple[str, ...] | None:
    """The needs as ticked, if that is not what was shown as ticked: the page sends them along with every tap."""
    ticked, shown = reader.lines("needs"), reader.lines("needs_shown")
    if set(ticked) == set(shown) or ("needs" not in reader.values and "needs_shown" not in reader.values):
        return None
    if strange := [need for need in ticked if need not in room.needs]:
        reader.wrong["needs"] = f"The playbook has no such need: {strange[0][:80]}. A note takes everything else."
    return ticked


def _objections(text: str, room: Room) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(name.strip() for name in text.replace("\n", ",").split(",") if name.strip()))
    if strange := [name for name in named if name not in room.objections]:
        raise ValueError(f"The playbook has no objection called {strange[0][:80]}. A note takes everything else.")
    return named


def _stage(text: str) -> Stage | None:
    if text and text not in STAGES:
        raise ValueError(f"Please choose one of {', '.join(STAGES)}.")
    return STAGES.get(text)


def _agreed(text: str, room: Room) -> str:
    """What was ticked names the words that stood beside it, so nobody agrees to what was not read out to them."""
    if text and text != room.agreement:
        raise ValueError(
            "These words have changed, so nothing was agreed to yet. Read out the new ones, and tick again."
        )
    return text


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:6]) > MOST_MINUTES:
        raise ValueError("Please give whole minutes, such as 20; a day has 1440.")
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError("Please give the day as in 2026-12-31.") from error


def _aim(text: str, room: Room) -> str:
    kind, _, name = text.partition(":")
    known = {"page": room.gates, "step": room.steps}.get(kind, ())
    if text != PRODUCT and name not in known:
        raise ValueError("Please say what it is about: a page, a step, or the product.")
    return text


def page_of(aim: str) -> GateId | None:
    """The page that a line is about, if it is about one."""
    kind, _, name = aim.partition(":")
    return GateId(name) if kind == "page" else None


def _one_of(text: str, choices: type[E]) -> E:
    try:
        return choices(text)
    except ValueError as error:
        raise ValueError(f"Choose one of {', '.join(choices)}.") from error


def _next_at(values: Mapping[str, str], *, zone: str, now: datetime) -> datetime | None:
    """The date that was typed, else the one that was tapped; a time without a zone is the rep's."""
    text = values.get("next_own", "").strip() or values.get("next_at", "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("Please give the next date as in 2026-01-05T14:30.") from error
    if at <= now:
        raise ValueError("The next step lies in the past. Please choose a later time.")
    if at > now + FARTHEST:
        raise ValueError("The next step is more than five years away. Please choose an earlier time.")
    return at
