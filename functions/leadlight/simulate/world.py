"""One installation on a virtual clock, and everything that knocks at its doors: people, carriers, schedules, ticks.

Nothing here decides anything. It brings what happens to the real handlers, in the order of time, from one moment at
which something is due to the next. What is stored survives a restart; a process and its wake-up calls do not.
"""

from __future__ import annotations

import heapq
import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leadlight.errors import TryAgain
from leadlight.handlers import on_change, on_due, on_mail_event, on_rep_request, on_tick, on_visitor_request
from leadlight.local.clock import StandingClock
from leadlight.local.inbox import MemoryInbox
from leadlight.local.mailer import Carried, MemoryMailer
from leadlight.local.scheduler import LocalScheduler
from leadlight.model.site import Manifest
from leadlight.ports import Alarm, Services
from leadlight.settings import Settings
from leadlight.simulate.browser import Browser, Event, is_for_rep
from leadlight.simulate.carrier import Carrier
from leadlight.simulate.faults import Crashed, Fault, Kind, Trouble
from leadlight.wiring.local import rehearsal

AGAIN = timedelta(minutes=1)
"""How long after a row was left where it is (a lease, a store that did not answer) the next tick comes."""

NAP = timedelta(minutes=10)
"""How long a paused worker sleeps: longer than any lease."""

PATIENCE = 60
"""So many ticks in a row are spent on rows that stay where they are, before time goes on without them."""

CALM = timedelta(minutes=30)
"""So long after the clock has jumped may things be late: leases and pauses between tries have to end first."""

ONE_IN_THREE = 1 / 3
"""So many ticks of a hostile world come a minute late."""

MANY = 1_000_000

NO_ANSWER_YET = "the site does not answer"

Action = Callable[[], None]
Doing = Callable[[], str | None]
"""Answers None once it is done, or what it waits for."""
Work = Callable[["Process"], object]


class NotPossible(Exception):
    """Why something of a story can never be done: no error of the product."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that somebody wants to do since then, and does as soon as it can be done."""

    who: str
    what: str
    since: datetime
    doing: Doing


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened around the product: who, what, why."""

    at: datetime
    who: str
    what: str
    why: str = ""


@dataclass
class Process:
    """What forgets: one process with its handlers and its wake-up calls."""

    services: Services

    @cached_property
    def visitor(self) -> Callable[[Event, object], Mapping[str, Any]]:
        """The function behind the visitor's routes."""
        return on_visitor_request.handler(self.services)

    @cached_property
    def rep(self) -> Callable[[Event, object], Mapping[str, Any]]:
        """The function behind the rep's routes."""
        return on_rep_request.handler(self.services)

    @cached_property
    def reports(self) -> Callable[[Mapping[str, Any], object], object]:
        """The function that hears of mails."""
        return on_mail_event.handler(self.services)


