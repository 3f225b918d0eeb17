"""What a lead lowers is lowered; what it raises leads back to what was promised, and not a mail further."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.rules.examples import COURSE, DAY, MONDAY, PROMISE, enrolment, lead

from leadlight.model.lead import Lead, Stop, StopReason
from leadlight.model.person import CallKind, CallWish, Purpose
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.preferences import (
    TAKEN_BACK,
    begun_afresh,
    lowered_by,
    may_return,
    months_later,
    returned,
    with_purpose,
    without,
)
from leadlight.rules.stop import ENDED_BY_REPLY, SOLD

SEQUENCES = {"v1": COURSE}
ALL = tuple(Purpose)
END = MONDAY + PROMISE.days * DAY


def left(*, at_step: str | None = "02", mails: int = 1, ended: str | None = TAKEN_BACK) -> Lead:
    """A lead that has unsubscribed after one mail."""
    gone = enrolment(next_step=at_step, mails_sent=mails, ended=ended, done=("01",))
    stop = Stop(StopReason.UNSUBSCRIBED, MONDAY + DAY)
    return lead(enrolments=(gone,), stops=(stop,), purposes=(Purpose.CONTENT,))


@pytest.mark.parametrize(
    ("at", "months", "later"),
    [
        ((2026, 1, 5), 1, (2026, 2, 5)),
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
        ((2026, 9, 15), 3, (2026, 12, 15)),
    ],
)
def test_a_month_later_is_the_same_day_where_there_is_one(at: tuple, months: int, later: tuple) -> None:
    assert months_later(datetime(*at, 9, 30, tzinfo=UTC), months) == datetime(*later, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("purpose", [Purpose.FOLLOW_UP, Purpose.NEWS])
def test_taking_back_one_purpose_leaves_the_others_and_the_word_on_calls(purpose: Purpose) -> None:
    wish = CallWish(CallKind.NOW)

    less = without(lead(purposes=ALL, call=wish), {purpose})

    assert set(ALL) - set(less.purposes) == {purpose}
    assert less.call == wish


def test_taking_back_the_phone_is_a_word_on_calls() -> None:
    less = without(lead(purposes=ALL), {Purpose.PHONE, Purpose.NEWS})

    assert less.purposes == (Purpose.CONTENT, Purpose.FOLLOW_UP)
    assert less.call == CallWish(CallKind.NO)


def test_a_purpose_is_added_in_its_place_and_once() -> None:
    assert with_purpose(lead(purposes=(Purpose.CONTENT, Purpose.NEWS)), Purpose.PHONE) == (
        Purpose.CONTENT,
        Purpose.PHONE,
        Purpose.NEWS,
    )
    assert with_purpose(lead(purposes=ALL), Purpose.NEWS) == ALL


def test_what_a_lead_has_stopped_itself_may_go_on_until_its_promise_ends() -> None:
    assert may_return(left(), END) == left().enrolments
    assert may_return(left(), END + DAY) == ()


def test_a_pause_of_its_own_has_put_off_that_end() -> None:
    quiet = left()
    longer = replace(quiet, enrolments=(replace(quiet.enrolments[0], put_off=2 * DAY),))

    assert may_return(longer, END + DAY) == longer.enrolments


@pytest.mark.parametrize(
    "gone",
    [
        left(mails=PROMISE.mails),
        left(at_step=None),
        left(ended="all steps are done"),
        left(ended="stopped: disqualified"),
    ],
    ids=["used up", "through", "done", "stopped by us"],
)
def test_nothing_goes_on_where_nothing_of_a_promise_is_left(gone: Lead) -> None:
    assert may_return(gone, MONDAY + DAY) == ()


@pytest.mark.parametrize("reason", [reason for reason in StopReason if reason is not StopReason.UNSUBSCRIBED])
def test_a_lead_cannot_lift_what_others_have_stopped(reason: StopReason) -> None:
    gone = left()
    stopped = replace(gone, stops=(Stop(reason, MONDAY), *gone.stops))

    assert may_return(stopped, MONDAY + DAY) == ()


def test_a_consent_taken_back_may_be_given_again_and_one_that_holds_may_not() -> None:
    withdrawn = lead(enrolments=(enrolment(),), purposes=(Purpose.CONTENT,))

    assert may_return(withdrawn, MONDAY) == withdrawn.enrolments
    assert may_return(replace(withdrawn, purposes=ALL), MONDAY) == ()


def test_coming_back_goes_on_at_the_next_step_under_the_same_promise() -> None:
    now = MONDAY + 5 * DAY
    gone = left()

    back = returned(gone, SEQUENCES, (), now)

    assert back.stops == ()
    assert back.purposes == (Purpose.CONTENT, Purpose.FOLLOW_UP)
    assert back.enrolments == (replace(gone.enrolments[0], ended=None, last_at=now),)


def test_a_step_begun_before_the_stop_does_not_come_again() -> None:
    gone = left()
    begun = "1/step/course@v1/20260105T100000/02"

    assert returned(gone, SEQUENCES, {begun}, MONDAY + DAY).enrolments[0].next_step == "03"


def test_where_every_step_was_begun_the_sequence_is_over() -> None:
    begun = {f"1/step/course@v1/20260105T100000/{slug}" for slug in ("02", "03")}

    (over,) = returned(left(), SEQUENCES, begun, MONDAY + DAY).enrolments

    assert (over.next_step, over.ended) == (None, "all steps are done")


def test_coming_back_wakes_no_sequence_that_had_ended_otherwise() -> None:
    done = enrolment(next_step=None, ended="all steps are done")
    gone = left()

    back = returned(replace(gone, enrolments=(done, *gone.enrolments)), SEQUENCES, (), MONDAY + DAY)

    assert back.enrolments[0] == done
    assert back.enrolments[1].ended is None


def test_what_an_older_consent_had_promised_stays_over_under_a_new_one() -> None:
    all_ends = (None, ENDED_BY_REPLY, "all steps are done")
    taken = lead(purposes=(Purpose.CONTENT,), enrolments=tuple(enrolment(str(end), ended=end) for end in all_ends))
    sold = enrolment("after", basis=SOLD)

    afresh = begun_afresh(replace(taken, enrolments=(*taken.enrolments, sold)))

    assert [e.ended for e in afresh.enrolments] == [TAKEN_BACK, TAKEN_BACK, "all steps are done", None]
    assert [e.sequence for e in afresh.enrolments] == ["None", ENDED_BY_REPLY, "all steps are done", "after"]


def test_while_a_consent_stands_nothing_of_it_ends_by_another() -> None:
    agreed = lead(enrolments=(enrolment(), enrolment("offer", ended=ENDED_BY_REPLY)))

    assert begun_afresh(agreed) == agreed


@pytest.mark.parametrize(
    ("kind", "did", "lowered"),
    [
        (TouchKind.PREFERRED, "lowered", ("news", "pace")),
        (TouchKind.PREFERRED, "raised", ()),
        (TouchKind.NOTED, "lowered", ()),
    ],
)
def test_only_what_was_lowered_was_taken_back(kind: TouchKind, did: str, lowered: tuple[str, ...]) -> None:
    touch = Touch("p", lead().id, kind, MONDAY, facts={"did": did, "purposes": "news pace"})

    assert lowered_by(touch) == lowered


def test_what_was_all_begun_before_the_stop_is_done_as_of_now() -> None:
    (gone,) = left().enrolments
    taken = {f"1/step/{gone.sequence}@v1/20260105T100000/{slug}" for slug in ("02", "03")}

    (done,) = returned(left(), SEQUENCES, taken, MONDAY + 2 * DAY).enrolments

    assert (done.next_step, done.ended, done.last_at) == (None, "all steps are done", MONDAY + 2 * DAY)
