"""A stranger sends the form: one transaction, the same for known and unknown addresses, and the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadlight.assignment import company_of
from leadlight.decide import traced
from leadlight.errors import TooMany
from leadlight.model.due import Due
from leadlight.model.exchange import SealingKey
from leadlight.model.person import CallKind, Capture, GateId, Purpose
from leadlight.model.site import Unlock, Wording
from leadlight.model.touch import Touch
from leadlight.ports import Services
from leadlight.rules.beginning import BY_FORM, lead_of, rows_of
from leadlight.rules.form import Answers
from leadlight.vault import lead_id
from leadlight.visitor import proof
from leadlight.visitor.passes import Cookie, gate_cookies, handed_over, tab_cookie
from leadlight.visitor.proof import Standing
from leadlight.visitor.submit import Form, answers_to, capture_of_form, counters, form_sent, touch_of_form

GENERATION = 1


@dataclass(frozen=True, slots=True)
class Access:
    """What came of the form: read on at once, or look into the mail first."""

    gate: GateId
    page: str
    open: bool
    cookies: tuple[Cookie, ...]
    language: str
    by_mail: bool = True  # whether the way on lies in a mail; else, if not open, a rep decides


def request_access(
    services: Services,
    values: Mapping[str, str],
    *,
    network: str,
    held: Mapping[str, str] | None = None,
    plain: bool = False,
) -> Access:
    """Stores the submit and says how it goes on; the mails go out by themselves, right after.

    `network` is the sender's address cut to /24 or /64; `held` are the browser's cookies; `plain` is a form that no
    script sent. Raises `UnknownGate`, `BadFields`, `NeedsProof` among these, `TooMany`.
    """
    form = form_sent(services, values, network=network)
    answers = answers_to(form)
    standing = proof.standing(services, form, plain=plain)
    key = services.keys.fresh()
    capture = capture_of_form(
        services,
        form,
        answers,
        key=key,
        lead=(lead_id(answers.email, services.settings.lead_key), GENERATION),
        purposes=purposes_of(answers, form.wording),
        how=BY_FORM,
        company=company_of(services, answers.email),
    )
    opens = form.gate.unlock is Unlock.FORM
    due = traced(services, rows_of(capture, tell_rep=opens))
    _store(services, form, capture, key, touch_of_form(capture, form.gate), due=due, standing=standing)
    cookies = (
        tab_cookie(services, capture, answers.email),
        *(gate_cookies(services, capture) if opens else ()),
        *handed_over(services, held or {}, capture.lead_id),
    )
    return Access(form.gate_id, form.gate.page, opens, cookies, form.gate.language)


def purposes_of(answers: Answers, wording: Wording) -> tuple[Purpose, ...]:
    """What was agreed to, and only what the form asked for. A wish for a call is its own agreement to that call."""
    wants_call = answers.call is not None and answers.call.kind is not CallKind.NO
    agreed = {
        Purpose.CONTENT: True,
        Purpose.FOLLOW_UP: answers.consent and Purpose.FOLLOW_UP in wording.wording,
        Purpose.PHONE: wants_call,
        Purpose.NEWS: answers.news and Purpose.NEWS in wording.wording,
    }
    return tuple(purpose for purpose, yes in agreed.items() if yes)


def _store(
    services: Services,
    form: Form,
    capture: Capture,
    key: SealingKey,
    touch: Touch,
    *,
    due: Sequence[Due],
    standing: Standing,
) -> None:
    """One transaction; where a counter is used up, another one for each that the network has left."""
    lead = lead_of(capture)
    full = TooMany(0)
    for budgets in counters(
        services, form.network, capture.at, gate=form.gate_id, kinds=proof.kinds(services, standing)
    ):
        try:
            return services.store.capture(capture, key=key, touch=touch, due=due, budgets=budgets, lead=lead)
        except TooMany as refused:
            full = refused
    if standing is Standing.ORDINARY:
        raise proof.needed(services, form) from full
    raise full
