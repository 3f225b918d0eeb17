"""What stops a follow-up, what stops every mail, and what lifts a stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rules.examples import DAY, MONDAY, capture, enrolment, lead, step

from leadlight.model.lead import Hold, Lead, Pause, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import Objective
from leadlight.rules.stop import (
    AGREED,
    NOT_AGREED,
    NOT_AGREED_AFTER_SALE,
    SOLD,
    complained,
    consented_anew,
    paused,
    quiet_left,
    reached,
    resumed,
    still_agreed,
    stopped,
    stopped_anew,
    taken_back,
    why_no_follow_up,
    why_no_mail,
    why_quiet,
    without_pauses,
)


@pytest.mark.parametrize("reason", StopReason)
def test_a_stop_of_the_same_reason_is_kept_as_it_was(reason: StopReason) -> None:
    once = stopped(lead(), reason, MONDAY)

    assert stopped(once, reason, MONDAY + DAY) == once


@pytest.mark.parametrize("reason", StopReason)
def test_only_who_cannot_be_reached_gets_not_even_what_was_asked_for(reason: StopReason) -> None:
    unreachable = {StopReason.BOUNCED, StopReason.COMPLAINED, StopReason.ERASED}

    assert (why_no_mail(stopped(lead(), reason, MONDAY)) is not None) is (reason in unreachable)


@pytest.mark.parametrize("reason", StopReason)
def test_a_new_consent_lifts_what_the_person_had_stopped_and_nothing_else(reason: StopReason) -> None:
    lifted = consented_anew(stopped(lead(), reason, MONDAY)).stops == ()

    assert lifted is (reason in {StopReason.UNSUBSCRIBED, StopReason.REPLIED})


def test_a_consent_given_before_leaving_is_worth_the_content_only() -> None:
    gone = stopped(lead(), StopReason.UNSUBSCRIBED, MONDAY)

    assert still_agreed(gone, capture(at=MONDAY - DAY).consent) == (Purpose.CONTENT,)
    assert still_agreed(gone, capture(at=MONDAY).consent) == (Purpose.CONTENT,)
    assert Purpose.FOLLOW_UP in still_agreed(gone, capture(at=MONDAY + DAY).consent)


def test_a_hold_is_no_stop() -> None:
    held = lead(enrolments=(enrolment(),), hold=Hold("rita", Objective.START, MONDAY, MONDAY + DAY))

    assert why_no_mail(held) is None


@pytest.mark.parametrize("reason", StopReason)
def test_a_confirmed_form_that_was_sent_later_proves_that_the_address_works(reason: StopReason) -> None:
    gone = stopped(lead(), reason, MONDAY)

    assert reached(gone, MONDAY).stops == gone.stops
    assert (reached(gone, MONDAY + DAY).stops == ()) is (reason in {StopReason.BOUNCED, StopReason.COMPLAINED})


@pytest.mark.parametrize("reason", [StopReason.BOUNCED, StopReason.COMPLAINED, StopReason.ERASED])
def test_an_address_that_bounced_is_left_alone_for_a_month_whoever_types_it(reason: StopReason) -> None:
    gone = stopped(lead(), reason, MONDAY)

    assert why_no_mail(gone, asked_at=MONDAY + 29 * DAY) is not None
    assert (why_no_mail(gone, asked_at=MONDAY + 30 * DAY) is None) is (reason is not StopReason.ERASED)


def test_a_second_bounce_begins_the_month_anew_and_an_older_one_told_late_does_not() -> None:
    again = stopped_anew(stopped(lead(), StopReason.BOUNCED, MONDAY), StopReason.BOUNCED, MONDAY + 40 * DAY)

    assert why_no_mail(again, asked_at=MONDAY + 60 * DAY) is not None
    assert stopped_anew(again, StopReason.BOUNCED, MONDAY + DAY).stops == again.stops


def test_who_calls_a_mail_spam_has_left() -> None:
    gone = complained(lead(), MONDAY)

    assert gone.purposes == (Purpose.CONTENT,)
    assert still_agreed(gone, capture(at=MONDAY - DAY).consent) == (Purpose.CONTENT,)
    assert why_no_mail(gone) is not None


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (StopReason.COMPLAINED, StopReason.BOUNCED, "complained"),
        (StopReason.COMPLAINED, StopReason.UNSUBSCRIBED, "unsubscribed"),
        (StopReason.UNSUBSCRIBED, StopReason.BOUNCED, "bounced"),
    ],
)
def test_the_last_stop_is_told_and_a_complaint_stays_one(first: StopReason, then: StopReason, told: str) -> None:
    both = stopped(stopped(lead(), first, MONDAY), then, MONDAY + DAY)

    assert {stop.reason for stop in both.stops} == {first, then}
    assert why_quiet(both) == f"stopped: {told}"


@pytest.mark.parametrize(
    ("basis", "ended", "why"),
    [("", None, NOT_AGREED), (SOLD, None, None), (SOLD, "all steps are done", NOT_AGREED)],
)
def test_after_a_sale_something_may_go_on_without_the_forms_consent(
    basis: str, ended: str | None, why: str | None
) -> None:
    assert why_quiet(lead(purposes=(Purpose.CONTENT,), enrolments=(enrolment(basis=basis, ended=ended),))) == why


def test_who_takes_back_follow_ups_takes_back_mails_after_the_sale_and_nothing_is_made_of_a_form() -> None:
    both = lead(enrolments=(enrolment("course"), enrolment("after", basis=AGREED)))

    assert [e.basis for e in taken_back(both, {Purpose.FOLLOW_UP}).enrolments] == ["", SOLD]
    assert taken_back(both, {Purpose.NEWS}) == both


def test_a_mail_after_a_sale_needs_a_yes_of_its_own() -> None:
    agreed, sold = (
        why_no_follow_up(lead(), enrolment(basis=basis), step("01"), MONDAY, purpose="") for basis in (AGREED, SOLD)
    )

    assert (agreed, sold) == (None, NOT_AGREED_AFTER_SALE)


def test_what_waits_for_an_unhappy_customer_goes_on_once_a_rep_says_so() -> None:
    waiting = lead(enrolments=(enrolment(held=True),))

    assert [e.held for e in resumed(waiting, "rita", MONDAY).enrolments] == [False]
    assert [e.held for e in resumed(waiting, "lead", MONDAY).enrolments] == [True]


def test_a_pause_that_is_named_anew_began_when_it_was_first_named() -> None:
    longer = paused(paused(lead(), "rita", MONDAY + 2 * DAY, MONDAY), "rita", MONDAY + 9 * DAY, MONDAY + DAY)

    assert longer.pauses == (Pause("rita", MONDAY, MONDAY + 9 * DAY),)


def quiet(*pauses: Pause) -> Lead:
    """Somebody in one sequence, and through another."""
    over = replace(enrolment("over"), ended="all steps are done")
    return lead(enrolments=(enrolment(put_off=5 * DAY), over), pauses=pauses)


def test_quiet_that_is_over_leaves_nothing() -> None:
    assert quiet_left(quiet(Pause("lead", MONDAY, MONDAY + DAY)), MONDAY + 2 * DAY) == timedelta(0)


def test_a_reps_pause_that_ends_early_costs_the_lead_nothing_of_its_promise() -> None:
    going, over = without_pauses(quiet(Pause("rita", MONDAY, MONDAY + 9 * DAY)), ["rita"], MONDAY + DAY).enrolments

    assert (going.put_off, going.last_at, over.last_at) == (5 * DAY, MONDAY + DAY, MONDAY)


def test_of_two_pauses_the_one_that_is_left_counts_from_the_end_of_the_other() -> None:
    both = quiet(Pause("lead", MONDAY, MONDAY + 2 * DAY), Pause("rita", MONDAY, MONDAY + 9 * DAY))

    assert without_pauses(both, ["lead"], MONDAY + DAY).pauses == (Pause("rita", MONDAY + DAY, MONDAY + 9 * DAY),)
