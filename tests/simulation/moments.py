"""How is a story told under thousands of plans? Each from the last moment before what is new in it, not from its start.

Until a fault can happen for the first time, a story is the same with it and without: the trouble asks its plan for
nothing that lies ahead. So the undisturbed story is told once, and each of its moments kept; and where plans begin with
the same fault, so is the story under that one. Asked by `test_faults_everywhere`, which also proves that a story told
from its moments is, to the byte, the one told from its start.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulation.installation import Installation
from tests.simulation.scenario import Story, begun

from leadlight.handlers import measures
from leadlight.playbook.bundle import _open as open_version
from leadlight.simulate.faults import Fault

Plan = tuple[Fault, ...]
Container = list[Any] | dict[str, Any] | deque[Any]


class Teller:
    """Tells one story under many plans; sorted, those that begin alike follow each other, and cost least."""

    def __init__(self, folders: Mapping[str, Path], *, tells: bool = False, steps: int = 2) -> None:
        self.story = begun(folders, tells=tells, steps=steps)
        self._known: dict[Plan, list[Moment]] = {(): list(self._to_the_end())}

    def told(self, plan: Sequence[Fault]) -> list[str]:
        """What does not hold at the end of the story under that plan: what `scenario.told` says, too."""
        self._begin(tuple(plan))
        return self.story.to_the_end()

    def close(self) -> None:
        """The end of all telling."""
        self.story.home.close()

    def _begin(self, plan: Plan) -> None:
        """Goes to the last moment before the last fault of the plan can happen, and plans it."""
        *before, last = plan
        moments = self._moments(tuple(before))
        next(moment for moment in reversed(moments) if moment.calls < last.call).come_back(self.story)
        self.story.home.trouble.expect(last.kind, within=last.call - len(self.story.home.trouble.calls))

    def _moments(self, plan: Plan) -> list[Moment]:
        if plan not in self._known:
            self._begin(plan)
            self._known = {(): self._known[()], plan: list(self._to_the_end())}
        return self._known[plan]

    def _to_the_end(self) -> Iterator[Moment]:
        yield moment_of(self.story)
        while self.story.goes_on():
            yield moment_of(self.story)


@dataclass(frozen=True, slots=True)
class Moment:
    """A story as it stands after so many calls: what it has in memory and on disk, and what its process remembers."""

    calls: int
    memory: Sequence[tuple[Container, Container]]  # each container of it, and what is in there
    disk: Sequence[tuple[sqlite3.Connection, bytes]]
    dice: tuple[Any, ...]
    bundle: Mapping[str, Any] | None

    def come_back(self, story: Story) -> None:
        """The story stands there again, the very same objects."""
        story.home.trouble.is_over()
        _fill(self.memory)  # which says what the process is
        story.home.trouble.is_over()
        open_version.cache_clear()
        if self.bundle is not None:
            vars(_opened(story.home)).update(_copied(self.bundle))
        _fill(self.memory)  # to open the bundle was a call with a number
        for connection, stored in self.disk:
            with_it = sqlite3.connect(":memory:")
            with_it.deserialize(stored)
            with_it.backup(connection)
            with_it.close()
        _dice(story.home).setstate(self.dice)
        for handler in ("visitor", "rep"):  # routes answer for the handler that was made last, so these are made again
            vars(story.home.process).pop(handler, None)


def moment_of(story: Story) -> Moment:
    """That story as it stands."""
    home = story.home
    services = home.place.services
    alarm = home.process.services.scheduler.fired.__self__  # type: ignore[attr-defined]  # the real one, behind the trouble
    things = (story, story.anna, home, home.trouble, home.collector, home.clock, home.witness, services.files)
    more = (services.mailer, services.inbox, services.keys, alarm)
    memory = [*_kept(measures._metrics), *(pair for thing in (*things, *more) for pair in _kept(vars(thing)))]
    stores: tuple[Any, ...] = (services.store, services.keys)
    disk = [(store._db._connection, store._db._connection.serialize()) for store in stores]
    dice, calls = _dice(home).getstate(), len(home.trouble.calls)
    home.trouble.is_over()
    misses = open_version.cache_info().misses
    bundle = _copied(vars(_opened(home)))
    if open_version.cache_info().misses > misses:  # it was not open; nor is it now
        open_version.cache_clear()
        bundle = None
    _fill(memory)
    return Moment(calls, memory, disk, dice, bundle)


def _opened(home: Installation) -> Any:
    """The bundle as the process has it open."""
    return open_version(home.process.services.files, home.place.services.files.version())  # type: ignore[arg-type]  # objects hash by identity


def _dice(home: Installation) -> Any:
    return home.place.services.random.__self__  # type: ignore[attr-defined]  # `randbytes` of a `Random`


def _kept(container: Container) -> Iterator[tuple[Container, Container]]:
    """It with its contents, and all containers right in it with theirs: nothing lies deeper."""
    yield container, container.copy()
    for value in container.values() if isinstance(container, dict) else ():
        if isinstance(value, (list, dict, deque)):
            yield value, value.copy()


def _fill(memory: Sequence[tuple[Container, Container]]) -> None:
    for container, contents in memory:
        container.clear()
        container.update(contents) if isinstance(container, dict) else container.extend(contents)


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, dict) else value for name, value in values.items()}
