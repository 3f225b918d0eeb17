"""What do answers look like, where a program reads them? Read by pydantic when a site is built, and only then."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

SAID = ConfigDict(use_attribute_docstrings=True, extra="forbid")
GROWING = ConfigDict(use_attribute_docstrings=True, extra="allow")


@dataclass(config=SAID, frozen=True, kw_only=True)
class CheckMail:
    """A mail is on its way. Known and unknown addresses get the very same."""

    status: Literal["check_mail"]


@dataclass(config=SAID, frozen=True, kw_only=True)
class Opened:
    """The gate is open to this browser; a pass comes along."""

    status: Literal["open"]


@dataclass(config=SAID, frozen=True, kw_only=True)
class Confirmed:
    """The digits fit. `check_mail`: a rep has to approve first, and a mail says so then."""

    status: Literal["open", "check_mail"]


@dataclass(config=SAID, frozen=True, kw_only=True)
class Sent:
    """The rep will read it."""

    status: Literal["sent"]


@dataclass(config=SAID, frozen=True, kw_only=True)
class Noted:
    """The rep will know."""

    status: Literal["noted"]


@dataclass(config=SAID, frozen=True, kw_only=True)
class Taken:
    """Stored, or of nobody we know: both look alike."""

    status: Literal["taken"]


@dataclass(config=SAID, frozen=True, kw_only=True)
class Added:
    """They are on the timeline."""

    status: Literal["added", "check_mail"]
    lead: str | None = None
    """The id; left out where a colleague has them already."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Half:
    """The withheld half of a page."""

    html: str
    """What stands after the mark, with downloads and the ways to talk back."""
    toc: str
    """The table of contents of the whole page, as the theme renders it."""
    title: str
    """The page's title."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Free:
    """What a metered page leaves to this browser."""

    left: int = Field(ge=0)
    """How many free reads."""
    read: bool
    """Whether this page is one of those read."""
    words: str
    """That in a sentence."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class FormShown:
    """Which questions to ask this browser; never an answer."""

    address: str | None
    """Masked, for whoever has a pass; null for a stranger."""
    fields: list[str]
    """Names of the questions that are still open."""
    consent: bool
    """Whether to show the box for follow-ups."""
    news: bool
    """Whether to show the box for news."""
    button: str | None
    """The words on the button; null for a stranger, who sees the page's own form."""
    waits: bool
    """Whether a rep has to approve, and was asked already."""
    mailed: bool = False
    """There, and true, where this browser has sent the form and may type the digits of its mail."""
    free: Free | None = None
    """There on a metered page only."""
    ticket: str = ""
    """To be sent along with the form; there only where suspicious forms are asked for a proof of work."""


@dataclass(config=GROWING, frozen=True, kw_only=True)
class MyData:
    """Everything that is kept of one person. What was sealed stands opened under `said`. More parts may come."""

    made_at: str
    site: str
    lead: dict[str, Any]
    forms: list[dict[str, Any]]
    receipts: list[dict[str, Any]] = Field(default_factory=list)
    """What was agreed to: the exact words, when and how."""
    timeline: list[dict[str, Any]]
    planned: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    counted: dict[str, Any]
    marks: dict[str, str]
    kept: list[dict[str, str]]
    """What each part is for, for how long, and what becomes of it."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Health:
    """Which release serves which site."""

    version: str
    bundle: str
    """The bundle's version: it changes with the site's content."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Problem:
    """RFC 9457. Programs get it; who accepts `text/html`, or sends a form, gets a page with the same words."""

    type: Literal["about:blank"]
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    """What happened and what to do next, in the reader's language."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class FieldsProblem:
    """The same, where fields are to be mended."""

    type: Literal["about:blank"]
    title: str
    status: Literal[422]
    detail: str
    fields: dict[str, str]
    """What to do, by the name of the field."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Challenge:
    """A puzzle of ALTCHA v2, for ten minutes, one gate and one form."""

    parameters: dict[str, Any]
    signature: str


@dataclass(config=SAID, frozen=True, kw_only=True)
class AccessProblem:
    """The same; where the form looks like a program's, with a puzzle to be solved before it is sent again."""

    type: Literal["about:blank"]
    title: str
    status: Literal[422]
    detail: str
    fields: dict[str, str]
    """What to do, by the name of the field."""
    challenge: Challenge | None = None
    """There where `fields` names `proof`: solve it and send the form again, with the solution in `proof`."""
