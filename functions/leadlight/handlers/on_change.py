"""Something was stored. Makes prompt what follows from it; the tick alone would do the same, only later.

On AWS the table's stream calls, with many records at once; locally the worker drains the feed. Both do the same for a
lead: what is due now, then the wake-up for what is due next, then they tell other systems, and last they count what
happened for the report. Everything is decided on the due rows and the timeline as they are now, so that a record which
comes twice, late, or before an older one does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadlight import figures
from leadlight.errors import NotPublished, NotScheduled, TryAgain
from leadlight.handlers import measures, on_due
from leadlight.handlers.log import logger, wordless
from leadlight.model.due import Due
from leadlight.model.event import Event
from leadlight.model.exchange import FIGURES, News
from leadlight.model.person import LeadId
from leadlight.model.touch import Touch
from leadlight.ports import Services
from leadlight.rules.events import events_of
from leadlight.rules.figures import COUNTED

Record = Mapping[str, Any]
Read = Callable[[Record], News | None]
Handler = Callable[[Mapping[str, Any], on_due.Context], dict[str, Any]]

BATCH = 50

COUNTING_MS = 5_000
"""Milliseconds that counting one lead may take at the worst: it waits for the store alone, and for no carrier."""
COUNTED_AT_ONCE = 200
"""So many touches does one round of counting look at; each lead among them is counted once."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one record tells, and the name by which it comes back if that could not be handled."""

    record: str
    news: News


def handler(services: Services, read: Read) -> Handler:
    """The function behind the stream; `read` makes news of a record. Answers which records are to come again.

    Lambda hands out everything from the first of these again, so the others must bear being handled twice:
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """

    def handle_event(event: Mapping[str, Any], context: on_due.Context) -> dict[str, Any]:
        told, unreadable = _read_all(event["Records"], read)

        def may_go_on() -> bool:
            return on_due.has_time(context)

        followed = _follow_all(services, told, may_go_on=may_go_on)
        failed = unreadable | followed | _publish_all(services, told)
        if failed:
            measures.count("RecordFailed", len(failed))
        later = _count_all(services, told, may_go_on=lambda: on_due.has_time(context, COUNTING_MS))
        again = failed | later  # to be counted later is no failure
        return {"batchItemFailures": [{"itemIdentifier": name} for name in _names(event["Records"]) if name in again]}

    return wordless(handle_event)


def handle(services: Services, touch: Touch) -> None:
    """Does what follows from one new touch. May be called again with the same touch, in any order."""
    _follow(services, touch.lead_id, was=())
    services.bus.publish(events_of(touch))


def drain(services: Services, *, between: Callable[[], None] = lambda: None) -> int:
    """Handles everything on the feed, in order; what a crash interrupts comes again. Returns how many touches.

    `between` is called before each, by whoever has to let others go first.
    """
    handled = 0
    while records := services.store.feed(limit=BATCH):
        for record in records:
            between()
            handle(services, record.touch)
            services.store.advance(record.position)
        handled += len(records)
    return handled


def roll_up(services: Services, *, between: Callable[[], None] = lambda: None) -> int:
    """Counts the leads of what comes next on the feed; returns how many touches that were.

    0 when all is counted, or the rest has to wait. Counting has its own place on the feed, so that nothing else waits
    for it, and a crash loses none. `between` is called before each lead, by whoever has to let others go first.
    """
    records = services.store.feed(limit=COUNTED_AT_ONCE, reader=FIGURES)
    for lead_id in _to_count(record.touch for record in records):
        between()
        if not _is_counted(services, lead_id):
            return 0
    if records:
        services.store.advance(records[-1].position, reader=FIGURES)
    return len(records)


def _names(records: Sequence[Record]) -> list[str]:
    """The records' sequence numbers. One without is named by nothing, which Lambda takes as: all of them again."""
    return [record.get("dynamodb", {}).get("SequenceNumber", "") for record in records]


