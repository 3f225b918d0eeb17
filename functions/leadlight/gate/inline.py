"""Which pictures and other files does only a withheld half ask for? They are withheld like its words.

Called by `gather`. What any open page, the configuration or a public style sheet asks for too stays public; a file that
some gate names under `files:` opens with the gates that name it, and is not looked at here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leadlight.gate import links

_PAGES = {".md", ".markdown", ".mdown", ".mkdn", ".mkd"}
_SPEAKING = {".css", ".js", ".mjs", ".html", ".htm", ".svg", ".json", ".webmanifest", ".xml"}
_TOKEN = re.compile(r"[^\s\"',\[\]{}]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its folder among the sources, that of its address, and what it says. `front` is its front matter."""

    src_uri: str
    folders: tuple[str, str]
    front: str
    public: str
    withheld: str


def static_files(docs_dir: Path, playbook_dir: Path) -> set[str]:
    """Files of the site that are no pages, relative to `docs_dir`."""
    return {
        path.relative_to(docs_dir).as_posix()
        for path in docs_dir.rglob("*")
        if path.is_file() and path.suffix.lower() not in _PAGES and not path.is_relative_to(playbook_dir)
    }


def only_withheld(
    sheets: Collection[Sheet], files: Collection[str], docs_dir: Path, *, named: Collection[str], site_url: str
) -> dict[str, tuple[str, ...]]:
    """Per page, those of `files` that its withheld half asks for and nothing public does. `named` are public anyway."""
    hidden = {sheet.src_uri: set(_asked(sheet.withheld, sheet, files, site_url)) for sheet in sheets if sheet.withheld}
    private = set[str]().union(*hidden.values()) - set(named)
    if not private:
        return {}
    for sheet in sheets:
        private -= {*_asked(sheet.public, sheet, files, site_url), *_in_front(sheet, files)}
    private = _not_shown_by(files, private, docs_dir, site_url)
    return {page: tuple(sorted(mine)) for page, asked in hidden.items() if (mine := asked & private)}


def _asked(text: str, sheet: Sheet, files: Collection[str], site_url: str) -> Iterator[str]:
    source, address = sheet.folders
    yield from _found(links.in_markdown(text), (source, address), files, site_url)
    yield from _found(links.in_html(text), (address, source, ""), files, site_url)


def _in_front(sheet: Sheet, files: Collection[str]) -> Iterator[str]:
    """A feed or a social card shows what the front matter names."""
    for token in _TOKEN.findall(sheet.front):
        yield from _found([token], ("", sheet.folders[0]), files, "")


def _not_shown_by(files: Collection[str], private: set[str], docs_dir: Path, site_url: str) -> set[str]:
    """Without what public style sheets, scripts and the like ask for. A file that turns out public may ask for more."""
    unheard = {name for name in files if Path(name).suffix.lower() in _SPEAKING}
    while private and (public := unheard - private):
        for name in public:
            text = (docs_dir / name).read_text("utf-8", "replace")
            asked = [*links.in_html(text), *links.in_quotes(text)]
            private = private - set(_found(asked, (posixpath.dirname(name), ""), files, site_url))
        unheard -= public
    return private


def _found(addresses: Iterable[str], folders: Iterable[str], files: Collection[str], site_url: str) -> Iterator[str]:
    """What the addresses lead to, from the first folder where there is such a file."""
    folders = tuple(folders)
    for address in addresses:
        places = (links.place(address, folder, site_url) for folder in folders)
        if path := next((path for path in places if path in files), None):
            yield path
