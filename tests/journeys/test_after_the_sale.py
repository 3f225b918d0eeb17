"""What begins with a sale: a sequence of its own, the question whether they are satisfied, a renewal."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.world import ANNA, MONDAY, REP_ADDRESS, World
from tests.world_sale import shared, won

from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Stage, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import TouchKind
from leadlight.rules.next_action import why_stuck
from leadlight.rules.stop import AGREED, SOLD, stopped

SEQUENCE = ["Thanks", "Satisfied?"]


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


def asked(world: World, **values: str) -> str:
    """The way to the answer whether they are satisfied."""
    world.confirmed(name="Anna")
    won(world, **values)
    world.advance("4 days")
    return world.mail("anna", "Satisfied?").link("/answer")


def after_sale(world: World) -> list[str]:
    """The mails of the sequence that the sale began."""
    return [subject for subject in world.follow_ups() if subject in {*SEQUENCE, "Who else?"}]


def test_a_sale_begins_its_own_sequence_under_its_own_promise(world: World) -> None:
    asked(world)

    enrolment = world.lead().enrolments[-1]
    assert (world.lead().stage, after_sale(world)) == (Stage.CUSTOMER, SEQUENCE)
    assert (enrolment.promise.purpose, enrolment.promise.mails, enrolment.basis) == ("after the sale", 3, SOLD)


def test_a_small_sale_begins_nothing(world: World) -> None:
    world.confirmed()

    won(world, value="200")
    world.advance("8 days")

    assert (world.lead().stage, after_sale(world)) == (Stage.CUSTOMER, [])


def test_without_consent_to_follow_ups_a_sale_sends_a_rep_and_no_mail(world: World) -> None:
    world.confirmed("guides/form", consent=False, name="Anna")

    won(world)
    world.advance("10 days")

    assert after_sale(world) == []
    assert "Anna" in world.mail(REP_ADDRESS, "Your turn").subject


def test_what_they_agreed_to_with_the_rep_needs_no_form(world: World) -> None:
    world.confirmed("guides/form", consent=False)

    won(world, agreed="yes")
    world.advance("8 days")

    assert after_sale(world) == SEQUENCE
    assert world.lead().enrolments[-1].basis == AGREED
    assert Purpose.FOLLOW_UP not in world.lead().purposes


@pytest.mark.grounds("local", "prompt")
def test_an_unhappy_customer_is_a_task_at_once_and_gets_no_mail_until_there_is_an_outcome(world: World) -> None:
    link = asked(world)

    world.browser().submit(link, answer="no")
    world.settle()
    world.advance("6 days")

    rows = world.services.store.due_of(world.id_of())
    assert world.mail(REP_ADDRESS, "Unhappy: Anna")
    assert after_sale(world) == SEQUENCE
    assert [row.kind for row in rows] == [DueKind.TASK]
    assert world.lead().enrolments[-1].next_step == "03-refer"
    assert why_stuck(world.lead(), rows, world.clock.now()) is None


def test_an_outcome_with_an_unhappy_customer_lets_the_plan_go_on(world: World) -> None:
    world.browser().submit(asked(world), answer="no")
    world.settle()

    rep = world.taken()
    world.log(rep, objective="relate", achieved="yes", satisfaction="yes")
    world.advance("8 days")

    assert world.lead().satisfied
    assert after_sale(world) == [*SEQUENCE, "Who else?"]


def test_a_complaint_that_nobody_could_be_reached_about_still_waits(world: World) -> None:
    world.browser().submit(asked(world), answer="no")
    world.settle()

    world.log(world.taken(), objective="relate", why_not="not-reached")
    world.advance("8 days")

    rows = world.services.store.due_of(world.id_of())
    assert (after_sale(world), [row.kind for row in rows]) == (SEQUENCE, [DueKind.TASK])


def test_a_happy_customer_is_asked_whom_else_to_tell(world: World) -> None:
    link = asked(world)
    told = len(world.mails(REP_ADDRESS))

    world.browser().submit(link, answer="yes")
    world.settle()

    assert len(world.mails(REP_ADDRESS)) == told
    world.advance("8 days")
    assert after_sale(world) == [*SEQUENCE, "Who else?"]


def test_a_customer_who_says_nothing_is_asked_no_favour(world: World) -> None:
    asked(world)

    world.advance("10 days")

    assert after_sale(world) == SEQUENCE


def test_satisfied_after_all_ends_the_wait(world: World) -> None:
    link = asked(world)

    world.browser().submit(link, answer="no")
    world.browser().submit(link, answer="yes")
    world.settle()

    assert not world.lead().enrolments[-1].held
    assert not [row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.TASK]
    assert world.mail(REP_ADDRESS).subject.startswith("Satisfied after all: Anna")


def test_opening_the_links_changes_nothing(world: World) -> None:
    asked(world)
    before = world.dump()

    for link in world.mail(ANNA, "Satisfied?").links:
        world.browser().get(link)
        world.browser().head(link)

    assert world.dump() == before


def test_an_answer_by_mail_before_the_sale_keeps_nothing_from_beginning_with_it(world: World) -> None:
    world.confirmed()
    store, lead = world.services.store, world.lead()
    store.commit(Change(stopped(lead, StopReason.REPLIED, MONDAY)))

    won(world)
    world.advance("2 days")

    assert after_sale(world) == SEQUENCE[:1]


def test_a_renewal_is_the_reps_task_two_months_before(world: World) -> None:
    world.confirmed(name="Anna")
    day = (MONDAY + timedelta(days=100)).date()

    won(world, renewal_at=day.isoformat())
    (row,) = [row for row in world.services.store.due_of(world.id_of()) if row.ref == "renewal"]
    world.advance("50 days")

    assert row.at.date() == day - timedelta(days=60)
    assert world.mail(REP_ADDRESS, "renew").subject == "Anna is to renew soon"
    assert [touch.facts["name"] for touch in world.touches(TouchKind.FACT)] == ["renewal"]


def test_a_customer_sees_what_still_comes_and_why_nothing_does(world: World) -> None:
    link = asked(world, agreed="yes")
    control = world.mail(ANNA, "Satisfied?").link("/preferences")

    ahead = world.browser().get(control).text
    world.browser().submit(link, answer="no")

    assert "Since you bought from us: 1 of 3 mails is left" in ahead
    assert "Rita Rep gets in touch with you first." in world.browser().get(control).text


def test_a_complaint_after_the_last_step_still_waits_for_somebody(world: World) -> None:
    link = asked(world)
    world.advance("20 days")
    assert world.lead().enrolments[-1].ended

    world.browser().submit(link, answer="no")
    world.settle()
    world.log(world.taken(), objective="relate", why_not="not-reached")

    rows = world.services.store.due_of(world.id_of())
    assert [row.kind for row in rows] == [DueKind.TASK]


def test_a_rep_may_let_the_plan_go_on_without_an_outcome(world: World) -> None:
    world.browser().submit(asked(world), answer="no")
    world.settle()
    rep = world.taken()
    world.advance("1 day")

    rep.submit(world.briefing().replace("/rep/lead", "/rep/resume"))
    world.settle()

    rows = world.services.store.due_of(world.id_of())
    assert not world.lead().enrolments[-1].held
    assert why_stuck(world.lead(), rows, world.clock.now()) is None


def test_who_wants_no_mails_and_buys_all_the_same_is_still_visited(world: World) -> None:
    world.confirmed(name="Anna")
    world.advance("1 day")
    world.browser().submit(world.mail(ANNA, "First").link("/unsubscribe"))

    won(world, agreed="yes")
    world.advance("12 days")

    assert after_sale(world) == []
    assert world.mail(REP_ADDRESS, "Today: your next step with Anna")
