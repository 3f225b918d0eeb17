"""Lambda hands over several messages of the queue of mail events at once: each is taken by itself, or comes again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.ground import Here
from tests.queued import handed_over, queued
from tests.world import World

from leadlight.errors import StoreBusy
from leadlight.handlers import on_mail_event
from leadlight.model.lead import StopReason
from leadlight.rules.mail_events import mail_tag

EVENTS = Path(__file__).parents[1] / "events"


def again(*names: str) -> dict[str, Any]:
    """The answer by which these messages come again."""
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


def bounce_of_a_step(world: World) -> str:
    """A lead's follow-up comes back for good; the message that lies in the queue then."""
    world.confirmed()
    world.advance("2 days")
    sent = next(entry for entry in world.services.store.ledger(world.id_of()) if "/step/" in entry.key)
    event = json.loads((EVENTS / "ses_bounced_permanent.json").read_text())
    event["detail"]["mail"]["tags"] |= {"lead": [world.id_of()], "touch": [mail_tag(sent.key)]}
    event["detail"]["bounce"]["timestamp"] = (world.clock.now() - timedelta(minutes=1)).isoformat()
    (body,) = queued(event)
    return body


@pytest.mark.grounds("local", "prompt")
def test_a_bounce_between_two_that_cannot_be_read_ends_the_plan_and_they_come_again(world: World) -> None:
    bodies = ["{", bounce_of_a_step(world), json.dumps({"source": "nobody"})]

    answers = [on_mail_event.handler(world.services)(handed_over(bodies), Here()) for _ in range(2)]

    assert answers == [again("m0", "m2")] * 2
    assert [stop.reason for stop in world.lead().stops] == [StopReason.BOUNCED]


def test_what_there_is_no_time_for_comes_again_and_is_not_begun(world: World) -> None:
    body, before = bounce_of_a_step(world), world.dump()

    answer = on_mail_event.handler(world.services)(handed_over([body, body]), Here(left=9_000))

    assert answer == again("m0", "m1")
    assert world.dump() == before


def test_what_meets_a_busy_store_comes_again(world: World) -> None:
    class Busy:
        def __getattr__(self, name: str) -> object:
            raise StoreBusy

    body = bounce_of_a_step(world)
    busy = replace(world.services, store=Busy())  # type: ignore[arg-type]  # it plays dead

    assert on_mail_event.handler(busy)(handed_over([body]), Here()) == again("m0")
    assert world.lead().stops == ()
