"""What of a page's scripts and styles stands in the page itself. Found by the build, heeded by `rules.policy`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inline:
    """By hash, `sha256-…`, as a Content-Security-Policy names them; each once, in order."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
