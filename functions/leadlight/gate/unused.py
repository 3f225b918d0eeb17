"""What stands in the sources for nobody? Warnings of `leadlight check`: nothing here breaks, but somebody wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from leadlight.errors import Problem
from leadlight.gate.gather import Gathered, Site
from leadlight.gate.inline import static_files
from leadlight.gate.links import in_html, in_markdown
from leadlight.playbook.front import GateFront, gate_id, spoken_by
from leadlight.playbook.promise import chain
from leadlight.playbook.source import Playbook
from leadlight.playbook.written import split_front

_DOWNLOADS = {
    ".pdf",
    ".epub",
    ".mp3",
    ".m4a",
    ".ogg",
    ".wav",
    ".mp4",
    ".webm",
    ".zip",
    ".docx",
    ".xlsx",
    ".pptx",
    ".odt",
}
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif"}
_NAMING = {".md", ".css", ".js", ".html", ".json", ".yml", ".xml", ".svg", ".webmanifest"}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_WORD = re.compile(r"[^\W\d_]{4,}")
_SHOWN = 2
"""So many objections a briefing brings up by itself: with no more of them, each is."""


def unused(site: Site, found: Gathered, playbook: Playbook) -> Iterator[Problem]:
    """What no gate, no page and no briefing ever comes to."""
    fronts = [page.front for page in found.pages if page.front]
    yield from _files(site, fronts, found)
    maybe = _maybe_named(found)
    yield from _sequences(site.playbook_dir / "sequences", fronts, playbook, maybe)
    for folder, used in (("forms", {front.form for front in fronts}), ("buyers", {front.buyer for front in fronts})):
        for path in sorted(site.playbook_dir.glob(f"{folder}/[a-z0-9]*.*")):
            if path.stem not in used | maybe and path.stem.lower() != "readme":
                what = folder.removesuffix("s")
                yield Problem(
                    str(path), 1, f"no gate names this {what}; say `{what}: {path.stem}` in one, or remove it"
                )
    yield from _objections(site.playbook_dir / "objections", fronts, playbook)


def unmeant(front: GateFront) -> Iterator[Problem]:
    """Keys of a gate that do nothing as they stand."""
    if front.part and not front.series:
        message = "`part` numbers the pages of a path: say `series:` too, or leave it out"
        yield Problem(front.file, front.lines["part"], message)


def unlisted(site: Site, found: Gathered) -> Iterator[Problem]:
    """Pages that the menu leaves out and no other page links to. Asked where `nav:` says all that is in the menu."""
    alone = [page for page in found.pages if _whole(page.src_uri) not in site.named and not _on_a_path(page.front)]
    links = [(page.src_uri, _links(page.text)) for page in found.pages] if alone else []
    for page in alone:
        pure = PurePosixPath(_whole(page.src_uri))
        called = pure.parent.name if pure.stem.lower() in {"index", "readme"} else pure.stem
        if not any(called in said for src_uri, said in links if src_uri != page.src_uri):
            message = "no menu and no page leads here: give it a line under `nav:` in mkdocs.yml, or link to it"
            yield Problem(page.src_uri, 1, message)


def _whole(src_uri: str) -> str:
    """A page's source without the language in its name: what a menu names."""
    spoken = spoken_by(src_uri)
    return src_uri.removesuffix(f".{spoken}.md") + ".md" if spoken else src_uri


def _on_a_path(front: GateFront | None) -> bool:
    return front is not None and front.series is not None


def _links(text: str) -> str:
    """Wherever a page leads, in one text."""
    return "\n".join([*in_markdown(text), *in_html(text)])


def _files(site: Site, fronts: list[GateFront], found: Gathered) -> Iterator[Problem]:
    """Files that nothing names: they are published all the same."""
    named = {name for front in fronts for name in front.files}
    named |= {name for each in found.inline.values() for name in each}
    unnamed = [name for name in sorted(static_files(site.docs_dir, site.playbook_dir) - named) if site.publishes(name)]
    kept = [name for name in unnamed if PurePosixPath(name).suffix.lower() in _DOWNLOADS | _PICTURES]
    texts = _texts(site, found) if kept else ""
    for name in kept:
        pure = PurePosixPath(name)
        if name in site.named or pure.name in texts or pure.name.replace(" ", "%20") in texts:
            continue
        what = "no gate and no page names this file, yet it is published: whoever guesses its address has it;"
        if pure.suffix.lower() in _DOWNLOADS:
            yield Problem(name, 0, f"{what} name it under a gate's `files:`, link to it, or remove it")
        else:
            yield Problem(name, 0, "no page shows this picture; show it, or remove it")


def _texts(site: Site, found: Gathered) -> str:
    """All that may name a file."""
    pages = [page.text for page in found.pages]
    folders = [
        site.docs_dir,
        *(base for base in site.snippets if base != site.docs_dir and base.is_relative_to(site.docs_dir)),
    ]
    others = {path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in _NAMING}
    known = {site.docs_dir / page.src_uri for page in found.pages}
    said = [path.read_text("utf-8", "replace") for path in sorted(others - known) if path.is_file()]
    return "\n".join([*pages, *said, *sorted(site.named)])


def _maybe_named(found: Gathered) -> set[str]:
    """All words in the front matter of pages whose gate cannot be read: what they may name is not told of as unused."""
    unread = [page.text for page in found.pages if not page.front and gate_id(page.src_uri) in found.unread]
    return {word for text in unread for word in _NAME.findall(split_front(text).front or text[:2000])}


def _sequences(folder: Path, fronts: list[GateFront], playbook: Playbook, maybe: set[str]) -> Iterator[Problem]:
    named = {front.sequence for front in fronts} | maybe
    begun = [each for name, each in playbook.sequences.items() if name in named]
    begun += [each for each in playbook.sequences.values() if each.starts_when]
    reached = {each.name for start in begun for each in chain(start, playbook.sequences)}
    for name, sequence in playbook.sequences.items():
        if name not in reached:
            settings = folder / name / "sequence.yml"
            file = settings if settings.is_file() else folder / name / f"{sequence.steps[0].slug}.md"
            message = f"nobody gets this sequence: say `sequence: {name}` in a gate or `starts_when` here, or remove it"
            yield Problem(str(file), 1, message)


def _objections(folder: Path, fronts: list[GateFront], playbook: Playbook) -> Iterator[Problem]:
    """Briefings choose by words: an objection that shares none with a buyer or a page waits for a rep to know of it."""
    known = playbook.knowledge
    if len(known.objections) <= _SHOWN:
        return
    about = [text for each in known.buyers.values() for text in (*each.needs, *each.questions)]
    words = _words(" ".join([*about, *(word for front in fronts for word in (front.id, *front.topics))]))
    for name, objection in known.objections.items():
        if not words & _words(f"{objection.title} {objection.answer}"):
            message = (
                "no briefing brings this up: it shares no word with a buyer's needs and questions or a page's topics"
            )
            yield Problem(str(folder / f"{name}.md"), 1, f"{message}; use their words")


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
