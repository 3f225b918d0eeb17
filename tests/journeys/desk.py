"""Ways to the desk and at it that several tests walk."""

from __future__ import annotations

from tests.world import REP_ADDRESS, Browser, World

from leadlight.handlers import on_tick


def at_the_next_minute(world: World) -> None:
    """The tick comes, which mails links to the desk wherever the world stands."""
    on_tick.handle(world.services)


def asked(world: World, address: str = REP_ADDRESS) -> Browser:
    """A browser that has asked for a link, which is in the mail."""
    browser = world.browser()
    assert browser.submit("/sign-in", email=address).status == 303
    at_the_next_minute(world)
    return browser


def link(world: World, address: str = REP_ADDRESS) -> str:
    """The link in the newest mail to the desk."""
    return world.mail(address, "Your link to the desk").link("/sign-in")


def at_desk(world: World, address: str = REP_ADDRESS) -> Browser:
    """Somebody of the team who has signed in."""
    browser = asked(world, address)
    assert browser.submit("/sign-in", enter=link(world, address).partition("token=")[2]).location == "/rep/desk"
    return browser
