"""What does a visitor meet on this site, as its sources stand, or stood at a revision? Called by `plan --against`.

Read, not built: gates, forms, promises and announcements are those that a build would make of the same sources. What
has mistakes is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from leadlight.errors import BadPlaybook
from leadlight.gate.config import language, options_of, read_config, site_of
from leadlight.gate.gather import Page, gather
from leadlight.gate.passages import passages
from leadlight.gate.paths import ids_of, title_of
from leadlight.gate.words import words
from leadlight.model.person import GateId, Promise
from leadlight.model.site import Chapter, Form, GateKind, Meter, Unlock
from leadlight.playbook.front import GateFront, gate_id, spoken_by
from leadlight.playbook.promise import promise_of
from leadlight.playbook.revision import checked_out
from leadlight.playbook.source import Playbook, load, look, unlock_of


@dataclass(frozen=True, slots=True)
class Met:
    """A gate in one language, as a visitor meets it. `withheld` in percent of the page's words."""

    title: str
    address: str
    kind: GateKind
    unlock: Unlock
    withheld: int
    files: tuple[str, ...]
    form: Form
    promise: Promise
    meter: Meter | None
    series: str | None
    chapters: tuple[Chapter, ...]
    trial: str
    sequence: str | None
    buyer: str | None
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A site at one moment. `gates` by id and language, `announced` page titles by id, with the languages that each is
    `announced_in`; `pages` by id and language."""

    language: str
    playbook: Playbook
    gates: Mapping[tuple[GateId, str], Met] = field(default_factory=dict)
    announced: Mapping[str, str] = field(default_factory=dict)
    announced_in: Mapping[str, frozenset[str]] = field(default_factory=dict)
    series: Mapping[str, tuple[GateId, ...]] = field(default_factory=dict)
    pages: frozenset[tuple[str, str]] = frozenset()


def snapshot(config_file: Path) -> Snapshot:
    """The site as its sources stand. Raises `BadPlaybook` where the configuration cannot be read."""
    config = read_config(config_file)
    site, main = site_of(config, options_of(config)), language(config)
    playbook = look(site.playbook_dir, language=main).playbook
    found = gather(site, for_leaks=False)
    gates = {
        (page.front.id, spoken_by(page.src_uri) or main): _met(
            page, page.front, playbook, site.address(page.src_uri), main
        )
        for page in found.pages
        if page.front and page.front.form in playbook.forms
    }
    news = [page for page in found.pages if page.announce]
    news.sort(key=lambda page: (spoken_by(page.src_uri) or main) == main)  # the site's own language counts
    return Snapshot(
        language=main,
        playbook=playbook,
        gates=gates,
        announced={_id(page): _title(page) for page in news},
        announced_in={
            name: frozenset(spoken_by(page.src_uri) or main for page in news if _id(page) == name)
            for name in map(_id, news)
        },
        series={name: ids_of(path) for name, path in found.paths.items()},
        pages=frozenset((gate_id(page.src_uri), spoken_by(page.src_uri) or main) for page in found.pages),
    )


@contextmanager
def at_revision(config_file: Path, revision: str) -> Iterator[Snapshot]:
    """The site as it was then; one without anything where that revision had none.

    Raises `BadPlaybook` where git knows no such revision.
    """
    file = config_file.resolve()
    with checked_out(file.parent, revision) as folder:
        then = folder / file.name
        try:
            found = snapshot(then)
        except BadPlaybook:
            found = Snapshot("en", load(folder / "no-playbook", language="en"))
        yield found


def _met(page: Page, front: GateFront, playbook: Playbook, address: str, main: str) -> Met:
    form = playbook.form(front.form, spoken_by(page.src_uri) or main, follows=bool(front.sequence))
    sequence = playbook.sequences.get(front.sequence or "")
    return Met(
        title=_title(page),
        address=address.removeprefix("./"),
        kind=front.kind,
        unlock=unlock_of(front, playbook),
        withheld=_withheld(page),
        files=tuple(name.rpartition("/")[2] for name in front.files),
        form=form,
        promise=promise_of(sequence, form, hours=playbook.team.hours, sequences=playbook.sequences),
        meter=front.meter,
        series=front.series,
        chapters=front.chapters,
        trial=front.trial,
        sequence=front.sequence,
        buyer=front.buyer,
        topics=front.topics,
    )


def _withheld(page: Page) -> int:
    """The share that the form will say, or nearly so: a build counts the words of the finished page."""
    if page.halves is None:
        return 0
    halves = (page.halves.public, page.halves.withheld)
    shown, kept = (sum(len(words(one.text)) for one in passages(half, "")) for half in halves)
    return round(100 * kept / (shown + kept)) if kept else 0


def _id(page: Page) -> str:
    return page.front.id if page.front else gate_id(page.src_uri)


def _title(page: Page) -> str:
    return title_of(page.text) or page.src_uri
