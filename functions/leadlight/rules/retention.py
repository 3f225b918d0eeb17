"""Has somebody been kept for long enough? Asked once a day, for everybody, by `retention`.

What decides is how far the conversation got and when something was last heard (Art. 5 (1) (e) GDPR: no longer than the
purpose needs). While somebody of the team still has something planned, it is not over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, LeadId
from leadlight.model.touch import Touch, TouchKind, WhyNot
from leadlight.rules.aftersale import RENEWAL
from leadlight.rules.lapse import heard_at

UNCONFIRMED = "unconfirmed"
"""In the place of a stage: an address that somebody typed, and whose owner never said yes."""

BROUGHT_IN = ("import/", "rep/")
"""How sources begin of people whom our own side has written down: nobody waits for their yes."""

WRITTEN_DOWN = ("import", "rep/")
"""How it is said of a form that our own side filled it in (`Consent.how`): it is no stranger's word."""

TALKED = frozenset({TouchKind.ADDED, TouchKind.IMPORTED, TouchKind.OUTCOME})
"""What shows that somebody of ours knows them, whether or not they ever pressed the button of a mail."""

LINKS_LIVE = timedelta(days=14)
"""So long does a link to confirm work, as `tokens.LIFE` says; who has one of these may still use it."""

IN_TURN = 30
"""Each lead's old forms are looked at once in so many days."""

BUSY = frozenset({DueKind.STEP, DueKind.TASK, DueKind.HOLD})
"""What says, while it is still to come, that a conversation is not over; that a rep is reminded once more does not."""
REMINDER = "~"

OPT_IN = "/mail/optin/"
"""Stands in the id of what was sent to have an address confirmed."""


def standing(lead: Lead, touches: Sequence[Touch] = ()) -> str:
    """By what it is decided how long this lead is kept: its stage, or that nobody has confirmed it or talked to it."""
    own = lead.confirmed_at is None and not lead.source.startswith(BROUGHT_IN)
    return UNCONFIRMED if own and not any(_is_talk(touch) for touch in touches) else lead.stage


def may_be_over(lead: Lead, retention: Mapping[str, timedelta], now: datetime) -> bool:
    """Whether it is worth a closer look, by the record alone: the timeline can only tell of something newer."""
    known = [lead.created_at, lead.confirmed_at, lead.stage_at, *lead.grants.values(), *lead.mailed]
    return max(at for at in known if at) + retention[standing(lead)] <= now


def why_over(
    lead: Lead,
    touches: Sequence[Touch],
    captures: Sequence[Capture],
    rows: Sequence[Due],
    retention: Mapping[str, timedelta],
    now: datetime,
) -> str | None:
    """The standing that this lead has been kept for long enough in; None where it has not."""
    if _is_busy(rows, now):
        return None
    signs = [heard_at(lead, touches), lead.stage_at, *(capture.at for capture in captures)]
    last = max(at for at in signs if at)
    found = standing(lead, touches)
    return found if last + retention[found] <= now and not _can_be_confirmed(OPT_IN, touches, now) else None


def is_its_turn(lead: LeadId, day: date) -> bool:
    """Whether this is the day of the thirty on which the lead's old forms are looked at."""
    place = int.from_bytes(hashlib.sha256(lead.encode()).digest()[:4]) % IN_TURN
    return day.toordinal() % IN_TURN == place


def never_confirmed(
    lead: Lead,
    touches: Sequence[Touch],
    captures: Sequence[Capture],
    rows: Sequence[Due],
    kept: timedelta,
    now: datetime,
) -> tuple[Capture, ...]:
    """Forms in somebody's name that nobody stood by: what they say is nobody's to keep.

    None where such a form is all that a rep knows of somebody they talk to, or have in hand; and none of ours.
    """
    all_there_is = lead.confirmed_at is None and not lead.source.startswith(BROUGHT_IN)
    if all_there_is and (standing(lead, touches) != UNCONFIRMED or _is_busy(rows, now)):
        return ()
    strange = (capture for capture in captures if not capture.consent.how.startswith(WRITTEN_DOWN))
    old = (capture for capture in strange if capture.confirmed_at is None and capture.at + kept <= now)
    return tuple(capture for capture in old if not _can_be_confirmed(f"{OPT_IN}{capture.id}", touches, now))


def _can_be_confirmed(mail: str, touches: Sequence[Touch], now: datetime) -> bool:
    """Whether a link of such a mail still works. A form without its key, once confirmed, would hide all the others."""
    sent = (touch for touch in touches if touch.kind is TouchKind.SENT and mail in touch.id)
    return any(touch.at + LINKS_LIVE > now for touch in sent)


def _is_talk(touch: Touch) -> bool:
    return touch.kind in TALKED and touch.facts.get("why_not") != WhyNot.NOT_REACHED


def _is_busy(rows: Sequence[Due], now: datetime) -> bool:
    """Whether something is still planned with them: by a plan, by a rep, or for the day on which they may renew."""
    ahead = [row for row in rows if row.at > now]
    renews = any(row.kind is DueKind.REVIEW and row.ref == RENEWAL for row in ahead)
    return renews or any(row.kind in BUSY and REMINDER not in row.ref for row in ahead)
