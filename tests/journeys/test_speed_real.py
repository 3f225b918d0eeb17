"""100 visitors want a call within eleven days, through the real handlers; reps take, are slow, or never answer.

The pure rules answer for 2,000 in `rules/test_speed_many.py`; here every mail, tap and clock is the product's own.
"""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.conftest import Tally
from tests.world import MONDAY, SITE, World, built
from tests.world_site import FILES, TEAM, as_text

from leadlight.handlers import on_change
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.record import stuck
from leadlight.rules.attendance import at_work, is_at_work
from leadlight.tokens import TokenUse

VISITORS, SPAN = 100, timedelta(days=11)
HABITS = {"rita": 3, "sam": None, "tess": 25, "uma": 1, "mark": None}
"""After so many minutes does somebody take a lead they were mailed about, if they are at work."""

PEOPLE = [
    {"id": "rita", "name": "Rita", "email": "rita@glass.example"},
    {"id": "sam", "name": "Sam", "email": "sam@glass.example", "away": ["2026-01-08 to 2026-01-09"]},
    {"id": "tess", "name": "Tess", "email": "tess@glass.example"},
    {
        "id": "uma", "name": "Uma", "email": "uma@glass.example",
        "hours": {"zone": "America/New_York", "days": "mon-fri", "from": "09:00", "to": "17:00"},
    },
    {"id": "mark", "name": "Mark", "email": "mark@glass.example", "manager": True},
]  # fmt: skip
OFFICE = {**TEAM, "people": PEOPLE, "holidays": ["2026-01-06"], "notices": {"digest": "off"}}


class Post:
    """Keeps every mail, and takes each at once."""

    reports_later = False

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    def send(self, message: EmailMessage, *, tag: str) -> str:
        self.mails.append(message)
        return tag

    def was_sent(self, tag: str) -> bool | None:
        return None


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[World, Post]]:
    bundle = built(tmp_path / "site", {**FILES, "docs/playbook/team.yml": as_text(OFFICE)})
    world, post = World(tmp_path, bundle), Post()
    world.services = replace(world.services, mailer=post)
    world.lift_budgets()
    yield world, post
    world.close()


def arrives(world: World, number: int) -> str:
    """Somebody sends the form of the open page with a wish for a call, and confirms it, or not: a third does not."""
    address = f"reader{number}@example.com"
    browser = world.browser()
    assert browser.ask_for("guides/form", address, consent=False, call="now", phone="+44 20 7946 0999").status == 200
    if number % 3:
        (capture,) = world.services.store.captures(world.id_of(address))
        facts = {"lead": capture.lead_id, "gen": capture.generation, "capture": capture.id}
        token = world.services.tokens.sign(TokenUse.CONFIRM, facts)
        assert browser.submit(f"/confirm?token={token}").status == 303
    on_change.drain(world.services)
    return address


def takes(world: World, link: str) -> None:
    assert world.browser().submit(link).status in {303, 403}


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def plays(world: World, post: Post, dice: random.Random) -> list[tuple[str, datetime]]:
    """Everything that happens, in its order; returns who came when."""
    team = open_bundle(world.services.files).team
    moments = sorted(MONDAY + timedelta(seconds=dice.randrange(int(SPAN.total_seconds()))) for _ in range(VISITORS))
    todo: list[tuple[datetime, int, str]] = [(at, number, "") for number, at in enumerate(moments)]
    came, read = [], 0
    while todo:
        at, number, link = heapq.heappop(todo)
        world.ground.walk(world.services, at)
        if link:
            takes(world, link)
        else:
            came.append((arrives(world, number), at))
        for mail in post.mails[read:]:
            who = str(mail["To"]).partition("@")[0].rpartition("<")[2]
            claim = re.search(rf"{SITE}/rep/claim\?token=[\w.~-]+", words_of(mail))
            minutes = HABITS.get(who)
            then = mail["Date"].datetime + timedelta(minutes=minutes or 0)
            if minutes and claim and then > at and is_at_work(team.person(who), team, then):
                parts = urlsplit(claim[0])
                heapq.heappush(todo, (then, VISITORS + len(todo), f"{parts.path}?{parts.query}"))
        read = len(post.mails)
    world.advance("1 day")
    return came


def holder_within_a_minute(world: World, touches: tuple[Touch, ...], wanted: datetime) -> bool:
    """Whether somebody at work was mailed the number by then, or the manager."""
    team = open_bundle(world.services.files).team
    told = [t for t in touches if t.kind is TouchKind.NOTIFIED and t.at <= wanted + timedelta(seconds=60)]
    return any(t.by and (team.person(t.by).manager or is_at_work(team.person(t.by), team, wanted)) for t in told)


def test_whoever_wants_a_call_has_somebody_who_holds_the_number(office: tuple[World, Post], tally: Tally) -> None:
    world, post = office
    came = plays(world, post, random.Random(7))
    team = open_bundle(world.services.files).team
    reps = [person for person in team.people if not person.manager]

    timelines = {address: world.services.store.touches(world.id_of(address)) for address, _ in came}
    in_hours = [(address, at) for address, at in came if at_work(reps, team, at)]
    alone = [address for address, at in in_hours if not holder_within_a_minute(world, timelines[address], at)]
    ends = {TouchKind.CLAIMED, TouchKind.ESCALATED}
    dropped = [address for address, touches in timelines.items() if not ends & {touch.kind for touch in touches}]
    kinds = [touch.kind for touches in timelines.values() for touch in touches]

    tally(
        "speed to lead, real handlers", wishes=len(came), in_working_hours=len(in_hours),
        taken=kinds.count(TouchKind.CLAIMED), passed_on=kinds.count(TouchKind.ESCALATED),
        without_an_owner=len(alone) + len(dropped),
    )  # fmt: skip
    assert (alone, dropped) == ([], [])
    assert all(world.lead(address).owner for address, _ in came)
    assert list(stuck(world.services, world.clock.now())) == []
    assert len(in_hours) > VISITORS / 4
