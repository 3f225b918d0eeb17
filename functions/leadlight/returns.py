"""What does the carrier say about a mail of ours? Stores what follows from it; called by `handlers.on_mail_event`.

Reports come on best effort: late, twice, in any order, or not at all. So each is a touch with an id of its own, and
what it says is evidence beside the ledger, which neither a dead worker nor one that parks the mail can pass over: both
change the lead, and whoever comes second decides again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from leadlight.decide import decide
from leadlight.errors import BadToken
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.mail_events import (
    Report,
    ReportKind,
    accepted_id,
    due_key,
    is_to_lead,
    mail_tag,
    unreachable,
)
from leadlight.rules.stop import complained, stopped_anew

IT_WAS_ACCEPTED = frozenset({ReportKind.ACCEPTED, ReportKind.DELIVERED, ReportKind.BOUNCED, ReportKind.COMPLAINED})
"""Reports that show that the carrier had the mail: any of them will do, since any of them may be lost."""

LAST_WORD = f"{DueKind.MAIL}/manager/"
"""How the due keys of mails to the manager begin. One that comes back tells nobody by mail: it would only go on."""


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
        sent = replace(entry, state=LedgerState.SENT, message_id=report.message_id, reason="told by the carrier")
        return Change(lead=lead, touches=(_sent(entry, touches, report),), resolve=(sent,))
    touch = Touch(
        id=accepted_id(entry.key), lead_id=lead.id, kind=TouchKind.ACCEPTED, at=_at(services, report),
        facts={"what": due_key(entry.key), "mail": report.message_id},
    )  # fmt: skip
    return None if _is_stored(services, touch) else Change(lead=lead, touches=(touch,))


def _sent(entry: LedgerEntry, touches: tuple[Touch, ...], report: Report) -> Touch:
    """The touch of the sent mail, in the place of the one that said it was parked; that it was counted stands."""
    parked = next((touch for touch in touches if touch.id == f"parked/{entry.key}"), None)
    plain = Touch(f"sent/{entry.key}", entry.lead_id, TouchKind.SENT, entry.at, facts={"what": due_key(entry.key)})
    touch = replace(parked, id=plain.id, kind=plain.kind) if parked else plain
    return replace(touch, facts={**touch.facts, "reason": "told by the carrier", "mail": report.message_id})


def _bounced(services: Services, lead: Lead, ledger_key: str, report: Report) -> Change | None:
    """Notes it; ends what goes to this address if it cannot be reached. A rep's bounce says nothing of the lead."""
    to_lead = is_to_lead(ledger_key)
    touch = _reported(services, TouchKind.BOUNCED, ledger_key, report)
    if _is_stored(services, touch):
        return None
    if not to_lead:
        return Change(lead=lead, touches=(touch,), due=_tell_manager(lead, touch, ledger_key, report))
    proven_at = _proven_at(services, lead)
    if not unreachable(report, services.store.touches(lead.id), proven_at=proven_at):
        return Change(lead=lead, touches=(touch,))
    return _stopping(services, stopped_anew(lead, StopReason.BOUNCED, touch.at), touch)


def _tell_manager(lead: Lead, touch: Touch, ledger_key: str, report: Report) -> tuple[Due, ...]:
    """A rep who cannot be told of a lead is somebody else's to tell."""
    if not report.final or due_key(ledger_key).startswith(LAST_WORD):
        return ()
    return (Due(lead.id, lead.generation, DueKind.MAIL, f"manager/{touch.id}", touch.at),)


def _complained(services: Services, lead: Lead, ledger_key: str, report: Report) -> Change | None:
    touch = _reported(services, TouchKind.COMPLAINED, ledger_key, report)
    if _is_stored(services, touch):
        return None
    proven_at = _proven_at(services, lead)
    if proven_at is not None and proven_at > report.at:  # that person has said yes anew since
        return Change(lead=lead, touches=(touch,))
    return _stopping(services, complained(lead, touch.at), touch)


def _stopping(services: Services, lead: Lead, touch: Touch) -> Change:
    planned = replanned(open_bundle(services.files), lead, services.clock.now())
    return Change(lead=planned.lead, touches=(touch, *planned.touches), undue=planned.undue, due=planned.due)


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
