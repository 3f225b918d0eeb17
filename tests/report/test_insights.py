"""The report as the team opens it in a browser: who may, what it says of real people's doings, and what of nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.journeys.desk import at_desk
from tests.world import ANNA, MANAGER_ADDRESS, REP_ADDRESS, World
from tests.world_sale import shared

from leadlight import figures

BOTH = pytest.mark.grounds("local", "prompt")


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


def short(page: str) -> dict[str, int]:
    """The numbers at the top."""
    found = re.findall(r"<dt>([^<]+)</dt><dd><b>([0-9,]+)</b>", page)
    return {title: int(number.replace(",", "")) for title, number in found}


@BOTH
def test_the_team_reads_what_people_have_done(world: World) -> None:
    world.confirmed(name="Anna")
    world.log(world.taken(), objective="advance", achieved="no", why_not="objection", minutes="20", channel="call")

    answer = at_desk(world).get("/insights")

    assert answer.status == 200
    assert short(answer.text) == {"Confirmed": 1, "Talked back": 1, "Opportunity": 0, "Won": 0}
    for said in ("Mail guide", "Advance, by call", "Rita Rep", "Objection", "1 of 1"):
        assert said in answer.text


@BOTH
def test_a_stranger_is_shown_the_door(world: World) -> None:
    world.confirmed()
    reader = world.browser()
    reader.cookies["__Host-leadlight_desk"] = "made.up"

    answers = [world.browser().get("/insights"), reader.get("/insights"), world.browser().head("/insights")]

    assert [(answer.status, answer.location, answer.body) for answer in answers] == [(303, "/sign-in", b"")] * 3


def test_nothing_of_a_person_is_in_the_report(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acme")

    page = at_desk(world, MANAGER_ADDRESS).get("/insights").text

    assert not [said for said in (ANNA, "Nowak", "Acme", world.id_of()) if said in page]


@BOTH
def test_those_who_write_read_what_reps_say_and_others_see_how_much(world: World) -> None:
    world.confirmed(name="Anna")
    said = {"feedback": "They look for prices <first>", "feedback_aim": "page:guides/mail"}
    world.log(world.taken(), objective="advance", achieved="yes", **said)
    world.settle()

    pages = [at_desk(world, who).get("/insights").text for who in (MANAGER_ADDRESS, REP_ADDRESS)]

    assert ["They look for prices &lt;first&gt;" in page for page in pages] == [True, False]
    assert ["How many lines" in page for page in pages] == [True, True]


def test_reading_the_report_changes_nothing(world: World) -> None:
    world.confirmed()
    desk = at_desk(world)
    world.settle()
    before = world.dump()

    assert desk.get("/insights?weeks=4&against=8&until=2026-W01").status == 200
    assert desk.head("/insights").status == 200
    assert world.dump() == before


@BOTH
def test_who_is_erased_stays_counted(world: World) -> None:
    world.confirmed()
    desk = at_desk(world)
    before = desk.get("/insights").text

    figures.forget(world.services, world.id_of())

    assert short(desk.get("/insights").text) == short(before) == {
        "Confirmed": 1, "Talked back": 0, "Opportunity": 0, "Won": 0
    }  # fmt: skip


def test_the_weeks_are_those_that_the_address_names(world: World) -> None:
    world.confirmed()
    world.advance("14 days")

    page = at_desk(world).get("/insights?weeks=2&against=3&until=2026-W02").text

    assert "2 weeks, 29 December 2025 to 11 January 2026" in page
    assert "Before: 3 weeks, 8 December 2025 to 28 December 2025" in page
    assert short(page)["Confirmed"] == 1


def test_a_week_to_come_is_this_week(world: World) -> None:
    page = at_desk(world).get("/insights?weeks=1&until=2030-W01").text

    assert "One week, 5 January 2026 to 11 January 2026" in page


@pytest.mark.parametrize(
    "wrong", ["weeks=0", "weeks=105", "weeks=all", "weeks=٣", "until=2025-W53", "until=now", "against=-1"]
)
def test_weeks_that_there_are_not_are_told_apart(world: World, wrong: str) -> None:
    answer = at_desk(world).get(f"/insights?{wrong}", accept="text/html")

    assert answer.status == 400
    assert f"“{wrong.partition('=')[0]}” is a" in answer.text


def test_on_the_first_day_the_report_says_what_it_will_show(world: World) -> None:
    page = at_desk(world).get("/insights").text

    assert "Nothing has happened in these weeks yet." in page
    assert 'href="/rep/desk"' in page
    assert "<svg" not in page
    assert short(page) == {}


def test_the_desk_leads_to_the_report(world: World) -> None:
    assert '<a href="/insights">' in at_desk(world).get("/rep/desk").text
