"""Everything that is kept of one person, in one document that programs and people can read.

Called by `visitor.my_data` and `leadlight leads export`. What there is at all says `model.data_map`; parts have its
names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from leadlight.errors import LostKey, MissingBundle
from leadlight.model.data_map import DATA_MAP, Kept
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, LeadId, Sealed
from leadlight.model.touch import Touch
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rights.receipts import as_plain, receipts_of
from leadlight.rules.routing import member
from leadlight.tombstones import ERASED, SUPPRESSED
from leadlight.vault import unseal

Document = Mapping[str, Any]

GONE = {"unreadable": "the key is gone, so nobody can read this"}


def export_of(services: Services, lead_id: LeadId) -> Document | None:
    """All of it as plain data, ready for JSON; None where there is nobody of that id.

    What is sealed stands opened beside what it belongs to, under `said`. `kept` says what each part is for, for how
    long, and what becomes of it.
    """
    lead = services.store.lead(lead_id)
    if lead is None:
        return None
    captures, touches = services.store.captures(lead_id), services.store.touches(lead_id)
    sealed = [*(capture.sealed for capture in captures), *(touch.sealed for touch in touches if touch.sealed)]
    secrets = services.keys.secrets([each.key_id for each in sealed])
    figures = services.store.figures(lead_id)
    bundle = _bundle(services)
    return {
        "made_at": msgspec.to_builtins(services.clock.now()),
        "site": services.settings.site_url,
        "lead": msgspec.to_builtins(lead),
        "forms": [_form(capture, secrets, bundle) for capture in captures],
        "receipts": [as_plain(services, bundle, one) for one in receipts_of(services, bundle, lead)],
        "timeline": [_fact(touch, secrets, bundle) for touch in touches],
        "planned": msgspec.to_builtins(services.store.due_of(lead_id)),
        "mails": msgspec.to_builtins(services.store.ledger(lead_id)),
        "counted": msgspec.to_builtins(figures.cells) if figures else {},
        "marks": dict(_marks(services, lead)),
        "kept": [_kept(row) for row in DATA_MAP],
    }


def _kept(row: Kept) -> dict[str, str]:
    said = {name: getattr(row, name) for name in ("name", "what", "why", "until", "erased", "exported")}
    return {**said, "part": row.part}


def _bundle(services: Services) -> Bundle | None:
    """Without one, names stay ids: whoever asks for their data gets it all the same."""
    try:
        return open_bundle(services.files)
    except MissingBundle:
        return None


def _form(capture: Capture, secrets: Mapping[str, bytes], bundle: Bundle | None) -> dict[str, Any]:
    plain = msgspec.to_builtins(capture)
    wording = bundle.wording(capture.consent.wording) if bundle else None
    said = wording.wording if wording else {}
    words = {purpose: said[purpose] for purpose in capture.consent.purposes if purpose in said}
    opened = _opened(capture.sealed, secrets, capture.lead_id)
    return {**plain, "sealed": _key(capture.sealed), "said": opened, "words": words}


def _fact(touch: Touch, secrets: Mapping[str, bytes], bundle: Bundle | None) -> dict[str, Any]:
    plain = msgspec.to_builtins(touch)
    person = member(bundle.team, touch.by) if bundle and touch.by else None
    by = {"by_name": person.name} if person else {}
    if touch.sealed is None:
        return {**plain, **by}
    return {**plain, **by, "sealed": _key(touch.sealed), "said": _opened(touch.sealed, secrets, touch.lead_id)}


def _key(sealed: Sealed) -> dict[str, str]:
    """The blob itself is what `said` says; without its key it would be nothing."""
    return {"key_id": sealed.key_id}


def _opened(sealed: Sealed, secrets: Mapping[str, bytes], lead_id: LeadId) -> Mapping[str, str]:
    try:
        return unseal(sealed, secrets=secrets, owner=lead_id)
    except LostKey:
        return GONE


def _marks(services: Services, lead: Lead) -> Iterator[tuple[str, str]]:
    for prefix in (ERASED, SUPPRESSED):
        if (told := services.keys.note(f"{prefix}{lead.id}")) is not None:
            yield prefix.rstrip("/"), told
