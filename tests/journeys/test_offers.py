"""An offer in a mail: what its two links ask, and what an answer changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journeys.desk import at_desk
from tests.world import ANNA, REP_ADDRESS, World
from tests.world_sale import offered, shared

from leadlight.model.due import DueKind
from leadlight.model.lead import Stage, StopReason
from leadlight.model.touch import Objective, Touch, TouchKind


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


def answers(world: World) -> list[Touch]:
    return world.touches(TouchKind.OFFER_ANSWERED)


def test_the_link_asks_and_changes_nothing_whoever_opens_it(world: World) -> None:
    link = offered(world, name="Anna")
    before = world.dump()

    page = world.browser().get(link, accept="text/html")
    world.browser().head(link)

    assert (page.status, world.dump()) == (200, before)
    assert "A trial of two weeks" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.grounds("local", "prompt")
def test_a_yes_makes_an_opportunity_and_the_rep_hears_of_it_at_once(world: World) -> None:
    link = offered(world, name="Anna")

    page = world.browser().submit(link, answer="accepted")
    world.settle()

    assert "Rita Rep" in page.text
    assert world.lead().stage is Stage.OPPORTUNITY
    assert Objective.CLOSE in world.lead().achieved
    assert "Anna" in world.mail(REP_ADDRESS).subject
    mail = world.mail(REP_ADDRESS)
    text = " ".join(mail.text.replace("> ", "").split())
    assert "accepts “A trial of two weeks”" in mail.subject
    assert "They said yes to “A trial of two weeks”. Thank them, and agree on the first date." in text
    assert "Offer accepted at 10:00: A trial of two weeks" in text


def test_a_yes_after_a_rep_has_given_up_is_told_and_begins_nothing(world: World) -> None:
    link = offered(world, name="Anna")
    at_desk(world).submit(f"/rep/desk/lead/{world.id_of()}/outcome", objective="close", why_not="no-need")
    sent = world.follow_ups()

    world.browser().submit(link, answer="accepted")
    world.settle()
    lead = world.lead()
    world.advance("20 days")

    assert (lead.stage, [stop.reason for stop in lead.stops]) == (Stage.DISQUALIFIED, [StopReason.DISQUALIFIED])
    assert world.mail(REP_ADDRESS, "accepts")
    assert len(answers(world)) == 1
    assert world.follow_ups() == sent


def test_a_yes_waits_for_an_outcome(world: World) -> None:
    link = offered(world)

    world.browser().submit(link, answer="accepted")

    rows = world.services.store.due_of(world.id_of())
    assert [row.ref for row in rows if row.kind is DueKind.TASK] == [answers(world)[0].id]


@pytest.mark.grounds("local", "hostile")
def test_the_same_tap_twice_is_one_answer(world: World) -> None:
    link = offered(world)
    browser = world.browser()

    browser.submit(link, answer="accepted")
    browser.submit(link, answer="accepted")

    assert len(answers(world)) == 1


def test_a_no_asks_why_and_keeps_the_reason(world: World) -> None:
    link = offered(world)

    page = world.browser().submit(link, answer="declined")
    world.browser().submit(link, answer="declined", why="too-dear")
    world.settle()

    assert "It is too dear" in page.text
    assert [touch.facts.get("why", "") for touch in answers(world)] == ["", "too-dear"]
    assert world.lead().stage is Stage.LEAD
    assert "too dear" in world.mail(REP_ADDRESS).subject


def test_both_answers_stand_on_the_timeline_and_the_last_one_counts(world: World) -> None:
    link = offered(world)

    world.browser().submit(link, answer="declined")
    world.browser().submit(link, answer="accepted")

    assert [touch.facts["answer"] for touch in answers(world)] == ["declined", "accepted"]
    assert "So far you have said: “Yes, I accept”" in world.browser().get(link).text


def test_an_offer_that_is_over_may_still_be_asked_for(world: World) -> None:
    link = offered(world)
    world.advance("20 days")

    page = world.browser().get(link).text
    world.browser().submit(link, answer="accepted")

    assert "It stood until" in page
    assert answers(world)[0].facts["late"] == "yes"


def test_a_link_of_an_erased_or_foreign_lead_opens_nothing(world: World) -> None:
    link = offered(world)

    assert world.browser().submit(link[:-40], answer="accepted").status == 403
    assert world.browser().submit(link, answer="perhaps").status == 422
    assert answers(world) == []


def test_no_link_buries_a_rep_in_answers(world: World) -> None:
    link = offered(world, address=ANNA)

    for answer in ("accepted", "declined") * 5:
        assert world.browser().submit(link, answer=answer).status == 200

    assert world.browser().submit(link, answer="accepted").status == 429


def test_the_reps_timeline_tells_each_answer(world: World) -> None:
    link = offered(world)
    world.browser().submit(link, answer="declined", why="too-dear")
    world.browser().submit(link, answer="accepted")
    world.settle()

    page = world.browser().get(world.briefing(), accept="text/html").text

    assert "Offer declined: “A trial of two weeks”, because of “too dear”" in page
    assert "Offer accepted: “A trial of two weeks”" in page
