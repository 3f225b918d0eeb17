"""What begins with a sale: a sequence of its own, the question whether they are satisfied, a renewal."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.journeys.desk import at_desk
from tests.journeys.outcomes import add
from tests.world import ANNA, MONDAY, REP_ADDRESS, World
from tests.world_sale import read_out, shared, won

from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Stage, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
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


def untick(world: World) -> None:
    """They take back follow-ups on their page of preferences."""
    world.browser().submit(world.mail(ANNA, "First").link("/preferences"), do="purposes")
    world.settle()
    assert Purpose.FOLLOW_UP not in world.lead().purposes


def outcome_page(world: World) -> str:
    return at_desk(world).get(f"/rep/desk/lead/{world.id_of()}/outcome", accept="text/html").text


def after_sale(world: World) -> list[str]:
    """The mails of the sequence that the sale began."""
    return [subject for subject in world.follow_ups() if subject in {*SEQUENCE, "Who else?"}]


def test_a_sale_begins_its_own_sequence_under_its_own_promise(world: World) -> None:
    asked(world)

    enrolment = world.lead().enrolments[-1]
    assert (world.lead().stage, after_sale(world)) == (Stage.CUSTOMER, SEQUENCE)
    assert (enrolment.promise.purpose, enrolment.promise.mails, enrolment.basis) == ("after the sale", 3, AGREED)


def test_a_small_sale_begins_nothing(world: World) -> None:
    world.confirmed()

    won(world, value="200")
    world.advance("8 days")

    assert (world.lead().stage, after_sale(world)) == (Stage.CUSTOMER, [])


def test_without_the_tick_a_sale_sends_a_rep_and_no_mail_whatever_the_form_said(world: World) -> None:
    world.confirmed(name="Anna")

    won(world, agreed=False)
    world.advance("10 days")

    assert (after_sale(world), world.lead().enrolments[-1].basis) == ([], SOLD)
    assert "Anna" in world.mail(REP_ADDRESS, "Your turn").subject


def test_what_they_agreed_to_with_the_rep_needs_no_form(world: World) -> None:
    world.confirmed("guides/form", consent=False)

    won(world)
    world.advance("8 days")

    assert after_sale(world) == SEQUENCE
    assert world.lead().enrolments[-1].basis == AGREED
    assert Purpose.FOLLOW_UP not in world.lead().purposes


def test_the_words_that_are_read_out_hold_the_promise_and_the_receipt_names_them(world: World) -> None:
    world.confirmed()
    won(world)
    page = outcome_page(world)

    (receipt,) = world.touches(TouchKind.OUTCOME)
    wording = open_bundle(world.services.files).wording(receipt.facts["wording"])
    assert wording is not None
    assert (wording.promise.mails, receipt.by, receipt.at) == (3, "rita", world.clock.now())
    assert "at most 3 mails in" in page
    assert wording.wording[Purpose.FOLLOW_UP] in page


def test_a_tick_beside_other_words_is_not_taken(world: World) -> None:
    world.confirmed()

    answer = world.log(world.taken(), objective="close", achieved="yes", stage="customer", agreed="0" * 32)

    assert answer.status == 422
    assert "Read out the new ones" in answer.text
    assert world.touches(TouchKind.OUTCOME) == []


def test_the_tick_stays_where_something_else_is_to_be_mended(world: World) -> None:
    world.confirmed()

    page = world.log(world.taken(), achieved="yes", value="much", agreed=read_out(world)).text

    assert f'name="agreed" value="{read_out(world)}" aria-describedby="leadlight-agreed-words" checked' in page


def test_a_tick_that_is_added_later_begins_the_mails(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    logged = world.log(rep, objective="close", achieved="yes", stage="customer", value="5000")
    add(world, rep, logged, agreed=read_out(world))

    world.advance("8 days")

    assert after_sale(world) == SEQUENCE
    assert world.mail(REP_ADDRESS, "Your turn")


def test_who_unticks_follow_ups_after_the_sale_gets_none_of_its_mails(world: World) -> None:
    world.confirmed(name="Anna")
    world.advance("3 days")
    won(world)

    untick(world)
    world.advance("10 days")

    assert after_sale(world) == []


def test_who_has_unticked_follow_ups_before_is_asked_nothing_and_gets_no_mail(world: World) -> None:
    world.confirmed(name="Anna")
    world.advance("3 days")
    untick(world)

    won(world)
    world.advance("10 days")

    page = outcome_page(world)
    assert after_sale(world) == []
    assert "They have taken back follow-ups themselves" in page
    assert 'name="agreed"' not in page


def test_who_never_confirmed_gets_no_mail_after_a_sale(world: World) -> None:
    at_desk(world, REP_ADDRESS).submit("/rep/leads", email="clerk@acme.example", name="Cleo")
    desk, its = at_desk(world, REP_ADDRESS), f"/rep/desk/lead/{world.id_of('clerk@acme.example')}/outcome"

    sold = {"objective": "close", "achieved": "yes", "stage": "customer", "value": "5000"}
    assert desk.submit(its, **sold, agreed=read_out(world)).status == 303
    world.settle()
    world.advance("10 days")

    assert world.mails("clerk") == world.mails("<>") == []
    assert world.lead("clerk@acme.example").stage is Stage.CUSTOMER


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
    link = asked(world)
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

    won(world)
    world.advance("12 days")

    assert after_sale(world) == []
    assert world.mail(REP_ADDRESS, "Today: your next step with Anna")
