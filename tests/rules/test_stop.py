"""What stops a follow-up, what stops every mail, and what lifts a stop."""

from __future__ import annotations

import pytest
from tests.rules.examples import DAY, MONDAY, capture, enrolment, lead

from leadlight.model.lead import Hold, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import Objective
from leadlight.rules.stop import consented_anew, still_agreed, stopped, why_no_mail


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
