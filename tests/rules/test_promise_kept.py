"""What a form has promised binds every step: count, channel, span, purpose, sequence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import DAY, HOUR, MONDAY, PROMISE, enrolment, lead, step

from leadlight.model.lead import Hold, Pause, StopReason
from leadlight.model.person import Purpose
from leadlight.model.sequence import Channel
from leadlight.model.touch import Objective
from leadlight.rules.stop import GRACE, promised_until, stopped, why_no_follow_up

MAIL, TASK = step("01"), step("02", channel=Channel.REP)
END = MONDAY + PROMISE.days * DAY


def why(days: float = 1, *, of: object = MAIL, purpose: str = "", **other: object) -> str | None:
    at = MONDAY + days * DAY
    return why_no_follow_up(lead(), enrolment(**other), of, at, purpose=purpose)  # type: ignore[arg-type]  # a step


def test_what_was_promised_may_go_out() -> None:
    assert why() is None


def test_no_mail_goes_out_beyond_the_promised_count() -> None:
    assert why(mails_sent=2) is None
    assert why(mails_sent=3) == "the promise of 3 mails is used up"


def test_a_rep_is_not_set_on_somebody_who_was_promised_no_call() -> None:
    calls = replace(enrolment(), promise=replace(PROMISE, channels=("mail", "call")))

    assert why(of=TASK) == "no call was promised"
    assert why_no_follow_up(lead(), calls, TASK, MONDAY, purpose="") is None


@pytest.mark.parametrize(("late", "allowed"), [(GRACE, True), (GRACE + HOUR / 60, False)])
def test_nothing_goes_out_after_the_promised_span_and_what_a_queue_may_cost(late: object, allowed: bool) -> None:
    found = why_no_follow_up(lead(), enrolment(), MAIL, END + late, purpose="")  # type: ignore[operator]  # a timedelta

    assert (found is None) is allowed


def test_the_leads_own_pauses_put_the_end_off() -> None:
    assert promised_until(enrolment(put_off=5 * DAY)) == END + 5 * DAY
    assert why(34, put_off=5 * DAY) is None


def test_a_sequence_that_follows_shares_the_span_of_the_first() -> None:
    follower = enrolment("offer", promised_at=MONDAY - 20 * DAY)

    assert why_no_follow_up(lead(), follower, MAIL, MONDAY + 9 * DAY, purpose="") is None
    assert why_no_follow_up(lead(), follower, MAIL, MONDAY + 11 * DAY, purpose="") == "the promise of 30 days is over"


def test_nothing_goes_out_for_another_purpose_or_in_a_sequence_nobody_named() -> None:
    assert why(purpose="to sell you more") == "its purpose is not the one that was agreed to"
    assert why(sequence="offer") == "this sequence was not promised"


@pytest.mark.parametrize(
    ("other", "because"),
    [
        ({"hold": Hold("rita", Objective.START, MONDAY, END)}, "held by rita until 2026-02-04 10:00 UTC"),
        ({"pauses": (Pause("lead", MONDAY, END),)}, "paused by lead until 2026-02-04 10:00 UTC"),
        ({"purposes": (Purpose.CONTENT,)}, "no consent to follow-ups"),
    ],
)
def test_what_holds_pauses_or_was_never_agreed_to_counts_first(other: dict[str, object], because: str) -> None:
    assert why_no_follow_up(lead(**other), enrolment(mails_sent=9), MAIL, MONDAY, purpose="") == because


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_counts_before_everything(reason: StopReason) -> None:
    gone = stopped(lead(hold=Hold("rita", Objective.START, MONDAY, END)), reason, MONDAY)

    assert why_no_follow_up(gone, enrolment(), MAIL, MONDAY, purpose="") == f"stopped: {reason}"
