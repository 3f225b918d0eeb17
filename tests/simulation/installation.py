"""One installation on a virtual clock: what it stores survives, its processes die and start again.

Nothing here decides anything: it delivers what people, schedules, the feed and the tick bring to the real handlers, in
the order of the seed and with the trouble of the plan. Requests come as API Gateway events.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.simulation.places import Here, Place, There, fire
from tests.simulation.witness import Witness

from leadlight.errors import TryAgain
from leadlight.handlers import measures, on_change, on_due, on_rep_request, on_tick, on_visitor_request
from leadlight.local.clock import StandingClock
from leadlight.local.mailer import Carried
from leadlight.model.due import Due
from leadlight.ports import Services
from leadlight.simulate.faults import Crashed, Fault, Kind, Trouble

if TYPE_CHECKING:
    from tests.ground_aws import Account

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAP = timedelta(minutes=10)  # longer than any lease
ROUNDS = 12
PATIENCE = 10
"""So often in a row we look again at what waits for somebody's lease, before time goes on without it."""

BROKEN = object()
"""What comes of work that was not finished."""

Work = Callable[["Process"], object]


@dataclass
class Process:
    """What forgets: one process with its handlers, its caches and its wake-up calls."""

    services: Services

    @cached_property
    def visitor(self) -> Callable[[dict[str, Any], object], dict[str, Any]]:
        return on_visitor_request.handler(self.services)

    @cached_property
    def rep(self) -> Callable[[dict[str, Any], object], dict[str, Any]]:
        return on_rep_request.handler(self.services)


@dataclass
class Collector:
    """Counts what the handlers report, in place of a metrics service."""

    counts: dict[str, int] = field(default_factory=dict)

    def add_metric(self, *, name: str, unit: object, value: float) -> None:
        self.counts[name] = self.counts.get(name, 0) + int(value)


