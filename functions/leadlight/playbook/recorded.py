"""Does a page offer a recording to everybody? Its `audio:`, read from the front matter; called by `gate.gather`."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leadlight.errors import BadPlaybook
from leadlight.model.site import Chapter
from leadlight.playbook.findings import nearest, shaped
from leadlight.playbook.shapes import AudioShape
from leadlight.playbook.written import read_yaml, split_front

_LOOKS_RECORDED = re.compile(r"^[\"']?audio[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that stands open: `file` relative to the docs folder, named in this line of the page."""

    file: str
    chapters: tuple[Chapter, ...]
    line: int


def is_audio(name: str) -> bool:
    """Whether a file is a recording, by its name.

    >>> is_audio("downloads/talk.mp3"), is_audio("downloads/talk.pdf")
    (True, False)
    """
    return (mimetypes.guess_type(name)[0] or "").startswith("audio/")


def read_recording(text: str, src_uri: str, docs_dir: Path) -> Recording | None:
    """What the page with that text offers to listen to, if anything. Raises `BadPlaybook`, naming the file."""
    front = split_front(text).front
    if not _LOOKS_RECORDED.search(front):
        return None
    written = read_yaml(front, file=src_uri, first_line=2)
    if not isinstance(written.data, dict) or not isinstance(written.data.get("audio"), dict):
        message = "`audio` needs its keys indented below it: `file:` and, if there are any, `chapters:`"
        raise BadPlaybook([written.problem(("audio",), message)])
    shape, where = shaped(AudioShape, written, ("audio",)), ("audio", "file")
    pure = PurePosixPath(shape.file)
    if pure.is_absolute() or ".." in pure.parts or "\\" in shape.file:
        raise BadPlaybook([written.problem(where, f"`{shape.file}` must be a path inside the docs folder, with `/`")])
    if not is_audio(shape.file):
        raise BadPlaybook([written.problem(where, f"`{shape.file}` is no recording; name an .mp3, .ogg or .wav file")])
    if not (docs_dir / shape.file).is_file():
        folder = (docs_dir / shape.file).parent
        there = [str(pure.with_name(path.name)) for path in sorted(folder.glob("*"))] if folder.is_dir() else []
        raise BadPlaybook([written.problem(where, f"there is no file `{shape.file}`{nearest(shape.file, there)}")])
    return Recording(shape.file, shape.chapters, written.line(where))
