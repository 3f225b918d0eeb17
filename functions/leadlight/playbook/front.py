"""Is this page gated, and how? Reads the front matter of one page; called by the gate plugin for each page.

It must not overlook a gate that was meant: a page whose gate is misspelt would be published whole.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.person import GateId
from leadlight.model.site import Chapter, GateKind, Meter, Unlock
from leadlight.model.touch import Encounter
from leadlight.playbook.findings import judged, keys_of, nearest, rest_of
from leadlight.playbook.shapes import GateShape
from leadlight.playbook.written import Written, read_yaml, split_front, text_of

SECTION = ".gate.yml"
"""The file that gates all pages of its folder, and below."""

WAITLIST = "waitlist"
"""The form of a waitlist that names none."""

_KEYS = set(keys_of(GateShape))
_LOOKS_GATED = re.compile(r"^[\"']?gate?[sd]?[\"']?\s*:", re.MULTILINE | re.IGNORECASE)
_WORD = re.compile(r"[^\W_][^\s:,{}\[\]\"']*")
_ALIKE = 0.6
"""How like `gate` a key must be that holds keys of a gate, to be a misspelt one."""

_SURELY = 0.8
"""The same, whatever it holds."""

_SECTION_LIKE = re.compile(r"[._]*([^.]+)\.y[aml]{1,3}(?:\.txt)?|[._]+([^.]+)")
"""`gate.yml`, `.gates.yaml`, `_gate`: names by which a folder's gate would not be found."""

_LANGUAGE = re.compile(r"\.[a-z]{2}(-[A-Za-z]{2,4})?\Z")


@dataclass(frozen=True, slots=True)
class GateFront:
    """A page's `gate:`, parsed. `teaser` in percent, `files` relative to the docs folder; it stands at `file:line`.

    `unlock` is None where it is left to the profile; `lines` says where each key stands.
    """

    id: GateId
    form: str
    unlock: Unlock | None
    teaser: int | None
    files: tuple[str, ...]
    sequence: str | None
    buyer: str | None
    encounter: Encounter
    quality: int
    meter: Meter | None
    topics: tuple[str, ...]
    file: str
    line: int
    lines: Mapping[str, int]
    kind: GateKind = GateKind.PAGE
    series: str | None = None
    part: int | None = None
    chapters: tuple[Chapter, ...] = ()
    trial: str = ""
    disposable: str = "accept"


def gate_id(src_uri: str) -> GateId:
    """The source path without suffix: `x/index.md` is `x`, and `page.pl.md` shares the id of `page.md`.

    >>> gate_id("tutorials/zero-trust.pl.md"), gate_id("tutorials/index.md"), gate_id("index.md")
    ('tutorials/zero-trust', 'tutorials', 'index')
    """
    path = PurePosixPath(src_uri).with_suffix("")
    path = path.with_name(_LANGUAGE.sub("", path.name) or path.name)
    if path.name in {"index", "README"} and path.parent.name:
        path = path.parent
    return GateId(str(path))


def spoken_by(src_uri: str) -> str:
    """The language that the name of a page says, if it does.

    >>> spoken_by("tutorials/zero-trust.pl.md"), spoken_by("index.md")
    ('pl', '')
    """
    found = _LANGUAGE.search(PurePosixPath(src_uri).with_suffix("").name)
    return found[0][1:] if found else ""


def read_gate(path: Path, src_uri: str) -> GateFront | None:
    """The gate of the page at `path`, or None where it has none. Raises `BadPlaybook`, naming the file `src_uri`."""
    text = text_of(path, file=src_uri)
    page = split_front(text)
    if not page.front:
        _refuse_a_displaced_gate(text, src_uri)
    if not _may_have_a_gate(page.front):
        return _inherited(path, src_uri)
    try:
        written = read_yaml(page.front, file=src_uri, first_line=2)
    except BadPlaybook:
        if _LOOKS_GATED.search(page.front):
            raise
        return _inherited(path, src_uri)  # somebody else's front matter, and MkDocs takes such a page as it is
    if not isinstance(written.data, dict):
        return _inherited(path, src_uri)
    if "gate" not in written.data:
        _refuse_a_misspelt_gate(written)
        return _inherited(path, src_uri)
    if written.data["gate"] is False:  # in a section with a gate, this page stands open
        return None
    return _completed(_read(written, path), written, path)


