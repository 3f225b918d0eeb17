"""Somebody wants to see what we keep of them, or that it goes. Called by `handlers.on_my_data`.

The link to this page stands in mails, and mails get forwarded; a browser may be shared. So nothing is shown before
digits from a fresh mail were typed into the tab that asked for them, and all that is shown is over half an hour later.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from leadlight.decide import decide, the_lead
from leadlight.errors import BadToken, TooMany, WrongCode
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import LeadId
from leadlight.ports import Services
from leadlight.rights.digits import code_of, is_alive, row_of
from leadlight.rights.erasing import begin
from leadlight.rights.export import Document, export_of
from leadlight.tokens import LIFE, TokenUse
from leadlight.visitor.passes import Cookie
from leadlight.visitor.preferences import Visit
from leadlight.words import N_

COOKIE = "leadlight_my_data"
"""What this tab has asked for, and whether it has shown the digits."""

CLOSED_COOKIE = Cookie(COOKIE, "", timedelta(0))
"""Ends it."""

CODES_PER_DAY = 4
TRIES_PER_CODE, TRIES_PER_DAY = 5, 20

HOW = "my-data"
"""How an erasure came that the person wanted."""

CLOSED = N_("That was a while ago. Ask for fresh digits first.")


class Step(StrEnum):
    """How far this tab is."""

    ASK = "ask"
    CODE = "code"
    OPEN = "open"
    SURE = "sure"
    ERASED = "erased"


def lead_of(services: Services, visit: Visit) -> Lead:
    """Whose data it is. Raises `BadToken` when it was erased."""
    return the_lead(services, visit.lead_id, visit.generation)


def step_of(services: Services, visit: Visit, cookies: Mapping[str, str]) -> Step:
    """What this tab may see now; changes nothing. Raises `BadToken`."""
    if any(stop.reason is StopReason.ERASED for stop in lead_of(services, visit).stops):
        return Step.ERASED
    if _asked(services, visit, cookies, TokenUse.MY_DATA):
        return Step.OPEN
    return Step.CODE if _asked(services, visit, cookies, TokenUse.MY_DATA_TAB) else Step.ASK


def ask_code(services: Services, visit: Visit) -> Cookie:
    """Has digits mailed, and binds them to this tab. Raises `BadToken`, `TooMany`."""
    lead = lead_of(services, visit)
    _within_budget(services, lead)
    ask = services.token()
    decide(services, visit.lead_id, visit.generation, lambda lead: Change(lead, due=(row_of(services, lead, ask),)))
    return _cookie(services, lead, ask, TokenUse.MY_DATA_TAB)


def enter_code(services: Services, visit: Visit, cookies: Mapping[str, str], code: str) -> Cookie:
    """Opens the page for this tab. Raises `WrongCode`, `BadToken`."""
    lead, ask = lead_of(services, visit), _asked(services, visit, cookies, TokenUse.MY_DATA_TAB)
    if not ask:
        raise BadToken(N_("These digits belong to another tab. Ask for fresh ones here."))
    may_try = _count_try(services, lead, ask)
    digits = "".join(char for char in code if char.isdecimal() and char.isascii())
    right = hmac.compare_digest(digits, code_of(services, ask))
    if not (may_try and is_alive(services, lead, ask) and right):
        raise WrongCode(used_up=not may_try)
    return _cookie(services, lead, ask, TokenUse.MY_DATA)


def export(services: Services, visit: Visit, cookies: Mapping[str, str]) -> Document:
    """Everything, for who has shown the digits. Raises `BadToken`."""
    _must_be_open(services, visit, cookies)
    return export_of(services, LeadId(visit.lead_id)) or {}


def sure(services: Services, visit: Visit, cookies: Mapping[str, str]) -> Step:
    """The page with the last button, for who has shown the digits. Raises `BadToken`."""
    _must_be_open(services, visit, cookies)
    return Step.SURE


def erase(services: Services, visit: Visit, cookies: Mapping[str, str]) -> Lead:
    """Everything goes: nothing is sent any more from now on, and the rest is done at once, by itself.

    Returns the lead as it was. Raises `BadToken`.
    """
    lead = _must_be_open(services, visit, cookies)
    begin(services, lead.id, how=HOW)
    return lead


def _must_be_open(services: Services, visit: Visit, cookies: Mapping[str, str]) -> Lead:
    lead = lead_of(services, visit)
    if not _asked(services, visit, cookies, TokenUse.MY_DATA):
        raise BadToken(CLOSED)
    return lead


def _asked(services: Services, visit: Visit, cookies: Mapping[str, str], use: TokenUse) -> str:
    """What this tab has asked for, if its cookie is of that use and of this lead; else nothing."""
    try:
        facts = services.tokens.read(use, cookies.get(COOKIE, ""))
    except BadToken:
        return ""
    return facts["ask"] if (facts["lead"], facts["gen"]) == (visit.lead_id, visit.generation) else ""


def _cookie(services: Services, lead: Lead, ask: str, use: TokenUse) -> Cookie:
    token = services.tokens.sign(use, {"lead": lead.id, "gen": lead.generation, "ask": ask})
    return Cookie(COOKIE, token, LIFE[use])


def _within_budget(services: Services, lead: Lead) -> None:
    """So few mails a day, whoever has the link. Raises `TooMany`: the newest digits are in the mailbox already."""
    now = services.clock.now()
    day = Budget(f"my-data/{lead.id}/{now:%Y-%m-%d}", CODES_PER_DAY, now + timedelta(days=2))
    if services.settings.budgets and not services.store.count(day):
        raise TooMany(int((now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()))


def _count_try(services: Services, lead: Lead, ask: str) -> bool:
    """Whether these digits, and this lead over all its tabs, may still be tried. Counts before looking at them."""
    now = services.clock.now()
    over = now + timedelta(days=2)
    one = Budget(f"my-data-code/{ask}", TRIES_PER_CODE, over)
    day = Budget(f"my-data-codes/{lead.id}/{now:%Y-%m-%d}", TRIES_PER_DAY, over)
    return services.store.count(one) and services.store.count(day)