def _read_all(records: Sequence[Record], read: Read) -> tuple[list[Told], set[str]]:
    """What can be read, and the names of those that cannot."""
    told: list[Told] = []
    unreadable: set[str] = set()
    for name, record in zip(_names(records), records, strict=True):
        try:
            news = read(record)
        except Exception:
            logger.exception("record.unreadable", record=name)
            unreadable.add(name)
        else:
            told += [Told(name, news)] if news else []
    return told, unreadable


def _follow_all(services: Services, told: Sequence[Told], *, may_go_on: Callable[[], bool]) -> set[str]:
    """Lead by lead what follows from changed due rows; a new touch alone changes none. Names what failed."""
    failed: set[str] = set()
    for lead_id in dict.fromkeys(t.news.lead_id for t in told if t.news.touch is None):
        rows = [t for t in told if t.news.lead_id == lead_id and t.news.touch is None]
        try:
            _follow(services, lead_id, was=[t.news.was for t in rows if t.news.was], may_go_on=may_go_on)
        except Exception:
            logger.exception("lead.not_followed", lead=lead_id)
            failed |= {t.record for t in rows}
    return failed


def _follow(
    services: Services, lead_id: LeadId, *, was: Sequence[Due], may_go_on: Callable[[], bool] = lambda: True
) -> None:
    """Does what is due now and sees to it that the lead is woken for what is due next. `was`: rows as they stood.

    Where a carrier that does not answer has taken all the time there is, what is due now is left to the tick: other
    systems are told all the same, and no record comes back for it.
    """
    rows = services.store.due_of(lead_id)
    now = services.clock.now()
    for due in rows:
        if due.at <= now and may_go_on():
            on_due.handle(services, due)
    gone = [row for row in was if row.at > now and not any(row.stands_as(due) for due in rows)]
    coming = next((due for due in rows if due.at > now), None)
    try:
        for row in gone:
            services.scheduler.cancel(row)
        if coming:
            services.scheduler.wake(coming)
    except NotScheduled as error:  # no reason to hold up the stream: the tick finds the row within its minute
        logger.warning("due.not_scheduled", lead=lead_id, why=str(error))
        measures.count("NotScheduled")


def _publish_all(services: Services, told: Sequence[Told]) -> set[str]:
    """Tells other systems of all new touches, in as few calls as the bus needs. Names what was not taken."""
    records: dict[str, str] = {}
    events: list[Event] = []
    for one in told:
        for event in events_of(one.news.touch) if one.news.touch else ():
            events.append(event)
            records[event.id] = one.record
    try:
        services.bus.publish(events)
    except NotPublished as error:
        logger.warning("event.not_published", events=list(error.events))
        return {records[event] for event in error.events}
    except Exception:
        logger.exception("event.not_published")
        return set(records.values())
    return set()


def _count_all(services: Services, told: Sequence[Told], *, may_go_on: Callable[[], bool]) -> set[str]:
    """Counts each lead once. Names what could not be counted now; it comes again, and what was done before with it."""
    leads = _to_count(one.news.touch for one in told if one.news.touch)
    failed = [lead_id for lead_id in leads if not (may_go_on() and _is_counted(services, lead_id))]
    return {one.record for one in told if one.news.touch and one.news.lead_id in failed}


def _is_counted(services: Services, lead_id: LeadId) -> bool:
    """Counts one lead; False where it is worth another try.

    One that cannot be counted for a reason that will not pass must not hold up its neighbours on the stream: it is
    counted with its next touch, or by `figures.rebuild`.
    """
    try:
        figures.roll_up(services, lead_id, figures.gates_now(services))
    except TryAgain as error:
        logger.warning("lead.not_counted", lead=lead_id, why=str(error))
        return False
    except Exception:
        logger.exception("lead.not_counted", lead=lead_id)
        measures.count("NotCounted")
    return True


def _to_count(touches: Iterable[Touch]) -> Sequence[LeadId]:
    """The leads of which something happened that can change a figure, each once, in their order."""
    return list(dict.fromkeys(touch.lead_id for touch in touches if touch.kind in COUNTED))
