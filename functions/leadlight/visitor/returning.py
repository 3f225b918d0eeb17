"""Somebody comes back: a browser in which an address was confirmed opens one more gate, without another mail's link.

Only what the pass may say counts at once: the gate, what was not known yet, a word on calls. What the boxes agree to
waits for the button in a mail (`agreeing`). A form with an address is a stranger's, whoever has the browser; with
another address than the pass's the browser is theirs from then on, also while they wait for their mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.decide import Erased, decide
from leadlight.errors import TooMany
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.person import GateId, Purpose
from leadlight.model.site import Unlock
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.asking import Asked, asked_of_lead
from leadlight.rules.form import Answers
from leadlight.rules.series import is_unwritten
from leadlight.visitor.access import Access, purposes_of, request_access
from leadlight.visitor.agreeing import wish_of_form
from leadlight.visitor.confirm import BY_BROWSER, accepted
from leadlight.visitor.passes import lead_cookies, opens, pass_of
from leadlight.visitor.submit import Form, answers_to, capture_of_form, count, form_sent, touch_of_form

SAME_TAP = timedelta(minutes=1)
OPENED_PER_DAY = 50
"""So many forms may the passes of one lead send in a day: each causes mails to it and to a rep."""


def open_gate(
    services: Services, cookies: Mapping[str, str], values: Mapping[str, str], *, network: str, plain: bool = False
) -> Access:
    """What the form comes to: by the pass of this browser where it has one and no address was typed.

    `plain`: no script sent it. Raises `UnknownGate`, `BadFields`, `TooMany`.
    """
    found = None if values.get("email", "").strip() else pass_of(services, cookies)
    if found is None:
        return request_access(services, values, network=network, held=cookies, plain=plain)
    form = form_sent(services, values, network=network)
    given = [name for name, value in values.items() if value.strip()]
    asked = asked_of_lead(form.gate_id, form.gate, form.wording, found.lead, given)
    answers = answers_to(form, asked)
    wanted = _wanted(services, found.lead, form, answers, asked)
    lead = found.lead
    if wanted or not _is_settled(services, lead, form, answers):
        lead = _opened(services, lead, form, answers, wanted)
    cookies_of = lead_cookies(services, lead, form.gate_id, shown=found.shown)
    is_open = opens(services, lead, form.gate_id)
    return Access(form.gate_id, form.gate.page, is_open, cookies_of, form.gate.language, by_mail=False)


def has_asked(services: Services, lead: Lead, gate_id: str) -> bool:
    """Whether this lead waits for a rep to open that gate. None can open what is not written yet."""
    gate = open_bundle(services.files).manifest.gates.get(GateId(gate_id))
    if gate is None or is_unwritten(gate):
        return False
    touches = services.store.touches(lead.id)
    return any(touch.kind is TouchKind.CONFIRMED and touch.gate == gate_id for touch in touches)


def _opened(services: Services, lead: Lead, form: Form, answers: Answers, wanted: tuple[Purpose, ...]) -> Lead:
    """The lead after one transaction: the submit, what follows from a confirmed one, and the wish for more."""
    count(services, form.network, form.now)
    _within_budget(services, lead, form.now)
    key = services.keys.fresh()
    agreed = purposes_of(replace(answers, consent=False, news=False), form.wording)
    capture = capture_of_form(
        services, form, answers, key=key, lead=(lead.id, lead.generation), purposes=agreed, how=BY_BROWSER
    )
    sent = touch_of_form(capture, form.gate, confirmed="yes")
    wish = wish_of_form(services, form.bundle, lead, capture, wanted) if wanted else None

    def opened(lead: Lead) -> Change | None:
        if lead.erased_at:  # since the pass was read
            raise Erased(form.gate_id)
        still = _unsaid(services, lead, form, wanted)
        if not still and _is_settled(services, lead, form, answers):  # the other of two taps at the same moment
            return None
        touches, due = ((wish[0],), (wish[1],)) if wish and still else ((), ())
        change = accepted(services, form.bundle, lead, capture, form.gate, how=BY_BROWSER)
        return replace(
            change,
            captures=(replace(capture, confirmed_at=form.now),),
            keys=(*change.keys, key),
            confirm=None,
            touches=(sent, *change.touches, *touches),
            due=(*change.due, *due),
        )

    return decide(services, lead.id, str(lead.generation), opened)


def _within_budget(services: Services, lead: Lead, now: datetime) -> None:
    """Raises `TooMany`."""
    day = Budget(f"opened/{lead.id}/{now:%Y-%m-%d}", OPENED_PER_DAY, now + timedelta(days=2))
    if services.settings.budgets and not services.store.count(day):
        raise TooMany(int((now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()))


def _is_settled(services: Services, lead: Lead, form: Form, answers: Answers) -> bool:
    """Whether nothing is new about it: the same button again."""
    new = [name for name in answers.fields if name not in lead.known]
    if new or answers.call is not None or answers.intent not in {None, lead.intent}:
        return False
    if opens(services, lead, form.gate_id):
        return True
    return form.gate.unlock is Unlock.REP and has_asked(services, lead, form.gate_id)


def _wanted(services: Services, lead: Lead, form: Form, answers: Answers, asked: Asked) -> tuple[Purpose, ...]:
    """What was newly ticked."""
    ticked = {Purpose.FOLLOW_UP: answers.consent and asked.follow_ups, Purpose.NEWS: answers.news and asked.news}
    return _unsaid(services, lead, form, tuple(purpose for purpose, yes in ticked.items() if yes))


def _unsaid(services: Services, lead: Lead, form: Form, wanted: tuple[Purpose, ...]) -> tuple[Purpose, ...]:
    """The boxes, unless the same ones of this form were ticked a moment ago."""
    if not wanted:
        return ()
    just = (t for t in services.store.touches(lead.id) if t.kind is TouchKind.PREFERRED and form.now - t.at < SAME_TAP)
    return () if any(_is_that_wish(touch, form, wanted) for touch in just) else wanted


def _is_that_wish(touch: Touch, form: Form, wanted: tuple[Purpose, ...]) -> bool:
    return touch.gate == form.gate_id and touch.facts.get("purposes") == " ".join(wanted)
