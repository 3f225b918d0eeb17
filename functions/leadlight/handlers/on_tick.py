"""A minute has passed. Sweeps whatever is due and was missed: the truth behind feed and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from leadlight import digest, mail_alarm, reputation, restore, retention
from leadlight.errors import Restored, TryAgain
from leadlight.handlers import measures, on_due, operator
from leadlight.handlers.log import logger, wordless
from leadlight.ports import Services
from leadlight.rep import sign_in_mail

BATCH = 100

LATE = timedelta(minutes=5)
"""A row that is due for longer was done by nobody who should have, the ticks before this one included."""


def handler(services: Services) -> Callable[[Mapping[str, Any], on_due.Context], dict[str, Any]]:
    """The function that the clock wakes each minute, and an operator with a word of `operator`.

    Who asks about one person is answered at once; the other rows wait for the clock.
    """

    def handle_event(event: Mapping[str, Any], context: on_due.Context) -> dict[str, Any]:
        if (told := operator.about_one(services, event)) is not None:
            return told
        done = operator.about_all(services, event, may_go_on=lambda: on_due.has_time(context))
        swept = handle(services, may_go_on=lambda: on_due.has_time(context))
        if swept:
            measures.count("Swept", swept)
        return {**done, "swept": swept}

    return wordless(handle_event)


def handle(
    services: Services,
    *,
    between: Callable[[], None] = lambda: None,
    may_go_on: Callable[[], bool] = lambda: True,
    writes_to_team: bool = True,
) -> int:
    """Does everything that is due, earliest first, as long as it may. Returns how many rows it looked at.

    Nothing while the leads are a copy from before: what is due waits until an operator says so. `between` as in
    `on_change`. `writes_to_team`: whether our own people get what they are mailed by the calendar, too.
    """
    _open_the_desk(services)
    if not restore.keep_watch(services):
        measures.count("Restored")
        _say_so()
        return 0
    _watch_reputation(services)
    swept = _sweep(services, between=between, may_go_on=may_go_on)
    if writes_to_team and may_go_on():
        _write_to_team(services, may_go_on=may_go_on)
        if _keep_no_longer(services, may_go_on=may_go_on):
            swept += _sweep(services, between=between, may_go_on=may_go_on)
    return swept


def _keep_no_longer(services: Services, *, may_go_on: Callable[[], bool]) -> bool:
    """Whose time is over is erased, once a day; whether there may be rows now that do it.

    What goes wrong with one is tried again at the next tick.
    """
    try:
        done = retention.keep_no_longer(services, may_go_on=may_go_on)
    except TryAgain as error:
        logger.warning("retention.delayed", why=type(error).__name__)
    except Exception:
        logger.exception("retention.failed")
    else:
        if done and done.over:
            logger.info("retention.done", erased=done.erased, forms=done.forms)
        return done is not None and done.erased > 0
    return True


def _write_to_team(services: Services, *, may_go_on: Callable[[], bool]) -> None:
    """Digests and the like. What goes wrong with them holds up nobody's mail, and is tried again at the next tick."""
    try:
        sent = digest.rounds(services, may_go_on=may_go_on)
    except TryAgain as error:
        logger.warning("rounds.delayed", why=type(error).__name__)
    except Exception:
        logger.exception("rounds.failed")
    else:
        if sent:
            measures.count("MailSent", sent)


def _watch_reputation(services: Services) -> None:
    """Sees to it that people hear of a pause. What goes wrong with that stops nothing else, and is tried again."""
    try:
        paused = reputation.now_paused(services)
        if paused is None:
            return
        measures.count("SendingPaused")
        if mail_alarm.tell_manager(services):
            logger.error("sending.paused", why=paused.why, until=paused.until.isoformat())
    except TryAgain as error:
        logger.warning("alarm.delayed", why=type(error).__name__)
    except Exception:
        logger.exception("alarm.failed")


def _sweep(services: Services, *, between: Callable[[], None], may_go_on: Callable[[], bool]) -> int:
    looked_at: set[tuple[str, str]] = set()
    while True:
        # What could not be done or moved stays in front; rows behind it must not starve.
        rows = services.store.due(until=services.clock.now(), limit=BATCH + len(looked_at))
        fresh = [due for due in rows if (due.lead_id, f"{due.key}@{due.at.isoformat()}") not in looked_at]
        if not fresh:
            return len(looked_at)
        for due in fresh:
            if not may_go_on():
                return len(looked_at)
            looked_at.add((due.lead_id, f"{due.key}@{due.at.isoformat()}"))
            if services.clock.now() - due.at > LATE:
                measures.count("Overdue")
            between()
            on_due.handle(services, due)


def _open_the_desk(services: Services) -> None:
    """Mails links to the desk, also while the leads are a copy from before; what is wrong there stops nothing else."""
    try:
        sent = sign_in_mail.send_links(services)
    except TryAgain as error:
        logger.warning("desk.delayed", why=type(error).__name__)
    except Exception:
        logger.exception("desk.failed")
    else:
        if sent:
            logger.info("desk.linked", mails=sent)


@cache
def _say_so() -> None:
    """Once: locally the tick comes each second."""
    logger.error("leads.restored", why=str(Restored()))
