"""Has somebody saved something? Looks at the sources again and again, and has the site built anew."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leadlight.errors import BadPlaybook, Leak, OperatorMustFix

logger = logging.getLogger("leadlight")

EVERY = 0.4
"""Seconds between two looks."""

Seen = Mapping[Path, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class State:
    """How far it is. `version` grows with each build that went well; `problems` are those of the last try."""

    version: int = 1
    building: bool = False
    problems: tuple[str, ...] = ()


class Watch:
    """Builds once for each save, however many files it touched. What is served stays as it was while that fails."""

    def __init__(self, sources: Callable[[], Seen], build: Callable[[], object]) -> None:
        self.state = State()
        self._sources, self._build = sources, build
        self._seen = sources()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """From now on, until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the build that is running."""
        self._over.set()
        self._thread.join(timeout=30)

    def look(self) -> bool:
        """Builds if something was saved since; whether it did."""
        now = self._sources()
        if now == self._seen:
            return False
        self._seen = now
        self.state = State(self.state.version, True, self.state.problems)
        try:
            self._build()
        except OperatorMustFix as wrong:
            self.state = State(self.state.version, False, said(wrong))
        else:
            self.state = State(self.state.version + 1)
        return True

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            try:
                self.look()
            except Exception as error:
                logger.exception("preview.failed")  # the edge of this thread: the next save is another try
                self.state = State(self.state.version, False, (f"The build broke: {error}",))


def said(wrong: OperatorMustFix) -> tuple[str, ...]:
    """Each problem in a line: file, line, what to do."""
    if isinstance(wrong, BadPlaybook):
        return tuple(map(str, wrong.problems))
    return tuple(map(str, wrong.leaks)) if isinstance(wrong, Leak) else (str(wrong),)


def files_in(*places: Path) -> Seen:
    """All files there, with their times and sizes; hidden ones of editors are left out."""
    found = {}
    for place in places:
        for path in [place] if place.is_file() else place.rglob("*"):
            if path.is_file() and not path.name.endswith("~") and not path.name.startswith(".#"):
                stat = path.stat()
                found[path] = (stat.st_mtime_ns, stat.st_size)
    return found
