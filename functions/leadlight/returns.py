"""What does the carrier say about a mail of ours? Stores what follows from it; called by `handlers.on_mail_event`.

Reports come on best effort: late, twice, in any order, or not at all. So each is a touch with an id of its own, and
what it says is evidence beside the ledger, which neither a dead worker nor one that parks the mail can pass over: both
change the lead, and whoever comes second decides again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from leadlight.bounce import came_back, stopping
from leadlight.decide import decide
from leadlight.errors import BadToken
from leadlight.evidence import sent_after_all
from leadlight.model.due import LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.touch import Touch, TouchKind
from leadlight.ports import Services
from leadlight.reputation import look
from leadlight.rules.mail_events import (
    Report,
    ReportKind,
    accepted_id,
    due_key,
    is_to_lead,
    mail_tag,
    standing,
)
from leadlight.rules.reputation import Fate, complaint, counters, is_unasked
from leadlight.rules.standing import Level, Sort
from leadlight.rules.stop import complained

IT_WAS_ACCEPTED = frozenset({ReportKind.ACCEPTED, ReportKind.DELIVERED, ReportKind.BOUNCED, ReportKind.COMPLAINED})
"""Reports that show that the carrier had the mail: any of them will do, since any of them may be lost."""


def note(services: Services, report: Report) -> str | None:
    """Stores what follows; returns the ledger key of the mail, or None if there is no such mail or lead (any more).

    The same again changes nothing. Raises `TryAgain`, after which the same may be tried again.
    """
    entry = _entry(services, report)
    if entry is None:
        return None
    try:
        if report.kind in IT_WAS_ACCEPTED and entry.state is not LedgerState.SENT:
            _change(services, entry, lambda lead: _accepted(services, lead, report))
        if report.kind is ReportKind.BOUNCED:
            _change(services, entry, lambda lead: _bounced(services, lead, entry.key, report))
        if report.kind is ReportKind.COMPLAINED and report.final and is_to_lead(entry.key):
            _change(services, entry, lambda lead: _complained(services, lead, entry.key, report))
    except BadToken:  # erased, or started anew since
        return None
    if report.final and is_unasked(entry.key):
        look(services)
    return entry.key


def _entry(services: Services, report: Report) -> LedgerEntry | None:
    entries = services.store.ledger(report.lead_id)
    return next((entry for entry in entries if mail_tag(entry.key) == report.mail), None)


def _change(services: Services, entry: LedgerEntry, change_of: Callable[[Lead], Change | None]) -> None:
    decide(services, entry.lead_id, entry.key.partition("/")[0], change_of)


def _accepted(services: Services, lead: Lead, report: Report) -> Change | None:
    """Settles what was parked; keeps the evidence for a worker that has not had its say yet, or never will."""
    entry = _entry(services, report)
    touches = services.store.touches(lead.id)
    if entry is None or entry.state is LedgerState.SENT:
        return None
    if entry.state is LedgerState.PARKED:
        return sent_after_all(lead, entry, touches, "told by the carrier", mail=report.message_id)
    touch = Touch(
        id=accepted_id(entry.key), lead_id=lead.id, kind=TouchKind.ACCEPTED, at=_at(services, report),
        facts={"what": due_key(entry.key), "mail": report.message_id},
    )  # fmt: skip
    return None if _is_stored(services, touch) else Change(lead=lead, touches=(touch,))


def _bounced(services: Services, lead: Lead, ledger_key: str, report: Report) -> Change | None:
    """Notes it; ends what goes to this address if it cannot be reached. A rep's bounce says nothing of the lead."""
    touch = _reported(services, TouchKind.BOUNCED, ledger_key, report)
    if _is_stored(services, touch):
        return None
    final, at = report.final, touch.at
    if is_to_lead(ledger_key):
        known = services.store.touches(lead.id)
        now = standing(report, known, proven_at=_proven_at(services, lead))
        final = now.level >= Level.UNREACHABLE and report.sort is not Sort.OURS
        at = min(now.last or at, services.clock.now())
    change = came_back(services, lead, touch, final=final, at=at)
    return replace(change, counts=counters(lead.id, ledger_key, touch.at, Fate.BOUNCED)) if report.final else change


def _complained(services: Services, lead: Lead, ledger_key: str, report: Report) -> Change | None:
    touch, known = _reported(services, TouchKind.COMPLAINED, ledger_key, report), services.store.touches(lead.id)
    if any(stored.id == touch.id for stored in known):
        return None
    proven_at, counted = _proven_at(services, lead), complaint(touch, known, ledger_key)
    if proven_at is not None and proven_at > report.at:  # that person has said yes anew since
        return Change(lead=lead, touches=(touch,), counts=counted)
    return replace(stopping(services, complained(lead, touch.at), touch), counts=counted)


def _reported(services: Services, kind: TouchKind, ledger_key: str, report: Report) -> Touch:
    return Touch(
        id=f"{kind.value.removeprefix('mail.')}/{report.message_id}/{'final' if report.final else 'passing'}",
        lead_id=report.lead_id,
        kind=kind,
        at=_at(services, report),
        facts={
            "what": due_key(ledger_key),
            "mail": report.message_id,
            "reason": report.reason,
            **({"sort": report.sort} if kind is TouchKind.BOUNCED else {}),
            "to": "lead" if is_to_lead(ledger_key) else "team",
        },
    )


def _at(services: Services, report: Report) -> datetime:
    """When it happened, by the carrier's clock; never in our future."""
    return min(report.at, services.clock.now())


def _proven_at(services: Services, lead: Lead) -> datetime | None:
    """When the newest form was sent whose owner has confirmed it since: by a mail that did arrive."""
    return max((c.at for c in services.store.captures(lead.id) if c.id in lead.confirmed), default=None)


def _is_stored(services: Services, touch: Touch) -> bool:
    return any(stored.id == touch.id for stored in services.store.touches(touch.lead_id))
