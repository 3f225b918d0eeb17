"""When our own people are written to, what a digest holds, whether conversations go on beginning: pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from tests.rules.examples import DAY, HOUR, MONDAY, TEAM, lead

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Hold, Lead, Stage, Stop, StopReason, Temperature
from leadlight.model.person import CallKind, CallWish, LeadId
from leadlight.model.team import Away, Hours, Notices, Person
from leadlight.model.touch import Encounter, Objective, Touch, TouchKind
from leadlight.rules.digest import Digest, Known, digest_of, is_open
from leadlight.rules.pulse import pulse_of
from leadlight.rules.rounds import round_of
from leadlight.rules.score import Reason, Score

NOW = MONDAY + timedelta(hours=-2)
COLD, WARM = Score(0, Temperature.COLD, ()), Score(8, Temperature.WARM, (Reason(8, "met the subject twice"),))
HOT = Score(9, Temperature.HOT, (), "they asked a question")
RITA = Person("rita", "Rita", "rita@glass.example", hours=Hours("Europe/Warsaw", end=time(16)))


def known(name: str, *, score: Score = COLD, before: Score | None = None, rows: tuple[str, ...] = (), **other) -> Known:
    touches = other.pop("touches", ())
    who = replace(lead(**other), id=LeadId(name))
    due = tuple(Due(who.id, 1, DueKind.TASK, ref, NOW + 3 * DAY) for ref in rows)
    return Known(who, touches, due, score, before or score)


def told(*all_known: Known) -> Digest:
    return digest_of(all_known, zone="UTC", since=NOW - DAY, now=NOW)


def touch(kind: TouchKind, at: datetime, **facts: str) -> Touch:
    return Touch(f"{kind}/{at}", LeadId("a"), kind, at, Encounter.PERSON, Objective.ADVANCE, quality=5, facts=facts)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-01-07T06:59", None),
        ("2026-01-07T07:00", "2026-01-07"),
        ("2026-01-07T14:59", "2026-01-07"),
        ("2026-01-07T15:00", None),
        ("2026-01-10T08:00", None),
        ("2026-03-27T06:59", None),
        ("2026-03-30T06:00", "2026-03-30"),
        ("2026-10-26T06:30", None),
        ("2026-10-26T07:00", "2026-10-26"),
        ("2026-02-02T09:00", None),
    ],
)
def test_the_morning_is_that_of_the_person(at: str, day: str | None) -> None:
    person = replace(RITA, away=(Away(datetime(2026, 2, 2).date(), datetime(2026, 2, 3).date()),))  # noqa: DTZ001 a day

    turn = round_of(person, TEAM, datetime.fromisoformat(at).replace(tzinfo=UTC))

    assert turn is not None
    assert turn.day == day


def test_a_round_says_when_the_next_one_is() -> None:
    friday = datetime(2026, 1, 9, 8, tzinfo=UTC)

    turn = round_of(RITA, TEAM, friday)

    assert turn is not None
    assert (turn.week, turn.after) == ("2026-W02", datetime(2026, 1, 12, 7, tzinfo=UTC))


def test_a_team_without_digest_has_no_rounds() -> None:
    assert round_of(RITA, replace(TEAM, notices=Notices(digest=None)), MONDAY) is None


def test_who_has_no_hours_of_their_own_reads_by_those_of_the_team() -> None:
    turn = round_of(replace(RITA, hours=None), TEAM, MONDAY)

    assert turn is not None
    assert (turn.day, turn.after) == ("2026-01-05", MONDAY + timedelta(hours=22))


def test_who_never_works_has_no_rounds() -> None:
    never = replace(RITA, hours=replace(TEAM.hours, days=()))

    assert round_of(never, TEAM, MONDAY) is None


@pytest.mark.parametrize(
    ("hours", "at", "day", "after"),
    [
        (Hours("UTC", start=time(6), end=time(8)), "2026-01-05T23:59", "2026-01-05", "2026-01-06T08:00"),
        (Hours("UTC", start=time(22), end=time(4)), "2026-01-05T12:00", "2026-01-05", "2026-01-06T08:00"),
        (Hours("Asia/Tokyo"), "2026-01-04T23:00", "2026-01-05", "2026-01-05T23:00"),
        (Hours("Asia/Tokyo"), "2026-01-04T22:59", None, "2026-01-04T23:00"),
    ],
)
def test_who_is_gone_before_the_digest_may_read_it_until_midnight(
    hours: Hours, at: str, day: str | None, after: str
) -> None:
    turn = round_of(replace(RITA, hours=hours), TEAM, datetime.fromisoformat(at).replace(tzinfo=UTC))

    assert turn is not None
    assert (turn.day, turn.after) == (day, datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert (turn.week is None) is (day is None)


def test_the_most_pressing_three_are_to_be_called_first_with_a_reason() -> None:
    found = told(
        known("warm", score=WARM),
        known("hot", score=HOT),
        known("asked", rows=("question.asked/1",)),
        known("wants", call=CallWish(CallKind.NOW)),
        known("unhappy", rows=("satisfaction.given/1~2",)),
    )

    assert [(line.lead, line.why) for line in found.call] == [
        ("wants", "they want a call"),
        ("unhappy", "they are not satisfied, and nobody has answered"),
        ("asked", "they asked a question, and nobody has answered"),
    ]
    assert found.unanswered == ()


def test_who_wants_no_call_is_never_to_be_called_and_still_answered() -> None:
    found = told(known("quiet", score=HOT, rows=("question.asked/1",), call=CallWish(CallKind.NO)))

    assert (found.call, [line.lead for line in found.unanswered]) == ((), ["quiet"])


@pytest.mark.parametrize(
    "other",
    [
        {"hold": Hold("rita", Objective.ADVANCE, NOW - DAY, NOW + DAY)},
        {"touches": (touch(TouchKind.OUTCOME, NOW - DAY, achieved="no", why_not="objection"),)},
    ],
)
def test_who_was_spoken_to_lately_is_not_called_for_being_warm(other: dict) -> None:
    assert told(known("warm", score=WARM, **other)).call == ()


def test_what_is_due_today_has_its_time() -> None:
    today = Due(LeadId("a"), 1, DueKind.TASK, "outcome/1", NOW + HOUR)

    found = told(replace(known("a"), rows=(today,)), replace(known("b"), rows=(replace(today, at=NOW + 2 * DAY),)))

    assert [(line.lead, line.why) for line in found.due] == [("a", "your next step at 09:00")]


def test_who_grows_cold_is_told_once_and_every_week_of_silence() -> None:
    def silent(days: float) -> Known:
        return known("a", stage=Stage.PROSPECT, touches=(touch(TouchKind.READ, NOW - timedelta(days=days)),))

    assert [line.why for line in told(silent(14.5)).cooling] == ["nothing from them for 14 days"]
    assert told(silent(16)).cooling == ()
    assert told(silent(21.5)).cooling
    assert [line.why for line in told(known("b", score=COLD, before=WARM)).cooling] == ["was warm, is cold"]


def test_progress_since_the_last_digest_is_told_with_its_reason() -> None:
    changed = touch(TouchKind.STAGE_CHANGED, NOW - HOUR, to="opportunity", why="they have answered the offer")

    found = told(known("a", touches=(changed,)), known("b", touches=(replace(changed, at=NOW - 3 * DAY),)))

    assert [line.why for line in found.worked] == ["became an opportunity: they have answered the offer"]


def test_nothing_to_say_is_empty() -> None:
    assert told(known("a"), known("b")).is_empty


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({}, True),
        ({"confirmed_at": None}, False),
        ({"confirmed_at": None, "source": "import/list"}, True),
        ({"stage": Stage.LOST}, False),
        ({"stage": Stage.LAPSED}, False),
        ({"stops": (Stop(StopReason.UNSUBSCRIBED, MONDAY),)}, False),
        ({"stops": (Stop(StopReason.REPLIED, MONDAY),)}, True),
    ],
)
def test_a_digest_is_about_leads_somebody_can_do_something_about(other: dict, counts: bool) -> None:
    assert is_open(lead(**other)) is counts


def began(*weeks: int, stage: Stage = Stage.LEAD) -> list[Lead]:
    """So many conversations in each week before that Monday, the last week first."""
    return [
        lead(confirmed_at=NOW - timedelta(weeks=back, days=3), stage=stage, stage_at=NOW - timedelta(days=3))
        for back, count in enumerate(weeks)
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("weeks", "falls"),
    [
        ((5, 5, 5, 5, 5), False),
        ((3, 5, 5, 5, 5), True),
        ((4, 5, 5, 5, 5), False),
        ((7, 8, 9, 10, 1), True),
        ((1, 0, 0, 0, 0), False),
        ((0, 0, 0, 0, 1), True),
    ],
)
def test_a_pulse_tells_whether_new_conversations_fall(weeks: tuple[int, ...], falls: bool) -> None:
    pulse = pulse_of(began(*weeks), zone="UTC", now=NOW)

    assert pulse is not None
    assert (pulse.conversations, pulse.is_falling) == (weeks, falls)


def test_a_pulse_counts_the_sales_of_the_week_and_whom_a_rep_has_brought() -> None:
    brought = replace(lead(confirmed_at=None, source="rep/rita"), created_at=NOW - 3 * DAY)

    pulse = pulse_of([*began(2, stage=Stage.CUSTOMER), brought], zone="UTC", now=NOW)

    assert pulse is not None
    assert (pulse.conversations[0], pulse.sales) == (3, 2)


@pytest.mark.parametrize(
    ("begun", "counts"),
    [
        ("2025-12-28T22:59", (0, 1, 0, 0, 0)),  # Sunday in Warsaw
        ("2025-12-28T23:00", (1, 0, 0, 0, 0)),
        ("2026-01-04T22:59", (1, 0, 0, 0, 0)),
        ("2025-12-01T00:00", (0, 0, 0, 0, 1)),
    ],
)
def test_a_week_of_the_pulse_begins_on_the_managers_monday(begun: str, counts: tuple[int, ...]) -> None:
    leads = [lead(confirmed_at=datetime.fromisoformat(begun).replace(tzinfo=UTC))]

    pulse = pulse_of(leads, zone="Europe/Warsaw", now=NOW)

    assert pulse is not None
    assert (pulse.conversations, pulse.until.isoformat()) == (counts, "2026-01-04")


@pytest.mark.parametrize("now", ["2026-01-04T23:00", "2026-01-08T12:00", "2026-01-11T22:59"])  # its Monday to Sunday
def test_a_pulse_is_of_the_whole_weeks_before_this_one(now: str) -> None:
    won = lead(confirmed_at=NOW - DAY, stage=Stage.CUSTOMER, stage_at=datetime(2026, 1, 4, 22, 59, tzinfo=UTC))

    pulse = pulse_of([won], zone="Europe/Warsaw", now=datetime.fromisoformat(now).replace(tzinfo=UTC))

    assert pulse is not None
    assert (pulse.conversations, pulse.sales, pulse.until.isoformat()) == ((1, 0, 0, 0, 0), 1, "2026-01-04")


@pytest.mark.parametrize("begun", ["2025-11-30T22:59", "2026-01-04T23:00"])
def test_what_began_in_no_week_of_the_pulse_is_not_counted(begun: str) -> None:
    leads = [lead(confirmed_at=datetime.fromisoformat(begun).replace(tzinfo=UTC))]

    assert pulse_of(leads, zone="Europe/Warsaw", now=NOW) is None


@pytest.mark.parametrize(
    ("stage", "days", "sales"),
    [(Stage.CUSTOMER, 3, 1), (Stage.REPEAT, 3, 1), (Stage.LOST, 3, 0), (Stage.CUSTOMER, 9, 0), (Stage.CUSTOMER, 0, 0)],
)
def test_a_sale_is_of_the_week_it_was_won_in(stage: Stage, days: int, sales: int) -> None:
    long_ago = NOW - timedelta(weeks=50)
    won = lead(confirmed_at=long_ago, stage=stage, stage_at=NOW - timedelta(days=days))

    pulse = pulse_of([won, *began(1), lead(confirmed_at=long_ago, stage=stage)], zone="UTC", now=NOW)

    assert pulse is not None
    assert (pulse.sales, pulse.conversations) == (sales, (1, 0, 0, 0, 0))


def test_who_came_by_a_list_begins_a_conversation_only_by_confirming() -> None:
    listed = replace(lead(confirmed_at=None, source="import/list"), created_at=NOW - 3 * DAY)

    assert pulse_of([listed], zone="UTC", now=NOW) is None


def test_where_nothing_ever_happened_there_is_no_pulse() -> None:
    assert pulse_of([lead(confirmed_at=NOW - timedelta(weeks=9))], zone="UTC", now=NOW) is None


@pytest.mark.parametrize(
    ("agreed", "later", "why"),
    [
        (NOW - HOUR, (), "your next step at 07:00"),
        (NOW - DAY, (), "your next step, left from Sun 4 January"),
        (NOW + HOUR, (), "your next step at 09:00"),
        (NOW + 2 * DAY, (), None),
        (NOW - HOUR, (TouchKind.OUTCOME,), None),
        (NOW - HOUR, (TouchKind.CLAIMED,), None),
        (NOW - HOUR, (TouchKind.NOTED,), "your next step at 07:00"),
    ],
)
def test_an_agreed_step_is_due_until_somebody_writes_of_it_though_its_reminder_has_gone_out(
    agreed: datetime, later: tuple[TouchKind, ...], why: str | None
) -> None:
    outcome = touch(TouchKind.OUTCOME, NOW - 2 * DAY, achieved="yes", next_at=agreed.isoformat())
    held = Hold("rita", Objective.ADVANCE, NOW - 2 * DAY, NOW + 5 * DAY)

    found = told(known("a", hold=held, touches=(outcome, *(touch(kind, NOW - HOUR / 2) for kind in later))))

    assert [line.why for line in found.due] == ([why] if why else [])


def test_who_wants_no_more_mails_is_still_a_task_of_the_rep_who_has_taken_them_over() -> None:
    left = lead(stops=(Stop(StopReason.UNSUBSCRIBED, NOW - DAY),))

    assert not is_open(left)
    assert is_open(replace(left, hold=Hold("rita", Objective.ADVANCE, NOW - DAY, NOW + DAY)))
