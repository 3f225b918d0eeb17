"""What do lines of Markdown say, once the markup is gone? Called by `gather` for what the leak check looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from markdown.extensions.toc import slugify, slugify_unicode

from leadlight.gate.leaks import Passage
from leadlight.gate.source import Line
from leadlight.gate.words import without_tags

_HEADING = re.compile(r"\s*#{1,6}\s+(.*?)\s*#*\s*$")
_STARTS = re.compile(r"\s*(?:[-*+]|\d+[.)]|:|>|\|)\s")
_TITLED = re.compile(r'\s*(?:!!!|\?\?\?\+?|===[+!]*)[^"]*"(.*)"\s*$')
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_EXPLICIT_ID = re.compile(r"\{:?[^}]*#([\w:.-]+)[^}]*\}")
_ASIDE = re.compile(r'\b(?:alt|title|aria-label)\s*=\s*"([^"]+)"|!\[([^\]]*)\]|\]\([^)\s]*\s+"([^"]+)"\)')
_MARKUP = (
    (re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])"), " "),  # images; their words are taken apart from the text
    (re.compile(r"\[\^[^\]]+\]:?"), ""),  # footnotes
    (re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])"), r"\1"),  # links
    (re.compile(r"\s*\{[:.#%][^}]*\}"), " "),  # attribute lists
    (re.compile(r"(?<!\w):[a-z0-9_+-]+:(?!\w)"), " "),  # icons
    (re.compile(r"(?<=\w)(?:\*\*|__|~~|==|\^\^)|(?:\*\*|__|~~|==|\^\^)(?=\w)"), ""),  # emphasis within a word
)


def passages(lines: Iterable[Line], file: str) -> Iterator[Passage]:
    """The pieces of text that stand for themselves, each with `file:line`."""
    for block in _blocks(list(lines)):
        first, origin = block[0].text, f"{file}:{block[0].number}"
        heading = _HEADING.match(first) or _TITLED.match(first)
        text = heading[1] if heading else "\n".join(line.text for line in block)
        yield Passage(_plain(text), origin, heading=bool(heading))
        if first.lstrip().startswith("|"):
            yield from (Passage(_plain(cell), origin) for cell in first.split("|"))
        for match in _ASIDE.finditer(text):
            yield Passage(match[1] or match[2] or match[3] or "", origin)


def anchors(lines: Iterable[Line]) -> dict[str, int]:
    """The ids that headings get, each with its line."""
    found = dict[str, int]()
    for line in lines:
        if match := _HEADING.match(line.text):
            explicit = _EXPLICIT_ID.search(match[1])
            said = _plain(match[1]).strip()
            for anchor in [explicit[1]] if explicit else [slugify(said, "-"), slugify_unicode(said, "-")]:
                found.setdefault(anchor, line.number)
    return found


def page_addresses(src_uri: str) -> set[str]:
    """Where MkDocs may publish a page: `x.md` as `x/` or `x.html`."""
    stem = src_uri.removesuffix(".md")
    if Path(stem).name in {"index", "README"}:
        folder = stem.removesuffix("index").removesuffix("README")
        return {folder, f"{folder}index.html"}
    return {f"{stem}/", f"{stem}.html"}


def _blocks(lines: list[Line]) -> Iterator[list[Line]]:
    """Paragraphs, items, rows, headings; fenced code in one piece."""
    block, fence = list[Line](), ""
    for line in lines:
        match = _FENCE.match(line.text)
        if fence:
            if match and match[1].startswith(fence):
                fence = ""
            block.append(line)
            continue
        alone = _HEADING.match(line.text) or _TITLED.match(line.text)
        if block and (alone or match or not line.text.strip() or _STARTS.match(line.text)):
            yield block
            block = []
        if alone:
            yield [line]
        elif line.text.strip():
            block = [*block, line]
            fence = match[1] if match else ""
    if block:
        yield block


def _plain(text: str) -> str:
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return without_tags(text)
