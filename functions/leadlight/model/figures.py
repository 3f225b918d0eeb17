"""What the report counts: whole numbers by week, subject and event. Nothing of a person, so they outlive an erasure.

A cell is named `<week>|<about>|<what>`, such as `2026-W03|step/zero-trust/02-company|sent`: the ISO week, in UTC, in
which the fact happened; what it is about; what happened. The figures of one lead are a pure function of its timeline
(`rules.figures`); the totals of an installation are the sums over its leads, and what strangers did, beside them.

    about                        what
    site, gate/<id>, path/<name>, buyer/<name>, source/<label>, cohort/<week>
                                 the funnel, each once per lead: see `Funnel`; `lost`, `stopped` beside it
    site                         `mails`, `minutes` before the first sale, `mails_kept`, `minutes_kept` after it
    step/<sequence>/<slug>       sent, progressed, stopped, skipped, parked
    page/<gate>                  read, progressed: leads that have read it with a pass
    contact/<objective>/<channel>, person/<id>
                                 contacts, achieved, minutes
    why/<why not>, why/<why not>@<gate>, objection/<name>, objection/<name>@<gate>
                                 named: by reps, in outcomes
    wait/<at most>               first: how long until somebody of ours first spoke to them, by `WAITS`

From `talked` on, a lead counts for the gate that it confirmed first (and that one's path and buyer), and for the
source that brought it. `cohort/<week>` is the week of its first confirmation. Something has *progressed* when within
`WITHIN` after it the lead did what only a person does: replied, asked, wanted a call, accepted an offer, booked, tried
the product, confirmed another gate, or reached a later stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

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
    TALKED = "talked"  # talked back: replied, asked, wanted a call, or spoke with a rep
    OPPORTUNITY = "opportunity"
    WON = "won"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one lead adds to the totals: cell → how much, each above 0. `revision` counts what was stored before."""

    lead_id: LeadId
    cells: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0
