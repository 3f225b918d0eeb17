"""What has a follow-up, or a page that was read, effected? Pure; asked by `rules.figures`.

The rules stand in `model.figures`, for whoever reads the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadlight.model.due import DueKind
from leadlight.model.figures import WITHIN
from leadlight.model.lead import Stage
from leadlight.model.person import GateId
from leadlight.model.touch import Touch, TouchKind, WhyNot
from leadlight.rules.talk import talks

LATER = (Stage.LEAD, Stage.PROSPECT, Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.REPEAT)
"""The stages of a sale that goes well, in order. Whoever was given up begins again at the first."""

STEP = f"{DueKind.STEP}/"

LEAVING = frozenset({TouchKind.UNSUBSCRIBED, TouchKind.COMPLAINED})
"""By which a lead itself ends all follow-ups."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A follow-up that was sent. `ref` names it as answers do: `<sequence>@<version>/<start>/<slug>`."""

    ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that only a person does. `ref`: the follow-up that it answers; `gate`: the one that it confirms."""

    at: datetime
    ref: str = ""
    gate: GateId | None = None


def mails_in(timeline: Iterable[Touch]) -> tuple[Mail, ...]:
    """The follow-ups that were sent, oldest first."""
    return tuple(Mail(step_of(t), t.at) for t in timeline if t.kind is TouchKind.SENT and step_of(t))


def step_of(touch: Touch) -> str:
    """The ref of the step that a touch is about; empty if it is about none."""
    what = touch.facts.get("what", "")
    return what.removeprefix(STEP) if what.startswith(STEP) else ""


def signs_in(timeline: Sequence[Touch]) -> tuple[Sign, ...]:
    """All progress of that timeline, which is in order."""
    return tuple(_signs(timeline))


def contacts_in(timeline: Iterable[Touch]) -> tuple[datetime, ...]:
    """When somebody of ours has spoken with them, oldest first."""
    return tuple(touch.at for touch in timeline if spoke(touch))


def spoke(touch: Touch) -> bool:
    """Whether a rep has spoken with them, by the rep's own word."""
    return touch.kind is TouchKind.OUTCOME and touch.facts.get("why_not") != WhyNot.NOT_REACHED


def effective(mails: Sequence[Mail], signs: Iterable[Sign], contacts: Sequence[datetime]) -> frozenset[Mail]:
    """The follow-ups that something was put down to."""
    return frozenset(mail for sign in signs if (mail := _mail_of(sign, mails, contacts)))


def driven_off(mails: Sequence[Mail], timeline: Iterable[Touch]) -> frozenset[Mail]:
    """The follow-ups after which the lead has left."""
    left = (Sign(touch.at, ref=step_of(touch)) for touch in timeline if touch.kind in LEAVING)
    return frozenset(mail for sign in left if (mail := _mail_of(sign, mails, ())))


def has_moved(readings: Sequence[datetime], gate: GateId, signs: Iterable[Sign]) -> bool:
    """Whether one of these readings of a page was followed by progress. Confirming the page itself is none."""
    return any(_follows(sign.at, read) for sign in signs if sign.gate != gate for read in readings)


def _signs(timeline: Sequence[Touch]) -> Iterator[Sign]:
    confirmed: set[GateId] = set()
    for touch in timeline:
        if touch.kind is TouchKind.CONFIRMED and touch.gate is not None:
            if confirmed and touch.gate not in confirmed:
                yield Sign(touch.at, gate=touch.gate)
            confirmed.add(touch.gate)
        elif _is_progress(touch):
            yield Sign(touch.at, ref=step_of(touch) or touch.facts.get("ref", ""))


def _is_progress(touch: Touch) -> bool:
    match touch.kind:
        case TouchKind.OUTCOME:  # what a rep says of a contact is no deed of the lead's
            return False
        case TouchKind.STAGE_CHANGED:
            return _rank(touch.facts.get("to", "")) > max(_rank(touch.facts.get("from", "")), 0)
        case TouchKind.SATISFACTION:
            return True
        case TouchKind.FACT if touch.facts.get("name") == "trial.used":
            return True
        case _:
            return talks(touch) is not None


def _rank(stage: str) -> int:
    """How far that stage is; -1 for one that ends a conversation."""
    return LATER.index(Stage(stage)) if stage in LATER else -1


def _mail_of(sign: Sign, mails: Sequence[Mail], contacts: Sequence[datetime]) -> Mail | None:
    """The follow-up that this is put down to."""
    before = [mail for mail in mails if mail.at <= sign.at]
    named = [mail for mail in before if mail.ref == sign.ref]
    if named or not before:
        return named[-1] if named else None
    since = max((at for at in contacts if at <= sign.at), default=None)
    last = before[-1]
    return last if _follows(sign.at, last.at) and (since is None or since < last.at) else None


def _follows(later: datetime, earlier: datetime) -> bool:
    return earlier <= later <= earlier + WITHIN
