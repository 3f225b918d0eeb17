"""Is this page gated, and how? Reads the front matter of one page; called by the gate plugin for each page.

It must not overlook a gate that was meant: a page whose gate is misspelt would be published whole.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.person import GateId
from leadlight.model.site import Meter, Unlock
from leadlight.model.touch import Encounter
from leadlight.playbook.findings import gather, keys_of, nearest, shaped
from leadlight.playbook.shapes import GateShape
from leadlight.playbook.written import Written, read_yaml, split_front, text_of

_KEYS = set(keys_of(GateShape))
_LOOKS_GATED = re.compile(r"^[\"']?gate?[sd]?[\"']?\s*:", re.MULTILINE | re.IGNORECASE)
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
        return None
    try:
        written = read_yaml(page.front, file=src_uri, first_line=2)
    except BadPlaybook:
        if _LOOKS_GATED.search(page.front):
            raise
        return None  # somebody else's front matter, and MkDocs takes such a page as it is
    if not isinstance(written.data, dict):
        return None
    if "gate" not in written.data:
        _refuse_a_misspelt_gate(written)
        return None
    return _read(written, path)


def _read(written: Written, path: Path) -> GateFront:
    if not isinstance(written.data, dict) or not isinstance(written.data["gate"], dict):
        message = "`gate` needs its keys indented below it; `gate: {}` gates the page with the built-in form"
        raise BadPlaybook([written.problem(("gate",), message)])
    problems: list[Problem] = []
    shape = gather(problems, lambda: shaped(GateShape, written, ("gate",)))
    if shape is not None:
        problems.extend(_file_problems(shape.files, written, path))
    if shape is None or problems:
        raise BadPlaybook(problems)
    return GateFront(
        id=GateId(shape.id) if shape.id else gate_id(written.file),
        form=shape.form,
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
        likeness = difflib.SequenceMatcher(None, key.lower(), "gate").ratio()
        ours = isinstance(value, dict) and bool(_KEYS & value.keys())
        if key.lower() == "date" or likeness < (0.6 if ours else 0.8):
            continue
        message = f"unknown key `{key}`; did you mean `gate`? As it stands, the whole page would be public"
        raise BadPlaybook([written.problem((key,), message)])


def _refuse_a_displaced_gate(text: str, file: str) -> None:
    """Front matter after an empty line, or without its end, is no front matter to MkDocs: it would print it."""
    start = text.lstrip()
    if not start.startswith("---") or not _LOOKS_GATED.search(start[:2000].split("\n\n")[0]):
        return
    line = text[: len(text) - len(start)].count("\n") + 1
    message = "this front matter must start on line 1 with `---` and end with a line of `---`; the gate is not seen"
    raise BadPlaybook([Problem(file, line, message)])
