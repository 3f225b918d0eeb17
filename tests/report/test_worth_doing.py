"""Three things worth doing: what is named, what is not, and how often chance alone names anything."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.conftest import Tally
from tests.report.year import year

from leadlight.model.report import Advice, Kind, Known
from leadlight.model.team import Costs
from leadlight.rules.tally import ending, weeks_of
from leadlight.rules.worth_doing import worth_doing

LAST = "2026-W20"
EIGHT = tuple(weeks_of(ending(LAST, 8)))
KNOWN = Known(
    {"gate/audit": "The audit", "step/course/02-why": "Why now?", "objection/price": "Too expensive"}
    | {f"objection/{name}": name for name in ("time", "trust", "need")},
    waitlists=("unwritten",),
)


def named(cells: Mapping[str, int], *, spend: Mapping[str, float] | None = None) -> tuple[Advice, ...]:
    """What is worth doing where each of the last eight weeks had these cells; one with a week of its own is of that."""
    totals = {cell: count for cell, count in cells.items() if cell[:1] == "2"}
    totals |= {f"{week}|{cell}": count for cell, count in cells.items() if cell[:1] != "2" for week in EIGHT}
    costs = {source: {"2026-04": cost, "2026-05": cost} for source, cost in (spend or {}).items()}
    return worth_doing(totals, KNOWN, until_week=LAST, costs=Costs(), spend=costs)


def rows(kind: str, what: str, of: str, shares: Mapping[str, tuple[int, int]]) -> Mapping[str, int]:
    """Cells of several of a kind: name → (how many, of how many), in a week."""
    some = {f"{kind}/{name}|{what}": count for name, (count, _) in shares.items()}
    return some | {f"{kind}/{name}|{of}": count for name, (_, count) in shares.items()}


STEPS = {"course/01-hello": (4, 30), "course/02-why": (0, 30), "course/03-who": (4, 25), "course/04-call": (3, 20)}
PAGES = {"audit": (9, 12), "budget": (2, 12), "checklist": (3, 12), "design": (2, 12)}


def test_a_step_that_moves_nobody_is_named_with_its_counts() -> None:
    (advice,) = named(rows("step", "progressed", "sent", STEPS))

    assert (advice.kind, advice.about, advice.own.count, advice.own.of) == (Kind.STEP, "step/course/02-why", 0, 210)
    assert advice.evidence == (
        "In the 7 weeks up to 10 May, progress followed 0 of 210 mails of “Why now?” (course/02-why) (0%, likely 0 to "
        "2%); of other steps' mails it was 77 of 525 (15%, likely 12 to 18%)."
    )
    assert advice.todo.startswith("Take “Why now?” (course/02-why) out")


def test_a_step_that_has_only_just_begun_is_not_named() -> None:
    others = rows("step", "progressed", "sent", {name: share for name, share in STEPS.items() if share[0]})

    assert named({**others, f"{LAST}|step/course/02-why|sent": 500}) == ()


def test_a_page_that_does_far_better_is_named() -> None:
    (advice,) = named(rows("page", "progressed", "read", PAGES))

    assert (advice.kind, advice.about, advice.title) == (Kind.PAGE, "page/audit", "The audit")


def test_three_of_nine_are_nothing_to_act_on() -> None:
    shares = {"audit": (1, 1), "budget": (0, 1), "checklist": (0, 1)}

    assert named(rows("page", "progressed", "read", shares)) == ()


def test_a_small_difference_is_not_named_however_sure() -> None:
    shares = {"audit": (2600, 10_000), "budget": (2000, 10_000), "checklist": (2000, 10_000)}

    assert named(rows("page", "progressed", "read", shares)) == ()


def test_an_objection_that_is_named_far_more_often_than_others_is_named() -> None:
    often = {"objection/price|named": 6, "objection/time|named": 1, "objection/trust|named": 1}

    (advice,) = named(often)

    assert (advice.kind, advice.about) == (Kind.OBJECTION, "objection/price")
    assert "“Too expensive” 48 of 64 times (75%, likely 63 to 84%)" in advice.evidence


def test_an_objection_to_one_page_is_named_with_that_page() -> None:
    at = {"price@audit": 5, "time@audit": 1, "price@budget": 1, "time@budget": 5, "time@design": 5, "trust@design": 5}
    cells = {f"objection/{place}|named": count for place, count in at.items()}
    for place, count in at.items():
        about = f"objection/{place.partition('@')[0]}|named"
        cells[about] = cells.get(about, 0) + count

    found = {advice.about: advice.todo for advice in named(cells)}

    assert found["objection/price@audit"] == "Answer “Too expensive” in “The audit” itself, before anybody has to ask."


def test_a_form_that_few_send_is_a_leak_and_an_unwritten_page_is_none() -> None:
    shares = {"audit": (2, 50), "budget": (15, 50), "checklist": (16, 50), "design": (14, 50), "unwritten": (1, 90)}

    (advice,) = named(rows("gate", "submitted", "form", shares))

    assert (advice.kind, advice.about) == (Kind.LEAK, "gate/audit")
    assert "16 of 400 who saw the form of “The audit” (4%" in advice.evidence


def test_fewer_confirmed_addresses_than_before_are_a_leak_of_the_whole_site() -> None:
    earlier = {f"{week}|site|{what}": n for week in weeks_of(ending(LAST, 16)) for what, n in SENT_AND_CONFIRMED}

    (advice,) = named({**earlier, "site|submitted": 40, "site|confirmed": 12})

    assert (advice.kind, advice.about, advice.own.of) == (Kind.LEAK, "site", 320)


SENT_AND_CONFIRMED = (("submitted", 40), ("confirmed", 34))


def test_fewer_who_are_spoken_to_within_a_day_are_named() -> None:
    earlier = {f"{week}|{cell}": n for week in weeks_of(ending(LAST, 16)) for cell, n in QUICK_ONES}

    (advice,) = named({**earlier, "site|confirmed": 30, "wait/2h|first": 3, "wait/later|first": 12})

    assert (advice.kind, advice.own.count, advice.own.of) == (Kind.SLOW, 24, 240)


QUICK_ONES = (("site|confirmed", 30), ("wait/2h|first", 12), ("wait/later|first", 3))


@pytest.mark.parametrize("leads", [30, 0])
def test_a_source_that_is_paid_for_and_brings_nobody_who_talks_is_named(leads: int) -> None:
    cells = rows("source", "talked", "confirmed", {"ads": (0, leads), "direct": (9, 40), "news.example": (8, 40)})

    (advice,) = named({**cells, "site|confirmed": 80 + leads, "site|mails": 300}, spend={"ads": 400.0})

    assert (advice.kind, advice.about) == (Kind.SOURCE, "source/ads")
    assert "ads cost 619 EUR" in advice.evidence


def test_a_source_that_costs_nothing_is_left_alone() -> None:
    cells = rows("source", "talked", "confirmed", {"ads": (0, 30), "direct": (9, 40), "news.example": (8, 40)})

    assert named(cells) == ()


def test_no_more_than_three_things_are_named_one_of_each_kind_first() -> None:
    useless = {**STEPS, "course/01-hello": (0, 30)}
    cells = {**rows("step", "progressed", "sent", useless), **rows("page", "progressed", "read", PAGES)}

    assert [advice.kind for advice in named(cells)] == [Kind.STEP, Kind.PAGE, Kind.STEP]


@pytest.mark.slow
def test_in_twenty_seeds_the_mail_names_what_is_planted_within_eight_weeks(tally: Tally) -> None:
    lived = [year(seed, 8) for seed in range(20)]

    found, alarmed = sum(each.found_all(8) for each in lived), sum(each.alarmed for each in lived)
    tally("worth doing, first 8 weeks", years=20, all_found=found, mails=160, false_alarms=alarmed)
    assert found >= 18
    assert alarmed <= 160 * 0.05


@pytest.mark.slow
@pytest.mark.parametrize("planted", [True, False])
def test_in_a_whole_year_hardly_a_mail_holds_a_false_alarm(planted: bool, tally: Tally) -> None:
    lived = year(6, 52, planted=planted)

    tally("worth doing, a whole year", mails=lived.mails, false_alarms=lived.alarmed)
    assert lived.alarmed <= lived.mails * 0.05
