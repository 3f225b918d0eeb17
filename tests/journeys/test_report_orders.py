"""Reports come twice, late, in any order, also before we know that the mail is out: the end is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import permutations
from random import Random
from typing import Any

import pytest
from tests.journeys.mailers import is_follow_up
from tests.journeys.test_returns import entry_of, report, with_mailer
from tests.world import MINUTE, World

from leadlight.handlers import on_mail_event
from leadlight.model.due import LedgerState
from leadlight.model.lead import StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import TouchKind
from leadlight.ports import Mailer
from leadlight.rules.reputation import Counts, by_hour, keys_of

BOTH = pytest.mark.grounds("local", "prompt")
ENDS = ("sent", "delivered", "bounced_permanent", "complained")
HAPPENED = {"sent": 0, "delayed": 1, "bounced_transient": 2, "delivered": 3, "bounced_permanent": 4, "complained": 5}
"""What happens to a mail, and how many minutes after it went out."""


@dataclass
class Told:
    """A carrier whose reports are there before its answer is."""

    mailer: Mailer
    world: World
    names: Sequence[str]
    reports_later: bool = True

    def send(self, message: EmailMessage, *, tag: str) -> str:
        sent = self.mailer.send(message, tag=tag)
        if is_follow_up(message):
            tell_all(self.world, self.names)
        return sent

    def was_sent(self, tag: str) -> bool | None:
        return self.mailer.was_sent(tag)


def tell_all(world: World, names: Sequence[str]) -> None:
    """SES reports these in this order; when each happened does not depend on that."""
    handle = on_mail_event.handler(world.services)
    key, went_out = entry_of(world, "/step/").key, datetime(2026, 1, 6, 10, tzinfo=world.clock.now().tzinfo)
    for name in names:
        handle(report(world, name, key, at=went_out + HAPPENED[name] * MINUTE), None)


def end_of(world: World) -> dict[str, Any]:
    """All that matters about Anna, a while later."""
    now = world.clock.now()
    entry = entry_of(world, "/step/")
    counted = by_hour(world.services.store.counted(tuple(keys_of(now))), now, lifted=None)
    return {
        "ledger": entry.state,
        "stops": [(stop.reason, stop.at) for stop in world.lead().stops],
        "purposes": world.lead().purposes,
        "counted": sum(counted, Counts()),
        "touches": sorted(t.id for kind in (TouchKind.BOUNCED, TouchKind.COMPLAINED) for t in world.touches(kind)),
        "sent": [touch.id for touch in world.touches(TouchKind.SENT) if "/step/" in touch.id],
        "due": [row.key for row in world.services.store.due_of(world.id_of()) if "step/" in row.key],
    }


def after(world: World, names: Sequence[str], *, before: bool) -> dict[str, Any]:
    """What these reports lead to, told before the worker knows that the mail is out, or after that."""
    if before:
        with_mailer(world, Told(world.services.mailer, world, names))
    world.confirmed()
    world.advance("1 day")
    if not before:
        world.clock.move_to(world.clock.now() + timedelta(minutes=10))
        tell_all(world, names)
    world.clock.move_to(datetime(2026, 1, 6, 11, tzinfo=world.clock.now().tzinfo))
    return end_of(world)


def worst(world: World) -> dict[str, Any]:
    """The end of a mail that bounced and was complained about."""
    (bounced,) = [t for t in world.touches(TouchKind.BOUNCED) if t.id.endswith("/final")]
    (complained,) = world.touches(TouchKind.COMPLAINED)
    return {
        "ledger": LedgerState.SENT,
        "stops": [(StopReason.BOUNCED, bounced.at), (StopReason.COMPLAINED, complained.at)],
        "purposes": (Purpose.CONTENT,),
        "counted": Counts(1, 1, 1),
        "due": [],
    }


@pytest.mark.parametrize("names", permutations(ENDS), ids="-".join)
def test_whatever_comes_first_complaint_beats_bounce_beats_delivery(world: World, names: tuple[str, ...]) -> None:
    found = after(world, [*names, *reversed(names)], before=False)

    assert found | worst(world) == found


@pytest.mark.parametrize("names", [ENDS, ENDS[::-1]], ids="-".join)
@BOTH
def test_a_report_may_come_before_the_worker_knows_that_it_has_sent(world: World, names: tuple[str, ...]) -> None:
    found = after(world, names, before=True)

    # What happens after the worker's clock stood still is dated then, at the latest.
    assert [reason for reason, _ in found["stops"]] == [StopReason.BOUNCED, StopReason.COMPLAINED]
    assert found["ledger"] is LedgerState.SENT
    assert (found["counted"], found["due"], len(found["sent"])) == (Counts(1, 1, 1), [], 1)


@pytest.mark.parametrize("seed", range(12))
def test_reports_doubled_delayed_and_shuffled_end_where_those_in_order_do(world: World, seed: int) -> None:
    dice = Random(seed)
    chosen = [name for name in HAPPENED if dice.random() < 0.7]
    shuffled = [name for name in chosen for _ in range(dice.randint(1, 3))]
    dice.shuffle(shuffled)

    found = after(world, shuffled, before=bool(seed % 2))

    reasons = [reason for reason, _ in found["stops"]]
    assert (StopReason.BOUNCED in reasons) == ("bounced_permanent" in chosen)
    assert (reasons[-1:] == [StopReason.COMPLAINED]) == ("complained" in chosen)
    assert found["counted"] == Counts(1, int("bounced_permanent" in chosen), int("complained" in chosen))
    assert (found["ledger"], found["due"] == []) == (LedgerState.SENT, bool(reasons))
    world.advance("30 days")
    assert (len(world.follow_ups()) == 1) == bool(reasons)
