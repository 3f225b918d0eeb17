"""What a rep gets to know about a lead before a call: the same facts in the mail and on the page.

Filled by `briefing`. Text is for people to read, and what a person typed is data in it, never markup.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.model.touch import Objective


@dataclass(frozen=True, slots=True)
class BarView:
    """How far a lead has met one of the four: `points` of `full`, and no more; `drawn` in so many characters."""

    name: str = ""
    points: int = 0
    full: int = 7
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """What they object, and what the playbook answers; `short` is how that begins, in one line.

    `raised`: they have said so; else it is only likely.
    """

    title: str = ""
    answer: str = ""
    short: str = ""
    raised: bool = False


@dataclass(frozen=True, slots=True)
class BriefingView:
    """What is unknown is empty and not shown.

    `call` is their own word on calls, `dial` the number as a `tel:` link wants it; both phone fields are empty where a
    call was refused. `hour` says what time it is there and whether that is a decent hour. `said` are their own words,
    each with when and where. `hint` says why another aim is proposed than the one that would come next. `clock` says to
    whom the lead goes next, and when. `times` names the clock that all of it goes by: the reader's.
    `speaks` is the language of their form, by its code, where it is not the first one of the reader and of the site.
    `mine`: the reader has taken the lead over.
    """

    who: str = ""
    email: str = ""
    company: str = ""
    phone: str = ""
    dial: str = ""
    confirmed: bool = True
    call: str = ""
    hour: str = ""
    decent: bool = True
    state: str = ""
    title: str = ""
    page: str = ""
    read: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    objections: tuple[ObjectionView, ...] = ()
    bars: tuple[BarView, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    score: str = ""
    reasons: tuple[str, ...] = ()
    objective: Objective = Objective.START
    aim: str = ""
    hint: str = ""
    opening: str = ""
    owner: str = ""
    clock: str = ""
    times: str = ""
    speaks: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class RepLinks:
    """Where a rep's taps go; each leads to a page with a button, and changes nothing by itself. `book` may be empty."""

    lead: str = ""
    take: str = ""
    log: str = ""
    disqualify: str = ""
    replied: str = ""
    book: str = ""
