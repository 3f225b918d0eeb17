"""What does an operator ask of an installation on AWS? Called by `on_tick`, which `leadlight leads … --stack` wakes.

It is done here, by the function's own role: no key and no secret leaves the account, and whoever asks needs the right
to wake the function, and none to any table. The log says what was asked, by ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from leadlight import reputation, restore, withheld
from leadlight.errors import OperatorMustFix, TryAgain
from leadlight.handlers.log import logger
from leadlight.model.person import LeadId
from leadlight.ports import Services
from leadlight.rep.session import end_all
from leadlight.rights import erasing
from leadlight.rules.stop import OPERATOR
from leadlight.vault import lead_id

Event = Mapping[str, Any]
Told = dict[str, Any]

DEALS = {"release": withheld.release_all, "drop": withheld.drop_all}
"""What an operator may say of mails that are withheld."""


def about_one(services: Services, event: Event) -> Told | None:
    """`{"export": {"email": …}}` and `{"erase": {"email": …}}`, or `lead` for an id: what came of it, by that word.

    None where nothing of that kind is asked. What somebody can do something about is told as `problem`.
    """
    word = next((word for word in ABOUT_ONE if word in event), None)
    if word is None:
        return None
    lead = _named(services, event[word])
    if lead is None:
        return {word: {"problem": "Name one lead, by its address or its id."}}
    try:
        return {word: ABOUT_ONE[word](services, lead)}
    except (TryAgain, OperatorMustFix) as error:
        logger.warning("operator.failed", asked=word, lead=lead, why=type(error).__name__)
        return {word: {"problem": str(error)}}


def about_all(services: Services, event: Event, *, may_go_on: Callable[[], bool]) -> Told:
    """`{"resume": "after-restore"}`, once leads that were put back from a copy are in place; `{"resume": "sending"}`,
    once the cause is mended for which too many mails came back; `{"breaker": "release"}` or `"drop"`, with `gate` for
    one page, for opt-in mails that are withheld; `{"sign-out": "rita"}`, or with `everybody`, for sessions at the desk.
    What came of it, by that word; nothing where nothing is asked.
    """
    told: Told = {}
    if event.get("resume") == "after-restore":
        told["resume"] = _resumed(services, may_go_on)
    if event.get("resume") == "sending":
        ended = reputation.resume_sending(services)
        if ended:
            logger.warning("sending.resumed", why=ended.why)
        told["resume"] = {"why": ended.why if ended else None}
    if deal := DEALS.get(event.get("breaker", "")):
        mails = deal(services, gate=event.get("gate", ""), may_go_on=may_go_on)
        logger.warning("breaker.decided", what=event["breaker"], mails=mails)
        told["breaker"] = {"mails": mails, "a_minute": services.settings.late_per_minute}
    if "sign-out" in event:
        people = end_all(services, None if event.get("everybody") else str(event["sign-out"]))
        logger.warning("desk.ended", people=people)
        told["sign-out"] = {"people": people}
    return told


def _resumed(services: Services, may_go_on: Callable[[], bool]) -> Told:
    """`left`: there was no time for all who are to be erased again, and the hold stays; ask once more."""
    again = erasing.erase_again(services, may_go_on=may_go_on)
    logger.warning("leads.erased_again", leads=again.leads, left=not again.is_over)
    if not again.is_over:
        return {"erased_again": again.leads, "left": True}
    mark = restore.resume_after_restore(services)
    logger.warning("leads.resumed", mark=str(mark))
    return {"erased_again": again.leads, "left": False, "mark": msgspec.to_builtins(mark)}


def _named(services: Services, whom: object) -> LeadId | None:
    match whom:
        case {"lead": str(name), **others} if name and not others:
            return LeadId(name)
        case {"email": str(address), **others} if address and not others:
            return lead_id(address, services.settings.lead_key)
    return None


def _export(services: Services, lead: LeadId) -> Told:
    """All that is kept of them; no `document` where there is nobody."""
    from leadlight.rights.export import export_of  # noqa: PLC0415  # asked for seldom, and every start would pay for it

    document = export_of(services, lead)
    logger.warning("operator.exported", lead=lead, known=document is not None)
    return {"lead": lead, "document": document}


def _erase(services: Services, lead: LeadId) -> Told:
    """All of it goes now, as far as no mail is on its way; the rest goes by itself."""
    known = services.store.lead(lead) is not None or bool(services.store.due_of(lead))
    if known:
        erasing.erase(services, lead, how=OPERATOR)
    left = erasing.is_under_way(services, lead)
    logger.warning("operator.erased", lead=lead, known=known, left=left)
    return {"lead": lead, "known": known, "left": left}


ABOUT_ONE: Mapping[str, Callable[[Services, LeadId], Told]] = {"export": _export, "erase": _erase}
"""What may be asked about one person."""
