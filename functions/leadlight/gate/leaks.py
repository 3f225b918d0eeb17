"""Does anything withheld stand in a public file? Called by the plugin after each build and by `leadlight check`.

What to look for comes from the Markdown that people wrote, never from the bundle: an empty bundle must not look clean.
A phrase that the open half or an ungated page says as well is no secret.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from leadlight.errors import Problem
from leadlight.gate.reading import Reading, inlined, members, pieces, read
from leadlight.gate.words import parts, words

RUN = 6  # words in a row that two texts do not share by chance
_LEAST = 15  # letters that a phrase needs to mean something
_DEPTH = 4  # coats of base64 and archives within each other
_SHOWN = 3  # leaks named per file; the rest are counted
_URL = re.compile(r"https?://[^\s\"'<>()\[\]{}\\`|]+")
_FRAGMENT = re.compile(r"#([\w%.:-]+)")
_BEFORE = re.compile(r"[\w%./-]*\Z")
_ID = re.compile(r"\bid=[\"']?([\w%.:-]+)")


Phrase = tuple[str, ...]
Index = dict[tuple[str, str], dict[Phrase, str]]
"""Phrases and where they are withheld, by their first two words."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of withheld text that stands for itself: a paragraph, an item, a heading, a line of code."""

    text: str
    origin: str  # file:line
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """What must not be found. `files` maps the SHA-256 of a file to its name; `anchors` a heading's id to its page.

    `pages` are the addresses a gated page may have: `tutorials/x/`, `tutorials/x.html`.
    """

    passages: tuple[Passage, ...] = ()
    urls: Mapping[str, str] = field(default_factory=dict)
    anchors: Mapping[tuple[str, str], str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Secrets:
    """`Withheld`, made ready for looking things up; `labels` are headings, however short."""

    phrases: Index
    labels: Index
    urls: dict[str, str]
    anchors: dict[str, dict[str, str]]  # id → page → origin
    files: Mapping[str, str]
    clean: set[bytes] = field(default_factory=set)  # digests of parts without a find: pages share most of theirs
    done: set[bytes] = field(default_factory=set)  # those of pieces that need no second look on any page


def find(withheld: Withheld, *, said: Iterable[str], site: Path, known: Collection[str] = ()) -> list[Problem]:
    """Every public file of `site` that shows something withheld, a few phrases of each.

    `said` are texts that are public by intent. `known` are SHA-256 sums of files that come with the theme.
    """
    secrets = _without(_secrets(withheld), said)
    problems = list[Problem]()
    for path in sorted(p for p in site.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() in known:
            continue
        name = path.relative_to(site).as_posix()
        hits = dict.fromkeys(_hits(secrets, data, name))
        problems += [Problem(str(path), 0, hit) for hit in list(hits)[:_SHOWN]]
        if len(hits) > _SHOWN:
            problems.append(Problem(str(path), 0, f"and {len(hits) - _SHOWN} more withheld passages"))
    return problems


def _secrets(withheld: Withheld) -> Secrets:
    phrases: Index = defaultdict(dict)
    labels: Index = defaultdict(dict)
    for passage in withheld.passages:
        for phrase in _phrases(passage.text):
            phrases[phrase[0], phrase[1]].setdefault(phrase, passage.origin)
        if passage.heading and len(said := tuple(words(passage.text))) >= 2:
            labels[said[0], said[1]].setdefault(said, passage.origin)
    anchors: dict[str, dict[str, str]] = defaultdict(dict)
    for (page, anchor), origin in withheld.anchors.items():
        anchors[anchor][page] = origin
    return Secrets(dict(phrases), dict(labels), dict(withheld.urls), dict(anchors), withheld.files)


def _phrases(text: str) -> Iterator[Phrase]:
    """Runs of words of a passage, and its short sentences as a whole."""
    for sentence in re.split(r"(?<=[.!?:;])\s+", text):
        if 3 <= len(said := words(sentence)) < RUN and sum(map(len, said)) >= _LEAST:
            yield tuple(said)
    said = words(text)
    for i in range(len(said) - RUN + 1):
        if sum(map(len, run := said[i : i + RUN])) >= _LEAST or not "".join(run).isascii():
            yield tuple(run)


def _without(secrets: Secrets, said: Iterable[str]) -> Secrets:
    """Strikes out what is said in public on purpose."""
    for text in said:
        for said_words in map(words, parts(text)):
            for index in (secrets.phrases, secrets.labels):
                for _, phrase in list(_spoken(index, said_words)):
                    index[phrase[0], phrase[1]].pop(phrase, None)
        for url in _urls(text):
            secrets.urls.pop(url, None)
        for match in _FRAGMENT.finditer(text):
            secrets.anchors.pop(match[1], None)
    return secrets


def _spoken(index: Index, said: list[str]) -> Iterator[tuple[int, Phrase]]:
    """The phrases among those words, each with its place."""
    for i, start in enumerate(pairwise(said)):
        for phrase in index.get(start, ()):
            if tuple(said[i : i + len(phrase)]) == phrase:
                yield i, phrase


def _urls(text: str) -> set[str]:
    return {match[0].rstrip(".,;:!?/") for match in _URL.finditer(text)}


def _hits(secrets: Secrets, data: bytes, name: str, depth: int = _DEPTH) -> Iterator[str]:
    """What one file shows, in words for whoever has to mend it, and what the files within it do."""
    if source := secrets.files.get(hashlib.sha256(data).hexdigest()):
        yield f"is the withheld file {source}, or contains it"
    inner = members(data) if depth else []
    for member in inner:
        yield from _hits(secrets, member, name, depth - 1)
    for piece in pieces(data) if not inner else ():
        if (digest := _digest(piece)) not in secrets.done:
            reading, blobs = read(piece), list(inlined(piece)) if depth else []
            found = [*_said(secrets, reading), *_linked(secrets, reading.raw, name)]
            for blob in blobs:
                found += _hits(secrets, blob, name, depth - 1)
            yield from found
            # what an anchor points to depends on the page it is on
            if not found and not any(map(pieces, blobs)) and not any(_anchors(secrets, reading.raw)):
                secrets.done.add(digest)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _said(secrets: Secrets, reading: Reading) -> Iterator[str]:
    for text in reading.texts:
        for part in parts(text):
            if (digest := _digest(part)) not in secrets.clean:
                found = list(_stretches(secrets, words(part)))
                yield from found
                secrets.clean.update(() if found else (digest,))
    for label in reading.labels if secrets.labels else ():
        name = tuple(words(label))
        if len(name) > 1 and (origin := secrets.labels.get((name[0], name[1]), {}).get(name)):
            yield f"names “{' '.join(name)}”, a heading withheld in {origin}"


def _stretches(secrets: Secrets, said: list[str]) -> Iterator[str]:
    """Runs that overlap are one stretch of withheld text."""
    reached = 0
    for i, phrase in _spoken(secrets.phrases, said):
        if i >= reached:
            origin = secrets.phrases[phrase[0], phrase[1]][phrase]
            yield f"says “{' '.join(said[i : i + 2 * RUN])}”, which is withheld in {origin}"
        reached = max(reached, i + len(phrase))


def _linked(secrets: Secrets, text: str, name: str) -> Iterator[str]:
    for url in _urls(text) if secrets.urls else ():
        if origin := secrets.urls.get(url):
            yield f"links to {url}, which is withheld in {origin}"
    here = name.removesuffix("index.html")
    for match in _anchors(secrets, text):
        before = _BEFORE.search(text, max(0, match.start() - 300), match.start())
        target = (before[0] if before and match[0].startswith("#") else "") or here
        for origin in (origin for page, origin in secrets.anchors[match[1]].items() if _may_be(target, page)):
            yield f"points to #{match[1]}, a heading withheld in {origin}"


def _anchors(secrets: Secrets, text: str) -> Iterator[re.Match[str]]:
    """Ids and fragments that are called like a withheld heading of some page."""
    for match in [*_ID.finditer(text), *_FRAGMENT.finditer(text)] if secrets.anchors else ():
        if match[1] in secrets.anchors:
            yield match


def _may_be(target: str, page: str) -> bool:
    """Whether an address, relative or not, can be that page."""
    tail = target.lstrip("./")
    return tail == page or bool(tail and page and (tail.endswith("/" + page) or page.endswith("/" + tail)))
