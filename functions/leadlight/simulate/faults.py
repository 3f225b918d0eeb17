"""What goes wrong where the product meets the outside world? Called by simulations and their tests, never in service.

Every call of a method of a port has a number. A plan says what happens at which call: plain data, so that a run can be
repeated from its seed, and written down as `--plan 17:lost,23:crash`. The proxies stand around the real ports and keep
their contracts: an error here is one that the port may raise, and it is raised at the moment it may come.

    crash      before the call the process is gone, with everything that it only remembered
    gone       the same right after the call: what it did stands
    lost       it is done, and the answer never arrives
    throttled  it is not done, and the answer says so
    twice      what is being handled is delivered once more at once, and again later
    mixed      what came later on the feed is handled first, and wake-up calls come late
    jump       the clock moves forward by hours
    pause      the worker sleeps past its lease, and another one does everything there is
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from leadlight.errors import NotPublished, NotScheduled, NotSent, SendUnclear, StoreBusy, TryAgain
from leadlight.ports import Alarm, Bus, Files, Inbox, Keys, Mailer, Outbox, Scheduler, Services, Store

Port = TypeVar("Port")


class Kind(StrEnum):
    """What happens at a call."""

    CRASH = "crash"
    GONE = "gone"
    LOST = "lost"
    THROTTLED = "throttled"
    TWICE = "twice"
    MIXED = "mixed"
    JUMP = "jump"
    PAUSE = "pause"


OF_THE_WORLD = frozenset({Kind.TWICE, Kind.MIXED, Kind.JUMP, Kind.PAUSE})
"""What does not happen to the call itself but around it: whoever runs the simulation does it."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`kind` happens at the first call from number `call` on at which it can; the first call is number 1."""

    call: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.call}:{self.kind}"


class Crashed(BaseException):
    """The process is gone. No handler catches it, as none survives a `kill -9`; whoever drives starts another."""


SILENT: Mapping[str, type[TryAgain]] = {
    "store": StoreBusy,
    "keys": StoreBusy,
    "inbox": StoreBusy,
    "files.read": StoreBusy,
    "mailer.send": SendUnclear,
    "scheduler": NotScheduled,
    "bus.publish": NotPublished,
}
"""What a lost answer looks like, by the contract of each port: one word for all methods of a port, or of that one."""

NOT_DONE: Mapping[str, type[TryAgain]] = {**SILENT, "mailer.send": NotSent}

QUIET = frozenset({"store.close", "keys.close", "scheduler.fired", "scheduler.next_at", "mailer.reports_later"})
"""What is no call to the outside: it is asked of the process's own memory, or says how a part is made."""

LOOKING = frozenset(
    {
        "keys.note",
        "keys.secrets",
        "store.lead",
        "store.dossier",
        "store.leads",
        "store.captures",
        "store.touches",
        "store.due_of",
        "store.due",
        "store.figures",
        "store.all_figures",
        "store.totals",
        "store.ledger",
        "store.owned",
        "store.at_company",
        "store.feed",
        "store.note",
        "store.durable",
        "mailer.was_sent",
        "files.read",
        "files.link",
        "files.version",
        "inbox.waiting",
        "inbox.read",
    }
)
"""Calls that change nothing: a crash before one and after it leave the same behind."""


@cache
def possible(call: str) -> tuple[Kind, ...]:
    """What can go wrong at a call of that name, such as `store.commit`, each in a way that differs from the others."""
    errors = _error(SILENT, call) is not None
    kinds = [Kind.CRASH, Kind.THROTTLED] if errors else [Kind.CRASH]
    if call not in LOOKING:
        kinds += [Kind.GONE, Kind.LOST] if errors else [Kind.GONE]
    return (*kinds, Kind.TWICE, Kind.MIXED, Kind.JUMP, Kind.PAUSE)


def scattered(dice: random.Random, *, calls: int, count: int) -> tuple[Fault, ...]:
    """So many faults of any kind, somewhere among so many calls; the same of the same dice."""
    kinds = tuple(Kind)
    return tuple(sorted(Fault(dice.randint(1, calls), dice.choice(kinds)) for _ in range(count)))


def written(plan: Iterable[Fault]) -> str:
    """A plan as text: `17:lost,23:crash`."""
    return ",".join(str(fault) for fault in plan)


