"""Who hears of what somebody of the team has done with a lead that is a colleague's, or was? Pure.

Asked by every act of a person: an outcome or a line, a take-over, a handing over, a pause. What is written down of a
colleague's lead counts, and the lead stays theirs: only a take-over, or a word of whoever may give it away, moves it.
"""

from __future__ import annotations

from datetime import datetime

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch
from leadlight.rules.notices import NOTIFY, is_now, tell_at
from leadlight.rules.routing import member

MOVED = "moved/"
"""Begins the ref of a mail row that tells somebody that a lead is theirs no more; their id and the touch follow."""


def is_theirs(lead: Lead, person: str, team: Team) -> bool:
    """Whether the lead is that person's to decide on: it is theirs, or nobody's who is in the team."""
    owner = member(team, lead.owner)
    return owner is None or owner.id == person


def may_end(lead: Lead, person: str, team: Team) -> bool:
    """Whether that person may let a plan go on that waits for somebody: a manager may for everybody."""
    asks = member(team, person)
    return is_theirs(lead, person, team) or (asks is not None and asks.manager)


def hearing(before: Lead, after: Lead, touch: Touch, team: Team, now: datetime) -> tuple[Due, ...]:
    """The rows by which others hear of `touch`: whose lead it is, and who had it until then. Nobody of their own act.

    `before` is the lead as stored, `after` as the change leaves it.
    """
    owner, former = member(team, after.owner), member(team, before.owner)
    calls = is_now(after.call, now)
    told: list[tuple[str, Person, bool]] = []
    if owner and owner.id != touch.by:
        told.append((f"{NOTIFY}{touch.id}", owner, calls))
    if former and former.id not in {touch.by, after.owner}:
        told.append((f"{MOVED}{former.id}/{touch.id}", former, False))
    return tuple(
        Due(after.id, after.generation, DueKind.MAIL, ref, tell_at(to, team, wants_call_now=now_or_never, now=now))
        for ref, to, now_or_never in told
    )


def named_in(row: Due) -> str:
    """Whom such a row tells that a lead is theirs no more."""
    return row.ref.removeprefix(MOVED).partition("/")[0]
