"""What comes next with a lead, or why nothing does; and who is reminded of what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import ALWAYS, DAY, HOUR, MONDAY, OFFICE, enrolment, lead

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Lead, Pause, Stage, Stop, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import Objective
from leadlight.rules.next_action import (
    Action,
    Reason,
    in_words,
    next_action,
    reminded_of,
    reminder,
    reminder_after,
    reminders_before,
    why_stuck,
)

HELD = Hold("rita", Objective.START, MONDAY, MONDAY + DAY)
QUIET = Pause("lead", MONDAY, MONDAY + DAY)
STEP = "course@v1/20260105T100000/01"
IN_COURSE = lead(enrolments=(enrolment(),), owner="rita")


def row(kind: DueKind, ref: str = "x", *, days: float = 1) -> Due:
    return Due(IN_COURSE.id, 1, kind, ref, MONDAY + days * DAY)


def test_the_next_action_is_the_earliest_row() -> None:
    rows = [row(DueKind.STEP, STEP, days=3), row(DueKind.TASK, "asked/1", days=1)]

    assert next_action(IN_COURSE, rows) == Action("task/asked/1", "rita", MONDAY + DAY)


@pytest.mark.parametrize(
    ("found", "changed", "owner"),
    [
        (row(DueKind.STEP, STEP), IN_COURSE, "leadlight"),
        (row(DueKind.HOLD), replace(IN_COURSE, hold=HELD), "rita"),
        (row(DueKind.HOLD, "pause/lead/x"), replace(IN_COURSE, pauses=(QUIET,)), "leadlight"),
        (row(DueKind.TASK), replace(IN_COURSE, owner=None), "leadlight"),
    ],
)
def test_each_action_has_an_owner(found: Due, changed: Lead, owner: str) -> None:
    action = next_action(changed, [found])

    assert isinstance(action, Action)
    assert action.owner == owner


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (lead(confirmed_at=None), "the address is not confirmed"),
        (lead(confirmed_at=None, source="import/fair"),
         "from a list: the rep was told, and may begin a conversation"),
        (lead(source="import/fair"), "no follow-ups were agreed to"),
        (lead(), "no follow-ups were agreed to"),
        (lead(stage=Stage.LOST), "the lead is lost"),
        (lead(stage=Stage.DISQUALIFIED), "the lead is disqualified"),
        (lead(stage=Stage.LAPSED), "the lead is lapsed"),
        (lead(stops=(Stop(StopReason.BOUNCED, MONDAY),)), "stopped: bounced"),
        (lead(stops=(Stop(StopReason.UNSUBSCRIBED, MONDAY), Stop(StopReason.REPLIED, MONDAY))),
         "stopped: unsubscribed"),
        (lead(enrolments=(enrolment(next_step=None, ended="all steps are done"),)),
         "nothing more was promised: all steps are done"),
        (replace(IN_COURSE, purposes=(Purpose.CONTENT,)), "the consent to follow-ups was taken back"),
    ],
)  # fmt: skip
def test_where_nothing_is_planned_there_is_a_reason(changed: Lead, why: str) -> None:
    assert next_action(changed, []) == Reason(why)
    assert why_stuck(changed, [], MONDAY) is None


@pytest.mark.parametrize(
    "waiting",
    [
        replace(lead(), hold=HELD),
        replace(lead(), pauses=(QUIET,)),
        replace(lead(), stops=(Stop(StopReason.REPLIED, MONDAY),)),
        IN_COURSE,
    ],
)
def test_who_waits_for_something_that_no_row_brings_has_neither_an_action_nor_a_reason(waiting: Lead) -> None:
    assert next_action(waiting, []) is None
    assert in_words(None) == "nothing, and no reason why"


def test_an_action_is_told_with_who_sees_to_it() -> None:
    task, claim = (next_action(replace(lead(), owner="rita"), [row(kind)]) for kind in (DueKind.TASK, DueKind.CLAIM))

    assert in_words(task) == "2026-01-06 10:00 task/x (rita)"
    assert in_words(claim) == "2026-01-06 10:00 goes on to the next rep, or the manager, unless rita takes it"


def test_while_all_that_comes_is_a_look_the_reason_for_the_quiet_is_told() -> None:
    coming = next_action(lead(), [row(DueKind.REVIEW, "lapse", days=180)])

    assert in_words(coming) == (
        "2026-07-04 10:00 review/lapse (leadlight); until then nothing: no follow-ups were agreed to"
    )


@pytest.mark.parametrize(
    ("changed", "rows", "why"),
    [
        (IN_COURSE, [], "course/01 comes next, and nothing brings it"),
        (IN_COURSE, [row(DueKind.MAIL, "notify/x")], "course/01 comes next, and nothing brings it"),
        (IN_COURSE, [row(DueKind.STEP, "course@v1/20260105T100000/02")], "course/01 comes next, and nothing brings it"),
        (replace(IN_COURSE, hold=HELD), [row(DueKind.TASK)], "held by rita, and nothing ends it"),
        (replace(IN_COURSE, pauses=(QUIET,)), [], "paused by lead, and nothing ends it"),
        (
            replace(IN_COURSE, pauses=(QUIET, replace(QUIET, by="rita"))),
            [row(DueKind.HOLD, "pause/lead/x")],
            "paused by rita, and nothing ends it",
        ),
        (replace(IN_COURSE, stops=(Stop(StopReason.REPLIED, MONDAY),)), [], "no next action and no reason for none"),
        (
            replace(IN_COURSE, stops=(Stop(StopReason.REPLIED, MONDAY),)),
            [row(DueKind.REVIEW, "lapse", days=180)],
            "no next action and no reason for none",
        ),
        (IN_COURSE, [row(DueKind.REVIEW, "lapse")], "course/01 comes next, and nothing brings it"),
    ],
)
def test_a_dead_end_is_noticed(changed: Lead, rows: list[Due], why: str) -> None:
    assert why_stuck(changed, rows, MONDAY) == why


@pytest.mark.parametrize(
    ("changed", "rows"),
    [
        (IN_COURSE, [row(DueKind.STEP, STEP)]),
        (IN_COURSE, [row(DueKind.STEP, "course@v2/20260105T100000/01")]),
        (IN_COURSE, [row(DueKind.EVIDENCE, STEP)]),
        (replace(IN_COURSE, hold=HELD), [row(DueKind.HOLD)]),
        (replace(IN_COURSE, stops=(Stop(StopReason.REPLIED, MONDAY),)), [row(DueKind.TASK)]),
        (replace(IN_COURSE, purposes=()), []),
        (lead(), [row(DueKind.REVIEW, "lapse", days=180)]),
    ],
)
def test_a_lead_that_goes_on_is_not_stuck(changed: Lead, rows: list[Due]) -> None:
    assert why_stuck(changed, rows, MONDAY) is None


def test_a_row_that_fails_again_and_again_is_a_dead_end_until_it_is_done() -> None:
    failing = replace(row(DueKind.STEP, STEP), failing_since=MONDAY)

    assert why_stuck(IN_COURSE, [failing], MONDAY + HOUR) is None
    assert why_stuck(IN_COURSE, [failing], MONDAY + 1.1 * HOUR) == (
        f"step/{STEP} has failed since 2026-01-05 10:00 UTC; the log says why"
    )


def test_a_row_that_was_left_lying_is_a_dead_end() -> None:
    late = row(DueKind.STEP, STEP, days=0)

    assert why_stuck(IN_COURSE, [late], MONDAY + HOUR) is None
    assert why_stuck(IN_COURSE, [late], MONDAY + 1.1 * HOUR) == f"step/{STEP} is overdue since 2026-01-05 10:00 UTC"


def test_a_reminder_comes_on_the_next_working_day() -> None:
    friday_evening = MONDAY + 4 * DAY + 9 * HOUR

    assert reminder(IN_COURSE, "asked/1", OFFICE, friday_evening).at == MONDAY + 8 * DAY - HOUR


def test_reminders_become_rarer_and_never_end() -> None:
    one = reminder(IN_COURSE, "asked/1", ALWAYS, MONDAY)
    refs, at = [one.ref], [one.at]
    for _ in range(4):
        one = reminder_after(IN_COURSE, one, ALWAYS, one.at)  # type: ignore[assignment]  # a lead that is nobody's
        refs.append(one.ref)
        at.append(one.at)

    assert refs == ["asked/1", "asked/1~1", "asked/1~2", "asked/1~3", "asked/1~4"]
    assert [(later - earlier).days for earlier, later in zip([MONDAY, *at], at, strict=False)] == [1, 2, 7, 7, 7]
    assert {reminded_of(one)} == {"asked/1"}
    assert reminders_before(one) == 4


@pytest.mark.parametrize(
    "changed",
    [
        replace(IN_COURSE, hold=HELD),
        replace(IN_COURSE, stage=Stage.LOST),
        replace(IN_COURSE, stops=(Stop(StopReason.UNSUBSCRIBED, MONDAY),)),
    ],
)
def test_nobody_is_reminded_of_what_is_seen_to(changed: Lead) -> None:
    assert reminder_after(changed, row(DueKind.TASK, "asked/1"), OFFICE, MONDAY) is None


def test_an_answer_of_the_lead_goes_on_being_reminded_of() -> None:
    replied = replace(IN_COURSE, stops=(Stop(StopReason.REPLIED, MONDAY),))

    assert reminder_after(replied, row(DueKind.TASK, "replied/1"), OFFICE, MONDAY) is not None


def test_a_reminder_is_of_the_leads_present_life() -> None:
    assert reminder(lead(generation=2), "asked/1", OFFICE, MONDAY).generation == 2


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (row(DueKind.MAIL, "withheld/optin/x"), "its opt-in mail is withheld; then it is dropped"),
        (row(DueKind.MAIL, "optin/x"), ""),
        (row(DueKind.TASK, "withheld/x"), ""),
    ],
)
def test_a_mail_that_is_held_back_says_why_nothing_comes_before(held: Due, why: str) -> None:
    assert next_action(lead(confirmed_at=None), [held]) == Action(held.key, "leadlight", held.at, why)
