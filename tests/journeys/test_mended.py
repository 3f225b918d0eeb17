"""Places where a promise once gave way, each as the fact that holds now."""

from __future__ import annotations

from datetime import timedelta

from tests.world import ANNA, DAY, FORM, MAIL, MONDAY, REPS, World

from leadlight.handlers import on_due
from leadlight.model.due import DueKind
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind

POISON = "poison@example.com"


def spoil(world: World, lead_id: str) -> None:
    """One lead's record becomes unreadable, as by a bad disk."""
    with world.services.store._db.writing() as db:
        db.execute("UPDATE lead SET doc = '{' WHERE id = ?", (lead_id,))


def test_p12_an_unreadable_lead_stops_nobody_else(world: World) -> None:
    world.browser().ask_for(address=POISON)
    spoil(world, world.id_of(POISON))

    world.browser().ask_for(address=ANNA)
    world.settle()

    assert [mail.to for mail in world.mails()] == [ANNA]


def test_a_typo_in_the_outcome_does_not_lock_the_rep_out(world: World) -> None:
    world.confirmed()
    rep = world.browser()

    assert world.log(rep, objective="start").status == 422
    assert world.log(world.browser(), objective="start", achieved="yes").status == 303


def test_an_approval_counts_also_while_the_rep_holds_the_lead(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.browser().ask_for(REPS)
    world.settle()
    world.browser().post(world.mail(ANNA, "Your link").link("/confirm"))
    world.settle()

    world.taken(rep)

    assert REPS in world.lead().grants


def test_taking_over_again_keeps_the_next_step_that_was_agreed(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.log(rep, objective="start", why_not="wrong-time", next_at="2026-01-26T10:00")

    world.taken(rep, objective="advance")

    rows = {due.kind for due in world.services.store.due_of(world.id_of())}
    assert DueKind.TASK in rows
    assert world.lead().hold.until > MONDAY + 20 * DAY


def test_the_last_word_on_calls_counts_however_fast_it_came(world: World) -> None:
    reader = world.confirmed()

    for call in ("no", "now", "no"):
        assert reader.post("/api/call", gate=MAIL, call=call).status == 200

    assert world.lead().call.kind is CallKind.NO
    assert Purpose.PHONE not in world.lead().purposes


def test_a_wish_for_a_call_is_met_by_a_conversation(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")
    rep = world.taken()

    world.log(rep, objective="start", achieved="yes")

    assert world.lead().call is None


def test_a_hold_ends_also_when_the_clock_was_set_back_a_little(world: World) -> None:
    world.confirmed()
    world.taken()
    (hold,) = (due for due in world.services.store.due_of(world.id_of()) if due.kind is DueKind.HOLD)
    world.clock.move_to(hold.at - timedelta(milliseconds=5))

    on_due.handle(world.services, hold)

    assert world.lead().hold is None
    assert len(world.touches(TouchKind.HOLD_LAPSED)) == 1


def test_what_a_stranger_reads_with_a_gate_pass_is_not_told_of_a_confirmed_lead(world: World) -> None:
    world.confirmed()
    stranger = world.browser()
    stranger.ask_for(FORM)
    stranger.get(f"/api/content/{FORM}")
    world.settle()

    page = world.browser().get(world.briefing("Mail guide"), accept="text/html").text

    assert "Has read" not in page


def test_a_stranger_reading_first_does_not_hide_the_readers_own_reading(world: World) -> None:
    stranger = world.browser()
    stranger.ask_for(FORM)
    stranger.get(f"/api/content/{FORM}")
    reader = world.confirmed(FORM)

    reader.get(f"/api/content/{FORM}")

    assert [touch.facts["confirmed"] for touch in world.touches(TouchKind.READ)] == ["no", "yes"]


def test_p14_a_lead_gets_the_version_that_its_form_promised(world: World) -> None:
    world.confirmed()

    (enrolment,) = world.lead().enrolments
    assert enrolment.version == enrolment.promise.version


def test_the_confirming_page_says_what_the_yes_is_to(world: World) -> None:
    world.browser().ask_for()
    world.settle()

    page = world.browser().get(world.mail(ANNA, "Your link").link("/confirm"), accept="text/html").text

    assert "What follows:" in page


def test_one_pass_cannot_bury_a_rep_under_questions(world: World) -> None:
    reader = world.confirmed()

    answers = [reader.post("/api/question", gate=MAIL, question=f"Why {n}?").status for n in range(11)]

    assert answers == [200] * 10 + [429]


def test_opt_in_mails_are_tried_until_the_mail_server_is_back(world: World) -> None:
    from dataclasses import replace

    from tests.journeys.mailers import Refusing

    whole = world.services
    world.services = replace(whole, mailer=Refusing())
    world.browser().ask_for()
    world.advance("2 days")
    world.services = whole
    world.advance("2 hours")

    assert [mail.to for mail in world.mails()] == [ANNA]
