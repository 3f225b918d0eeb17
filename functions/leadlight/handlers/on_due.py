"""Something's time has come. Woken by a schedule, by the feed right after a change, or by the tick; all do the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import msgspec

from leadlight import (
    aftersale,
    crm,
    evidence,
    followup,
    lifecycle,
    moved,
    news,
    noted,
    notify,
    pausing,
    speed,
    taken_up,
    welcome,
    withheld,
)
from leadlight.decide import Erased
from leadlight.errors import TryAgain
from leadlight.fate import Done
from leadlight.handlers import measures
from leadlight.handlers.log import logger, wordless
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change
from leadlight.ports import Services
from leadlight.rights import code, erasing
from leadlight.rules.aftersale import RENEWAL
from leadlight.rules.lapse import LAPSE

Doing = Callable[[Services, Due], Done | None]

MAILS: Mapping[str, Doing] = {
    "optin": welcome.send_opt_in,
    "withheld": withheld.let_go,
    "breaker": withheld.tell_manager,
    "crowded": withheld.tell_of_crowd,
    "delivery": welcome.send_delivery,
    "raise": welcome.send_consent,
    "afresh": welcome.send_fresh_link,
    "news": news.send,
    "arrived": news.send,
    "notify": notify.tell_rep,
    "manager": notify.tell_manager,
    "relink": notify.send_fresh_link,
    "moved": moved.tell_former,
    "noted": noted.tell_understood,
    "feedback": taken_up.tell,
    "crm": crm.hand_over,
    "my-data": code.send_code,
}
"""What a mail row does, by the first part of its `ref`."""

REVIEWS: Mapping[str, Doing] = {RENEWAL: aftersale.renew, LAPSE: lifecycle.review}
"""What a review looks at, by its `ref`."""

ROWS: Mapping[DueKind, Doing] = {
    DueKind.STEP: followup.run_step,
    DueKind.HOLD: pausing.lapse,
    DueKind.TASK: notify.tell_rep,
    DueKind.EVIDENCE: evidence.look_again,
    DueKind.CLAIM: speed.pass_on,
    DueKind.ERASURE: erasing.finish,
}
"""What every other row does."""

AGAIN = timedelta(minutes=10)
"""When a row that failed for an unknown reason is tried again, so that it blocks nobody behind it."""


EARLY = timedelta(seconds=1)
"""How much before its time a schedule may wake us by the difference of two clocks."""

RESERVE_MS = 40_000
"""Milliseconds that one more row may take at the worst; with less left, the rest waits for the next tick."""

COUNTED: Mapping[LedgerState, measures.Name] = {
    LedgerState.SENT: "MailSent",
    LedgerState.PARKED: "MailParked",
    LedgerState.RELEASED: "MailReleased",
    LedgerState.SKIPPED: "MailSkipped",
}


class Context(Protocol):
    """The part of Lambda's context that we use."""

    def get_remaining_time_in_millis(self) -> int: ...


def has_time(context: Context, reserve_ms: int = RESERVE_MS) -> bool:
    """Whether a function may begin one more row. One that is cut off in the middle leaves a mail to be wondered at."""
    return context.get_remaining_time_in_millis() > reserve_ms


def handler(services: Services) -> Callable[[Mapping[str, Any], object], None]:
    """The function that schedules wake: its event is the due row, as JSON, as `Scheduler.wake` was given it.

    Woken early, or for a row that was moved or done since, it does nothing: the row in the store decides.
    """

    def handle_event(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001 Lambda's shape
        due = msgspec.convert(event, Due)
        if due.at - services.clock.now() > EARLY:
            logger.warning("due.early", lead=due.lead_id, what=due.key)
            return
        handle(services, due)

    return wordless(handle_event)


def handle(services: Services, due: Due) -> None:
    """Does what is due, or puts it off with a line in the log; never raises, so one bad row stops no other."""
    logger.thread_safe_append_keys(correlation_id=due.request or None)  # the local server's threads do not mix theirs
    try:
        done = _run(replace(services, request=due.request), due)
    except TryAgain as error:  # the row stays where it is: the next sweep, a moment later, finds it
        logger.warning("due.delayed", lead=due.lead_id, what=due.key, why=type(error).__name__)
    except Erased:  # and the row with them; one that stands all the same is looked at again
        logger.info("due.erased", lead=due.lead_id, what=due.key)
        _put_off(services, due)
    except Exception:
        logger.exception("due.failed", lead=due.lead_id, what=due.key)
        measures.count("RowFailed")
        _put_off(services, due)
    else:
        if done is not None:
            measures.count(_counted_as(done))
            if due.ref.startswith(withheld.BREAKER) and done.state is LedgerState.SENT:
                logger.error("breaker.open", hour=due.ref.removeprefix(withheld.BREAKER))
            logger.info(f"touch.{done.state}", lead=due.lead_id, what=due.key, why=done.reason)
    finally:
        logger.thread_safe_remove_keys(["correlation_id"])


def _counted_as(done: Done) -> measures.Name:
    """Two ends are no ordinary ones: the carrier takes no mail for that address, or too much would have gone out."""
    if done.refused:
        return "MailBounced"
    return "MailWithheld" if done.withheld else COUNTED[done.state]


def _run(services: Services, due: Due) -> Done | None:
    match due.kind:
        case DueKind.MAIL:
            does = MAILS[due.ref.partition("/")[0]]
        case DueKind.REVIEW:
            does = REVIEWS[due.ref]
        case kind:
            does = ROWS[kind]
    return does(services, due)


def _put_off(services: Services, due: Due) -> None:
    """Moves the row, if it is still there; where even that fails, the row stays and is passed over this time.

    The row remembers since when it fails: one that does for long is shown to people (`rules.next_action.why_stuck`).
    """
    try:
        found = services.store.dossier(due)
        if found is not None and found.due is not None and due.stands_as(found.due):
            now = services.clock.now()
            later = replace(found.due, at=now + AGAIN, failing_since=found.due.failing_since or now)
            services.store.commit(Change(lead=found.lead, due=(later,)))
    except Exception:
        logger.exception("due.not_put_off", lead=due.lead_id, what=due.key)
