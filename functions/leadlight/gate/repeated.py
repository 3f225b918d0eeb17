"""Which open lines say a whole sentence that a page withholds? Called by `gather`.

The leak check takes what authors say in the open for no secret: pages share words. So a paste by mistake is told of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadlight.gate.source import Line, fenced
from leadlight.gate.words import words

LEAST = 8
"""Words of a sentence that two pages do not share by chance."""

_END = re.compile(r"(?<=[.!?:;])\s+")

Sentence = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """Where it is open, where it is withheld (numbers of lines), what it says, and how many more the two share."""

    page: str
    line: int
    withheld: str
    withheld_line: int
    text: str
    more: int


def repeated(
    withheld: Iterable[tuple[str, Sequence[Line]]], said: Iterable[tuple[str, Sequence[Line]]]
) -> Iterator[Repeated]:
    """The first of each two pages' common sentences. Both are names of pages, with those lines of theirs."""
    secret = {
        sentence: (page, line) for page, lines in withheld for sentence, line, _ in _sentences(lines)
    }  # the last page that withholds it will do
    for page, lines in said if secret else ():
        found = defaultdict[str, list[tuple[int, int, str]]](list)
        for sentence, line, text in _sentences(lines):
            if sentence in secret:
                owner, at = secret[sentence]
                found[owner].append((line, at, text))
        for owner, shared in found.items():
            line, at, text = shared[0]
            yield Repeated(page, line, owner, at, text, len(shared) - 1)


def _sentences(lines: Sequence[Line]) -> Iterator[tuple[Sentence, int, str]]:
    """Those that are long enough: as words, with the line where the paragraph begins, and as written."""
    for block in _paragraphs(lines):
        for text in _END.split(" ".join(line.text.strip() for line in block)):
            if len(said := tuple(words(text))) >= LEAST:
                yield said, block[0].number, text.strip()


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines up to the next empty one; code belongs to none."""
    code, block = fenced([line.text for line in lines]), list[Line]()
    for number, line in enumerate(lines):
        if line.text.strip() and number not in code:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block
