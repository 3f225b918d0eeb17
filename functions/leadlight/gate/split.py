"""Which HTML belongs to which half of a rendered page? Called by the gate plugin; knows no MkDocs.

The page is rendered once and cut afterwards, so that numbers of footnotes, ids of headings, tabs and lines of code stay
unique when the halves come together again.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Protocol, TypeVar

from leadlight.gate.words import without_tags, words

WORDS_PER_MINUTE = 215  # silent reading of non-fiction: Brysbaert 2019 measured 238, less for technical text

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_ID = re.compile(r'\bid="([^"]+)"')


class BadMark(ValueError):
    """The mark is not where a page can be cut; the message tells what to do."""


@dataclass(frozen=True, slots=True)
class Split:
    """`teaser` and `notes` (its footnotes) are public; `withheld` has its own footnotes; `whole` is the page uncut.

    `at` is where the withheld half begins within the whole.
    """

    teaser: str
    notes: str
    withheld: str
    whole: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """How much is withheld, computed from the words."""

    words: int
    percent: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element stands in its HTML; `depth` 0 is the top level."""

    tag: str
    attrs: dict[str, str]
    depth: int
    start: int
    end: int

    def has_class(self, name: str) -> bool:
        """Whether `class` lists that name."""
        return name in self.attrs.get("class", "").split()


class TocItem(Protocol):
    """An entry of a table of contents, as MkDocs has it."""

    @property
    def id(self) -> str: ...

    @property
    def children(self) -> Sequence[TocItem]: ...


Item = TypeVar("Item", bound=TocItem)


def split(html: str) -> Split:
    """Cuts rendered HTML at its mark. Raises `BadMark` if there is not exactly one at the top level."""
    page = _Scanner(html)
    start, end = _the_mark(page.marks)
    box = next((e for e in page.elements if e.depth == 0 and e.start > end and e.has_class("footnote")), None)
    stop = box.start if box else len(html)
    tail = html[box.end :] if box else ""
    teaser, withheld = html[:start], html[end:stop] + tail
    notes, hidden_notes = _footnotes(page, box, html, teaser) if box else ("", "")
    return Split(
        teaser=_prune_contents(teaser, set(ids(withheld))).strip(),
        notes=notes,
        withheld=f"{withheld.strip()}\n{hidden_notes}".strip(),
        whole=html[:start] + html[end:],
        at=start,
    )


def ids(html: str) -> list[str]:
    """The ids within a piece of HTML."""
    return _ID.findall(html)


def measure(parts: Split) -> Measure:
    """How many words are withheld, which share of the page that is, and how long they take to read."""
    shown, hidden = len(words(without_tags(parts.teaser))), len(words(without_tags(parts.withheld)))
    percent = round(100 * hidden / max(1, shown + hidden))
    return Measure(words=hidden, percent=percent, minutes=max(1, round(hidden / WORDS_PER_MINUTE)))


def prune_toc(items: Iterable[Item], keep: Collection[str]) -> list[Item]:
    """Copies of those entries, at any depth, whose heading is in `keep`."""
    pruned = []
    for item in items:
        if item.id in keep:
            twin = copy.copy(item)
            setattr(twin, "children", prune_toc(item.children, keep))  # noqa: B010  # read-only in the protocol, so that it fits
            pruned.append(twin)
    return pruned


def _the_mark(marks: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    if not marks:
        raise BadMark(
            "the mark <!-- more --> is in no place where Markdown takes it for one; give it a line of its own"
        )
    if len(marks) > 1:
        raise BadMark(f"the mark <!-- more --> stands here {len(marks)} times; one page breaks off once")
    start, end, depth = marks[0]
    if depth:
        raise BadMark(
            "the mark <!-- more --> must stand at the top level of the page, "
            "not within an admonition, a tab, a list, a table or a paragraph"
        )
    return start, end


def _footnotes(page: _Scanner, box: Element, html: str, teaser: str) -> tuple[str, str]:
    """The footnotes of either half. A note that both cite is public; numbers stay as they were."""
    notes = [e for e in page.elements if e.tag == "li" and e.attrs.get("id", "").startswith("fn") and _within(e, box)]
    shown, hidden, cites = list[str](), list[str](), teaser
    for number, note in enumerate(sorted(notes, key=lambda e: e.start), 1):
        item = f'<li value="{number}"{html[note.start + 3 : note.end]}'
        if f'href="#{note.attrs["id"]}"' in cites:
            cites += item
            shown.append(_without_dangling_links(item, set(ids(teaser))))
        else:
            hidden.append(item)
    return _footnote_box(shown), _footnote_box(hidden)


def _footnote_box(items: Sequence[str]) -> str:
    return f'<div class="footnote">\n<hr />\n<ol>\n{"".join(items)}</ol>\n</div>' if items else ""


def _without_dangling_links(note: str, there: Collection[str]) -> str:
    """A note without the way back to places that are withheld."""
    links = [e for e in _Scanner(note).elements if e.tag == "a" and e.has_class("footnote-backref")]
    return _without(note, [e for e in links if e.attrs.get("href", "").removeprefix("#") not in there])


def _prune_contents(teaser: str, withheld: Collection[str]) -> str:
    """A teaser whose own `[TOC]` names only headings that are there."""
    page = _Scanner(teaser)
    boxes = [e for e in page.elements if e.tag == "div" and e.has_class("toc")]
    items = [e for e in page.elements if e.tag == "li" and any(_within(e, box) for box in boxes)]
    links = [e for e in page.elements if e.tag == "a" and e.attrs.get("href", "").removeprefix("#") in withheld]
    return _without(
        teaser, [item for item in items if any(a.depth == item.depth + 1 and _within(a, item) for a in links)]
    )


def _within(inner: Element, outer: Element) -> bool:
    return outer.start < inner.start and inner.end <= outer.end


def without(html: str, unwanted: Callable[[Element], bool]) -> str:
    """The HTML with those elements left out, whatever is in them."""
    return _without(html, filter(unwanted, _Scanner(html).elements))


def _without(html: str, elements: Iterable[Element]) -> str:
    pieces, at = list[str](), 0
    for element in sorted(elements, key=lambda e: e.start):
        if element.start >= at:
            pieces.append(html[at : element.start])
            at = element.end
    return "".join([*pieces, html[at:]])


class _Scanner(HTMLParser):  # the standard library's parser is used by inheritance
    """Finds elements and marks with their offsets, in one pass."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.elements: list[Element] = []
        self.marks: list[tuple[int, int, int]] = []  # start, end, depth
        self._html = html
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._open: list[tuple[str, dict[str, str], int]] = []
        self.feed(html)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, {name: value or "" for name, value in attrs}, self._here()))
        if tag in _VOID:
            self._close(self._here() + len(self.get_starttag_text() or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, {name: value or "" for name, value in attrs}, self._here()))
        self._close(self._here() + len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if all(name != tag for name, _, _ in self._open):
            return
        end = self._html.find(">", self._here()) + 1 or len(self._html)
        while self._close(end) != tag:
            pass

    def handle_comment(self, data: str) -> None:
        if data.strip() == "more":
            start = self._here()
            self.marks.append((start, self._html.index("-->", start) + 3, len(self._open)))

    def _close(self, end: int) -> str:
        tag, attrs, start = self._open.pop()
        self.elements.append(Element(tag, attrs, len(self._open), start, end))
        return tag