def rest_of_gate(path: Path, src_uri: str) -> GateFront | None:
    """What can be read of a page's own gate that has mistakes, so that what it names is looked at, too."""
    with suppress(BadPlaybook):
        written = read_yaml(split_front(text_of(path, file=src_uri)).front, file=src_uri, first_line=2)
        if isinstance(written.data, dict) and isinstance(written.data.get("gate"), dict):
            rest = rest_of(GateShape, written, ("gate",))
            return _front(rest.shape, rest.written) if rest else None
    return None


def _may_have_a_gate(front: str) -> bool:
    """Whether some word in it is like `gate`, or could be one in disguise. Most front matter is of others, and to parse
    it takes longer than all else about a page."""
    return "\\" in front or any(_like_gate(word) >= _ALIKE for word in set(_WORD.findall(front)) - {"date"})


def _inherited(path: Path, src_uri: str) -> GateFront | None:
    """The gate of a page that says nothing of one: that of the page which it translates, else its folder's."""
    original = _original(path)
    if original is None:
        return _of_section(path, src_uri)
    front = read_gate(original, _beside(src_uri, original))
    return replace(front, file=src_uri, line=1, lines=dict.fromkeys(_KEYS, 1)) if front else None


def _completed(front: GateFront, written: Written, path: Path) -> GateFront:
    """A translation's own gate says what differs; all else is as the page has it that it translates."""
    original = _original(path)
    whole = read_gate(original, _beside(front.file, original)) if original else None
    if whole is None:
        return front
    said = {key: getattr(front, key) for key in _KEYS if ("gate", key) in written.lines}
    return replace(whole, file=front.file, line=front.line, lines=front.lines, **said)


def _original(path: Path) -> Path | None:
    """The page that this one says in another language: `x.md` for `x.pl.md`, else a gated one beside it."""
    name = PurePosixPath(path.name).with_suffix("").name
    base = _LANGUAGE.sub("", name)
    if base == name:
        return None
    if (original := path.with_name(f"{base}.md")).is_file():
        return original
    others = (other for other in sorted(path.parent.glob(f"{base}.*.md")) if other != path)
    return next((other for other in others if spoken_by(other.name) and _says_gate(path, other)), None)


def _says_gate(path: Path, other: Path) -> bool:
    """Whether that page has a gate written out, while this one has none: else both would look at each other."""
    return all(
        bool(_LOOKS_GATED.search(split_front(text_of(each, file=each.name)).front)) is (each == other)
        for each in (path, other)
    )


def _beside(src_uri: str, original: Path) -> str:
    return str(PurePosixPath(src_uri).with_name(original.name))


def _of_section(path: Path, src_uri: str) -> GateFront | None:
    """The gate that the page's folder has, or the nearest one above it: `.gate.yml`. An index stands open.

    A page with a `gate:` of its own goes by that alone.
    """
    docs = _docs_folder(path, src_uri)
    file = "" if is_index(src_uri) else section_of(path, src_uri)
    if docs is None or not file:
        return None
    found = docs / file
    written = read_yaml(text_of(found, file=file), file=file)
    as_page = Written(file, {"gate": {} if written.data is None else written.data}, _below_gate(written.lines))
    for key in ("id", "part"):
        if isinstance(written.data, dict) and key in written.data:
            raise BadPlaybook([written.problem((key,), f"`{key}` is for one page; this file is for all of its folder")])
    front = _read(as_page, found)
    return replace(front, id=gate_id(src_uri), file=src_uri, line=1, lines=dict.fromkeys(_KEYS, 1))


def section_of(path: Path, src_uri: str) -> str:
    """The nearest `.gate.yml` in the page's folder or above it, relative to the docs folder; empty if there is none."""
    docs = _docs_folder(path, src_uri)
    if docs is None:
        return ""
    files = (folder / SECTION for folder in path.parents if folder.is_relative_to(docs))
    return next((file.relative_to(docs).as_posix() for file in files if file.is_file()), "")


def is_index(src_uri: str) -> bool:
    """Whether the page is its folder's index, in whatever language.

    >>> is_index("x/index.pl.md"), is_index("x/README.md"), is_index("x/page.md")
    (True, True, False)
    """
    return PurePosixPath(src_uri).name.partition(".")[0] in {"index", "README"}