class Installation:
    """Everything about one run."""

    def __init__(
        self,
        folders: Mapping[str, Path],
        *,
        seed: int = 0,
        plan: Sequence[Fault] = (),
        tells: bool = False,
        jump: timedelta = 30 * HOUR,
        account: Account | None = None,
        writes_to_team: bool = True,
    ) -> None:
        self.jump, self.writes_to_team = jump, writes_to_team
        self.clock = StandingClock(MONDAY)
        random_bytes = random.Random(seed).randbytes
        self.place: Place = (
            There(account, folders, self.clock, random_bytes)
            if account
            else Here(folders, self.clock, random_bytes, tells=tells)
        )
        self.witness = Witness(self.place.services.store)
        self.disk = replace(self.place.services, store=self.witness.store)
        self.trouble = Trouble(plan, around=self._around)
        self.collector = Collector()
        measures._metrics[:] = [self.collector]  # type: ignore[list-item]  # the one method that is called
        self.ticking = True
        self.surprises: list[str] = []
        self._deaf = False
        self._until, self._patience = MONDAY, PATIENCE  # where a walk leads
        self._work: Work | None = None
        self._later: deque[Work] = deque()
        self._requests = 0
        self.process = self._started()

    def close(self) -> None:
        measures._metrics.clear()
        self.place.close()

    @property
    def story(self) -> list[str]:
        """What happened, for a reader of a failure."""
        return [*(f"{name} {fault}" for name, fault in self.trouble.happened), *timeline(self)]

    @property
    def mails(self) -> list[Carried]:
        return self.place.mails

    def request(self, path: str, **values: str) -> int:
        """What a browser gets for a posted form: the status, or 0 where no answer came."""
        self._requests += 1
        event = posted(path, values, f"r{self._requests}")
        answer = self.do(lambda p: (p.rep if path.startswith("/rep") else p.visitor)(event, None))
        return int(answer["statusCode"]) if isinstance(answer, dict) else 0

    def deploy(self, version: str) -> None:
        """Another version of the bundle is published; processes see it at their next look."""
        self.place.publish(version)

    def restart(self) -> None:
        """The process ends in peace, and another one starts."""
        self.process = self._started()

    def off(self, span: timedelta) -> None:
        """Time passes, and nothing happens: the machine is off."""
        self.clock.move_to(self.clock.now() + span)
        self.restart()

    def ease(self) -> None:
        """What is due is done, also what waits for the lease of a worker that is dead."""
        self.settle()
        if self._rows():
            self.walk(NAP)

    def rest(self, span: timedelta) -> None:
        """No more trouble, and time enough for every plan to come to its end."""
        self.trouble.is_over()
        self.ticking = True
        self.walk(span)

    def settle(self) -> None:
        """Everything that is due now happens, as far as it can right now."""
        for _ in range(ROUNDS):
            before = len(self.trouble.happened)
            while self._later:
                self.do(self._later.popleft())
            whole = self._swept()
            if whole and before == len(self.trouble.happened) and not self.place.news():
                return

    def walk(self, span: timedelta) -> None:
        """Time passes from one due time to the next, and everything happens when it is due."""
        self.set_out(span)
        while self.went_on():
            pass

    def set_out(self, span: timedelta) -> None:
        """The first thing of a walk: what is due before any time has passed."""
        self._until, self._patience = self.clock.now() + span, PATIENCE
        self.settle()

    def went_on(self) -> bool:
        """The next thing of a walk: the next due time, and what happens then; False once the walk is over."""
        coming = self._next(patient=self._patience > 0)
        is_over = coming > self._until
        self._patience = PATIENCE if coming - self.clock.now() != NAP / 2 else self._patience - 1
        self.clock.move_to(min(coming, self._until))
        self.settle()
        return not is_over

    def _next(self, *, patient: bool) -> datetime:
        """When something comes due, or when it is worth looking again at what waits for somebody's lease."""
        now = self.clock.now()
        rows = self.place.rows()
        times = [row.at for row in rows if row.at > now]
        if patient and any(row.at <= now for row in rows):
            times.append(now + NAP / 2)
        wakes = self.place.wakes_at(self.process.services)
        return min([*times, *([wakes] if wakes and wakes > now else [])], default=now + 1000 * DAY)

    def _started(self) -> Process:
        return Process(self.trouble.through(self.place.process(self.disk)))

    def _swept(self) -> bool:
        """What the worker does, part by part; False if it died of it or was told to try again."""
        process, whole = self.process, True
        for part in (*self.place.parts(), self._tick):
            if part is not fire or not self._deaf:
                whole &= self.do(lambda p, part=part: part(p.services)) is not BROKEN  # type: ignore[misc]  # mypy cannot type lambda defaults
            if self.process is not process:
                return False
        self._deaf = False
        return whole

    def _tick(self, services: Services) -> None:
        if self.ticking:
            on_tick.handle(services, writes_to_team=self.writes_to_team)

    def _all_there_is(self, process: Process) -> None:
        self.place.elsewhere(process.services)
        on_tick.handle(process.services, writes_to_team=self.writes_to_team)

    def do(self, work: Work) -> object:
        """One thing in the process that runs. Where it dies of it, another one is started."""
        before, self._work = self._work, work
        try:
            return work(self.process)
        except Crashed:
            self.process = self._started()
        except TryAgain:
            pass
        except Exception as error:  # noqa: BLE001 the edge: told as a violation, with the plan that led to it
            self.surprises.append(repr(error))
        finally:
            self._work = before
        return BROKEN

    def _around(self, kind: Kind) -> None:
        """What happens around a call of the process that runs: time, and other workers."""
        match kind:
            case Kind.JUMP:
                self.clock.move_to(self.clock.now() + self.jump)
            case Kind.PAUSE:
                self.clock.move_to(self.clock.now() + NAP)
                self._elsewhere(self._all_there_is)
            case Kind.TWICE if self._work:
                work, touches, rows = self._work, self.place.news(), self._rows()
                self._elsewhere(work)
                self._later += [work, *(_again(on_change.handle, each) for each in touches)]
                self._later += [_again(on_due.handle, each) for each in rows]
            case Kind.MIXED:
                for touch in reversed(self.place.news()):
                    self._elsewhere(_again(on_change.handle, touch))
                self._deaf = True
            case _:
                pass

    def _rows(self) -> Sequence[Due]:
        return [row for row in self.place.rows() if row.at <= self.clock.now()]

    def _elsewhere(self, work: Work) -> None:
        """Another process does something in the middle of what this one does."""
        try:
            work(self._started())
        except (Crashed, TryAgain):
            pass
        except Exception as error:  # noqa: BLE001 as in `do`
            self.surprises.append(repr(error))


def _again(handle: Callable[[Services, Any], None], thing: object) -> Work:
    return lambda p: handle(p.services, thing)


def posted(path: str, values: Mapping[str, str], request: str) -> dict[str, Any]:
    """A form as API Gateway hands it to a function (payload format 2.0)."""
    path, _, query = path.partition("?")
    http = {"method": "POST", "path": path, "sourceIp": "198.51.100.7", "userAgent": "", "protocol": "HTTP/1.1"}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "cookies": [],
        "headers": {"content-type": "application/x-www-form-urlencoded", "host": "glass.example"},
        "requestContext": {"http": http, "requestId": request, "stage": "$default"},
        "body": base64.b64encode(urlencode(values).encode()).decode(), "isBase64Encoded": True,
    }  # fmt: skip


def timeline(home: Installation) -> list[str]:
    """Everything that happened and how it stands, in words that are the same in every run of the same seed."""
    store = home.disk.store
    lines = [f"{mail.at:%F %T} mail {mail.tag} {mail.message['Subject']}" for mail in home.mails]
    for lead in sorted(store.leads(), key=lambda lead: lead.id):
        lines.append(repr(lead))
        lines += [f"{t.at:%F %T} {t.id} {t.kind} {sorted(t.facts.items())}" for t in store.touches(lead.id)]
        lines += sorted(repr(entry) for entry in store.ledger(lead.id))
        lines += [repr(row) for row in store.due_of(lead.id)]
    return [*lines, *home.trouble.calls]


def fingerprint(lines: Iterable[str]) -> str:
    """The hash of a timeline."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
