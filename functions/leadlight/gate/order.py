"""What goes over to the process that runs MkDocs, and what comes back. Neither knows MkDocs; both sides read this."""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.errors import Problem


@dataclass(frozen=True, slots=True)
class Order:
    """What to build; where something is None, mkdocs.yml has the word."""

    config_file: str
    site_dir: str | None = None
    bundle_dir: str | None = None
    site_url: str | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How a build went."""

    problems: tuple[Problem, ...] = ()
    leak: bool = False
    warnings: tuple[str, ...] = ()
    site_dir: str = ""
    bundle_dir: str = ""
