"""One lead at the desk: everything there is, and what its rep can do about it. Gathers from the store for its page.

A mail that went out is not kept. It is rendered again from the version of the sequence that the lead is pinned to, and
the page says so; the links in it that act for the lead are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadlight.answers import unasked
from leadlight.errors import BadPlaybook, MissingBundle
from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.team import Person
from leadlight.model.touch import Touch, TouchKind
from leadlight.pages.briefing import briefing_of, what_happened
from leadlight.pages.desk import WHY, of_row, when
from leadlight.pages.frame import page
from leadlight.pages.rep import Briefing
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.context import Links
from leadlight.playbook.prose import one_line, prose
from leadlight.ports import Services
from leadlight.profile import Profile
from leadlight.rep.desk import profiles_of, zone_of
from leadlight.rules.next_action import reminded_of
from leadlight.rules.routing import owner_of
from leadlight.rules.said import AIMS
from leadlight.rules.score import NOT_RATED, Score, score
from leadlight.rules.steps import step_of
from leadlight.views import company_view, criteria_met, gate_view, lead_view, rep_view
from leadlight.visitor.outlook import Coming, outlook_of

MAILED = frozenset({TouchKind.SENT, TouchKind.PARKED})

CLOCKS = frozenset({DueKind.HOLD, DueKind.TASK, DueKind.REVIEW})
"""Rows by which somebody is reminded, or something lapses."""


AGREED = frozenset({TouchKind.OUTCOME, TouchKind.NOTED})
"""What sets a next step with a time of its own."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline; a mail of a sequence has its subject and text, rendered again."""

    when: str
    what: str
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the page of one lead, in words."""

    lead: Lead
    briefing: Briefing
    company: str
    colleagues: tuple[Person, ...]
    score: Score
    ahead: tuple[tuple[str, str], ...]
    clocks: tuple[tuple[str, str], ...]
    timeline: tuple[Happened, ...]


def sheet_of(services: Services, bundle: Bundle, lead: Lead, *, me: Person) -> Sheet:
    """The page's facts, times as they are where this person works. Raises `LostKey`."""
    zone = zone_of(me, bundle.team)
    touches, now = services.store.touches(lead.id), services.clock.now()
    profile = profiles_of(services, [lead])[lead.id]
    fit = criteria_met(bundle, lead, touches, profile)
    rows = [row for row in services.store.due_of(lead.id) if row.kind in CLOCKS]
    return Sheet(
        lead,
        briefing_of(services, lead, reader=me.id),
        company=profile.fields.get("company", "") or profile.address.rpartition("@")[2] or "their company",
        colleagues=tuple(person for person in bundle.team.people if person.id != lead.owner),
        score=score(lead, touches, bundle.criteria, fit=fit, now=now),
        ahead=tuple((when(c.at, zone), _in_words(c)) for c in outlook_of(services, bundle, lead).coming),
        clocks=tuple((when(row.at, zone), _clock(row, touches)) for row in rows),
        timeline=tuple(_timeline(services, bundle, lead, profile, touches, me)),
    )


def lead(shell: str, sheet: Sheet) -> str:
    """The page, with its buttons: all post to the desk."""
    return page(
        shell, "desk_lead.html", heading=sheet.briefing.who, s=sheet, b=sheet.briefing,
        here=f"/rep/desk/lead/{sheet.lead.id}", objectives=AIMS, not_rated=NOT_RATED,
    )  # fmt: skip


def _timeline(
    services: Services, bundle: Bundle, lead: Lead, profile: Profile, touches: Sequence[Touch], me: Person
) -> Iterator[Happened]:
    """Newest first: on a phone nobody scrolls for what happened today."""
    zone = zone_of(me, bundle.team)
    for touch in reversed(touches):
        subject, text = _mail(services, bundle, lead, profile, touch) if touch.kind in MAILED else ("", "")
        yield Happened(when(touch.at, zone), what_happened(services, bundle, touch, me), subject, text)


def _mail(services: Services, bundle: Bundle, lead: Lead, profile: Profile, touch: Touch) -> tuple[str, str]:
    """Subject and text of a step that was mailed; nothing for other mails, or where that version is gone."""
    version, slug = touch.facts.get("version"), touch.facts.get("step")
    if not version or not slug:
        return "", ""
    gate = gate_view(services, bundle, touch.gate or "")
    try:
        step = step_of(bundle.sequence_version(version), slug)
        if step is None:
            return "", ""
        context: dict[str, object] = {
            "lead": lead_view(lead, profile, band=bundle.criteria.band(lead.value)),
            "gate": gate,
            "rep": rep_view(owner_of(lead, bundle.team)),
            "company": company_view(services, bundle.team),
            "links": Links(gate.url),
            **unasked(step),
        }
        words = step.words_for(lead.language)
        return one_line(words.subject, context), flowing(prose(words.body, context).text.strip())
    except (BadPlaybook, MissingBundle):
        return "", ""


def flowing(text: str) -> str:
    """Plain text without the line breaks that a mail has for its width; paragraphs and lists stay.

    >>> flowing("One line\\nand its end.\\n\\n- a\\n- b")
    'One line and its end.\\n\\n- a\\n- b'
    """
    return re.sub(r"(?<=\S)\n(?=[^\s>*-])", " ", text)


def _clock(row: Due, touches: Sequence[Touch]) -> str:
    """What a reminder is about, or what lapses."""
    cause = next((touch for touch in touches if touch.id == reminded_of(row)), None)
    if row.kind is not DueKind.TASK or cause is None or cause.kind in AGREED:
        return of_row(row)
    return f"a reminder: {WHY.get(cause.kind, 'something is open')}"


def _in_words(coming: Coming) -> str:
    what = f"mail “{coming.subject}”" if coming.mailed else "a step of the plan for a person"
    return f"{what}, from {coming.who}" + (", unless its condition says no" if coming.perhaps else "")
