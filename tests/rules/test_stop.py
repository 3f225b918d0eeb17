"""What stops a follow-up, what stops every mail, and what lifts a stop."""

from __future__ import annotations

import pytest
from tests.rules.examples import DAY, MONDAY, capture, enrolment, lead

from leadlight.model.lead import Hold, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import Objective
from leadlight.rules.stop import complained, consented_anew, reached, still_agreed, stopped, stopped_anew, why_no_mail


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
