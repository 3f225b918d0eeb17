"""Where a thing begins to be worth naming, and what it is held against: the edges of each kind of advice."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from leadlight.model.report import Advice, Kind, Known, Period, Share
from leadlight.model.team import Costs
from leadlight.rules.odds import less_often, more_often, share
from leadlight.rules.worth_doing import worth_doing

LAST, RIPE, BEFORE = "2026-W20", "2026-W15", "2026-W10"
NOW, THEN = Period("2026-W13", LAST), Period("2026-W05", "2026-W12")


def named(
    cells: Mapping[str, int], *, known: Known | None = None, spend: Mapping[str, float] | None = None
) -> list[Advice]:
    """What is worth doing where these were counted, long enough ago; one with a week of its own is of that."""
    totals = {cell if cell[:1] == "2" else f"{RIPE}|{cell}": count for cell, count in cells.items()}
    costs = {source: {"2026-04": cost} for source, cost in (spend or {}).items()}
    return list(worth_doing(totals, known or Known(), until_week=LAST, costs=Costs(), spend=costs))


def exactly(p: float) -> object:
    """However small it is."""
    return pytest.approx(p, rel=1e-9, abs=0)


def counted(kind: str, what: str, of: str, shares: Mapping[str, tuple[int, int]]) -> Mapping[str, int]:
    """The cells of several of a kind: name → (how many, of how many)."""
    some = {f"{kind}/{name}|{what}": count for name, (count, _) in shares.items()}
    return some | {f"{kind}/{name}|{of}": count for name, (_, count) in shares.items()}


def objections(**named: int) -> Mapping[str, int]:
    return {f"objection/{name}|named": count for name, count in named.items()}


FOUR = Known({f"objection/{name}": name for name in ("price", "time", "trust", "need")})


@pytest.mark.parametrize(
    ("cells", "known", "found"),
    [
        (objections(price=400, time=200, trust=200, need=200), FOUR, ["objection/price"]),  # twice as often: enough
        (objections(price=399, time=201, trust=200, need=200), FOUR, []),
        (objections(price=10), FOUR, ["objection/price"]),
        (objections(price=9), FOUR, []),
        (objections(price=80, time=10), Known(), ["objection/price"]),
        (objections(price=80), Known(), []),  # the only one stands out from nothing
    ],
)
def test_an_objection_stands_out_from_twice_as_often_as_the_others_on(
    cells: Mapping[str, int], known: Known, found: list[str]
) -> None:
    assert [advice.about for advice in named(cells, known=known)] == found


def test_an_objection_that_is_loud_everywhere_is_not_named_for_one_page_too() -> None:
    pages = {"objection/price@a|named": 300, "objection/time@b|named": 100, "objection/price@b|named": 20}

    found = named({**objections(price=320, time=100), **pages}, known=FOUR)

    (advice,) = (one for one in found if "price" in one.about)
    assert (advice.about, advice.own, advice.others) == ("objection/price", share(320, 420), None)
    assert "each other one came up 33.3 times on average" in advice.evidence
    assert advice.period == NOW


def test_an_objection_to_a_page_is_held_against_the_other_pages() -> None:
    pages = {"price@a": 60, "time@a": 10, "price@b": 2, "time@b": 40, "price@c": 3, "time@c": 30}
    cells = {f"objection/{place}|named": count for place, count in pages.items()}

    (advice, *_) = [one for one in named({**cells, **objections(price=65, time=80)}) if "price" in one.about]

    assert (advice.about, advice.own, advice.others) == ("objection/price@a", share(60, 70), share(5, 75))
    assert advice.p == exactly(more_often(advice.own, share(5, 75), by=1.25))


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ({"a": (750, 1000), "b": (500, 1000)}, ["page/a"]),  # one and a half times: enough
        ({"a": (749, 1000), "b": (500, 1000)}, []),
        ({"a": (15, 40), "b": (5, 40)}, []),  # far more, but chance does that now and then
        ({"a": (28, 40), "b": (5, 40)}, ["page/a"]),
    ],
)
def test_a_page_is_worth_copying_from_half_as_much_again_on(
    shares: Mapping[str, tuple[int, int]], found: list[str]
) -> None:
    assert [advice.about for advice in named(counted("page", "progressed", "read", shares))] == found


@pytest.mark.parametrize(("moved", "found"), [(250, ["step/s/a"]), (251, [])])
def test_a_step_is_worth_dropping_from_half_as_much_on(moved: int, found: list[str]) -> None:
    steps = {"s/a": (moved, 1000), "s/b": (500, 1000)}

    assert [advice.about for advice in named(counted("step", "progressed", "sent", steps))] == found


def test_a_strong_page_is_held_against_the_others_without_the_worst_of_them() -> None:
    pages = {"a": (20, 100), "b": (30, 100), "c": (0, 100), "d": (25, 100), "strong": (80, 100), "new": (0, 3)}

    (advice,) = named(counted("page", "progressed", "read", pages))

    assert (advice.about, advice.own, advice.others) == ("page/strong", share(80, 100), share(75, 303))
    assert advice.p == exactly(more_often(share(80, 100), share(75, 303), by=1.25))
    assert advice.period == Period("2026-W13", "2026-W19")


def test_a_weak_step_is_held_against_the_others_without_the_best_of_them() -> None:
    steps = {"s/a": (40, 100), "s/b": (90, 100), "s/c": (50, 100), "s/d": (45, 100), "s/weak": (0, 100), "s/z": (0, 10)}

    (advice,) = named(counted("step", "progressed", "sent", steps))

    assert (advice.about, advice.own, advice.others) == ("step/s/weak", share(0, 100), share(135, 310))
    assert advice.p == exactly(less_often(share(0, 100), share(135, 310), by=1.25))


def test_four_are_all_held_against_each_other() -> None:
    steps = {"s/a": (40, 100), "s/b": (90, 100), "s/c": (50, 100), "s/weak": (0, 100)}

    (advice,) = named(counted("step", "progressed", "sent", steps))

    assert advice.others == share(180, 300)


def test_a_leak_and_a_slow_answer_of_the_site_are_held_against_the_weeks_before() -> None:
    now = {"site|submitted": 300, "site|confirmed": 100, "wait/5m|first": 10, "wait/1d|first": 10, "wait/3d|first": 70}
    then = {"site|submitted": 300, "site|confirmed": 200, "wait/30m|first": 80, "wait/2h|first": 90}

    leak, slow = named({**now, **{f"{BEFORE}|{cell}": count for cell, count in then.items()}})

    assert (leak.about, leak.own, leak.others) == ("site", share(100, 300), share(200, 300))
    assert (slow.about, slow.own, slow.others) == ("wait/1d", share(20, 100), share(170, 200))
    assert leak.period == slow.period == NOW


@pytest.mark.parametrize(
    ("what", "of", "did"),
    [
        ("form", "teaser", "got as far as the form"),
        ("submitted", "form", "sent it"),
        ("confirmed", "submitted", "conf"),
    ],
)
def test_a_page_that_loses_people_is_named_with_where_it_does_and_an_unwritten_one_never(
    what: str, of: str, did: str
) -> None:
    shares = {"a": (20, 100), "b": (50, 100), "c": (50, 100), "soon": (1, 100)}
    known = Known({"gate/a": "Page A"}, waitlists=("soon",))

    (advice,) = named(counted("gate", what, of, shares), known=known)

    assert (advice.kind, advice.about, advice.others) == (Kind.LEAK, "gate/a", share(100, 200))
    assert f"of “Page A” (20%, likely 13 to 29%) {did}" in advice.evidence


@pytest.mark.parametrize(("got_on", "found"), [(300, ["gate/a"]), (301, [])])
def test_a_page_loses_people_from_two_thirds_of_the_others_on(got_on: int, found: list[str]) -> None:
    shares = {"a": (got_on, 1000), "b": (450, 1000)}

    assert [advice.about for advice in named(counted("gate", "form", "teaser", shares))] == found


SOURCES = {"ads": (1, 40), "ads/spring": (1, 40), "fair/may": (30, 60), "direct": (40, 100), "news.example": (35, 100)}


def test_a_paid_source_is_held_against_all_others_each_of_them_once() -> None:
    cells = counted("source", "talked", "confirmed", {**SOURCES, "site.example": (90, 100)})

    (advice,) = named({**cells, "site|confirmed": 440}, spend={"ads": 300.0, "fair/may": 100.0})

    assert (advice.about, advice.own) == ("source/ads", share(2, 80))
    assert advice.others == share(30 + 40 + 35, 260)
    assert "ads cost 300 EUR, and 2 of 80 leads from there" in advice.evidence
    assert advice.p == exactly(less_often(share(2, 80), share(105, 260), by=1.25))


def test_a_good_paid_source_is_held_against_a_bad_one_with_its_campaigns_once() -> None:
    shares = {"ads": (60, 100), "ads/spring": (50, 100), "fair/may": (10, 100)}

    (advice,) = named(counted("source", "talked", "confirmed", shares), spend={"ads": 300.0, "fair/may": 100.0})

    assert (advice.about, advice.others) == ("source/fair/may", share(110, 200))


@pytest.mark.parametrize(
    ("leads", "sources", "found"),
    [(10, ("ads",), ["source/ads"]), (9, ("ads",), []), (40, ("ads", "fair"), ["source/ads", "source/fair"])],
)
def test_each_source_that_is_paid_for_and_brings_nobody_is_named_once_ten_came_otherwise(
    leads: int, sources: tuple[str, ...], found: list[str]
) -> None:
    cells = {"source/direct|confirmed": leads, "site|confirmed": leads, "site|mails": 1_000_000}

    advice = named(cells, spend=dict.fromkeys(sources, 9000.0))

    assert [(one.about, one.own) for one in advice] == [(source, Share(0, 0)) for source in found]
    assert all("cost 9,000 EUR and brought nobody" in one.evidence for one in advice)
    expected = 900_000 * leads / (len(sources) * 900_000 + 100_000)  # what all the mails have cost
    assert [one.p for one in advice] == pytest.approx([math.exp(-expected)] * len(found))


def test_things_of_the_same_kind_and_sureness_are_named_in_the_order_of_their_names() -> None:
    steps = {"s/c": (0, 100), "s/a": (0, 100), "s/x": (50, 100), "s/b": (0, 100), "s/y": (50, 100), "s/z": (50, 100)}

    assert [advice.about for advice in named(counted("step", "progressed", "sent", steps))] == [
        "step/s/a", "step/s/b", "step/s/c",
    ]  # fmt: skip
    assert {advice.kind for advice in named(counted("step", "progressed", "sent", steps))} == {Kind.STEP}
