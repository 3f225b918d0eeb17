"""The machine was off for thirty hours, and many follow-ups are overdue: late is not a burst."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.journeys.mailers import Failing
from tests.world import DAY, FORM, HOUR, MAIL, MONDAY, SETTINGS, World, built
from tests.world_site import FILES, STOP, gated, step

from leadlight.errors import NotSent
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.person import CaptureId
from leadlight.model.touch import TouchKind
from leadlight.vault import lead_id, seal

FLASH = "guides/rep"
MORE = {
    "docs/guides/form.md": gated(FORM, "Form guide", form="open", unlock="form", sequence="other"),
    "docs/guides/rep.md": gated(FLASH, "Rep guide", form="exchange", unlock="email", sequence="flash"),
    "docs/playbook/sequences/other/01-more.md": step(
        "There is more." + STOP, subject="More", wait="1 day", encounter="subject", objective="start"
    ),
    "docs/playbook/sequences/flash/01-soon.md": step(
        "Just for today." + STOP, subject="Soon", wait="1 day", encounter="product", objective="start",
        stale_after="6 hours",
    ),
}  # fmt: skip
"""The two other gates begin sequences of their own; in one of them a mail is of no use on the next day."""

OFF, ON = MONDAY + 23 * HOUR, MONDAY + 2 * DAY + 5 * HOUR
"""Tuesday at nine, Wednesday at three in the afternoon: thirty hours."""


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world's site with three sequences."""
    return built(tmp_path_factory.mktemp("backlog"), FILES | MORE)


class Crowd:
    """People who confirmed on Monday at ten, each of them as one of the few that really did."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.addresses: list[str] = []

    def like(self, model: str, count: int) -> None:
        """So many more leads that are as far as the one of that address, with keys and captures of their own."""
        store = self._world.services.store
        first, rows = self._world.lead(model), store.due_of(self._world.id_of(model))
        (capture, *_), touch = store.captures(first.id), store.touches(first.id)[0]
        for n in range(count):
            address = f"{n}.{model}"
            person, key = lead_id(address, SETTINGS.lead_key), self._world.services.keys.fresh()
            sealed = seal({"email": address}, key_id=key.id, secret=key.secret, owner=person)
            own = replace(
                capture, id=CaptureId(key.id), lead_id=person, sealed=sealed, confirmed_at=None, code_sent_at=None
            )
            told = replace(touch, id=f"captured/{key.id}", lead_id=person)
            lead = replace(first, id=person, confirmed=(own.id,), revision=0)
            store.capture(own, key=key, touch=told, due=(), budgets=(), lead=lead)
            due = tuple(replace(row, lead_id=person, captures=(own.id,)) for row in rows)
            store.commit(Change(lead=lead, due=due, confirm={own.id: MONDAY}))
            self.addresses.append(address)


def overdue(world: World, share: int, *, per_minute: int) -> Crowd:
    """Three shares of people in one sequence, one in two, one whose mail is stale; and thirty hours go by."""
    world.services = replace(world.services, settings=replace(SETTINGS, late_per_minute=per_minute))
    world.confirmed(MAIL, "one@crowd.example")
    world.confirmed(MAIL, "two@crowd.example")
    world.confirmed(FORM, "two@crowd.example")
    world.confirmed(FLASH, "flash@crowd.example")
    crowd = Crowd(world)
    crowd.like("one@crowd.example", 3 * share - 1)
    crowd.like("two@crowd.example", share - 1)
    crowd.like("flash@crowd.example", share - 1)
    world.clock.move_to(OFF)
    world.clock.move_to(ON)
    return crowd


def sent(world: World) -> list[tuple[str, datetime]]:
    """Whom follow-ups went to, and when."""
    mails = [mail for mail in world.mails() if mail.message["List-Unsubscribe"]]
    return [(mail.to, mail.message["Date"].datetime) for mail in mails]


def steps_due(world: World) -> list[Due]:
    rows = world.services.store.due(until=ON + 9 * DAY, limit=5000)
    return [row for row in rows if row.kind is DueKind.STEP]


def check(world: World, *, share: int, per_minute: int) -> None:
    mails = sent(world)
    per = Counter(at.replace(second=0) for _, at in mails)
    days = Counter((to, at.date()) for to, at in mails)
    assert max(per.values()) <= per_minute
    assert max(days.values()) == 1
    assert len(mails) == 5 * share  # those in two sequences got both
    assert all(9 <= at.hour < 17 for _, at in mails)


def test_after_thirty_hours_five_hundred_leads_are_not_written_to_at_once(world: World) -> None:
    crowd = overdue(world, 100, per_minute=20)

    world.ground.walk(world.services, ON + 26 * HOUR)

    check(world, share=100, per_minute=20)
    skipped = [touch for address in crowd.addresses for touch in world.touches(TouchKind.SKIPPED, address)]
    assert {touch.facts["reason"] for touch in skipped} == {"late by more than 6 hours"}
    assert len(skipped) == 100 - 1  # and the one whose like they are


@pytest.mark.grounds("hostile", "tick")
def test_a_backlog_is_spread_on_aws_as_well(world: World) -> None:
    world.services = replace(world.services, settings=replace(SETTINGS, late_per_minute=1))
    world.confirmed(MAIL, "one@crowd.example")
    Crowd(world).like("one@crowd.example", 2)
    world.clock.move_to(ON)

    world.ground.walk(world.services, ON + 2 * HOUR)

    minutes = [at.replace(second=0) for _, at in sent(world)]
    assert len(set(minutes)) == len(minutes) == 3


def test_who_stands_in_line_has_a_minute_of_their_own_at_once(world: World) -> None:
    overdue(world, 4, per_minute=3)

    world.settle()

    waiting = [row.at for row in steps_due(world) if row.at < ON + 2 * HOUR]
    assert len(sent(world)) == 3
    assert len(waiting) == 4 * 4 - 3
    assert min(waiting) > ON


def test_what_is_stale_takes_nobodys_place(world: World) -> None:
    overdue(world, 4, per_minute=16)

    world.settle()

    assert len(sent(world)) == 16
    assert len(world.touches(TouchKind.SKIPPED, "flash@crowd.example")) == 1


def test_a_backlog_that_is_over_by_night_goes_on_in_the_morning(world: World) -> None:
    overdue(world, 2, per_minute=100)
    world.clock.move_to(ON + 6 * HOUR)

    world.settle()

    assert sent(world) == []
    assert min(row.at for row in steps_due(world)) == ON + 18 * HOUR


def test_a_place_that_came_to_nothing_is_followed_by_another(world: World) -> None:
    overdue(world, 2, per_minute=3)
    failing = Failing(world.services.mailer, lambda: NotSent("busy"), sends=False, tells=True, hits=lambda _: True)
    world.services = world.services.with_mailer(failing)

    world.ground.walk(world.services, ON + 26 * HOUR)

    assert failing.failed
    check(world, share=2, per_minute=3)
