"""The receipts of one person, gathered from the store. Called by `rights.export` and `leadlight leads show`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadlight import links
from leadlight.errors import LostKey
from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.promise import in_words
from leadlight.ports import Services
from leadlight.rules.receipts import Receipt, receipts
from leadlight.vault import unseal


def receipts_of(services: Services, bundle: Bundle | None, lead: Lead) -> tuple[Receipt, ...]:
    """Everything that this lead has agreed to, purpose by purpose. Without a bundle there are hashes in place of words.

    What is sealed under a key that is gone is left out.
    """
    store = services.store
    captures = store.captures(lead.id)
    secrets = services.keys.secrets([capture.sealed.key_id for capture in captures])
    return receipts(
        lead, captures, store.touches(lead.id), store.ledger(lead.id),
        shown=lambda named: bundle.wording(named) if bundle and named else None,
        network=lambda capture: _network(capture, secrets),
    )  # fmt: skip


def as_plain(services: Services, bundle: Bundle | None, one: Receipt) -> dict[str, Any]:
    """For JSON: with the page's address, and the promise in the words that stood in the form."""
    follows = in_words(one.promise, language=one.language) if one.promise else ""
    return {**msgspec.to_builtins(one), "page": _page(services, bundle, one), "follows": follows}


def _network(capture: Capture, secrets: Mapping[str, bytes]) -> str:
    try:
        return unseal(capture.sealed, secrets=secrets, owner=capture.lead_id).get("network", "")
    except LostKey:
        return ""


def _page(services: Services, bundle: Bundle | None, one: Receipt) -> str:
    """Where it was; its id where that page is gone."""
    known = bundle is not None and one.page in bundle.manifest.gates
    return links.page(services, bundle.gate(one.page, one.language).page) if bundle and known else one.page
