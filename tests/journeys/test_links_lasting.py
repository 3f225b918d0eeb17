"""How long links last: through new keys, and, as a kind word, longer than what is kept of whose they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.control import path_of
from tests.journeys.desk import at_the_next_minute
from tests.journeys.test_erasing import gone
from tests.world import ANNA, MAIL, REP_ADDRESS, SETTINGS, World
from tests.world_sale import offered, shared

from leadlight.model.lead import StopReason
from leadlight.tokens import Tokens

BOTH = pytest.mark.grounds("local", "prompt")
ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


def rotate(world: World, *keys: str) -> None:
    """From now on these sign and read, oldest to newest."""
    settings = replace(SETTINGS, token_keys=keys)
    world.serve(replace(world.services, settings=settings, tokens=Tokens(keys, world.clock.now)))


def mailed(world: World) -> dict[str, str]:
    """A link of each kind from the mails of a lead that has come as far as an offer, and a form of somebody else."""
    answer = offered(world)
    world.confirmed(address="bea@example.com")
    world.browser().ask_for(address="new@example.com")
    world.browser().submit("/sign-in", email=REP_ADDRESS)
    at_the_next_minute(world)
    fourth = world.mail("anna", "Fourth")
    return {
        "/confirm": path_of(world.mail("new@", "Your link").link("/confirm")),
        "/answer": path_of(answer),
        "/preferences": path_of(fourth.link("/preferences")),
        "/unsubscribe": path_of(fourth.link("/unsubscribe")),
        "/rep/lead": path_of(world.briefing("bea@")),
        "/sign-in": path_of(world.mail(REP_ADDRESS, "desk").link("/sign-in")),
    }


@BOTH
def test_links_go_on_through_two_new_keys(world: World) -> None:
    links = mailed(world)
    old, second, third = SETTINGS.token_keys[0], "m" * 32, "n" * 32

    for keys in ((old, second), (old, second, third)):
        rotate(world, *keys)
        opened = {path: world.browser().get(link, accept="text/html").status for path, link in links.items()}
        assert set(opened.values()) == {200}, opened
    assert world.browser().submit(links["/answer"], answer="accepted").status == 200
    assert world.browser().submit(links["/confirm"]).status == 303
    assert world.browser().submit(links["/unsubscribe"]).status == 200
    world.settle()
    assert world.lead().stops[-1].reason is StopReason.UNSUBSCRIBED
    assert world.lead("new@example.com").confirmed_at


def test_a_key_that_was_taken_away_ends_its_links_with_a_kind_word(world: World) -> None:
    links = mailed(world)
    rotate(world, "m" * 32, "n" * 32)
    before = world.dump()

    for path, link in links.items():
        pressed = [] if path in {"/rep/lead", "/sign-in"} else [world.browser().submit(link)]
        for answer in (world.browser().get(link, accept="text/html"), *pressed):
            assert answer.status == 403
            assert "from a newer mail" in answer.text
            assert "To the site" in answer.text
    assert world.dump() == before


@BOTH
def test_who_was_erased_may_still_take_the_way_out(world: World) -> None:
    world.confirmed()
    world.advance("2 days")
    way_out = path_of(world.mail(ANNA, "First").link("/unsubscribe"))
    gone(world)
    before = world.dump()

    shown = world.browser().get(way_out, accept="text/html")
    form = {"content-type": "application/x-www-form-urlencoded"}
    clicked = world.browser().send("POST", way_out, ONE_CLICK, form)

    assert (shown.status, clicked.status) == (200, 200)
    assert "nothing of it is kept, and no mails come of it" in shown.text
    assert world.dump() == before


def test_an_old_way_out_ends_nothing_of_a_new_start(world: World) -> None:
    world.confirmed()
    world.advance("2 days")
    way_out = path_of(world.mail(ANNA, "First").link("/unsubscribe"))
    gone(world)
    erased = world.browser().submit(way_out)
    reader = world.confirmed()

    again = world.browser().submit(way_out)

    assert (again.status, again.text) == (200, erased.text)
    assert world.lead().stops == ()
    assert reader.get(f"/api/content/{MAIL}").status == 200


def test_a_silent_reader_is_kept_no_longer_and_every_old_link_says_so(world: World) -> None:
    world.confirmed()
    world.advance("2 days")
    mails = [world.mail(ANNA, "way back").link("/confirm"), world.mail(ANNA, "First").link("/preferences")]
    way_out = world.mail(ANNA, "First").link("/unsubscribe")
    world.advance("700 days")
    world.settle()

    assert world.services.store.lead(world.id_of()) is None
    links = [*map(path_of, mails), path_of(mails[1]).replace("/preferences", "/my-data")]
    pages = [world.browser().get(link, accept="text/html") for link in links]
    assert [page.status for page in pages] == [410, 410, 410]
    assert all("nothing of it is kept" in page.text for page in pages)
    assert world.browser().submit(path_of(way_out)).status == 200


def test_the_way_out_is_never_too_old(world: World) -> None:
    world.confirmed()
    world.advance("2 days")
    way_out = path_of(world.mail(ANNA, "First").link("/unsubscribe"))
    for _ in range(4):
        world.jump("700 days")

    assert world.browser().submit(way_out).status == 200
    assert world.lead().stops[-1].reason is StopReason.UNSUBSCRIBED
