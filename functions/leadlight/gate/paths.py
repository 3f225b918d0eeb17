"""Which gated pages follow each other on a path? Called by `gather` and by the plugin.

`series:` below a page's `gate:` names the path. Who confirms one of its pages has the whole of it open, and is led from
each page to the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from leadlight.errors import Problem
from leadlight.gate.source import body
from leadlight.model.person import GateId
from leadlight.playbook.front import GateFront, spoken_by

_TITLE = re.compile(r"^title\s*:\s*(?P<title>\S.*?)\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#\s+(?P<title>\S.*?)\s*(?:\{[^}]*\})?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stop:
    """One page of a path, in one language."""

    front: GateFront
    title: str

    @property
    def language(self) -> str:
        """By its file's name; empty for the site's own."""
        return spoken_by(self.front.file)


Paths = Mapping[str, Sequence[Stop]]


def paths_of(pages: Iterable[tuple[GateFront, str]]) -> Paths:
    """The stops of each path, in reading order: by `part:`, else by the names of their files. With each page's text."""
    stops = [Stop(front, title_of(text)) for front, text in pages if front.series]
    stops.sort(key=lambda stop: (stop.front.series or "", stop.front.part or 100, stop.front.file))
    return {name: tuple(group) for name, group in groupby(stops, key=lambda stop: stop.front.series or "")}


def ids_of(path: Sequence[Stop]) -> tuple[GateId, ...]:
    """The gates of a path, each once, whatever languages it is written in."""
    return tuple(dict.fromkeys(stop.front.id for stop in path))


def after(front: GateFront, paths: Paths) -> Stop | None:
    """The next stop, in the same language if there is one; None at the end."""
    path = paths.get(front.series or "", ())
    ids = ids_of(path)
    following = ids[ids.index(front.id) + 1 :][:1] if front.id in ids else ()
    found = [stop for stop in path if stop.front.id in following]
    spoken = spoken_by(front.file)
    return next((stop for stop in found if stop.language == spoken), found[0] if found else None)


def path_problems(paths: Paths) -> Iterator[Problem]:
    """What makes the order of a path unclear."""
    for name, path in paths.items():
        first = {stop.front.id: stop.front for stop in reversed(path) if stop.front.part}  # in any language
        fronts = sorted(first.values(), key=lambda front: (front.part or 0, front.id))
        for one, two in pairwise(fronts):
            if one.part == two.part:
                message = f"`{one.id}` is part {one.part} of `{name}` already; give this page another `part:`"
                yield Problem(two.file, two.lines.get("part", two.line), message)
        if len(ids_of(path)) == 1:
            front = path[0].front
            message = f"`{name}` has this page alone; name it in a second page, or leave `series:` out"
            yield Problem(front.file, front.lines.get("series", front.line), message)


def title_of(text: str) -> str:
    """What a page is called: its `title:`, else its first heading.

    >>> title_of("---\\ntitle: 'One'\\n---\\n# Two"), title_of("# Two { #two }")
    ('One', 'Two')
    """
    markdown, skipped = body(text)
    front = "\n".join(text.split("\n")[:skipped])
    found = _TITLE.search(front) or _HEADING.search(markdown)
    return found["title"].strip("\"'") if found else ""
