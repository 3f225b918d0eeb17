"""How long somebody is kept, by what is known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rules.examples import DAY, MONDAY, capture

from leadlight.model.criteria import RETENTION
from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead, Stage
from leadlight.model.person import Capture, LeadId
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.retention import IN_TURN, LINKS_LIVE, is_its_turn, may_be_over, never_confirmed, standing, why_over
from leadlight.tokens import LIFE, TokenUse

ANNA = LeadId("anna")
STRANGER = Lead(ANNA, MONDAY)
READER = replace(STRANGER, confirmed_at=MONDAY)


def over(lead: Lead, days: float, *touches: Touch, rows: tuple[Due, ...] = ()) -> str | None:
    return why_over(lead, touches, (), rows, RETENTION, MONDAY + days * DAY)


def emptied(
    lead: Lead, sent: Capture, *, touches: tuple[Touch, ...] = (), rows: tuple[Due, ...] = (), days: float = 30
) -> tuple[Capture, ...]:
    return never_confirmed(lead, touches, (sent,), rows, RETENTION["unconfirmed"], MONDAY + days * DAY)


def row(kind: DueKind, ref: str, days: float) -> Due:
    return Due(ANNA, 1, kind, ref, MONDAY + days * DAY)


@pytest.mark.parametrize(
    ("lead", "known_as"),
    [
        (STRANGER, "unconfirmed"),
        (READER, "lead"),
        (replace(STRANGER, source="import/fair"), "lead"),
        (replace(STRANGER, source="rep/rita"), "lead"),
        (replace(STRANGER, source="qr/rita"), "unconfirmed"),
        (replace(READER, stage=Stage.CUSTOMER), "customer"),
    ],
)
def test_somebody_is_kept_as_what_they_are(lead: Lead, known_as: str) -> None:
    assert standing(lead) == known_as
    assert over(lead, RETENTION[known_as] / DAY) == known_as
    assert over(lead, RETENTION[known_as] / DAY - 0.01) is None


@pytest.mark.parametrize("kind", [TouchKind.READ, TouchKind.ASKED, TouchKind.OUTCOME])
def test_time_counts_from_the_last_word(kind: TouchKind) -> None:
    said = Touch("a", ANNA, kind, MONDAY + 100 * DAY)

    assert over(READER, 800, said) is None
    assert over(READER, 830, said) == "lead"


def test_time_counts_from_the_latest_stage() -> None:
    lost = replace(READER, stage=Stage.LOST, stage_at=MONDAY + 50 * DAY)

    assert (over(lost, 779), over(lost, 780)) == (None, "lost")


@pytest.mark.parametrize(
    ("waiting", "goes"),
    [
        (row(DueKind.TASK, "outcome/1", 801), False),
        (row(DueKind.TASK, "outcome/1~3", 801), True),
        (row(DueKind.TASK, "outcome/1", 799), True),
        (row(DueKind.HOLD, "claimed/1", 801), False),
        (row(DueKind.STEP, "course@1/x/02", 801), False),
        (row(DueKind.REVIEW, "lapse", 900), True),
        (row(DueKind.REVIEW, "renewal", 900), False),
    ],
)
def test_what_is_still_planned_with_somebody_keeps_them(waiting: Due, goes: bool) -> None:
    assert bool(over(READER, 800, rows=(waiting,))) is goes


def test_the_record_alone_never_hides_whose_time_is_over() -> None:
    later = replace(READER, grants={"page": MONDAY + 10 * DAY})  # type: ignore[dict-item]  # a gate's id

    assert may_be_over(READER, RETENTION, MONDAY + RETENTION["lead"])
    assert not may_be_over(later, RETENTION, MONDAY + RETENTION["lead"])


def test_everybodys_old_forms_are_looked_at_once_in_a_month() -> None:
    days = [(MONDAY + timedelta(days=number)).date() for number in range(IN_TURN)]

    assert {sum(is_its_turn(LeadId(f"lead{number}"), day) for day in days) for number in range(50)} == {1}


@pytest.mark.parametrize(("days", "confirmed", "goes"), [(30, False, True), (29.9, False, False), (400, True, False)])
def test_a_form_that_nobody_stood_by_has_its_time_too(days: float, goes: bool, *, confirmed: bool) -> None:
    sent = replace(capture(), at=MONDAY, confirmed_at=MONDAY if confirmed else None)

    assert (emptied(READER, sent, days=days) == (sent,)) is goes


@pytest.mark.parametrize("how", ["import", "rep/rita"])
def test_what_our_own_side_wrote_down_is_no_form_that_nobody_stood_by(how: str) -> None:
    sent = capture()
    noted = replace(sent, at=MONDAY, consent=replace(sent.consent, how=how))

    assert emptied(replace(STRANGER, source="rep/rita"), noted) == ()


@pytest.mark.parametrize(
    ("touches", "rows", "goes"),
    [
        ((), (), True),
        ((Touch("a", ANNA, TouchKind.OUTCOME, MONDAY),), (), False),
        ((Touch("a", ANNA, TouchKind.OUTCOME, MONDAY, facts={"why_not": "not-reached"}),), (), True),
        ((Touch("a", ANNA, TouchKind.ADDED, MONDAY),), (), False),
        ((), (row(DueKind.HOLD, "claimed/1", 31),), False),
    ],
)
def test_a_form_is_kept_where_it_is_all_that_a_rep_knows(
    touches: tuple[Touch, ...], rows: tuple[Due, ...], *, goes: bool
) -> None:
    sent = replace(capture(), at=MONDAY)

    assert bool(emptied(STRANGER, sent, touches=touches, rows=rows)) is goes


def test_who_talked_with_a_rep_is_kept_as_long_as_who_has_confirmed() -> None:
    talked = Touch("a", ANNA, TouchKind.OUTCOME, MONDAY)

    assert (over(STRANGER, 729, talked), over(STRANGER, 730, talked)) == (None, "lead")


def test_a_form_is_kept_while_its_link_to_confirm_still_works() -> None:
    form = capture()
    sent = Touch(f"sent/1/mail/optin/{form.id}~1", ANNA, TouchKind.SENT, MONDAY + 29 * DAY)
    other = replace(sent, id="sent/1/mail/optin/another")
    form = replace(form, at=MONDAY)

    assert emptied(READER, form, touches=(sent,), days=42) == ()
    assert emptied(READER, form, touches=(sent,), days=43) == (form,)
    assert emptied(READER, form, touches=(other,), days=42) == (form,)


def test_nobody_goes_whose_link_to_confirm_still_works() -> None:
    sent = Touch("sent/1/mail/optin/c~1", ANNA, TouchKind.SENT, MONDAY + 29 * DAY)

    assert (over(STRANGER, 42, sent), over(STRANGER, 43, sent)) == (None, "unconfirmed")
    assert LIFE[TokenUse.CONFIRM] == LINKS_LIVE
