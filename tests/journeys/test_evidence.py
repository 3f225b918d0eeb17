"""A parked follow-up on a carrier that reports later: taken back once its silence means something, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.journeys.mailers import Failing, is_follow_up
from tests.journeys.test_returns import report, tell
from tests.world import ANNA, HOUR, World

from leadlight.errors import NotParked, SendUnclear
from leadlight.evidence import Word, resolve
from leadlight.handlers import on_mail_event, on_tick
from leadlight.model.due import DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.touch import Objective, TouchKind
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.rules.stop import stopped

BOTH = pytest.mark.grounds("local", "tick")
OTHER = "other@example.com"


def parked(world: World, *, sends: bool = False) -> LedgerEntry:
    """Anna's first follow-up is unclear; the carrier may or may not have it."""
    world.confirmed()
    good = world.services
    unclear = Failing(
        good.mailer, lambda: SendUnclear("no answer"), sends=sends, tells=False, hits=is_follow_up, reports_later=True
    )
    world.services = good.with_mailer(unclear)
    world.advance("1 day")
    world.advance("1 minute")
    return entry(world)


def entry(world: World) -> LedgerEntry:
    """What the ledger says of Anna's first follow-up."""
    return next(e for e in world.services.store.ledger(world.id_of()) if e.key.endswith("/01-hello"))


def rows(world: World, kind: DueKind) -> list[datetime]:
    return [row.at for row in world.services.store.due_of(world.id_of()) if row.kind is kind]


def a_later_mail_is_reported(world: World) -> None:
    """The channel is alive: word came of a mail that was sent after the parked one."""
    event = report(world, "sent", next(e.key for e in world.services.store.ledger(world.id_of()) if "/optin/" in e.key))
    event["detail"]["mail"]["timestamp"] = world.clock.now().isoformat()
    on_mail_event.handler(world.services)(event, None)


def found(world: World) -> list[str]:
    return [touch.facts["found"] for touch in world.touches(TouchKind.RESOLVED)]


@BOTH
def test_p2_what_the_carrier_never_had_is_sent_again_once_it_reports_on_later_mails(world: World) -> None:
    left = parked(world)
    a_later_mail_is_reported(world)
    world.advance("2 hours")

    assert left.state is LedgerState.PARKED
    assert (entry(world).state, entry(world).attempts) == (LedgerState.SENT, 2)
    assert world.follow_ups() == ["First: hello"]
    assert found(world) == ["unsent"]
    (enrolment,) = world.lead().enrolments
    assert (enrolment.mails_sent, enrolment.done, enrolment.next_step) == (1, ("01-hello",), "02-company")
    world.advance("60 days")
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_p2_nothing_is_taken_back_within_the_hour(world: World) -> None:
    parked(world)
    a_later_mail_is_reported(world)
    world.advance("58 minutes")

    assert entry(world).state is LedgerState.PARKED
    assert len(rows(world, DueKind.EVIDENCE)) == 1


@BOTH
def test_p2_a_silent_channel_takes_nothing_back_and_a_person_is_asked_after_a_day(world: World) -> None:
    parked(world, sends=True)
    world.advance("25 hours")

    assert entry(world).state is LedgerState.PARKED
    assert found(world) == ["silent"]
    assert rows(world, DueKind.EVIDENCE) == []
    world.advance("60 days")
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_p2_reports_on_mails_sent_before_it_prove_nothing(world: World) -> None:
    before = world.clock.now()
    parked(world, sends=True)
    tell(world, "delivered", entry(world).key.replace("01-hello", "none"), at=before)
    event = report(world, "sent", next(e.key for e in world.services.store.ledger(world.id_of()) if "/optin/" in e.key))
    event["detail"]["mail"]["timestamp"] = before.isoformat()
    on_mail_event.handler(world.services)(event, None)
    world.advance("25 hours")

    assert entry(world).state is LedgerState.PARKED
    assert world.follow_ups() == ["First: hello"]


def test_p2_word_that_comes_in_time_settles_it_and_nobody_looks_again(world: World) -> None:
    left = parked(world, sends=True)
    tell(world, "sent", left.key)

    assert entry(world).state is LedgerState.SENT
    assert rows(world, DueKind.EVIDENCE) == []
    world.advance("60 days")
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_p2_word_that_comes_between_taking_back_and_sending_again_is_heard(world: World) -> None:
    left = parked(world, sends=True)
    a_later_mail_is_reported(world)
    world.jump("61 minutes")
    (row,) = [row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.EVIDENCE]
    from leadlight.evidence import look_again

    look_again(world.services, row)
    tell(world, "sent", left.key)
    world.settle()

    assert entry(world).state is LedgerState.SENT
    assert world.follow_ups() == ["First: hello"]


