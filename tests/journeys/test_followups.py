"""The planned sequence: in order, each step once, when it is due, and only as long as it may."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.world import ANNA, DAY, FORM, HOUR, MAIL, MONDAY, REP_ADDRESS, World

from leadlight.handlers import on_change, on_due, on_tick
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change, FeedRecord
from leadlight.model.touch import TouchKind
from leadlight.ports import Store
from leadlight.rules.next_action import why_stuck

pytestmark = pytest.mark.grounds("local", "prompt", "hostile", "tick")

ALL = ["First: hello", "Second", "Fourth"]
DATES = [MONDAY + DAY, MONDAY + 3 * DAY, MONDAY + 10 * DAY - HOUR]
"""Tuesday, Thursday, and a week later at nine: the rep's step and the weekend lie between."""


def dates(world: World) -> list[datetime]:
    return [mail.message["Date"].datetime for mail in world.mails(ANNA) if mail.message["List-Unsubscribe"]]


def test_each_step_goes_out_once_in_order_when_it_is_due(world: World) -> None:
    world.confirmed()

    world.advance("60 days")

    assert world.follow_ups() == ALL
    assert dates(world) == DATES


@pytest.mark.grounds("local", "prompt")
def test_a_rep_step_is_a_mail_to_the_rep_and_not_to_the_lead(world: World) -> None:
    world.confirmed(name="Anna")

    world.advance("60 days")

    assert world.mail(REP_ADDRESS, "Your turn").subject == "Your turn with Anna about “Mail guide”"
    assert "Third" not in world.subjects(ANNA)


