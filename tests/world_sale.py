"""The sources of a site that sells: an offer in the course, a sequence after the sale, an objection; compiled lean."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.world import World
from tests.world_site import COURSE, FILES, STOP, TEAM, as_text, step

from leadlight.gate.lean import compile_lean
from leadlight.playbook.bundle import open_bundle

THANKS = "docs/playbook/sequences/thanks"
YES_NO = "\n\n[Yes]({{ offer.accept }}) or [no]({{ offer.decline }}), until {{ offer.until }}."
SATISFIED = "\n\n[Yes]({{ satisfied.yes }}) or [not quite]({{ satisfied.no }})."

SALE = {
    **FILES,
    f"{COURSE}/04-offer.md": step(
        "We offer {{ offer.title }}." + YES_NO + STOP,
        subject="Fourth", wait="3 days", encounter="product", objective="close",
        offer={"title": "A trial of two weeks", "url": "https://glass.example/trial", "expires": "10 days"},
    ),
    "docs/playbook/objections/too-dear.md": "# It is too dear\n\nIt pays for itself.\n",
    f"{THANKS}/sequence.yml": as_text({"starts_when": "customer", "only_if": "lead.value >= 1000"}),
    f"{THANKS}/01-thanks.md": step(
        "Thank you." + STOP, subject="Thanks", wait="1 day", encounter="person", objective="relate"
    ),
    f"{THANKS}/02-satisfied.md": step(
        "Are you satisfied?" + SATISFIED + STOP,
        subject="Satisfied?", wait="2 days", encounter="product", objective="relate",
    ),
    f"{THANKS}/03-refer.md": step(
        "Who else?" + STOP,
        subject="Who else?", wait="2 days", encounter="person", objective="relate", only_if="lead.satisfied",
    ),
    f"{THANKS}/04-visit.md": step(
        "Go and see them.", subject="A visit", wait="3 days", channel="rep", encounter="company", objective="relate"
    ),
}  # fmt: skip


_made: list[Path] = []


def compiled(folder: Path, **team: object) -> Path:
    """The bundle of that site; `team` in the place of what the team of other worlds says."""
    for name, text in {**SALE, "docs/playbook/team.yml": as_text({**TEAM, **team})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    compile_lean(folder / "mkdocs.yml", folder / "bundle")
    return folder / "bundle"


def shared(factory: pytest.TempPathFactory) -> Path:
    """That bundle, made once per process; nobody changes it."""
    if not _made:
        _made.append(compiled(factory.mktemp("sale")))
    return _made[0]


def offered(world: World, **values: object) -> str:
    """The way to the answer in the mail that makes the offer, to a lead that has come so far."""
    world.confirmed(**values)
    world.advance("20 days")
    return world.mail("anna", "Fourth").link("/answer")


def read_out(world: World) -> str:
    """Names the words by which a rep asks for mails after the sale, as the tick does."""
    return open_bundle(world.services.files).manifest.after_sale


def won(world: World, *, value: str = "5000", agreed: bool = True, **values: str) -> None:
    """The rep takes over and writes down the sale, and whether they agreed to mails after it."""
    rep = world.taken()
    said = {"objective": "close", "achieved": "yes", "stage": "customer", "value": value, **values}
    assert world.log(rep, **said, **({"agreed": read_out(world)} if agreed else {})).status == 303
