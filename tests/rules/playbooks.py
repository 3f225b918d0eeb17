"""Small playbooks in a folder, for the tests of what marketers write."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from leadlight.errors import BadPlaybook
from leadlight.model.sequence import Sequence
from leadlight.playbook.source import Playbook, load

STEP = dedent("""\
    ---
    subject: "{{ lead.first_name or 'Hello' }}, how others rolled it out"
    wait: 2 days
    encounter: company
    objective: advance
    ---
    Hello.
    """)

TEAM = "company: Acme\npeople: [{name: Ann Lee, email: ann@acme.example}]\n"


def step(*lines: str, **changed: str) -> str:
    """The step with lines of front matter added, and values of its keys changed."""
    text = STEP.replace("---\nHello", "".join(f"{line}\n" for line in lines) + "---\nHello")
    for key, value in changed.items():
        text = "".join(f"{key}: {value}\n" if ln.startswith(f"{key}:") else ln for ln in text.splitlines(keepends=True))
    return text


def write(folder: Path, files: dict[str, str]) -> Path:
    """The files in that folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def read(folder: Path, files: dict[str, str]) -> Playbook:
    """The playbook that they make."""
    return load(write(folder, files), language="en")


def one(folder: Path, text: str, *, settings: str = "", team: str = TEAM) -> Sequence:
    """The sequence of that one step."""
    files = {"sequences/zt/01-a.md": text, "sequences/zt/sequence.yml": settings, "team.yml": team}
    return read(folder, files).sequences["zt"]


def complaints(folder: Path, files: dict[str, str]) -> list[str]:
    """Every problem of those files, each with its place in the folder."""
    write(folder, files)
    with pytest.raises(BadPlaybook) as caught:
        load(folder, language="en")
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def warned(folder: Path, files: dict[str, str]) -> list[str]:
    """Every warning, in the same way."""
    return [str(warning).replace(f"{folder}/", "") for warning in read(folder, files).warnings]
