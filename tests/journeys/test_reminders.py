"""What waits for an answer by a rep is reminded of until somebody sees to it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from tests.world import MANAGER_ADDRESS, REP_ADDRESS, REPS, World

from leadlight.model.due import DueKind
from leadlight.model.touch import TouchKind

ALL = pytest.mark.grounds("local", "prompt", "hostile", "tick")
QUESTION = "Does it run on our own servers?"


def asked(world: World) -> None:
    world.confirmed().post("/api/question", gate="guides/mail", question=QUESTION)
    world.settle()


def reminders(world: World) -> list[str]:
    return [subject for subject in world.subjects(REP_ADDRESS) if "Still open" in subject]


def tasks(world: World) -> list[str]:
    return [row.ref for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.TASK]


@ALL
def test_a_question_is_reminded_of_on_the_next_working_day(world: World) -> None:
    asked(world)
    assert reminders(world) == []

    world.advance("1 day")

    assert len(reminders(world)) == 1
    assert QUESTION in world.mail(REP_ADDRESS, "Still open").text


def test_a_question_left_unanswered_reaches_the_manager(world: World) -> None:
    asked(world)

    world.advance("3 weeks")

    assert len(reminders(world)) >= 3
    assert any("waits for an answer" in mail.text for mail in world.mails(MANAGER_ADDRESS))
    assert len(tasks(world)) == 1


@ALL
def test_an_outcome_ends_the_reminders(world: World) -> None:
    asked(world)
    link = urlsplit(world.mail(REP_ADDRESS, "asks").link("/rep/lead"))
    world.browser().submit(f"/rep/outcome?{link.query}", achieved="yes", objective="advance")

    world.advance("2 weeks")

    assert reminders(world) == []
    assert tasks(world) == []


def test_a_call_at_a_time_is_reminded_of_at_that_time(world: World) -> None:
    world.confirmed().post("/api/call", gate="guides/mail", call="2026-01-07T14:30:00Z", phone="+44 20 7946 0999")

    world.advance("2 days")
    assert reminders(world) == []
    world.advance("6 hours")

    assert [subject.partition(":")[0] for subject in reminders(world)] == ["CALL NOW"]


def test_a_call_that_is_not_wanted_any_more_is_not_reminded_of(world: World) -> None:
    reader = world.confirmed()
    reader.post("/api/call", gate="guides/mail", call="now", phone="+44 20 7946 0999")

    reader.post("/api/call", gate="guides/mail", call="no")
    world.advance("1 week")

    assert reminders(world) == []


def test_p13_an_outcome_approves_nothing_so_the_gate_is_reminded_of(world: World) -> None:
    world.confirmed(REPS)
    world.log(world.browser(), achieved="no", why_not="not-reached", objective="start")

    world.advance("2 weeks")

    assert len(reminders(world)) >= 2
    assert len(tasks(world)) == 1


def test_p13_a_gate_that_is_asked_for_during_a_take_over_waits_for_its_approval_all_the_same(world: World) -> None:
    world.confirmed()
    world.taken()
    world.confirmed(REPS)

    world.advance("2 weeks")

    assert world.lead().hold is None
    assert len(tasks(world)) == 1


def test_nobody_is_reminded_of_a_gate_whose_lead_is_lost(world: World) -> None:
    world.confirmed(REPS)

    world.log(world.browser(), achieved="no", why_not="lost", objective="start")

    assert tasks(world) == []


def test_a_wish_for_a_call_in_the_form_is_a_fact_and_is_reminded_of(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")
    world.settle()
    (wish,) = world.touches(TouchKind.CALL_WANTED)

    world.advance("1 day")

    assert (wish.facts["call"], wish.encounter) == ("now", None)
    assert len(reminders(world)) == 1


def test_a_form_that_wants_no_call_is_reminded_of_to_nobody(world: World) -> None:
    world.confirmed(call="no")

    world.advance("1 week")

    assert world.touches(TouchKind.CALL_WANTED) == []
    assert reminders(world) == []
