"""Does what the sources link to exist? Called by `leadlight check`, for the playbook and for the pages.

A build finds what is wrong in pages, MkDocs by itself; what a mail links to nobody ever looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from leadlight.errors import Problem
from leadlight.gate.gather import Gathered, Page, Site
from leadlight.gate.inline import static_files
from leadlight.gate.links import place
from leadlight.gate.passages import anchors
from leadlight.gate.source import Line
from leadlight.playbook.findings import nearest
from leadlight.playbook.linked import Link, links_in, without_code

_OURS = re.compile(r"\{\{\s*company\.url\s*\}\}")
_IN_FORM = re.compile(r"\[[^\]\n]+\]\((?P<address>[^)\s]+)\)|(?P<bare>https?://[^\s\"'<>)]+)")
_FOLDERS = ("sequences/*", "messages", "objections", "buyers")
_LOOKED_UP = re.compile(
    r"\.(md|pdf|epub|mp3|m4a|ogg|wav|mp4|webm|zip|docx|xlsx|pptx|png|jpe?g|gif|svg|webp)\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Places:
    """What the finished site has: pages by address, files by path; of these, which only a gate opens."""

    url: str
    pages: Mapping[str, Page]
    files: frozenset[str]
    behind: Mapping[str, str] = field(default_factory=dict)  # file → the gate that opens it

    def wrong(self, address: str) -> str:
        """Why a whole address leads nowhere; empty if it leads elsewhere, or to something."""
        parts = urlsplit(address)
        path = unquote(parts.path).lstrip("/")
        if path in self.behind:
            return f"`{path}` opens only with the gate `{self.behind[path]}`, so this leads to a refusal; link its page"
        page = self.pages.get(_bare(path))
        if page is None and path not in self.files:
            return f"the site has no page or file at `{path}`{_near(path, (*self.pages, *self.files))}"
        if page and parts.fragment and parts.fragment not in (there := _anchors(page.text)):
            return f"{page.src_uri} has no heading `#{parts.fragment}`{_near(parts.fragment, tuple(there))}"
        return ""


def places_of(site: Site, found: Gathered) -> Places:
    """All places of a site, by its sources."""
    behind = {name: page.front.id for page in found.pages if page.front for name in page.front.files}
    inline = {name: page.front.id for page in found.pages if page.front for name in found.inline.get(page.src_uri, ())}
    pages = {_bare(unquote(site.address(page.src_uri)).removeprefix("./")): page for page in found.pages}
    files = {name for name in static_files(site.docs_dir, site.playbook_dir) if site.publishes(name)}
    return Places(f"{site.url.rstrip('/')}/" if site.url else "", pages, frozenset(files), {**inline, **behind})


def broken(site: Site, places: Places) -> Iterator[Problem]:
    """Links of the playbook that lead nowhere: those of steps, messages, objections, buyers and forms."""
    for folder in _FOLDERS:
        for path in sorted(site.playbook_dir.glob(f"{folder}/*.md")):
            if not path.name.startswith((".", "_")) and path.stem.lower() != "readme":
                yield from _in_text(path, path.read_text("utf-8-sig", "replace"), site, places)
    for path in sorted(site.playbook_dir.glob("forms/*.yml")):
        yield from _in_form(path, places)


def lost(site: Site, found: Gathered) -> Iterator[Problem]:
    """Links of pages to sources that are not there, as paths: MkDocs would leave them as they are."""
    known = {page.src_uri for page in found.pages}
    for page in found.pages:
        folder = page.src_uri.rpartition("/")[0]
        for link in links_in(page.text) if "](" in page.text or "]:" in page.text else ():
            path = None if "{" in link.address or link.address.startswith("/") else place(link.address, folder)
            if path is None or path in known or not _LOOKED_UP.search(path) or (site.docs_dir / path).is_file():
                continue
            beside = [*known, *_beside(site.docs_dir / path, site.docs_dir)]
            yield Problem(page.src_uri, link.line, f"there is no `{path}` to link to{_near(path, beside)}")


def _in_text(path: Path, text: str, site: Site, places: Places) -> Iterator[Problem]:
    for link in links_in(text):
        address = _OURS.sub(places.url or "/", link.address).replace("//", "/").replace(":/", "://", 1)
        if link.is_picture or not address or "{{" in address or "{%" in address:
            continue
        if wrong := _wrong(address, link, path, site, places):
            yield Problem(str(path), link.line, wrong)


def _wrong(address: str, link: Link, path: Path, site: Site, places: Places) -> str:
    parts = urlsplit(address)
    if places.url and address.startswith(places.url):
        return places.wrong(address.removeprefix(places.url))
    if parts.scheme or parts.netloc:
        return ""
    instead = "; write the whole address, with `{{ company.url }}/` before it"
    target = (path.parent / parts.path).resolve() if parts.path else path
    if target.is_relative_to(site.docs_dir) and not target.is_relative_to(site.playbook_dir):
        src_uri = target.relative_to(site.docs_dir).as_posix()
        page = next((at for at, page in places.pages.items() if page.src_uri == src_uri), None)
        instead = f"; write `{{{{ company.url }}}}/{page}/`" if page else instead
    return f"`{link.address}` starts from nowhere: neither a mail nor a briefing lies beside a page{instead}"


def _in_form(path: Path, places: Places) -> Iterator[Problem]:
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").split("\n"), 1):
        for match in _IN_FORM.finditer(line.partition(" #")[0]):
            if match["address"]:
                message = (
                    f"`{match[0]}`: a form shows its words as they stand, brackets too; put the link into the page"
                )
                yield Problem(str(path), number, message)
            address = match["address"] or match["bare"]
            ours = places.url and address.startswith(places.url)
            if ours and (wrong := places.wrong(address.removeprefix(places.url).rstrip(".,;"))):
                yield Problem(str(path), number, wrong)


@cache
def _anchors(text: str) -> dict[str, int]:
    return anchors(Line(n, line) for n, line in enumerate(without_code(text).split("\n"), 1))


def _beside(path: Path, docs_dir: Path) -> list[str]:
    folder = path.parent
    return [each.relative_to(docs_dir).as_posix() for each in sorted(folder.glob("*"))] if folder.is_dir() else []


def _near(wrong: str, right: tuple[str, ...] | list[str]) -> str:
    """The nearest one, but not the whole choice."""
    found = nearest(wrong, [each for each in right if each])
    return found if found.endswith("?") else "; look at its spelling, or take the link away"


def _bare(path: str) -> str:
    """An address without what leads to the same page.

    >>> _bare("guide/index.html"), _bare("guide/"), _bare("guide.html")
    ('guide', 'guide', 'guide')
    """
    return path.removesuffix("index.html").removesuffix(".html").rstrip("/")
