"""Leads are put back from a copy, days later: nothing goes out until somebody says so, and nothing goes out twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.ground import Here, LocalGround
from tests.ground_aws import Account, AwsGround
from tests.journeys.desk import at_desk
from tests.world import ANNA, HOUR, MONDAY, World

from leadlight.handlers import on_tick
from leadlight.model.due import DueKind, LedgerState
from leadlight.model.touch import TouchKind
from leadlight.rep.session import end_all
from leadlight.restore import is_held, mark_for, resume_after_restore
from leadlight.rules.epoch import Mark

BOTH = pytest.mark.grounds("local", "tick")
NEW = "new@example.com"

Restore = Callable[[], World]
"""Puts the copied leads back in the place of those that are, and starts anew on them; keys stay as they are."""


@pytest.fixture
def copied(
    world: World, world_bundle: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Restore]]:
    """Makes a copy of the leads as they are now."""
    opened: list[World] = []

    def local() -> Restore:
        source, target = sqlite3.connect(world.data / "leads.db"), sqlite3.connect(tmp_path / "copy.db")
        with closing(source), closing(target):
            source.backup(target)

        def restore() -> World:
            opened.append(restarted(world, world_bundle, tmp_path / "copy.db"))
            return opened[-1]

        return restore

    def tables() -> Restore:
        assert isinstance(world.ground, AwsGround)
        account: Account = request.getfixturevalue("account")
        return table_copy(account.client("dynamodb"), world, world.ground.cloud.leads_table)

    yield local if isinstance(world.ground, LocalGround) else tables
    for one in opened:
        one.close()


def restarted(world: World, bundle: Path, copy: Path) -> World:
    world.close()
    for path in world.data.glob("leads.db*"):
        path.unlink()
    (world.data / "leads.db").write_bytes(copy.read_bytes())
    after = World(world.data, bundle)
    after.clock.move_to(world.clock.now())
    return after


def table_copy(dynamo: Any, world: World, table: str) -> Restore:
    items = dynamo.scan(TableName=table)["Items"]

    def restore() -> World:
        for item in dynamo.scan(TableName=table)["Items"]:
            dynamo.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
        for item in items:
            dynamo.put_item(TableName=table, Item=item)
        return world

    return restore


def steps(world: World) -> dict[str, LedgerState]:
    """What the ledger says of each of Anna's follow-ups."""
    entries = world.services.store.ledger(world.id_of())
    return {e.key.rpartition("/")[2]: e.state for e in entries if "/step/" in e.key}


def lost_days(world: World, copied: Callable[[], Restore]) -> World:
    """Anna confirms and the leads are copied; two follow-ups later the copy is put back."""
    world.confirmed()
    world.advance("1 hour")
    restore = copied()
    world.advance("4 days")
    assert world.follow_ups() == ["First: hello", "Second"]
    return restore()


@BOTH
def test_p10_after_a_restore_nothing_is_sent_until_an_operator_says_so(
    world: World, copied: Callable[[], Restore]
) -> None:
    after = lost_days(world, copied)
    had = len(after.mails())
    asked = after.browser().ask_for(address=NEW)
    after.jump("3 hours")
    after.advance("2 minutes")

    assert asked.status == 202
    assert len(after.mails()) == had
    assert is_held(after.services)


@BOTH
def test_p10_what_went_out_in_the_lost_days_goes_out_no_second_time(
    world: World, copied: Callable[[], Restore]
) -> None:
    after = lost_days(world, copied)
    after.jump("2 hours")
    after.settle()
    resume_after_restore(after.services)
    after.advance("60 days")

    tells = isinstance(world.ground, LocalGround)
    assert after.follow_ups() == ["First: hello", "Second", "Fourth"]
    doubtful = LedgerState.SENT if tells else LedgerState.PARKED
    assert (steps(after)["01-hello"], steps(after)["02-company"]) == (doubtful, doubtful)
    assert len(after.touches(TouchKind.PARKED)) == (0 if tells else 2)
    assert not is_held(after.services)


@BOTH
def test_p10_who_came_while_it_was_held_is_served_once_it_is_lifted(
    world: World, copied: Callable[[], Restore]
) -> None:
    after = lost_days(world, copied)
    after.browser().ask_for(address=NEW)
    after.settle()
    resume_after_restore(after.services)
    after.advance("1 minute")
    after.browser().post(after.mail(NEW).link("/confirm"))
    after.advance("60 days")

    assert after.follow_ups(NEW) == ["First: hello", "Second", "Fourth"]


def test_p10_what_had_not_gone_out_is_sent_after_all_where_the_carrier_can_tell(
    world: World, copied: Callable[[], Restore]
) -> None:
    world.confirmed()
    world.advance("1 hour")
    restore = copied()
    world.jump("4 days")
    world.services.keys.raise_note("epoch", str(Mark(world.clock.now())))  # the last the machine did before it broke
    after = restore()
    resume_after_restore(after.services)
    after.advance("60 days")

    assert after.follow_ups()[:2] == ["First: hello", "Second"]


def test_p10_leads_restored_together_with_their_keys_are_in_doubt_once_it_is_said(
    world: World, world_bundle: Path
) -> None:
    world.confirmed()
    world.advance("1 hour")
    resume_after_restore(world.services)
    world.advance("60 days")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


@BOTH
def test_sessions_at_the_desk_that_a_copy_brings_back_end_once_it_is_said(
    world: World, copied: Callable[[], Restore]
) -> None:
    cookies = at_desk(world).cookies
    restore = copied()
    world.jump("1 hour")
    end_all(world.services, "rita")
    after = restore()
    phone = after.browser()
    phone.cookies.update(cookies)
    resume_after_restore(after.services)

    assert phone.get("/rep/desk").location == "/sign-in"
    after.jump("1 minute")
    assert at_desk(after).get("/rep/desk").status == 200


def test_marks_that_are_raised_while_they_are_read_hold_nobody_up(world: World) -> None:
    world.confirmed()
    step = next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP)
    dossier = world.services.store.dossier(step)
    assert dossier is not None
    torn = replace(dossier, epoch=str(Mark(MONDAY - HOUR)), keys_epoch=str(Mark(MONDAY)))

    _, held = mark_for(world.services, torn)

    assert not held


@BOTH
def test_a_store_that_nobody_restored_is_not_held(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    assert world.services.store.note("epoch") == world.services.keys.note("epoch")
    assert not is_held(world.services)
    assert world.follow_ups(ANNA) == ["First: hello"]


@pytest.mark.grounds("tick")
def test_p10_in_an_account_an_operator_lifts_the_hold_by_waking_the_tick(
    world: World, copied: Callable[[], Restore]
) -> None:
    restore = copied()
    world.services.keys.raise_note("epoch", str(Mark(world.clock.now())))
    after = restore()
    held = is_held(after.services)

    on_tick.handler(after.services)({"resume": "after-restore"}, Here())

    assert held
    assert not is_held(after.services)