@pytest.mark.grounds("local", "hostile")
def test_a_condition_that_does_not_hold_leaves_the_step_out(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")

    world.advance("60 days")

    assert world.follow_ups() == ["First: hello", "Second"]
    assert "not so" in world.touches(TouchKind.SKIPPED)[-1].facts["reason"]


@pytest.mark.grounds("local", "prompt")
def test_who_did_not_agree_to_follow_ups_gets_none(world: World) -> None:
    world.confirmed(FORM, consent=False)

    world.advance("60 days")

    assert world.follow_ups() == []


def test_a_second_form_for_the_same_sequence_starts_nothing_twice(world: World) -> None:
    world.confirmed(MAIL)
    world.confirmed(FORM)

    world.advance("60 days")

    assert world.follow_ups() == ALL


@pytest.mark.grounds("local", "tick")
def test_after_an_outage_a_stale_step_is_skipped_and_the_next_is_planned(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    world.jump("6 days")
    world.settle()
    assert world.follow_ups() == ["First: hello"]
    world.advance("60 days")

    assert world.follow_ups() == ["First: hello", "Fourth"]
    assert "late by more than 3 days" in [touch.facts.get("reason") for touch in world.touches(TouchKind.SKIPPED)]


@pytest.mark.grounds("local", "prompt")
def test_after_an_outage_steps_come_one_by_one_and_not_in_a_burst(world: World) -> None:
    world.confirmed()

    world.jump("4 days")
    world.settle()
    assert world.follow_ups() == ["First: hello"]
    world.advance("60 days")

    assert world.follow_ups()[:2] == ALL[:2]
    assert dates(world)[1] - dates(world)[0] >= 2 * DAY


def walk(world: World, wake: object) -> None:
    """Sixty days from due time to due time, with `wake` as all that happens by itself."""
    assert callable(wake)
    end = world.later("60 days")
    wake()
    while coming := [due.at for due in world.services.store.due(until=end, limit=9) if due.at > world.clock.now()]:
        world.clock.move_to(coming[0])
        wake()


@pytest.mark.grounds("local", "prompt")
def test_with_the_tick_alone_everything_happens_all_the_same(world: World) -> None:
    world.browser().ask_for()
    on_tick.handle(world.services)
    world.browser().post(world.mail(ANNA).link("/confirm"))

    walk(world, lambda: on_tick.handle(world.services))

    assert world.follow_ups() == ALL
    assert dates(world) == DATES
    assert len(world.mails(REP_ADDRESS)) == 2


@pytest.mark.grounds("local")
def test_with_schedules_and_feed_alone_everything_happens_all_the_same(world: World) -> None:
    store = world.services.store

    def fire() -> None:
        on_change.drain(world.services)
        for due in store.due(until=world.clock.now(), limit=9):
            on_due.handle(world.services, due)
        on_change.drain(world.services)

    world.browser().ask_for()
    fire()
    world.browser().post(world.mail(ANNA).link("/confirm"))

    walk(world, fire)

    assert world.follow_ups() == ALL
    assert dates(world) == DATES


@pytest.mark.grounds("local", "hostile")
def test_a_feed_handled_twice_or_backwards_does_everything_once(world: World) -> None:
    world.confirmed()
    world.advance("60 days")
    before = [mail.subject for mail in world.mails()]

    for touch in reversed(world.services.store.touches(world.id_of())):
        on_change.handle(world.services, touch)

    assert [mail.subject for mail in world.mails()] == before


@pytest.mark.grounds("local", "prompt")
def test_a_schedule_that_fires_early_or_for_a_superseded_row_does_nothing(world: World) -> None:
    world.confirmed()
    (step,) = world.services.store.due_of(world.id_of())
    rep = world.taken()

    on_due.handle(world.services, step)
    assert world.follow_ups() == []
    world.log(rep, objective="start", why_not="not-reached")
    on_due.handle(world.services, Due(step.lead_id, step.generation, step.kind, step.ref, MONDAY))

    assert world.follow_ups() == []


@pytest.mark.grounds("local", "prompt", "tick")
@pytest.mark.parametrize("kind", [DueKind.MAIL, DueKind.STEP, DueKind.TASK, DueKind.HOLD])
def test_a_poisoned_row_stops_no_other(world: World, kind: DueKind) -> None:
    poison, good = "poison@example.com", ANNA
    world.confirmed(address=poison)
    lead = world.lead(poison)
    bad = Due(lead.id, lead.generation, kind, "no/such/thing", MONDAY + 23 * HOUR)
    world.services.store.commit(Change(lead=lead, due=(bad,)))

    world.confirmed(address=good)
    world.advance("1 day")

    assert world.follow_ups(good) == ["First: hello"]
    assert world.follow_ups(poison) == ["First: hello"]


@pytest.mark.grounds("local", "prompt", "tick")
def test_a_row_that_fails_is_tried_again_and_comes_through_once_mended(world: World) -> None:
    world.confirmed()
    sequence = next((world.bundle / "sequences").iterdir())
    whole = sequence.read_bytes()
    lead = world.lead()
    away = world.bundle / "sequences" / "away"
    sequence.rename(away)
    try:
        world.services = fresh_files(world)
        world.advance("1 day")
        assert world.follow_ups() == []
    finally:
        away.rename(sequence)

    assert sequence.read_bytes() == whole
    world.services = fresh_files(world)
    world.advance("1 hour")
    assert world.follow_ups() == ["First: hello"]
    assert lead.id == world.lead().id


@pytest.mark.grounds("local", "hostile")
def test_a_row_that_fails_for_long_is_shown_as_a_dead_end(world: World) -> None:
    world.confirmed()
    lead = world.lead()
    bad = Due(lead.id, lead.generation, DueKind.MAIL, "no/such/thing", MONDAY + HOUR)
    world.services.store.commit(Change(lead=lead, due=(bad,)))

    world.advance("2 hours")
    assert stuck(world) is None
    world.advance("1 hour")

    assert stuck(world) == "mail/no/such/thing has failed since 2026-01-05 11:00 UTC; the log says why"


def stuck(world: World) -> str | None:
    return why_stuck(world.lead(), world.services.store.due_of(world.id_of()), world.clock.now())


def fresh_files(world: World):
    from dataclasses import replace

    from leadlight.local.files import LocalFiles

    return replace(world.services, files=LocalFiles(world.bundle))


@pytest.mark.grounds("local")
def test_a_feed_record_is_there_until_it_is_handled(world: World) -> None:
    world.browser().ask_for()
    store: Store = world.services.store

    first: tuple[FeedRecord, ...] = store.feed(limit=10)
    again = store.feed(limit=10)

    assert first == again != ()


@pytest.mark.grounds("local", "tick")
def test_every_open_lead_has_a_next_action_or_a_stated_reason(world: World) -> None:
    world.confirmed()

    for _ in range(15):
        world.advance("1 day")
        lead = world.lead()
        assert world.services.store.due_of(lead.id) or all(e.ended for e in lead.enrolments)
