"""Mail scanners open every link of every mail before its reader does, and again: nothing comes of it, for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.journeys.desk import at_desk
from tests.journeys.test_news import NEW, publish
from tests.world import ANNA, REP_ADDRESS, SITE, Answer, World
from tests.world_sale import offered, shared, won

from leadlight.model.lead import Stage, StopReason

pytestmark = pytest.mark.grounds("local", "prompt")

OPENINGS = (
    ("HEAD", {}),
    *[("GET", {"accept": "text/html"})] * 5,
    ("GET", {"accept": "text/html", "sec-purpose": "prefetch", "purpose": "prefetch"}),
    ("HEAD", {}),
)
"""What a scanner asks of each address, without cookies, and from a network of its own."""
WAYS_IN = {
    "/confirm", "/preferences", "/unsubscribe", "/answer", "/rep/lead", "/rep/outcome", "/rep/claim", "/sign-in",
}  # fmt: skip
"""What the mails of this story lead to."""


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


class Scanner:
    """Opens each link of each mail that it has not opened yet."""

    def __init__(self, world: World) -> None:
        self._world, self.opened = world, dict[str, list[Answer]]()

    def scan(self) -> None:
        """All mailboxes. Nothing is stored, and nothing more is mailed."""
        self._world.settle()
        before, mails = self._world.dump(), len(self._world.mails())
        for link in self._fresh():
            self.opened[link] = [
                self._world.browser("192.0.2.99").send(method, link.removeprefix(SITE), headers=dict(headers))
                for method, headers in OPENINGS
            ]
        assert self._world.dump() == before
        self._world.settle()
        assert len(self._world.mails()) == mails

    def _fresh(self) -> Iterator[str]:
        found = [link for mail in self._world.mails() for link in mail.links if link.startswith(SITE)]
        return (link for link in dict.fromkeys(found) if link not in self.opened)


def press(world: World, link: str, **values: str) -> None:
    assert world.browser().submit(link, **values).status in {200, 303}
    world.settle()


def test_links_are_for_a_persons_tap_however_often_machines_have_opened_them(world: World) -> None:
    scanner, visitor = Scanner(world), world.browser()
    visitor.ask_for(name="Anna", news=True)
    scanner.scan()

    press(world, world.mail(ANNA, "Your link").link("/confirm"))
    scanner.scan()

    assert world.lead().confirmed_at
    answer_link = world_offered(world, scanner)
    press(world, answer_link, answer="accepted")
    scanner.scan()
    assert world.lead().stage is Stage.OPPORTUNITY
    won(world)
    world.advance("5 days")
    scanner.scan()
    press(world, world.mail(ANNA, "Satisfied?").link("/answer"), answer="yes")
    assert world.lead().satisfied
    press(world, world.mail(ANNA, "Thanks").link("/preferences"), do="no-calls")
    press(world, world.mail(ANNA, "Thanks").link("/unsubscribe"))
    assert world.lead().stops[-1].reason is StopReason.UNSUBSCRIBED
    scanner.scan()
    ways_in = [link for link in scanner.opened if urlsplit(link).path in WAYS_IN]
    assert {urlsplit(link).path for link in ways_in} == WAYS_IN - {"/sign-in"}
    assert {answer.status for link in ways_in for answer in scanner.opened[link]} == {200}


def world_offered(world: World, scanner: Scanner) -> str:
    """The mail that makes the offer, with everything before it scanned on its way."""
    for _ in range(10):
        world.advance("2 days")
        scanner.scan()
    return world.mail(ANNA, "Fourth").link("/answer")


def test_the_way_to_the_desk_and_wishes_wait_for_a_tap(world: World) -> None:
    scanner = Scanner(world)
    offered(world, name="Anna")
    press(world, world.mail(ANNA, "Fourth").link("/preferences"), do="purposes", news="yes")
    world.browser().submit("/sign-in", email=REP_ADDRESS)
    scanner.scan()

    at_desk(world).submit(f"/rep/desk/lead/{world.id_of()}/hand-over", to="rob")
    publish(world, {})
    publish(world, NEW)
    world.advance("3 days")
    scanner.scan()

    assert "/sign-in" in {urlsplit(link).path for link in scanner.opened}


def test_no_link_is_longer_than_what_mail_programs_keep_whole(world: World) -> None:
    offered(world, name="Anna")
    world.browser().submit("/sign-in", email=REP_ADDRESS)
    world.settle()

    assert max(len(link) for mail in world.mails() for link in mail.links) < 500
