"""Whose a lead is: who covers the country, whose colleague came before, and what becomes of it when the rep leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.world import FORM, MAIL, REP_ADDRESS, World, built
from tests.world_site import FILES, TEAM, as_text

from leadlight.model.exchange import Change
from leadlight.model.touch import TouchKind

JAN = {"id": "jan", "name": "Jan Rep", "email": "jan@glass.example", "territories": ["PL"]}
SUE = {"id": "sue", "name": "Sue Rep", "email": "sue@glass.example", "sizes": ["501+"], "languages": ["en"]}


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site with more people in its team."""
    team = {**TEAM, "people": [*TEAM["people"], JAN, SUE]}  # type: ignore[misc]  # a mapping of anything
    form = "docs/playbook/forms/exchange.yml"
    asked = FILES[form].replace('"fields":[', '"fields":[{"name":"size","type":"choice","choices":["1-500","501+"]},')
    return built(tmp_path_factory.mktemp("team"), {**FILES, "docs/playbook/team.yml": as_text(team), form: asked})


def why(world: World, address: str) -> list[str]:
    return [touch.facts["why"] for touch in world.touches(TouchKind.ROUTED, address)]


@pytest.mark.grounds("local", "prompt")
def test_a_lead_from_somebodys_territory_is_theirs_and_the_mail_goes_there(world: World) -> None:
    world.confirmed(address="ala@gmail.com", zone="Europe/Warsaw")

    assert world.lead("ala@gmail.com").owner == "jan"
    assert why(world, "ala@gmail.com")[0].startswith("covers PL")
    assert world.subjects("jan@glass.example")
    assert not world.subjects(REP_ADDRESS)


@pytest.mark.grounds("local", "prompt")
def test_a_colleague_gets_the_rep_of_the_one_before_and_keeps_it(world: World) -> None:
    world.confirmed(address="ala@acme.com", zone="Europe/Warsaw")
    world.confirmed(address="bo@mail.acme.com")
    world.confirmed(FORM, address="bo@mail.acme.com")

    assert world.lead("bo@mail.acme.com").owner == "jan"
    assert why(world, "bo@mail.acme.com") == ["has a colleague of the same company"]


def test_a_stranger_who_uses_a_companys_name_makes_nobody_a_colleague(world: World) -> None:
    world.browser().ask_for(FORM, "made-up@acme.com", zone="Europe/Warsaw")
    world.settle()
    world.confirmed(address="real@acme.com", zone="Europe/London")

    assert world.lead("made-up@acme.com").company is None
    assert world.lead("real@acme.com").owner != "jan"


def test_the_size_of_a_company_decides_without_anybody_opening_the_answers(world: World) -> None:
    world.confirmed(address="vi@gmail.com", size="501+")

    assert world.lead("vi@gmail.com").owner == "sue"


def test_a_lead_whose_rep_has_left_is_somebodys_again_with_the_next_thing_that_happens(world: World) -> None:
    browser, store = world.confirmed(address="ala@gmail.com", zone="Europe/Warsaw"), world.services.store
    store.commit(Change(replace(world.lead("ala@gmail.com"), owner="zoe")))

    browser.post("/api/question", gate=MAIL, question="How?")
    world.settle()

    assert world.lead("ala@gmail.com").owner == "jan"
    assert why(world, "ala@gmail.com")[-1] == "the rep before has left; covers PL; nobody else takes such leads"
    assert "asks about" in world.mail("jan@glass.example").subject


def test_somebody_at_home_is_called_by_who_is_at_work_and_not_by_who_covers_the_country(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = {**JAN, "away": ["2026-01-05"]}
    team = {**TEAM, "profile": "b2c", "people": [*TEAM["people"], away]}  # type: ignore[misc]  # as above
    bundle = built(tmp_path_factory.mktemp("home"), {**FILES, "docs/playbook/team.yml": as_text(team)})
    world = World(tmp_path, bundle)
    world.confirmed(address="ala@gmail.com", zone="Europe/Warsaw")

    assert world.lead("ala@gmail.com").owner != "jan"
    assert why(world, "ala@gmail.com") == ["at work now; nobody else takes such leads"]
    world.close()