class World:
    """An installation, its clock, and what is going to happen to it. `surprises` is what no handler foresaw."""

    def __init__(
        self,
        bundle: Path,
        manifest: Manifest,
        *,
        at: datetime,
        seed: int,
        plan: Sequence[Fault] = (),
        tells: bool = True,
    ) -> None:
        self.bundle, self.start, self.seed = bundle, at, seed
        self.clock = StandingClock(at)
        self.mailer = MemoryMailer(self.clock.now, tells=tells)
        self.carrier = Carrier(self.mailer, self.clock.now)
        self.inbox = MemoryInbox(self.clock.now)
        self.settings = settings_for(manifest)
        self.dice = random.Random(seed)  # noqa: S311  # a rehearsal has to come out the same again
        self.disk = rehearsal(
            bundle, clock=self.clock, random=self.dice.randbytes, settings=self.settings, mailer=self.carrier,
            inbox=self.inbox,
        )  # fmt: skip
        self.trouble = Trouble(plan, around=self.around)
        self.doubled = False
        self.lazy_ticks: random.Random | None = None  # decides which ticks come late, if some do
        self._calm_from = at  # from then on nothing is late any more by an odd clock or a lazy tick
        self.surprises: list[str] = []
        self.told: list[Told] = []
        self.pending: list[Pending] = []
        self.waits_for: dict[Pending, str] = {}
        self._agenda: list[tuple[datetime, int, Action]] = []
        self._order = count()
        self._asleep_until: datetime | None = None
        self._work: Work | None = None
        self._later: list[Work] = []
        self._deaf = False
        self._answering = False  # an HTTP function keeps its request on its class: its calls cannot overlap in here
        self._patience = PATIENCE
        self.process = self._started()

    @property
    def mails(self) -> list[Carried]:
        """What was handed over so far, oldest first."""
        return self.mailer.carried

    @property
    def now(self) -> datetime:
        """The time in there."""
        return self.clock.now()

    @property
    def is_calm(self) -> bool:
        """Whether everything that is due could have been done by now: nothing can while nothing of ours runs."""
        return self._asleep_until is None and self.now >= self._calm_from

    def browser(self, number: int) -> Browser:
        """A browser in a network of its own."""
        host = urlsplit(self.settings.site_url).hostname or ""
        return Browser(self.answer, host, f"10.{number // 250}.{number % 250}.7")

    def later(self, at: datetime, action: Action) -> None:
        """Puts something on the agenda; what is planned for one moment happens in the order it was planned."""
        heapq.heappush(self._agenda, (at, next(self._order), action))

    def attempt(self, who: str, what: str, doing: Doing) -> None:
        """Somebody does it now or, where that cannot be yet, as soon as it can."""
        self.pending.append(Pending(who, what, self.now, doing))

    def tell(self, what: str, why: str = "", *, who: str = "") -> None:
        """Notes what happens around the product."""
        self.told.append(Told(self.now, who, what, why))

    def answer(self, event: Event) -> Mapping[str, Any] | None:
        """What the function behind a path answers; None if the process died of it."""
        answered = self.do(lambda process: self._answered(process, event))
        return answered if isinstance(answered, Mapping) else None

    def _answered(self, process: Process, event: Event) -> Mapping[str, Any]:
        self._answering = True
        try:
            return (process.rep if is_for_rep(event) else process.visitor)(event, None)
        finally:
            self._answering = False

    def sleep(self, until: datetime) -> None:
        """Nothing of ours runs before that; then the process starts anew."""
        self._asleep_until = max(until, self._asleep_until or until)

    def restart(self) -> None:
        """The process ends, with everything that it only remembered, and another one starts."""
        self.process = self._started()

    def moments(self, until: datetime) -> Iterator[datetime]:
        """Walks to each moment at which something happens, and lets it happen; yields once it has."""
        while (coming := self._next()) <= until:
            self.clock.move_to(coming)
            if self._asleep_until and coming >= self._asleep_until:
                self._asleep_until = None
                self.restart()
            self._perform()
            yield self.now
        self.clock.move_to(until)
        self.trouble.is_over()
        self.lazy_ticks = None
        self._perform()
        yield self.now

    def settle(self) -> None:
        """Everything that is due now happens, as far as it can right now."""
        for _ in range(12):
            before = len(self.trouble.happened)
            while self._later:
                self.do(self._later.pop(0))
            whole = self._swept()
            if whole and before == len(self.trouble.happened) and not self.disk.store.feed(limit=1):
                return

    def do(self, work: Work) -> object:
        """One thing in the process that runs. Where it dies of it, another one is started, and None comes back."""
        before, self._work = self._work, work
        try:
            return work(self.process)
        except Crashed:
            self.restart()
        except TryAgain:
            pass
        except Exception as error:  # noqa: BLE001  # the edge: it is told as a violation
            self.surprises.append(f"{type(error).__name__}: {error}")
        finally:
            self._work = before
        return None

    def _perform(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.now and not self._asleep_until:
            heapq.heappop(self._agenda)[2]()
        if not self._asleep_until:
            self._live()

    def _live(self) -> None:
        """People do what they can by now, and what follows follows, until nobody can do more at this moment."""
        self.settle()
        for _ in range(10):
            if not [pending for pending in list(self.pending) if self._done(pending)]:
                return
            self.settle()

    def _done(self, pending: Pending) -> bool:
        try:
            why = pending.doing()
        except NotPossible as error:
            self.tell("missed", f"{pending.what}: {error}", who=pending.who)
            why = None
        if why is None:
            self.pending.remove(pending)
        elif why == NO_ANSWER_YET:
            self.later(self.now + AGAIN, lambda: None)
        self.waits_for[pending] = why or ""
        return why is None

    def _next(self) -> datetime:
        """When something comes due, or when it is worth looking again at what could not be done."""
        if self._asleep_until:
            return self._asleep_until
        now = self.now
        rows = self.disk.store.due(until=datetime.max.replace(tzinfo=now.tzinfo), limit=1000)
        times = [row.at for row in rows if row.at > now][:1]
        left = any(row.at <= now for row in rows)
        if left and self._patience > 0:
            times.append(now + AGAIN)
        self._patience = self._patience - 1 if left else PATIENCE
        if self._agenda:
            times.append(max(self._agenda[0][0], now))
        return min(times, default=datetime.max.replace(tzinfo=now.tzinfo))

    def _started(self) -> Process:
        return Process(self.trouble.through(replace(self.disk, scheduler=LocalScheduler())))

    def _swept(self) -> bool:
        """What wakes us by itself, part by part; False where the process died of it or was told to try again."""
        parts: list[Work] = [self._take_in, self._drain, self._fire, self._tick]
        process = self.process
        done = [self.do(part) for part in parts if self.process is process]
        self._deaf = False
        return self.process is process and all(done)

    def _take_in(self, process: Process) -> bool:
        on_mail_event.take_in(process.services)
        return True

    def _drain(self, process: Process) -> bool:
        news = [record.touch for record in self.disk.store.feed(limit=1000)] if self.doubled else []
        on_change.drain(process.services)
        for touch in news:
            on_change.handle(process.services, touch)
        return True

    def _fire(self, process: Process) -> bool:
        scheduler = process.services.scheduler
        assert isinstance(scheduler, Alarm)  # noqa: S101  # that of a rehearsal is one
        for due in () if self._deaf else scheduler.fired(self.now):
            for _ in range(1 + self.doubled):
                on_due.handle(process.services, due)
        return True

    def _tick(self, process: Process) -> bool:
        if self.lazy_ticks and self.lazy_ticks.random() < ONE_IN_THREE:
            self._calm_from = self.now + CALM
            return True
        for _ in range(1 + self.doubled):
            on_tick.handle(process.services, writes_to_team=False)  # a rehearsal is about leads
        return True

    def around(self, kind: Kind) -> None:
        """What happens around a call: time, and other workers. For `Trouble`."""
        match kind:
            case Kind.JUMP:
                self.clock.move_to(self.now + timedelta(hours=self.dice.randint(1, 30)))
                self._calm_from = self.now + CALM
            case Kind.PAUSE:
                self.clock.move_to(self.now + NAP)
                self._calm_from = self.now + CALM
                self._elsewhere(lambda p: (self._drain(p), self._tick(p)))
            case Kind.TWICE if self._work:
                self._later.append(self._work)
                if not self._answering:
                    self._elsewhere(self._work)
            case Kind.MIXED:
                for record in reversed(self.disk.store.feed(limit=50)):
                    self._elsewhere(_handling(record.touch))
                self._deaf = True
            case _:
                pass

    def _elsewhere(self, work: Work) -> None:
        """Another process does something in the middle of what this one does."""
        try:
            work(self._started())
        except (Crashed, TryAgain):
            pass
        except Exception as error:  # noqa: BLE001  # as in `do`
            self.surprises.append(f"{type(error).__name__}: {error}")


def _handling(touch: Any) -> Work:
    return lambda process: on_change.handle(process.services, touch)


def settings_for(manifest: Manifest) -> Settings:
    """Those of an installation of that site. Its keys are no secret: nothing of it leaves the rehearsal."""
    site = manifest.site_url.rstrip("/") or "https://site.example"
    return Settings(
        site_url=site,
        token_keys=("rehearsal" * 4,),
        lead_key=b"rehearsal" * 4,
        inbound_domain=f"replies.{urlsplit(site).hostname or 'site.example'}",
        domain_limit=MANY,  # all whom we make up are of one domain, and may come in one hour
        hour_limit=MANY,
        form_limit=MANY,
    )


@contextmanager
def listening(surprises: list[str]) -> Iterator[None]:
    """Keeps the log of a rehearsal out of sight, and what went wrong for a reason nobody foresaw in `surprises`."""
    loggers = [logging.getLogger(name) for name in ("leadlight", "holidays")]
    before = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    ear = logging.Handler(logging.ERROR)
    ear.emit = lambda record: surprises.append(_heard(record))  # type: ignore[method-assign]  # shorter than a class
    muted = logging.root.manager.disable
    for logger in loggers:
        logger.handlers, logger.propagate = [ear], False
    logging.disable(logging.NOTSET)
    try:
        yield
    finally:
        logging.disable(muted)
        for logger, handlers, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate


def _heard(record: logging.LogRecord) -> str:
    why = record.exc_info[1] if record.exc_info else ""
    return f"{record.getMessage()}: {type(why).__name__} {why}" if why else record.getMessage()
