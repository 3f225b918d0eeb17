"""What is said about a thing worth doing: its evidence in one sentence, and what to do in another. Pure.

Part of `rules.worth_doing`, which finds the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadlight.model.figures import Funnel
from leadlight.model.report import SITE, Advice, Kind, Known, Period, Share
from leadlight.model.team import Costs


@dataclass(frozen=True, slots=True)
class Case:
    """Something that may be worth doing: how sure it is, and whether it `is_big` enough to matter.

    `what` is the place of the funnel that too few get to, `among` how many objections there are, `cents` what a source
    cost.
    """

    kind: Kind
    about: str
    own: Share
    others: Share | None
    p: float
    is_big: bool
    what: str = ""
    among: int = 0
    cents: int = 0


MEND: Mapping[str, tuple[str, str, str]] = {
    Funnel.FORM: (
        "who began to read",
        "got as far as the form",
        "begin with what the reader gets from it, or move the cut further up.",
    ),
    Funnel.SUBMITTED: (
        "who saw the form",
        "sent it",
        "ask for less, or say beside each question what the answer buys.",
    ),
    Funnel.CONFIRMED: (
        "who sent the form",
        "confirmed their address",
        "send the form yourself, to addresses at two providers: does the mail arrive, and does its subject say why?",
    ),
}
"""A leak by the place that too few get to: of whom, what they did, and what may mend it."""


def advice_of(case: Case, known: Known, period: Period, costs: Costs) -> Advice:
    """The case in words; `period` has the weeks that were counted."""
    title = title_of(case.about, known)
    evidence, todo = _SAID[case.kind](case, title, known, costs)
    span = f"In the {period.weeks} weeks up to {period.ends.day} {period.ends:%B}, "
    return Advice(case.kind, case.about, title, span + evidence, todo, case.own, case.others, case.p, period)


def title_of(about: str, known: Known) -> str:
    """What it is about, as people call it."""
    if about == SITE:
        return "The whole site"
    thing, _, gate = about.partition("@") if about.startswith("objection/") else (about, "", "")  # a page may have an @
    named = thing.replace("page/", "gate/", 1) if thing.startswith("page/") else thing
    title = known.titles.get(named, thing.partition("/")[2])
    return f"{title} ({known.titles.get(f'gate/{gate}', gate)})" if gate else title


def rate(share: Share, what: str = "") -> str:
    """`12 of 80 mails (15%, likely 9 to 24%)`; the counts alone where there is no rate.

    >>> rate(Share(12, 80, 0.15, 0.088, 0.244), "mails")
    '12 of 80 mails (15%, likely 9 to 24%)'
    """
    counts = f"{share.count} of {share.of} {what}".rstrip()
    if share.rate is None or share.low is None or share.high is None:
        return counts
    return f"{counts} ({100 * share.rate:.0f}%, likely {100 * share.low:.0f} to {100 * share.high:.0f}%)"


def _objection(case: Case, title: str, known: Known, _costs: Costs) -> tuple[str, str]:
    thing, _, gate = case.about.partition("@")
    name = known.titles.get(thing, thing.partition("/")[2])
    own = rate(case.own, "times")
    if case.others is not None:
        page = known.titles.get(f"gate/{gate}", gate)
        evidence = f"after “{page}” the objection was “{name}” {own}; after other pages it was {_other(case)}."
        return evidence, f"Answer “{name}” in “{page}” itself, before anybody has to ask."
    usual = (case.own.of - case.own.count) / (case.among - 1)
    return (
        f"the objection was “{title}” {own}; each other one came up {usual:.1f} times on average.",
        f"Answer “{title}” where readers meet it first: on the page itself, and in the first mail after it.",
    )


def _step(case: Case, title: str, *_: object) -> tuple[str, str]:
    path = case.about.removeprefix("step/")
    name = f"“{title}” ({path})" if title != path else path
    moved = "moves hardly anybody" if case.own.count else "moves nobody"
    return (
        f"progress followed {rate(case.own, f'mails of {name}')}; of other steps' mails it was {_other(case)}.",
        f"Take {name} out, or give it another objective and write it anew: as it is, it {moved}.",
    )


def _page(case: Case, title: str, *_: object) -> tuple[str, str]:
    return (
        f"{rate(case.own, f'readers of “{title}”')} went on from there; of other pages' readers it was {_other(case)}.",
        f"Put “{title}” where people begin, link to it from other pages, and write the next one like it.",
    )


def _leak(case: Case, title: str, *_: object) -> tuple[str, str]:
    who, did, todo = MEND[case.what]
    if case.about == SITE:
        evidence = f"{rate(case.own, who)} {did}; in as many weeks before it was {_other(case)}."
        return evidence, f"On every page, {todo}"
    return (
        f"{rate(case.own, f'{who} of “{title}”')} {did}; of other pages it was {_other(case)}.",
        f"At “{title}”, {todo}",
    )


def _slow(case: Case, *_: object) -> tuple[str, str]:
    return (
        f"{rate(case.own, 'new leads')} were spoken to within a day; in as many weeks before it was {_other(case)}.",
        "Agree on who answers on which days, and let unclaimed leads pass on sooner (“clocks” in team.yml).",
    )


def _source(case: Case, title: str, __: Known, costs: Costs) -> tuple[str, str]:
    paid = f"{title} cost {case.cents / 100:,.0f} {costs.currency}"
    todo = f"Stop paying for {title}, or send its visitors to another page and look again in a month."
    if case.others is None:
        return f"{paid} and brought nobody who confirmed an address.", todo
    talked = f"{rate(case.own, 'leads from there')} talked back; of others it was {_other(case)}."
    return f"{paid}, and {talked}", todo


def _other(case: Case) -> str:
    return rate(case.others) if case.others else ""


_SAID: Mapping[Kind, Callable[[Case, str, Known, Costs], tuple[str, str]]] = {
    Kind.OBJECTION: _objection,
    Kind.STEP: _step,
    Kind.PAGE: _page,
    Kind.LEAK: _leak,
    Kind.SLOW: _slow,
    Kind.SOURCE: _source,
}