def is_nearly_section(name: str) -> bool:
    """Whether a file of that name was meant to be `.gate.yml`, and is not.

    >>> [is_nearly_section(name) for name in (".gate.yaml", "gate.yml", ".gates.yml", ".gate.yml", "rates.yml")]
    [True, True, True, False, False]
    """
    found = _SECTION_LIKE.fullmatch(name.lower())
    return found is not None and name != SECTION and _like_gate(found[1] or found[2]) >= _SURELY


def _below_gate(lines: Mapping[tuple[str | int, ...], int]) -> Mapping[tuple[str | int, ...], int]:
    return {("gate",): 1, **{("gate", *where): line for where, line in lines.items()}}


def _read(written: Written, path: Path) -> GateFront:
    if not isinstance(written.data, dict) or not isinstance(written.data["gate"], dict):
        message = "`gate` needs its keys indented below it; `gate: {}` gates the page with the built-in form"
        raise BadPlaybook([written.problem(("gate",), message)])
    return _front(
        judged(GateShape, written, lambda shape, rest: _file_problems(shape.files, rest, path), ("gate",)), written
    )


def _front(shape: GateShape, written: Written) -> GateFront:
    named = ("gate", "form") in written.lines
    return GateFront(
        id=GateId(shape.id) if shape.id else gate_id(written.file),
        form=WAITLIST if shape.kind is GateKind.WAITLIST and not named else shape.form,
        unlock=shape.unlock,
        teaser=shape.teaser,
        files=shape.files,
        sequence=shape.sequence,
        buyer=shape.buyer,
        encounter=shape.encounter,
        quality=shape.quality,
        meter=shape.meter,
        topics=shape.topics,
        file=written.file,
        line=written.line(("gate",)),
        lines={key: written.line(("gate", key)) for key in _KEYS},
        kind=shape.kind,
        series=shape.series,
        part=shape.part,
        chapters=shape.chapters,
        trial=shape.trial,
        disposable=shape.disposable,
    )


def _file_problems(files: tuple[str, ...], written: Written, page: Path) -> list[Problem]:
    docs = _docs_folder(page, written.file)
    problems, names = [], set[str]()
    for index, name in enumerate(files):
        where = ("gate", "files", index)
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name:
            problems.append(written.problem(where, f"`{name}` must be a path inside the docs folder, with `/`"))
        elif docs is not None and not (docs / name).is_file():
            siblings = (docs / name).parent
            found = [str(pure.with_name(p.name)) for p in sorted(siblings.glob("*"))] if siblings.is_dir() else []
            problems.append(written.problem(where, f"there is no file `{name}`{nearest(name, found)}"))
        if pure.name in names:
            problems.append(written.problem(where, f"two files of this gate are called `{pure.name}`; rename one"))
        names.add(pure.name)
    return problems


def _docs_folder(page: Path, src_uri: str) -> Path | None:
    """The folder that `src_uri` is relative to; None for a page that another plugin made elsewhere."""
    if not page.as_posix().endswith(f"/{src_uri}"):
        return None
    return page.parents[len(PurePosixPath(src_uri).parts) - 1]


def _refuse_a_misspelt_gate(written: Written) -> None:
    if not isinstance(written.data, dict):
        return
    for key, value in written.data.items():
        likeness = _like_gate(key)
        ours = isinstance(value, dict) and bool(_KEYS & value.keys())
        if key.lower() == "date" or likeness < (_ALIKE if ours else _SURELY):
            continue
        message = f"unknown key `{key}`; did you mean `gate`? As it stands, the whole page would be public"
        raise BadPlaybook([written.problem((key,), message)])


@cache
def _like_gate(key: str) -> float:
    return difflib.SequenceMatcher(None, key.lower(), "gate").ratio()


def _refuse_a_displaced_gate(text: str, file: str) -> None:
    """Front matter after an empty line, or without its end, is no front matter to MkDocs: it would print it."""
    start = text.lstrip()
    if not start.startswith("---") or not _LOOKS_GATED.search(start[:2000].split("\n\n")[0]):
        return
    line = text[: len(text) - len(start)].count("\n") + 1
    message = "this front matter must start on line 1 with `---` and end with a line of `---`; the gate is not seen"
    raise BadPlaybook([Problem(file, line, message)])
