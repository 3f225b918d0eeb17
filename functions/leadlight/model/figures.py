"""What the report counts: whole numbers by week, subject and event. Nothing of a person, so they outlive an erasure.

A cell is named `<week>|<about>|<what>`, such as `2026-W03|step/zero-trust/02-company|sent`: the ISO week, in UTC, in
which the fact happened; what it is about; what happened. The figures of one lead are a pure function of its timeline
(`rules.figures`); the totals of an installation are the sums over its leads, and what strangers did, beside them.

    about                        what
    site, gate/<id>, path/<name>, buyer/<name>, source/<label>, cohort/<week>
                                 the funnel, each once per lead: see `Funnel`; `tried` (a trial begun, which is no
                                 download), `lost`, `stopped` beside it
    site, gate/<id>, path/<name>, buyer/<name>
                                 `free`: strangers whom the meter let read on; they are counted like `teaser`
    site                         `mails`, `minutes` before the first sale, `mails_kept`, `minutes_kept` after it;
                                 `untimed`, `untimed_kept`: contacts of which nobody wrote down the minutes
    site, source/<label>         added: leads of a list or a rep's own day; `submitted` only if they send a form, too
    step/<sequence>/<slug>       sent, progressed, stopped, skipped, parked; handed: given to a rep as a task
    page/<gate>                  read, progressed: leads that have read it with a pass
    contact/<objective>/<channel>, person/<id>
                                 contacts, achieved, minutes; the channel is `unsaid` where nobody wrote it down
    why/<why not>, why/<why not>@<gate>, objection/<name>, objection/<name>@<gate>
                                 named: by reps, in outcomes; once in each
    feedback/<aim>               given, done: lines of reps for those who write, about `page:<gate>`,
                                 `step:<sequence>/<slug>` or `product`; and those that were taken up
    wait/<at most>               first: how long until somebody of ours first spoke to them, by `WAITS`

From `talked` on, a lead counts for the gate that it confirmed first (the first it asked for, or a rep named, where it
has confirmed none), and that one's path and buyer. For its source, the first that is known, it counts from the start.
`cohort/<week>` is the week of its first confirmation. A deal that was won was an opportunity, if nobody said so before.

Something has *progressed* when within `WITHIN` after it the lead did what only a person does: replied, asked, wanted a
call, answered an offer with yes or a question about its satisfaction, booked, tried the product, confirmed another
gate, or reached a later stage. An answer that names its mail is put down to that mail, whenever it comes; all else to
the latest of the follow-ups before it, unless a rep has spoken with them since: then it is the rep's doing. Pages have
no such rivals: each that was read within that time has a part in it. Who leaves does so for the mail that they complain
of, or for the latest follow-up within that time. What is put down to something counts in the week of that, so that a
share of what went out in a week is never of something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from leadlight.model.person import LeadId

WITHIN = timedelta(days=7)
"""So long after a mail, a page or a contact is what a lead does put down to it."""

WAITS: Mapping[str, timedelta | None] = {
    "5m": timedelta(minutes=5),
    "30m": timedelta(minutes=30),
    "2h": timedelta(hours=2),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "later": None,
}
"""How long a lead waits for the first contact of a person, from its confirmation or its wish for a call."""


class Funnel(StrEnum):
    """How far people get, in order. The first two are strangers, who are only counted, not known."""

    TEASER = "teaser"  # read the open part
    FORM = "form"  # saw the form
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    UNLOCKED = "unlocked"
    DOWNLOADED = "downloaded"
    TALKED = "talked"  # talked back: replied, asked, wanted a call (not if they took that back), or spoke with a rep
    OPPORTUNITY = "opportunity"
    WON = "won"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one lead adds to the totals: cell → how much, each above 0. `revision` counts what was stored."""

    lead_id: LeadId
    cells: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class About:
    """What a gate belongs to: its path, a series or else the first folder, and the buyer it is written for, if any."""

    path: str = ""
    buyer: str = ""


class Cell(NamedTuple):
    """One cell's name in its three parts."""

    week: str
    about: str
    what: str

    @property
    def name(self) -> str:
        """
        >>> Cell("2026-W03", "gate/guides/mail", "confirmed").name
        '2026-W03|gate/guides/mail|confirmed'
        """
        return "|".join(self)

    @classmethod
    def of(cls, name: str) -> Cell:
        """The parts of a name; what it is about may itself hold a `|`.

        >>> Cell.of("2026-W03|gate/a|b|confirmed").about
        'gate/a|b'
        """
        week, _, rest = name.partition("|")
        about, _, what = rest.rpartition("|")
        return cls(week, about, what)


def difference(before: Figures, after: Mapping[str, int]) -> Mapping[str, int]:
    """What has to be added to the totals, where a lead has these cells in the place of those; never 0.

    >>> difference(Figures(LeadId("anna"), {"a": 2, "b": 1}), {"a": 3, "c": 1})
    {'a': 1, 'b': -1, 'c': 1}
    """
    names = sorted({*before.cells, *after})
    return {name: n for name in names if (n := after.get(name, 0) - before.cells.get(name, 0))}


def week_of(at: datetime) -> str:
    """The ISO week of a moment, in UTC.

    >>> week_of(datetime(2027, 1, 3, 23, tzinfo=UTC))
    '2026-W53'
    """
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"{year:04d}-W{week:02d}"
