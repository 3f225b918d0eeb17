"""How promising and how warm a lead is: each row worked out by hand. A half-life is 14 days, a cap 7 points."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.examples import DAY, MONDAY, lead

from leadlight.model.criteria import Criteria, Criterion
from leadlight.model.lead import Lead, Stage, Temperature
from leadlight.model.person import CallKind, CallWish, Intent
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.rules.score import Reason, Score, score

READ, ASKED, REPLIED, OUTCOME = TouchKind.READ, TouchKind.ASKED, TouchKind.REPLIED, TouchKind.OUTCOME
CALL = TouchKind.CALL_WANTED
PERSON, SUBJECT, COMPANY, PRODUCT = Encounter
COLD, WARM, HOT = Temperature
FIRM = Criterion("a firm", "not company.free_mail", points=3)
PRIVATE = Criterion("free mail", "company.free_mail", points=-2)
WEIGHED = Criteria(kinds={READ: 2.0, TouchKind.SENT: 9.0}, encounters={PRODUCT: 1.5, COMPANY: 0.0})


def touch(
    kind: TouchKind = READ,
    quality: int = 3,
    encounter: Encounter | None = SUBJECT,
    *,
    days: float = 0,
    name: str = "",
    **facts: str,
) -> Touch:
    """One that happened so many days before Monday."""
    return Touch(
        name or f"{kind}/{days}", lead().id, kind, MONDAY - days * DAY, encounter, quality=quality, facts=facts
    )


def scored(*touches: Touch, of: Lead | None = None, criteria: Criteria | None = None, fit: int = 0) -> Score:
    met = (FIRM, PRIVATE)[:fit]
    return score(of or lead(), touches, criteria or Criteria(), fit=met, now=MONDAY)


@pytest.mark.parametrize(
    ("touches", "points"),
    [
        ((), 0),
        ((touch(),), 3),
        ((touch(quality=5),), 5),
        ((touch(TouchKind.SENT, 0),), 0),  # a mail sent is a cost
        ((touch(TouchKind.CAPTURED, 3),), 0),  # an address that nobody confirmed
        ((touch(confirmed="no"),), 0),
        ((touch(confirmed="yes"),), 3),
        ((touch(ASKED, 4, PERSON),), 7),  # 4 * 2 = 8, and 7 is the most
        ((touch(ASKED, 3, PERSON),), 6),
        ((touch(REPLIED, 2, PERSON),), 4),
        ((touch(REPLIED, 0, None, **{"from": "other"}),), 0),
        ((touch(CALL, 3, PERSON, call="now"),), 6),
        ((touch(CALL, 3, None, call="now"), touch(CALL, 3, None, call="at", days=14)), 6),  # the last one counts
        ((touch(CALL, 3, None, call="now"), touch(CALL, 3, None, call="no", confirmed="no")), 6),  # by nobody we know
        ((touch(CALL, 3, None, call="no"), touch(CALL, 3, None, call="now", days=1)), 0),  # taken back
        ((touch(CALL, 3, None, call="now"), touch(CALL, 3, None, call="no", days=1)), 6),  # and wanted again
        ((touch(OUTCOME, 4, PERSON),), 6),
        ((touch(), touch(days=0.5, quality=2)), 5),  # 3 + 2 * 0.5^(1/28) = 4.95
        ((touch(), touch(encounter=PRODUCT)), 6),
        ((touch(name="1"), touch(name="2"), touch(name="3")), 7),  # thrice the same: 9, capped
        ((touch(quality=5, name="1"), touch(quality=5, name="2"), touch(READ, 2, PRODUCT)), 9),
        ((touch(days=14),), 1.5),
        ((touch(days=28),), 0.8),  # 0.75
        ((touch(days=42),), 0.4),  # 0.375
        ((touch(quality=5, days=14), touch(quality=5, days=28)), 3.8),  # 2.5 + 1.25 = 3.75
        ((touch(quality=1, days=98),), 0),  # 1/128
        ((touch(quality=1, encounter=None),), 1),
        ((touch(days=-1),), 3),  # a clock that is ahead
    ],
)
def test_points_count_what_was_met_lately(touches: tuple[Touch, ...], points: float) -> None:
    assert scored(*touches).points == points


@pytest.mark.parametrize(
    ("touches", "points"),
    [
        ((touch(),), 6),
        ((touch(encounter=COMPANY),), 0),
        ((touch(quality=2, encounter=PRODUCT),), 6),  # 2 * 2 * 1.5
        ((touch(OUTCOME, 2, PRODUCT),), 3),  # 2 * 1 * 1.5: a weight of its own was not given
        ((touch(TouchKind.SENT, 0, PRODUCT),), 0),
    ],
)
def test_weights_by_kind_and_encounter_multiply(touches: tuple[Touch, ...], points: float) -> None:
    assert scored(*touches, criteria=WEIGHED).points == points


@pytest.mark.parametrize(
    ("criteria", "touches", "points"),
    [
        (Criteria(cap=3), (touch(quality=5),), 3),
        (Criteria(cap=3), (touch(quality=5), touch(quality=5, encounter=PERSON)), 6),
        (Criteria(half_life=DAY), (touch(days=1),), 1.5),
        (Criteria(half_life=DAY), (touch(days=7),), 0),
        (Criteria(half_life=timedelta(days=28)), (touch(days=28),), 1.5),
    ],
)
def test_cap_and_half_life_are_the_playbooks(criteria: Criteria, touches: tuple[Touch, ...], points: float) -> None:
    assert scored(*touches, criteria=criteria).points == points


@pytest.mark.parametrize(("fit", "points"), [(0, 3), (1, 6), (2, 4)])
def test_criteria_add_and_take_points(fit: int, points: float) -> None:
    assert scored(touch(), fit=fit).points == points


@pytest.mark.parametrize(
    ("touches", "fit", "warmth"),
    [
        ((), 0, COLD),
        ((touch(quality=5),), 0, COLD),
        ((touch(quality=5), touch(quality=2, encounter=PRODUCT)), 0, WARM),  # 7
        ((touch(quality=4),), 1, WARM),  # 4 + 3
        ((touch(quality=5),), 2, COLD),  # 5 + 3 - 2
        (tuple(touch(quality=5, encounter=met) for met in Encounter), 1, WARM),  # 23, and never hot by that
        (tuple(touch(quality=5, encounter=met, days=28) for met in Encounter), 0, COLD),  # 4 * 1.25
    ],
)
def test_points_warm_and_never_make_hot(touches: tuple[Touch, ...], fit: int, warmth: Temperature) -> None:
    assert scored(*touches, fit=fit).temperature is warmth


SOLD = touch(TouchKind.STAGE_CHANGED, 0, None, days=10, to="customer")
GIVEN_UP = touch(TouchKind.STAGE_CHANGED, 0, None, days=10, to="lost")


@pytest.mark.parametrize(
    ("touches", "warmth"),
    [
        ((touch(ASKED, 0, PERSON, confirmed="yes"),), HOT),
        ((touch(ASKED, 0, PERSON, confirmed="yes", days=28),), HOT),  # two half-lives
        ((touch(ASKED, 0, PERSON, confirmed="yes", days=28.01),), COLD),
        ((touch(ASKED, 0, PERSON, confirmed="no"),), COLD),
        ((touch(REPLIED, 0, PERSON, **{"from": "lead"}),), HOT),
        ((touch(REPLIED, 0, None, **{"from": "other"}),), COLD),
        ((touch(TouchKind.AUTO_REPLIED, 0, None),), COLD),
        ((touch(TouchKind.CALL_WANTED, 0, PERSON, call="now"),), HOT),
        ((touch(CALL, 0, PERSON, call="no"),), COLD),
        ((touch(CALL, 0, None, call="now", days=1), touch(CALL, 0, None, call="no")), COLD),  # taken back
        ((touch(CALL, 0, None, call="now"), touch(CALL, 0, None, call="no")), COLD),  # in the same moment, too
        ((touch(CALL, 0, None, call="now", days=1), touch(CALL, 0, None, call="no", confirmed="no")), HOT),
        ((touch(CALL, 0, None, call="no", days=1), touch(CALL, 0, None, call="now")), HOT),
        (
            (
                touch(CALL, 0, None, call="now", days=2),
                touch(ASKED, 0, PERSON, days=1),
                touch(CALL, 0, None, call="no"),
            ),
            HOT,
        ),  # by the question
        ((touch(OUTCOME, 0, PERSON, achieved="yes"),), HOT),
        ((touch(OUTCOME, 0, PERSON, achieved="no", why_not="wrong-time"),), HOT),
        ((touch(OUTCOME, 0, PERSON, achieved="no", why_not="not-reached"),), COLD),
        ((touch(TouchKind.OFFER_ANSWERED, 0, PRODUCT, answer="accepted"),), HOT),
        ((touch(TouchKind.OFFER_ANSWERED, 0, PRODUCT, answer="declined"),), COLD),
        ((Touch("b", lead().id, TouchKind.FACT, MONDAY, PERSON, facts={"name": "booking"}),), HOT),
        ((touch(TouchKind.DOWNLOADED, 0, SUBJECT),), COLD),
        ((touch(ASKED, 0, PERSON, days=11), SOLD), COLD),  # said before the sale
        ((touch(ASKED, 0, PERSON, days=9), SOLD), HOT),
        ((touch(OUTCOME, 0, PERSON, days=10, why_not="lost"), GIVEN_UP), COLD),
        ((touch(ASKED, 0, PERSON, days=9), GIVEN_UP), HOT),
    ],
)
def test_only_what_goes_both_ways_makes_hot(touches: tuple[Touch, ...], warmth: Temperature) -> None:
    assert scored(*touches).temperature is warmth


@pytest.mark.parametrize(
    ("of", "touches", "warmth"),
    [
        (lead(intent=Intent.READY), (), HOT),
        (lead(intent=Intent.EVALUATING), (), COLD),
        (lead(intent=Intent.READY, stage=Stage.OPPORTUNITY), (), HOT),
        (lead(intent=Intent.READY, stage=Stage.CUSTOMER), (SOLD,), COLD),
        (lead(intent=Intent.READY, stage=Stage.CUSTOMER), (SOLD, touch(TouchKind.CONFIRMED, 0, None, days=1)), HOT),
        (lead(intent=Intent.READY, stage=Stage.LOST), (GIVEN_UP,), COLD),
        (lead(call=CallWish(CallKind.NOW)), (), HOT),
        (lead(call=CallWish(CallKind.AT, MONDAY)), (), HOT),
        (lead(call=CallWish(CallKind.NO)), (), COLD),
        (lead(call=CallWish(CallKind.NOW), stage=Stage.LAPSED), (), HOT),
    ],
)
def test_so_does_what_was_declared(of: Lead, touches: tuple[Touch, ...], warmth: Temperature) -> None:
    found = scored(*touches, of=of)

    assert found.temperature is warmth
    assert (found.hot is None) == (warmth is not HOT)


def test_the_reasons_say_what_when_and_how_often() -> None:
    touches = [touch(name="1"), touch(name="2", days=1), touch(name="3", days=3), touch(ASKED, 3, PERSON, days=1)]

    assert scored(*touches, fit=2).reasons == (
        Reason(7.0, "met the subject 3 times, last today; more than 7 does not count"),
        Reason(5.7, "met the person once, yesterday"),
        Reason(3.0, "a firm"),
        Reason(-2.0, "free mail"),
    )


@pytest.mark.parametrize(
    ("touches", "words"),
    [
        ((touch(),), "met the subject once, today"),
        ((touch(days=1), touch(days=1.5)), "met the subject twice, last yesterday"),
        ((touch(days=2),), "met the subject once, 2 days ago"),
        ((touch(quality=1, days=3, name="1"), touch(quality=1, days=5), touch(quality=1, days=3, name="2")),
         "met the subject 3 times, last 3 days ago"),
        ((touch(encounter=None),), "another sign once, today"),
        ((touch(CALL, 2, PERSON, call="now"), touch(CALL, 2, PERSON, call="at", days=1)), "another sign once, today"),
        ((touch(quality=5, name="1"), touch(quality=2, name="2")), "met the subject twice, last today"),
        ((touch(quality=5, name="1"), touch(quality=3, name="2")),
         "met the subject twice, last today; more than 7 does not count"),
    ],
)  # fmt: skip
def test_a_reason_says_how_often_and_when_last(touches: tuple[Touch, ...], words: str) -> None:
    assert [reason.words for reason in scored(*touches).reasons] == [words]


def test_what_counts_nothing_is_not_counted_as_a_time() -> None:
    known = (touch(days=3), touch(ASKED, days=1), touch(quality=0), touch(confirmed="no"))

    (reason,) = scored(*known, criteria=Criteria(kinds={ASKED: 0.0})).reasons

    assert reason.words == "met the subject once, 3 days ago"


def test_points_of_a_criterion_count_in_tenths() -> None:
    found = score(lead(), (), Criteria(), fit=[Criterion("a firm", "true", points=1.26)], now=MONDAY)

    assert (found.points, found.reasons) == (1.3, (Reason(1.3, "a firm"),))


@pytest.mark.parametrize(
    ("of", "touches", "why"),
    [
        (lead(call=CallWish(CallKind.NOW)), (), "they want a call"),
        (lead(intent=Intent.READY), (), "they say that they are ready"),
        (lead(), (touch(TouchKind.OFFER_ANSWERED, answer="accepted"),), "they accepted an offer"),
        (lead(), (touch(ASKED),), "they asked a question"),
        (lead(), (touch(ASKED, days=2), touch(REPLIED)), "they answered a mail"),
        (lead(), (touch(TouchKind.CALL_WANTED),), "they asked for a call"),
        (lead(), (touch(OUTCOME),), "they spoke with a rep"),
        (lead(), (touch(),), None),
    ],
)
def test_a_hot_lead_says_why(of: Lead, touches: tuple[Touch, ...], why: str | None) -> None:
    assert scored(*touches, of=of).hot == why


def test_a_booking_makes_hot() -> None:
    booked = Touch("b", lead().id, TouchKind.FACT, MONDAY, facts={"name": "booking"})

    assert scored(booked).hot == "they booked a meeting"


def test_what_adds_nothing_is_no_reason() -> None:
    assert scored(touch(TouchKind.SENT, 0), touch(days=400)).reasons == ()


# --- laws

MET = st.sampled_from([*Encounter, None])
KINDS = st.sampled_from([READ, TouchKind.DOWNLOADED, ASKED, REPLIED, OUTCOME, TouchKind.SENT, TouchKind.CONFIRMED])
TOUCHES = st.lists(
    st.builds(
        lambda kind, quality, met, days: touch(kind, quality, met, days=days),
        KINDS, st.integers(0, 5), MET, st.floats(0, 200),
    ),
    max_size=12,
)  # fmt: skip
FITS = st.lists(st.builds(lambda points: Criterion(f"by {points}", "true", points), st.floats(-20, 20)), max_size=4)
LATER = st.floats(0, 100).map(lambda days: MONDAY + days * DAY)
SILENT = TOUCHES.map(lambda found: [each for each in found if each.kind not in {ASKED, REPLIED, OUTCOME}])


def points(touches: list[Touch], now: datetime = MONDAY) -> float:
    return score(lead(), touches, Criteria(), fit=(), now=now).points


@settings(deadline=None)  # a machine that does other things at once is no failure
@given(TOUCHES, FITS, LATER)
def test_the_reasons_sum_to_the_points_as_they_are_printed(
    touches: list[Touch], fit: list[Criterion], now: datetime
) -> None:
    found = score(lead(), touches, Criteria(), fit=fit, now=now)

    tenths = [round(float(f"{reason.points:g}") * 10) for reason in found.reasons]
    assert sum(tenths) == round(float(f"{found.points:g}") * 10)


@settings(deadline=None)
@given(TOUCHES, KINDS, MET, st.integers(0, 4), st.integers(1, 5), st.floats(0, 100))
def test_more_quality_never_takes_points(
    touches: list[Touch], kind: TouchKind, met: Encounter | None, quality: int, more: int, days: float
) -> None:
    one = [*touches, touch(kind, quality, met, days=days)]
    better = [*touches, touch(kind, quality + more, met, days=days)]

    assert points(touches) <= points(one) <= points(better)


@settings(deadline=None)
@given(TOUCHES, st.floats(0, 100))
def test_points_fade(touches: list[Touch], days: float) -> None:
    assert points(touches, MONDAY + days * DAY) <= points(touches)


@settings(deadline=None)
@given(TOUCHES, st.randoms(use_true_random=False))
def test_the_order_of_what_happened_at_once_does_not_matter(touches: list[Touch], chance) -> None:
    at_once = [Touch(f"{n}", t.lead_id, t.kind, MONDAY, t.encounter, quality=t.quality) for n, t in enumerate(touches)]
    mixed = chance.sample(at_once, len(at_once))

    assert score(lead(), mixed, Criteria(), fit=(), now=MONDAY) == score(
        lead(), at_once, Criteria(), fit=(), now=MONDAY
    )


@settings(deadline=None)
@given(SILENT, FITS, LATER)
def test_nobody_is_hot_who_said_nothing(touches: list[Touch], fit: list[Criterion], now: datetime) -> None:
    assert score(lead(), touches, Criteria(), fit=fit, now=now).temperature is not HOT
