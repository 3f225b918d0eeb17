"""What a rep adds to an outcome after the tap: one more touch beside it, and no second contact."""

from __future__ import annotations

import pytest
from tests.journeys.outcomes import add, the_outcome
from tests.world import HOUR, REP_ADDRESS, World

from leadlight.model.lead import Stage
from leadlight.model.touch import TouchKind

BOTH = pytest.mark.grounds("local", "prompt")


@BOTH
def test_what_is_added_later_is_no_second_contact(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()
    logged = world.log(rep, achieved="yes", objective="start")

    added = add(world, rep, logged, note="Likes tea", stage="opportunity", value="500", next_at="2026-01-07T10:00")
    again = add(world, rep, logged, note="Likes tea", stage="opportunity", value="500", next_at="2026-01-07T10:00")

    assert added.location == again.location
    (note,) = world.touches(TouchKind.NOTED)
    assert (note.quality, note.facts["outcome"]) == (0, the_outcome(world).id)
    assert (world.lead().stage, world.lead().value) == (Stage.OPPORTUNITY, 500.0)
    page = rep.get(added.location, accept="text/html").text
    assert "Start a conversation: achieved" in page
    assert "Wed 7 January, 10:00: your next step" in page


def test_to_whom_a_deal_was_lost_may_be_said_after_the_tap(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    logged = world.log(rep, why_not="lost")
    assert "Lost to whom" in rep.get(logged.location).text

    page = rep.get(add(world, rep, logged, lost_to="Acme Corp").location).text

    assert "The deal is lost to Acme Corp" in page
    (note,) = world.touches(TouchKind.NOTED)
    assert note.facts["why"] == "competitor"
    assert len(world.touches(TouchKind.STAGE_CHANGED)) == 1


def test_a_sale_that_is_said_twice_of_one_contact_is_one(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    logged = world.log(rep, achieved="yes", stage="customer")
    add(world, rep, logged, stage="customer", value="700")

    assert (world.lead().sales, world.lead().value) == (1, 700.0)


def test_adding_nothing_changes_nothing(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    logged = world.log(rep, achieved="yes")
    before = world.dump()

    assert add(world, rep, logged).status == 303

    assert world.dump() == before


def test_after_half_an_hour_another_contact_has_to_be_logged(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    logged = world.log(rep, achieved="yes")
    assert "Add to this contact" in rep.get(logged.location, accept="text/html").text
    world.clock.move_to(world.clock.now() + HOUR)

    late = add(world, rep, logged, note="Likes tea")

    assert late.status == 422
    assert "more than 30 minutes ago" in late.text
    assert "Likes tea" in late.text
    assert "Add to this contact" not in rep.get(logged.location, accept="text/html").text


def test_the_next_step_that_was_added_reaches_the_rep(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()
    add(world, rep, world.log(rep, why_not="wrong-time"), next_at="2026-01-06T15:00")

    world.advance("2 days")

    assert world.mail(REP_ADDRESS, "Today: your next step with Anna")
    assert world.follow_ups() == []
