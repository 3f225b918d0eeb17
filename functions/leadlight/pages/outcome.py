"""The page on which a rep says with one tap what a contact achieved, and the one that says what follows from it.

Plain data in, a whole page out; `pages.outcome_facts` gathers the data. Made for a thumb on a phone, without a script:
what is optional is folded, and what acts is a button that posts to `action`, by a mailed link's token or a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadlight.pages.frame import page
from leadlight.rules.said import WHY_NOT

ACTION = "/rep/outcome"

NOT_SAVED = "Not saved yet. Mend what is marked below, then tap again."


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few: what is sent, what is read, more about it, and whether it is chosen already."""

    value: str
    words: str
    more: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """What may be said besides the result. `typed` is what was typed before, `wrong` what is to be mended of it.

    `zone` is the rep's, `theirs` tells how far the lead's own clock is from it.
    `needs_shown` is what was ticked among the needs when the page was made, one a line. `agreement` names the words to
    be read out before mails after the sale, and holds them; without a value it says why none may come. `open` unfolds
    it, `whom` asks first to whom the deal was lost.
    """

    zone: str
    currency: str
    theirs: str = ""
    moments: tuple[Choice, ...] = ()
    objections: tuple[Choice, ...] = ()
    needs: tuple[Choice, ...] = ()
    needs_shown: str = ""
    aims: tuple[Choice, ...] = ()
    authority: tuple[Choice, ...] = ()
    channel: tuple[Choice, ...] = ()
    satisfaction: tuple[Choice, ...] = ()
    stage: tuple[Choice, ...] = ()
    agreement: Choice | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    whom: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: how did it go with `who`? `hint` says why another objective is proposed, if one is.

    `why` is the reason that comes first, where the rep's link has named one.
    """

    who: str
    objectives: tuple[Choice, ...]
    fields: Fields
    hint: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that follows: when in words and for programs, and what."""

    when: str
    machine: str
    what: str


@dataclass(frozen=True, slots=True)
class After:
    """What was logged, line by line, and what follows: the next action, the follow-ups, what is left out now and why.

    `outcome` names it; `fields` are set while something may be added to it. `next_aim` proposes another objective.
    """

    who: str
    outcome: str
    said: tuple[str, ...]
    next_action: str
    plan: str
    coming: tuple[Coming, ...] = ()
    more: int = 0
    changed: tuple[str, ...] = ()
    next_aim: str = ""
    fields: Fields | None = None


def form(shell: str, asked: Asked, *, token: str = "", action: str = ACTION, back: str = "") -> str:
    """One tap posts `achieved=yes`, or `why_not` alone; with it goes `objective` and whatever else was filled in."""
    return page(
        shell, "outcome.html", heading=f"How did it go with {asked.who}?", a=asked, f=asked.fields, token=token,
        action=action, back=back, why_not=WHY_NOT, not_saved=_not_saved(asked.fields),
    )  # fmt: skip


def done(shell: str, after: After, *, token: str = "", action: str = ACTION, back: str = "") -> str:
    """What was logged and what happens now; the fields below add to it, by `outcome`."""
    return page(
        shell, "outcome_done.html", heading="Logged", a=after, f=after.fields, token=token, action=action, back=back,
        not_saved=_not_saved(after.fields) if after.fields else "",
    )  # fmt: skip


def _not_saved(fields: Fields) -> str:
    """What stands on top where something is to be mended."""
    if not fields.wrong:
        return ""
    return fields.wrong.get("outcome") or fields.wrong.get("achieved") or NOT_SAVED
