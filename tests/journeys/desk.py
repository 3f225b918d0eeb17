"""Ways to the desk and at it that several tests walk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.world import REP_ADDRESS, Browser, World

from leadlight.handlers import on_tick

ROB = "rob@glass.example"


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


def with_rob(bundle: Path, folder: Path) -> Path:
    """The world's bundle with one more rep, who gets no leads by himself."""
    shutil.copytree(bundle, folder / "bundle")
    manifest = folder / "bundle" / "manifest.json"
    told = json.loads(manifest.read_text())
    team = json.loads((bundle / told["team"]).read_text())
    rita = next(person for person in team["people"] if person["id"] == "rita")
    team["people"].insert(1, {**rita, "id": "rob", "name": "Rob Rep", "email": ROB, "capacity": 0})
    told["team"] = "team/with-rob.json"
    told["at_hand"].pop(json.loads((bundle / "manifest.json").read_text())["team"], None)
    (folder / "bundle" / told["team"]).write_text(json.dumps(team))
    manifest.write_text(json.dumps({**told, "version": "with-rob"}))
    return folder / "bundle"