def read(text: str) -> tuple[Fault, ...]:
    """The plan of such a text. Raises `ValueError` for what is none."""
    pairs = (part.partition(":") for part in text.split(",") if part)
    return tuple(sorted(Fault(int(number), Kind(kind)) for number, _, kind in pairs))


class Proxy:
    """Whatever port it stands for: its methods are calls with a number."""


class Trouble:
    """Counts the calls and lets happen what is planned. `around` does what is no matter of one call: `OF_THE_WORLD`.

    One for a whole run: new processes go on counting where the old one stopped.
    """

    def __init__(self, plan: Sequence[Fault] = (), *, around: Callable[[Kind], None] = lambda _: None) -> None:
        self._plan = deque(sorted(plan))
        self._around = around
        self.down: frozenset[str] = frozenset()
        """Calls that are refused as long as they are named here: an outage."""
        self.calls: list[str] = []
        self.happened: list[tuple[str, Fault]] = []

    def through(self, services: Services) -> Services:
        """The services of one process, with trouble at every call."""
        ports: dict[str, tuple[type, object]] = {
            "store": (Store, services.store),
            "keys": (Keys, services.keys),
            "mailer": (Mailer, services.mailer),
            "files": (Files, services.files),
            "scheduler": (Alarm if hasattr(services.scheduler, "fired") else Scheduler, services.scheduler),
            "bus": (Outbox if hasattr(services.bus, "deliver") else Bus, services.bus),
            "inbox": (Inbox, services.inbox),
        }
        return replace(services, **{name: self._proxy(name, kind, part) for name, (kind, part) in ports.items()})

    def expect(self, kind: Kind, *, within: int = 1) -> None:
        """That happens, too, so many calls from now."""
        self._plan = deque(sorted((*self._plan, Fault(len(self.calls) + within, kind))))

    def is_over(self) -> None:
        """From now on nothing goes wrong any more."""
        self._plan.clear()
        self.down = frozenset()

    def _proxy(self, port: str, protocol: type[Port], part: object) -> Port:
        """An object of that port whose methods are calls with a number, around another."""
        parts = {name: getattr(part, name) for name in _methods(protocol) if hasattr(part, name)}  # type: ignore[arg-type]  # every class is hashable; mypy doubts it of a class in a variable
        members = {name: self._numbered(f"{port}.{name}", found) for name, found in parts.items()}
        proxy = Proxy()
        vars(proxy).update(members)
        return cast("Port", proxy)

    def _numbered(self, name: str, call: Any) -> Any:
        if name in QUIET or not callable(call):
            return call

        def numbered(*args: Any, **options: Any) -> Any:
            self.calls.append(name)
            if self._is_quiet():
                return call(*args, **options)
            return self._called(name, call, args, options)

        return numbered

    def _called(self, name: str, call: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        kind = self._next(name) or (Kind.THROTTLED if name in self.down else None)
        if kind in OF_THE_WORLD:
            self._around(kind)
        if kind is Kind.CRASH:
            raise Crashed(name)
        if kind is Kind.THROTTLED:
            raise _failure(NOT_DONE, name, args)
        answer = call(*args, **options)
        if kind is Kind.GONE:
            raise Crashed(name)
        if kind is Kind.LOST:
            raise _failure(SILENT, name, args)
        return answer

    def _is_quiet(self) -> bool:
        """Whether nothing can happen at this call, as at most of them."""
        return not self.down and (not self._plan or self._plan[0].call > len(self.calls))

    def _next(self, name: str) -> Kind | None:
        """What happens now, if anything: of what is due, the first that can happen at a call of this name."""
        can = possible(name)
        for fault in self._plan:
            if fault.call > len(self.calls):
                return None
            if fault.kind in can:
                self._plan.remove(fault)
                self.happened.append((name, fault))
                return fault.kind
        return None


@cache
def _methods(protocol: type) -> tuple[str, ...]:
    return (*(name for name in dir(protocol) if not name.startswith("_")), "close")


def _error(errors: Mapping[str, type[TryAgain]], name: str) -> type[TryAgain] | None:
    return errors.get(name) or errors.get(name.partition(".")[0])


def _failure(errors: Mapping[str, type[TryAgain]], name: str, args: tuple[Any, ...]) -> TryAgain:
    error = _error(errors, name) or StoreBusy
    if error is NotPublished:
        return NotPublished([event.id for event in args[0]])
    return error(f"{name}: made up for a simulation")