def test_p3_nothing_is_sent_again_to_who_has_left_meanwhile(world: World) -> None:
    parked(world)
    a_later_mail_is_reported(world)
    world.services.store.commit(Change(stopped(world.lead(), StopReason.UNSUBSCRIBED, world.clock.now())))
    world.advance("60 days")

    assert entry(world).state is LedgerState.SKIPPED
    assert world.follow_ups() == []


def test_the_next_step_waits_until_there_was_a_look(world: World) -> None:
    left = parked(world)

    assert all(at > left.at + HOUR for at in rows(world, DueKind.STEP))
    assert rows(world, DueKind.EVIDENCE) == [left.at + HOUR]


@BOTH
def test_a_person_says_that_it_was_sent(world: World) -> None:
    left = parked(world, sends=True)

    assert resolve(world.services, world.lead(), left.key, Word.SENT, by="mark") is LedgerState.SENT
    (touch,) = [t for t in world.touches(TouchKind.SENT) if t.id == f"sent/{left.key}"]
    assert "mark" in touch.facts["reason"]
    assert world.lead().enrolments[0].mails_sent == 1


@BOTH
def test_a_person_says_that_it_was_not_sent_and_the_plan_sends_it(world: World) -> None:
    left = parked(world)

    assert resolve(world.services, world.lead(), left.key, Word.UNSENT, by="mark") is LedgerState.RELEASED
    world.advance("60 days")
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]
    assert entry(world).attempts == 2


def test_what_was_not_sent_is_left_out_once_the_plan_has_gone_on_and_does_not_count(world: World) -> None:
    left = parked(world)
    world.advance("4 days")
    had = world.follow_ups()
    mails = world.lead().enrolments[0].mails_sent

    assert had == ["Second"]
    assert resolve(world.services, world.lead(), left.key, Word.UNSENT, by="mark") is LedgerState.SKIPPED
    assert world.lead().enrolments[0].mails_sent == mails - 1
    world.advance("60 days")
    assert world.follow_ups() == ["Second", "Fourth"]


def test_nobody_can_say_anything_of_a_mail_that_is_no_question(world: World) -> None:
    left = parked(world)
    resolve(world.services, world.lead(), left.key, Word.SENT, by="mark")

    for key in (left.key, "1/step/none"):
        with pytest.raises(NotParked):
            resolve(world.services, world.lead(), key, Word.UNSENT, by="mark")


def test_p2_a_mail_that_is_unclear_twice_is_parked_twice(world: World) -> None:
    left = parked(world)
    again = Failing(
        world.services.mailer, lambda: SendUnclear("no answer"), sends=False, tells=False, hits=is_follow_up,
        reports_later=True,
    )  # fmt: skip
    world.services = world.services.with_mailer(again)
    resolve(world.services, world.lead(), left.key, Word.UNSENT, by="mark")
    world.settle()

    assert (entry(world).state, entry(world).attempts) == (LedgerState.PARKED, 2)
    assert [t.id for t in world.touches(TouchKind.PARKED)] == [f"parked/{left.key}", f"parked/{left.key}/1"]


def test_a_look_that_comes_twice_finds_nothing_left(world: World) -> None:
    parked(world)
    a_later_mail_is_reported(world)
    world.advance("2 hours")
    before = world.follow_ups()

    on_tick.handle(world.services)

    assert world.follow_ups(ANNA) == before


def test_a_mail_that_the_plan_left_out_while_it_was_on_its_way_is_not_sent_again(world: World) -> None:
    world.confirmed()
    good = world.services

    def achieved() -> SendUnclear:
        lead = replace(world.lead(), achieved=(Objective.START,))
        planned = replanned(open_bundle(good.files), lead, world.clock.now())
        good.store.commit(Change(planned.lead, planned.touches, planned.due, planned.undue))
        return SendUnclear("no answer")

    unclear = Failing(good.mailer, achieved, sends=False, tells=False, hits=is_follow_up, reports_later=True)
    world.services = good.with_mailer(unclear)
    world.jump("1 day")
    on_tick.handle(world.services)
    world.services = good

    resolve(good, world.lead(), entry(world).key, Word.UNSENT, by="an operator")

    assert entry(world).state is LedgerState.SKIPPED
    assert world.lead().enrolments[0].mails_sent == 0
