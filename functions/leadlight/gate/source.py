"""Where does a page break off in its Markdown, and which half says what? Called by the plugin and by the leak check.

Both ask the same function, so what the build withholds and what the check looks for cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise

MARK = "<!-- more -->"
_MARK = re.compile(r"<!--\s*more\s*-->\s*$")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})([^`]*)$")
_HEADING = re.compile(r"#{1,6}\s")
_UNDERLINE = re.compile(r"(=+|-+)\s*$")
_CONTINUES = re.compile(r"\s|</|:\s|\{:|\[\^?[^\]]+\]:\s|\*\[[^\]]+\]:\s|>|\|")
_LIST = re.compile(r"([-*+]|\d+[.)])\s")
_TAB = re.compile(r'===[+!]*\s+"')
_BLOCK_TAGS = r"(?:div|section|article|aside|details|figure|table|ul|ol|dl|blockquote|nav|form|picture|video|audio)\b"
_OPEN, _CLOSE = re.compile(rf"<{_BLOCK_TAGS}", re.IGNORECASE), re.compile(rf"</{_BLOCK_TAGS}", re.IGNORECASE)
_DEFINITION = re.compile(r" {0,3}(\[\^[^\]]+\]|\[[^\]]+\]|\*\[[^\]]+\]):\s")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*\n", re.DOTALL | re.MULTILINE)


class NoCut(ValueError):
    """The page says neither by a mark nor by a percentage where it breaks off; the message tells what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; `number` is 1-based and counts the front matter too."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Halves:
    """The lines of both halves. Footnotes, link targets and abbreviations are with the half that uses them.

    `marked` is the page's Markdown with the mark in its place; `teaser` what other plugins may see of it.
    """

    public: tuple[Line, ...]
    withheld: tuple[Line, ...]
    marked: str
    teaser: str


def body(text: str) -> tuple[str, int]:
    """A page without its front matter, and how many lines that took."""
    text = text.removeprefix("\ufeff")
    match = _FRONT_MATTER.match(text)
    return (text[match.end() :], match[0].count("\n")) if match else (text, 0)


def halves(markdown: str, percent: int | None, *, skipped: int = 0) -> Halves:
    """Splits a page at its mark, else where `percent` of its text is over. Raises `NoCut`.

    `skipped` lines of front matter stand before `markdown` in its file.
    """
    lines = markdown.split("\n")
    in_fence = fenced(lines)
    at = next((i for i, line in enumerate(lines) if _MARK.match(line) and i not in in_fence), None)
    if at is not None:
        before, after, marked = lines[:at], lines[at + 1 :], markdown
    else:
        at = _cut(lines, in_fence, percent)
        before, after = lines[:at], lines[at:]
        marked = "\n".join([*before, "", MARK, "", *after])
    first_after = skipped + len(lines) - len(after) + 1
    public = [Line(n, text) for n, text in enumerate(before, skipped + 1)]
    return _share_out(public, [Line(n, text) for n, text in enumerate(after, first_after)], marked)


def unwritten(markdown: str, *, skipped: int = 0) -> Halves:
    """A page of which all there is stands open: nobody has written the rest yet."""
    lines = [Line(n, text) for n, text in enumerate(markdown.split("\n"), skipped + 1)]
    return Halves(tuple(lines), (), f"{markdown}\n\n{MARK}\n", markdown)


def marks(text: str) -> tuple[int, ...]:
    """The lines of a page, front matter and all, on which somebody has put the mark."""
    markdown, skipped = body(text)
    lines = markdown.split("\n")
    found = [i for i, line in enumerate(lines) if _MARK.match(line)]
    in_fence = fenced(lines) if found else set[int]()
    return tuple(skipped + i + 1 for i in found if i not in in_fence)


def fenced(lines: list[str]) -> set[int]:
    """Numbers of the lines that belong to fenced code. A fence that is never closed is none."""
    inside, start, fence = set[int](), -1, ""
    for i, line in enumerate(lines):
        match = _FENCE.match(line)
        if match and start < 0:
            start, fence = i, match[1]
        elif match and match[1].startswith(fence) and not match[2].strip():
            inside.update(range(start, i + 1))
            start = -1
    return inside


def _cut(lines: list[str], in_fence: set[int], percent: int | None) -> int:
    """The line of that top-level block before which nearest to `percent` of the text stands; never after a heading."""
    if percent is None:
        raise NoCut(f"says no place to break off. Put a line {MARK} into the text, or `teaser: 35%` under `gate:`")
    starts = _block_starts(lines, in_fence)
    shown = [0, *accumulate(len(re.sub(r"\s+", "", line)) for line in lines)]
    places = [at for before, at in pairwise(starts) if not _is_heading(lines[before:at])]
    if not places:
        raise NoCut(f"is too short to break off after {percent} %. Put a line {MARK} where it should")
    return min(places, key=lambda at: abs(shown[at] - shown[-1] * percent / 100))


def _block_starts(lines: list[str], in_fence: set[int]) -> list[int]:
    """Lines before which a mark would stand at the top level of the page."""
    starts, depth, opener = list[int](), 0, ""
    for i, line in enumerate(lines):
        if i in in_fence and i - 1 in in_fence:
            continue
        fresh = i == 0 or not lines[i - 1].strip() or _HEADING.match(line)
        if line.strip() and not line[0].isspace():
            joins = any(kind.match(line) and kind.match(opener) for kind in (_LIST, _TAB))
            if fresh and not depth and not joins and not _CONTINUES.match(line):
                starts.append(i)
            opener = line if fresh else opener
        depth = max(0, depth + len(_OPEN.findall(line)) - len(_CLOSE.findall(line)))
    return starts


def _is_heading(block: list[str]) -> bool:
    text = [line for line in block if line.strip()]
    return (len(text) == 1 and bool(_HEADING.match(text[0]))) or (len(text) == 2 and bool(_UNDERLINE.match(text[1])))


def _share_out(before: list[Line], after: list[Line], marked: str) -> Halves:
    """Gives each definition to the half that uses it; the public one wins."""
    before, defined_before = _definitions(before)
    after, defined_after = _definitions(after)
    public, withheld, kept = list(before), list(after), list[Line]()
    said = "\n".join(line.text for line in before).casefold()
    for name, lines in [*defined_before, *defined_after]:
        if name in said:
            kept += lines
            said += "\n" + "\n".join(line.text for line in lines).casefold()
        else:
            withheld += lines
    teaser = [*(line.text for line in before), "", MARK, "", *(line.text for line in kept)]
    return Halves((*public, *kept), tuple(withheld), marked, "\n".join(teaser))


def _definitions(lines: list[Line]) -> tuple[list[Line], list[tuple[str, list[Line]]]]:
    """Takes footnotes `[^1]: …`, link targets `[name]: …` and abbreviations `*[X]: …` out of the text.

    Each comes with what a text that uses it contains.
    """
    in_fence = fenced([line.text for line in lines])
    rest, found, current = list[Line](), list[tuple[str, list[Line]]](), list[Line]()
    for i, line in enumerate(lines):
        match = None if i in in_fence else _DEFINITION.match(line.text)
        if match:
            current = [line]
            name = match[1].casefold()
            found.append((name.removeprefix("*[").removesuffix("]") if name.startswith("*") else name, current))
        elif current and (not line.text.strip() or line.text.startswith(("    ", "\t"))):
            current.append(line)
        else:
            current = []
            rest.append(line)
    return rest, found
