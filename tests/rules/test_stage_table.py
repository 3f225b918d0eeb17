"""At which stage a lead is: each row a fact on a lead, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.rules.examples import DAY, MONDAY, lead

from leadlight.model.criteria import Authority, Criteria, Criterion
from leadlight.model.lead import Lead, Stage, Stop, StopReason
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.stage import Move, back, moves, with_facts

LEAD, PROSPECT, OPPORTUNITY, CUSTOMER, REPEAT, LOST, LAPSED, DISQUALIFIED = Stage
FIRM = Criterion("a firm", "not company.free_mail", required=True)
BIG = Criterion("a big one", "answers.size", required=True)
NICE = Criterion("a nice one", "lead.name", points=2)


def touch(kind: TouchKind = TouchKind.OUTCOME, *, days: float = 0, **facts: str) -> Touch:
    return Touch(f"{kind}/{days}", lead().id, kind, MONDAY + days * DAY, facts=facts)


def ended(to: Stage, days: float) -> Touch:
    return touch(TouchKind.STAGE_CHANGED, days=days, to=to, **{"from": LEAD})


def changes(
    before: Lead,
    *new: Touch,
    known: Sequence[Touch] = (),
    criteria: Criteria | None = None,
    fit: Sequence[Criterion] = (),
    after: Lead | None = None,
) -> tuple[Move, ...]:
    given = with_facts(after or before, new, known)
    return moves(before, given, new, (*known, *new), criteria or Criteria(), fit=lambda: fit)


@pytest.mark.parametrize(
    ("stage", "sales", "fact", "to"),
    [
        (LEAD, 0, OPPORTUNITY, OPPORTUNITY),
        (LEAD, 0, CUSTOMER, CUSTOMER),
        (LEAD, 0, LOST, LOST),
        (LEAD, 0, DISQUALIFIED, DISQUALIFIED),
        (LEAD, 0, PROSPECT, None),  # nobody can say that: it follows
        (LEAD, 0, REPEAT, None),
        (LEAD, 0, LAPSED, None),
        (PROSPECT, 0, OPPORTUNITY, OPPORTUNITY),
        (PROSPECT, 0, CUSTOMER, CUSTOMER),
        (PROSPECT, 0, LOST, LOST),
        (OPPORTUNITY, 0, OPPORTUNITY, None),
        (OPPORTUNITY, 0, CUSTOMER, CUSTOMER),
        (OPPORTUNITY, 0, LOST, LOST),
        (OPPORTUNITY, 0, DISQUALIFIED, DISQUALIFIED),
        (OPPORTUNITY, 1, CUSTOMER, REPEAT),  # bought once, was lost, is won again
        (CUSTOMER, 1, OPPORTUNITY, None),  # the next deal of a customer
        (CUSTOMER, 1, CUSTOMER, REPEAT),
        (CUSTOMER, 1, LOST, LOST),
        (REPEAT, 2, CUSTOMER, None),
        (REPEAT, 2, OPPORTUNITY, None),
        (REPEAT, 2, LOST, LOST),
        (LOST, 0, OPPORTUNITY, OPPORTUNITY),
        (LOST, 0, CUSTOMER, CUSTOMER),
        (LOST, 2, CUSTOMER, REPEAT),
        (LOST, 0, LOST, None),
        (LOST, 0, DISQUALIFIED, DISQUALIFIED),
        (LAPSED, 0, OPPORTUNITY, OPPORTUNITY),
        (LAPSED, 0, LOST, LOST),
        (DISQUALIFIED, 0, OPPORTUNITY, OPPORTUNITY),
        (DISQUALIFIED, 0, DISQUALIFIED, None),
    ],
)
def test_a_fact_leads_from_one_stage_to_another(stage: Stage, sales: int, fact: Stage, to: Stage | None) -> None:
    found = changes(lead(stage=stage, sales=sales), touch(TouchKind.FACT, stage=fact))

    assert [(move.before, move.to) for move in found] == ([(stage, to)] if to else [])


@pytest.mark.parametrize(
    ("kind", "facts", "authority", "prospect"),
    [
        (TouchKind.ASKED, {"confirmed": "yes"}, "decides", True),
        (TouchKind.ASKED, {"confirmed": "yes"}, "influences", True),
        (TouchKind.ASKED, {"confirmed": "yes"}, "uses", True),
        (TouchKind.ASKED, {"confirmed": "yes"}, "none", False),
        (TouchKind.ASKED, {"confirmed": "yes"}, None, False),
        (TouchKind.ASKED, {"confirmed": "no"}, "decides", False),
        (TouchKind.REPLIED, {"from": "lead"}, "decides", True),
        (TouchKind.REPLIED, {"from": "other"}, "decides", False),
        (TouchKind.CALL_WANTED, {"call": "now", "confirmed": "yes"}, "decides", True),
        (TouchKind.CALL_WANTED, {"call": "no", "confirmed": "yes"}, "decides", False),
        (TouchKind.OUTCOME, {"achieved": "yes"}, "decides", True),
        (TouchKind.OUTCOME, {"achieved": "no", "why_not": "objection"}, "decides", True),
        (TouchKind.OUTCOME, {"achieved": "no", "why_not": "not-reached"}, "decides", False),
        (TouchKind.OFFER_ANSWERED, {"answer": "accepted"}, "decides", True),
        (TouchKind.OFFER_ANSWERED, {"answer": "declined"}, "decides", False),
        (TouchKind.FACT, {"name": "booking"}, "decides", True),
        (TouchKind.FACT, {"name": "trial.used"}, "decides", False),
        (TouchKind.READ, {"confirmed": "yes"}, "decides", False),
        (TouchKind.CONFIRMED, {}, "decides", False),
    ],
)
def test_a_prospect_is_empowered_and_has_talked_back(
    kind: TouchKind, facts: dict[str, str], authority: str | None, prospect: bool
) -> None:
    known = Authority(authority) if authority else None

    found = changes(lead(authority=known), touch(kind, **facts))

    assert [move.to for move in found] == [PROSPECT] * prospect


@pytest.mark.parametrize(
    ("required", "met", "prospect"),
    [
        ((), (), True),
        ((NICE,), (), True),  # it only adds points
        ((FIRM,), (FIRM,), True),
        ((FIRM,), (), False),
        ((FIRM, BIG), (FIRM,), False),
        ((FIRM, BIG), (BIG, FIRM), True),
        ((FIRM, NICE), (FIRM,), True),
        ((FIRM, NICE), (NICE,), False),
    ],
)
def test_a_prospect_meets_what_is_required(
    required: tuple[Criterion, ...], met: tuple[Criterion, ...], prospect: bool
) -> None:
    found = changes(lead(authority=Authority.USES), touch(), criteria=Criteria(fit=required), fit=met)

    assert [move.to for move in found] == [PROSPECT] * prospect


@pytest.mark.parametrize(
    ("empowered", "authority", "prospect"),
    [
        ((Authority.DECIDES,), "decides", True),
        ((Authority.DECIDES,), "influences", False),
        ((Authority.DECIDES, Authority.INFLUENCES), "influences", True),
    ],
)
def test_who_is_empowered_says_the_playbook(empowered: tuple[Authority, ...], authority: str, prospect: bool) -> None:
    found = changes(lead(), touch(authority=authority), criteria=Criteria(empowered=empowered))

    assert [move.to for move in found] == [PROSPECT] * prospect


@pytest.mark.parametrize("stage", [PROSPECT, OPPORTUNITY, CUSTOMER, REPEAT, LOST, DISQUALIFIED])
def test_only_a_lead_becomes_a_prospect(stage: Stage) -> None:
    asked = touch(TouchKind.ASKED, confirmed="yes")

    assert changes(lead(stage=stage, authority=Authority.DECIDES), asked) == ()


@pytest.mark.parametrize(
    ("kind", "facts", "stage", "returns"),
    [
        (TouchKind.ASKED, {"confirmed": "yes"}, LAPSED, True),
        (TouchKind.ASKED, {"confirmed": "no"}, LAPSED, False),
        (TouchKind.REPLIED, {"from": "lead"}, LAPSED, True),
        (TouchKind.CALL_WANTED, {"call": "now"}, LAPSED, True),
        (TouchKind.READ, {"confirmed": "yes"}, LAPSED, False),
        (TouchKind.ASKED, {"confirmed": "yes"}, LOST, False),  # a rep has said so: a rep takes it back
        (TouchKind.ASKED, {"confirmed": "yes"}, DISQUALIFIED, False),
    ],
)
def test_who_has_lapsed_comes_back_by_a_word(
    kind: TouchKind, facts: dict[str, str], stage: Stage, returns: bool
) -> None:
    found = changes(lead(stage=stage), touch(kind, **facts))

    assert [(move.before, move.to) for move in found] == [(LAPSED, LEAD)] * returns


@pytest.mark.parametrize(
    ("stage", "since", "asked", "reopens"),
    [
        (LOST, 0, 1, True),
        (DISQUALIFIED, 0, 1, True),
        (LAPSED, 0, 1, True),
        (LOST, 1, 1, True),
        (LOST, 1, 0, False),  # an old link
        (DISQUALIFIED, 1, 0, False),
        (CUSTOMER, 0, 1, False),
        (LEAD, 0, 1, False),
    ],
)
def test_a_new_form_begins_anew_what_was_given_up(stage: Stage, since: float, asked: float, reopens: bool) -> None:
    stops = (Stop(StopReason.DISQUALIFIED, MONDAY), Stop(StopReason.UNSUBSCRIBED, MONDAY))
    before = lead(stage=stage, stage_at=MONDAY + since * DAY, stops=stops)

    after = back(before, MONDAY + asked * DAY)

    left = [stop.reason for stop in after.stops]
    assert (after.stage, left) == ((LEAD, [StopReason.UNSUBSCRIBED]) if reopens else (stage, [s.reason for s in stops]))


def test_one_that_comes_back_is_told_as_such() -> None:
    before = lead(stage=LOST, stage_at=MONDAY)
    confirmed = touch(TouchKind.CONFIRMED, days=1)

    (move,) = changes(before, confirmed, after=back(before, MONDAY + DAY))

    assert (move.before, move.to, move.cause) == (LOST, LEAD, confirmed)
    assert move.why == "they have come back: they confirmed a new form"


def test_a_talk_before_the_end_makes_no_prospect_after_it() -> None:
    known = [touch(TouchKind.ASKED, confirmed="yes"), ended(LOST, 1)]

    assert changes(lead(), touch(days=2, authority="decides", why_not="not-reached"), known=known) == ()


def test_two_facts_at_once_are_two_steps() -> None:
    found = changes(lead(), touch(stage=OPPORTUNITY, value="9000"), touch(TouchKind.FACT, stage=CUSTOMER))

    assert [(move.before, move.to) for move in found] == [(LEAD, OPPORTUNITY), (OPPORTUNITY, CUSTOMER)]


@pytest.mark.parametrize(
    ("told", "value", "again", "days", "sales"),
    [
        (TouchKind.OUTCOME, "900", {"value": "900"}, 2, 1),  # the CRM says what the rep had said
        (TouchKind.OUTCOME, "900", {}, 2, 1),
        (TouchKind.OUTCOME, "", {"value": "900"}, 2, 1),
        (TouchKind.OUTCOME, "900", {"value": "70"}, 2, 2),
        (TouchKind.OUTCOME, "", {}, 2, 1),
        (TouchKind.OUTCOME, "900", {"value": "900"}, 0, 1),
        (TouchKind.OUTCOME, "900", {"value": "900"}, 30, 1),
        (TouchKind.OUTCOME, "900", {"value": "900"}, -1, 2),  # what was told later tells of another
        (TouchKind.OUTCOME, "900", {"value": "900"}, 31, 2),
        (TouchKind.FACT, "900", {"value": "900"}, 2, 2),  # the same system counts its own deals
    ],
)
def test_one_sale_that_two_tell_of_is_one(
    told: TouchKind, value: str, again: dict[str, str], days: float, sales: int
) -> None:
    known = [touch(told, stage=CUSTOMER, value=value)]
    new = touch(TouchKind.FACT, days=days, stage=CUSTOMER, **again)

    found = changes(lead(stage=CUSTOMER, sales=1), new, known=known)

    assert [move.to for move in found] == [REPEAT] * (sales - 1)
    assert with_facts(lead(stage=CUSTOMER, sales=1), [new], known).sales == sales


@pytest.mark.parametrize(
    ("facts", "value", "authority", "sales"),
    [
        ({"value": "12000"}, 12_000.0, None, 0),
        ({"value": "0.5"}, 0.5, None, 0),
        ({"value": "a lot"}, 500.0, None, 0),
        ({"value": "-3"}, 500.0, None, 0),
        ({"value": "inf"}, 500.0, None, 0),
        ({"authority": "decides"}, 500.0, Authority.DECIDES, 0),
        ({"authority": "boss"}, 500.0, None, 0),
        ({"stage": "customer", "value": "7"}, 7.0, None, 1),
    ],
)
def test_a_fact_says_what_the_deal_is_worth_and_who_decides(
    facts: dict[str, str], value: float, authority: Authority | None, sales: int
) -> None:
    after = with_facts(lead(value=500.0), [touch(**facts)])

    assert (after.value, after.authority, after.sales) == (value, authority, sales)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (touch(stage="opportunity", value="12000"), "a rep has written it down, worth 12,000"),
        (touch(stage="lost", why="we-have-a-suite"), "a rep has written it down: we-have-a-suite"),
        (touch(stage="disqualified", why_not="no-need"), "a rep has written it down: no-need"),
        (touch(TouchKind.FACT, stage="customer", value="80"), "another system has said so, worth 80"),
        (touch(TouchKind.OFFER_ANSWERED, stage="opportunity"), "they have answered the offer"),
        (touch(TouchKind.ADDED, stage="opportunity"), "whoever added them has said so"),
        (touch(TouchKind.IMPORTED, stage="customer"), "the list that they came with says so"),
        (touch(TouchKind.RESUMED, stage="customer"), "it was written down"),
        (touch(authority="influences"),
         "meets the criteria, influences the decision, and has talked back: they spoke with a rep"),
    ],
)  # fmt: skip
def test_each_change_says_why(new: Touch, why: str) -> None:
    (move,) = changes(lead(), new)

    assert (move.before, move.why, move.cause) == (LEAD, why, new)


@pytest.mark.parametrize(("stage", "to"), [(LEAD, OPPORTUNITY), (LOST, None), (DISQUALIFIED, None)])
def test_a_tap_in_an_old_mail_opens_nothing_that_was_given_up(stage: Stage, to: Stage | None) -> None:
    found = changes(lead(stage=stage), touch(TouchKind.OFFER_ANSWERED, stage=OPPORTUNITY, answer="accepted"))

    assert [move.to for move in found] == ([to] if to else [])


def test_who_has_lapsed_may_come_back_as_a_prospect() -> None:
    asked = touch(TouchKind.ASKED, confirmed="yes")

    first, then = changes(lead(stage=LAPSED, authority=Authority.DECIDES), asked)

    assert first == Move(LAPSED, LEAD, "they have come back: they asked a question", asked)
    assert (then.before, then.to, then.cause) == (LEAD, PROSPECT, asked)


def test_one_who_begins_anew_may_be_a_prospect_at_once() -> None:
    before = lead(stage=LOST, stage_at=MONDAY, authority=Authority.DECIDES)
    confirmed, asked = touch(TouchKind.CONFIRMED, days=1), touch(TouchKind.ASKED, days=1, confirmed="yes")

    found = changes(before, confirmed, asked, after=back(before, MONDAY + DAY))

    assert [(move.before, move.to) for move in found] == [(LOST, LEAD), (LEAD, PROSPECT)]


@pytest.mark.parametrize(
    ("new", "to", "why"),
    [
        (touch(TouchKind.NOTED), LEAD, "a rep has written it down"),
        (touch(TouchKind.CONFIRMED), OPPORTUNITY, "it was written down"),
    ],
)
def test_a_stage_that_a_change_sets_by_itself_is_said_by_its_touch(new: Touch, to: Stage, why: str) -> None:
    assert changes(lead(stage=LAPSED), new, after=lead(stage=to))[0] == Move(LAPSED, to, why, new)


def test_a_sale_told_again_hides_nothing_that_is_told_beside_it() -> None:
    known = [touch(TouchKind.OUTCOME, stage=CUSTOMER, value="900")]
    again, lost = touch(TouchKind.FACT, days=1, stage=CUSTOMER, value="900"), touch(days=2, stage=LOST)

    found = changes(lead(stage=CUSTOMER, sales=1), again, lost, known=known)

    assert [(move.to, move.cause) for move in found] == [(LOST, lost)]


def test_the_reasons_of_a_prospect_name_what_was_required() -> None:
    criteria = Criteria(fit=(FIRM, NICE, BIG))

    (move,) = changes(lead(authority=Authority.DECIDES), touch(), criteria=criteria, fit=(FIRM, BIG))

    assert move.why == "meets the criteria (a firm, a big one), decides, and has talked back: they spoke with a rep"


def test_what_does_not_decide_is_not_asked_for() -> None:
    def unasked() -> tuple[Criterion, ...]:
        raise AssertionError("nobody needs to open the profile for that")

    criteria, new = Criteria(fit=(NICE,)), [touch()]

    assert moves(lead(), lead(authority=Authority.DECIDES), new, new, criteria, fit=unasked)[0].to is PROSPECT
    assert moves(lead(), lead(), new, new, Criteria(fit=(FIRM,)), fit=unasked) == ()


def test_nothing_new_changes_nothing() -> None:
    asked = touch(TouchKind.ASKED, confirmed="yes")

    assert changes(lead(authority=Authority.DECIDES), known=[asked]) == ()
