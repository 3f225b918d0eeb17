"""Is this form taken as it is, or is a little work asked of the browser first? Called by `access` and `known`.

The work is ALTCHA v2 (altcha.org): the server hides a number behind a key derivation, the browser finds it by trying.
A puzzle is bound to its gate, lives ten minutes by our own clock, and is good for one submit: the library verifies the
same solution as often as one likes, so its id is burnt in the store. Nothing here reads or names a lead.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from leadlight.budgets import OPEN as BREAKER
from leadlight.errors import BadToken, NeedsProof, TooMany
from leadlight.model.exchange import Budget
from leadlight.ports import Services, Store
from leadlight.rules.budgets import hour_of
from leadlight.rules.suspicion import HARDER_AFTER, MOST_SET, Signs, effort, is_suspect
from leadlight.tokens import TokenUse
from leadlight.visitor.submit import Form, window_of

PROOF, TICKET, TRAP = "proof", "ticket", "homepage"
"""What a form sends beside its fields. The last is hidden from people, unless a form has a field of that name."""

LIFE = timedelta(minutes=10)

COST, LEAST = 10_000, 100
"""Rounds of PBKDF2 in one try, and tries at the least: a quarter of a second on a desk, under two on a slow phone."""


class Standing(StrEnum):
    """How a form was let in, which decides what its network may send of the kind."""

    ORDINARY = "ordinary"
    PROVEN = "proven"
    PLAIN = "plain"  # by a browser without a script, which can prove nothing


SHARES: Mapping[Standing, int] = {Standing.ORDINARY: 8, Standing.PLAIN: 3}
"""So many of a kind may one network send in ten minutes; for those proven its budget for all kinds is the only one."""


def ticket(services: Services, gate_id: str) -> Mapping[str, str]:
    """What says later when this form was handed out. It cannot stand in the page, which is the same for everybody."""
    if not services.settings.proof_of_work:
        return {}
    now = services.clock.now()
    return {TICKET: services.tokens.sign(TokenUse.FORM, {"gate": gate_id, "at": now.isoformat()})}


def standing(services: Services, form: Form, *, plain: bool) -> Standing:
    """How this form may come in; a proof that it brings is spent. Raises `NeedsProof`."""
    if not services.settings.proof_of_work:
        return Standing.PROVEN
    if proof := form.values.get(PROOF):
        if _is_spent_on(services, form, proof):
            return Standing.PROVEN
        if not plain:
            raise needed(services, form)
    if plain:
        return Standing.PLAIN
    signs = Signs(trapped=_is_trapped(form), taken=_taken(services, form), attacked=is_attacked(services))
    if is_suspect(signs):
        raise needed(services, form, signs)
    return Standing.ORDINARY


def kinds(services: Services, standing: Standing) -> Mapping[str, int]:
    """What its network may send of that kind, by the kind's name; nothing where only the network's budget counts."""
    limit = SHARES.get(standing)
    return {standing: limit} if limit and services.settings.proof_of_work else {}


def needed(services: Services, form: Form, signs: Signs | None = None) -> NeedsProof:
    """The puzzle for this network and gate, the harder the more it was set. Raises `TooMany`."""
    found = signs or Signs(crowded=True, attacked=is_attacked(services))
    hard = effort(replace(found, set_before=_set_before(services, form)))
    return NeedsProof(_challenge(services, form, LEAST << (hard - 1)))


def _challenge(services: Services, form: Form, least: int) -> Mapping[str, object]:
    """A number from `least` up to twice that, to be found. Of the library's own randomness nothing is ever kept.

    Its expiry goes by the machine's clock; ours stands in what is signed.
    """
    from altcha import create_challenge  # noqa: PLC0415 only suspicion needs it

    hidden = least + int.from_bytes(services.random(4), "big") % least
    over = services.clock.now() + LIFE
    facts = {"gate": form.gate_id, "id": services.token(), "until": over.isoformat()}
    key = services.settings.token_keys[-1]
    return create_challenge(
        "PBKDF2/SHA-256",
        COST,
        counter=hidden,
        data=facts,
        hmac_secret=_secret(key, "challenge"),
        hmac_key_secret=_secret(key, "answer"),
    ).to_dict()


def _is_spent_on(services: Services, form: Form, proof: str) -> bool:
    """Whether it is a solution to a puzzle of ours for this gate, in time, and now used for the first time."""
    facts = _facts(services, proof)
    now = services.clock.now()
    if facts is None or facts["gate"] != form.gate_id or not _is_current(facts["until"], now):
        return False
    return services.store.count(Budget(f"proof/{facts['id']}", 1, now + 2 * LIFE))


def _facts(services: Services, proof: str) -> Mapping[str, str] | None:
    """What a solved puzzle says of itself; None for whatever else it is. The key may have changed since it was set."""
    from altcha import Payload, verify_solution  # noqa: PLC0415 only suspicion needs it

    solved = [
        verify_solution(proof, _secret(key, "challenge"), hmac_key_secret=_secret(key, "answer")).verified
        for key in services.settings.token_keys
    ]
    return Payload.from_base64(proof).challenge.parameters.data if any(solved) else None


def _is_current(until: str, now: datetime) -> bool:
    return now <= datetime.fromisoformat(until) <= now + LIFE


def _secret(key: str, what: str) -> bytes:
    """A key of its own for each thing that is signed."""
    return hmac.new(key.encode(), f"leadlight.proof.{what}".encode(), hashlib.sha256).digest()


def _is_trapped(form: Form) -> bool:
    own = any(field.name == TRAP for field in form.gate.fields)
    return not own and bool(form.values.get(TRAP, "").strip())


def _taken(services: Services, form: Form) -> timedelta | None:
    """How long the form was at hand. Nothing readable is no sign: keys change, and pages stay open for days."""
    try:
        facts = services.tokens.read(TokenUse.FORM, form.values.get(TICKET, ""))
    except BadToken:
        return None
    return form.now - datetime.fromisoformat(facts["at"]) if facts["gate"] == form.gate_id else None


def _set_before(services: Services, form: Form) -> int:
    """About how many puzzles the network was set in this window: the last step that is full. Counts this one."""
    if not services.settings.budgets:
        return 0
    window = window_of(services, form.network, form.now)
    reached = 0
    for step in (*HARDER_AFTER, MOST_SET):
        if services.store.count(Budget(f"{window.name}/set/{step}", step - reached, window.over)):
            return reached
        reached = step
    raise TooMany(window.left(form.now))


def is_attacked(services: Services) -> bool:
    """Whether opt-in mails are withheld just now; read once a minute, so that an ordinary submit stays one call."""
    if not services.settings.proof_of_work:
        return False
    minute = services.clock.now().replace(second=0, microsecond=0)
    return _opened(services.store, minute)  # type: ignore[arg-type]  # objects hash by identity; a protocol cannot say so


@lru_cache(maxsize=4)
def _opened(store: Store, minute: datetime) -> bool:
    return store.note(BREAKER) == hour_of(minute)
