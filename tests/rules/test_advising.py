"""The sentences of a thing worth doing: the evidence with its counts, and what to do, for each kind of case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadlight.model.figures import Funnel
from leadlight.model.report import Advice, Kind, Known, Period, Share
from leadlight.model.team import Costs
from leadlight.rules.advising import Case, advice_of, rate, title_of

PERIOD = Period("2026-W03", "2026-W10")  # 12 January to 8 March
KNOWN = Known(
    {"gate/g/page/1": "The page", "gate/g/@home": "At home", "step/s/01": "Hello", "objection/price": "Too dear"}
)
OWN, OTHERS = Share(12, 80, 0.15, 0.09, 0.24), Share(40, 100, 0.4, 0.31, 0.5)
MINE, THEIRS = " (15%, likely 9 to 24%)", "40 of 100 (40%, likely 31 to 50%)"


def case(kind: Kind, about: str, *, alone: bool = False, **other: object) -> Case:
    return Case(kind, about, OWN, None if alone else OTHERS, 0.01, is_big=True, **other)  # type: ignore[arg-type]  # named


SAID: dict[str, tuple[Case, str, str]] = {
    "an objection": (
        case(Kind.OBJECTION, "objection/price", alone=True, among=5),
        f"the objection was “Too dear” 12 of 80 times{MINE}; each other one came up 17.0 times on average.",
        "Answer “Too dear” where readers meet it first: on the page itself, and in the first mail after it.",
    ),
    "an objection to a page": (
        case(Kind.OBJECTION, "objection/price@g/page/1"),
        f"after “The page” the objection was “Too dear” 12 of 80 times{MINE}; after other pages it was {THEIRS}.",
        "Answer “Too dear” in “The page” itself, before anybody has to ask.",
    ),
    "an objection that nobody listed, to a page that is gone": (
        case(Kind.OBJECTION, "objection/no/way@gone"),
        f"after “gone” the objection was “no/way” 12 of 80 times{MINE}; after other pages it was {THEIRS}.",
        "Answer “no/way” in “gone” itself, before anybody has to ask.",
    ),
    "a step": (
        case(Kind.STEP, "step/s/01"),
        f"progress followed 12 of 80 mails of “Hello” (s/01){MINE}; of other steps' mails it was {THEIRS}.",
        "Take “Hello” (s/01) out, or give it another objective and write it anew: as it is, it moves hardly anybody.",
    ),
    "a step that is gone": (
        case(Kind.STEP, "step/s/09"),
        f"progress followed 12 of 80 mails of s/09{MINE}; of other steps' mails it was {THEIRS}.",
        "Take s/09 out, or give it another objective and write it anew: as it is, it moves hardly anybody.",
    ),
    "a page": (
        case(Kind.PAGE, "page/g/page/1"),
        f"12 of 80 readers of “The page”{MINE} went on from there; of other pages' readers it was {THEIRS}.",
        "Put “The page” where people begin, link to it from other pages, and write the next one like it.",
    ),
    "a leak of a page": (
        case(Kind.LEAK, "gate/g/page/1", what=Funnel.SUBMITTED),
        f"12 of 80 who saw the form of “The page”{MINE} sent it; of other pages it was {THEIRS}.",
        "At “The page”, ask for less, or say beside each question what the answer buys.",
    ),
    "a leak of the site": (
        case(Kind.LEAK, "site", what=Funnel.FORM),
        f"12 of 80 who began to read{MINE} got as far as the form; in as many weeks before it was {THEIRS}.",
        "On every page, begin with what the reader gets from it, or move the cut further up.",
    ),
    "slow answers": (
        case(Kind.SLOW, "wait/1d"),
        f"12 of 80 new leads{MINE} were spoken to within a day; in as many weeks before it was {THEIRS}.",
        "Agree on who answers on which days, and let unclaimed leads pass on sooner (“clocks” in team.yml).",
    ),
    "a source whose people do not talk": (
        case(Kind.SOURCE, "source/ads/spring", cents=123_456),
        f"ads/spring cost 1,235 PLN, and 12 of 80 leads from there{MINE} talked back; of others it was {THEIRS}.",
        "Stop paying for ads/spring, or send its visitors to another page and look again in a month.",
    ),
    "a source that brings nobody": (
        case(Kind.SOURCE, "source/ads", alone=True, cents=50_000),
        "ads cost 500 PLN and brought nobody who confirmed an address.",
        "Stop paying for ads, or send its visitors to another page and look again in a month.",
    ),
}


@pytest.mark.parametrize(("one", "evidence", "todo"), SAID.values(), ids=SAID)
def test_each_case_is_told_with_its_evidence_and_what_to_do(one: Case, evidence: str, todo: str) -> None:
    advice = advice_of(one, KNOWN, PERIOD, Costs(currency="PLN"))

    title = title_of(one.about, KNOWN)
    span = f"In the 8 weeks up to 8 March, {evidence}"
    assert advice == Advice(one.kind, one.about, title, span, todo, OWN, one.others, 0.01, PERIOD)


@pytest.mark.parametrize(
    ("about", "title"),
    [
        ("site", "The whole site"),
        ("page/g/page/1", "The page"),
        ("gate/g/page/1", "The page"),
        ("page/page/2", "page/2"),
        ("page/g/@home", "At home"),
        ("gate/g/me@work", "g/me@work"),
        ("objection/price@g/@home", "Too dear (At home)"),
        ("step/s/01", "Hello"),
        ("objection/price@g/page/1", "Too dear (The page)"),
        ("objection/other@gone", "other (gone)"),
    ],
)
def test_a_thing_is_called_as_people_call_it(about: str, title: str) -> None:
    assert title_of(about, KNOWN) == title


@pytest.mark.parametrize("unknown", ["rate", "low", "high"])
def test_without_a_rate_the_counts_stand_alone(unknown: str) -> None:
    few = replace(OWN, **{unknown: None})  # type: ignore[arg-type]  # a field that may be None

    assert rate(few, "mails") == "12 of 80 mails"
    assert rate(few) == "12 of 80"


def test_only_of_a_step_that_moved_not_one_it_is_said_that_it_moves_nobody() -> None:
    none = replace(case(Kind.STEP, "step/s/01"), own=Share(0, 80, 0.0, 0.0, 0.05))

    assert advice_of(none, KNOWN, PERIOD, Costs()).todo.endswith("as it is, it moves nobody.")
