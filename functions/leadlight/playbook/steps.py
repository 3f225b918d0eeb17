"""Which conversations are planned? Reads `sequences/<name>/NN-slug.md`. Build only; called by `source`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.sequence import Channel, Migrate, Sequence, Step
from leadlight.model.site import Team
from leadlight.playbook.context import STEP, Names
from leadlight.playbook.findings import gather, nearest, shaped
from leadlight.playbook.shapes import SequenceShape, StepShape
from leadlight.playbook.templates import expression_problems, template_problems
from leadlight.playbook.write import as_json, content_hash
from leadlight.playbook.written import Page, Written, read_yaml, split_front, text_of

_LONGEST = 60_000
"""Bytes of a body. Gmail cuts a mail at 102 KB, and inlined styles make it grow."""


def read_sequences(folder: Path, team: Team, problems: list[Problem]) -> dict[str, Sequence]:
    """All sequences by name; what is wrong is added to `problems`."""
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.stem.lower() == "readme":
            continue
        if not path.is_dir():
            problems.append(
                Problem(str(path), 0, "put each sequence into a folder of its own: sequences/<name>/01-hello.md")
            )
        elif sequence := gather(problems, lambda path=path: _sequence(path, team)):  # type: ignore[misc]  # mypy cannot type lambda defaults
            found[path.name] = sequence
    return found


def text_problems(subject: str, page: Page, written: Written, names: Names) -> list[Problem]:
    """What is wrong with the texts of a mail: unknown names, broken Jinja, nothing to say."""
    subject_line = written.line(("subject",))
    problems = [Problem(written.file, subject_line, message) for _, message in template_problems(subject, names)]
    for line, message in template_problems(page.body, names):
        problems.append(Problem(written.file, page.body_line + line - 1, message))
    if not page.body.strip():
        problems.append(Problem(written.file, page.body_line, "there is no text yet; write it below the front matter"))
    if len(page.body.encode()) > _LONGEST:
        problems.append(
            Problem(written.file, page.body_line, "this is too long for a mail; put it on a page, and link")
        )
    return problems


def version_of(sequence: Sequence) -> str:
    """The hash of everything but the version."""
    return content_hash(as_json(replace(sequence, version="")))


def _sequence(folder: Path, team: Team) -> Sequence:
    problems: list[Problem] = []
    shape = gather(problems, lambda: _settings(folder / "sequence.yml")) or SequenceShape()
    paths = list(_step_files(folder, problems))
    steps = [gather(problems, lambda path=path: _step(path, team)) for path in paths]  # type: ignore[misc]  # the same
    if not paths and not problems:
        problems.append(Problem(str(folder), 0, "this sequence has no steps; write 01-hello.md, or remove the folder"))
    if problems:
        raise BadPlaybook(problems)
    sequence = Sequence(
        name=folder.name,
        version="",
        steps=tuple(step for step in steps if step is not None),
        purpose=shape.purpose,
        migrate=shape.migrate,
    )
    return replace(sequence, version=version_of(sequence))


def _settings(path: Path) -> SequenceShape:
    if not path.exists():
        return SequenceShape(purpose="", migrate=Migrate.FINISH)
    return shaped(SequenceShape, read_yaml(text_of(path), file=str(path)))


def _step_files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """The steps in order of their numbers, which must be different."""
    taken: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.name == "sequence.yml" or path.stem.lower() == "readme":
            continue
        match = re.fullmatch(r"(\d\d)-[a-z0-9][a-z0-9-]*\.md", path.name)
        if match is None:
            problems.append(Problem(str(path), 0, "name steps with two digits and a word, such as `02-company.md`"))
        elif match[1] in taken:
            message = f"{taken[match[1]]} has the number {match[1]} too; the numbers give the order, so change one"
            problems.append(Problem(str(path), 0, message))
        else:
            taken[match[1]] = path.name
            yield path


def _step(path: Path, team: Team) -> Step:
    page = split_front(text_of(path))
    if not page.front:
        raise BadPlaybook(
            [Problem(str(path), 1, "start with front matter: `---`, subject, wait, encounter, objective, `---`")]
        )
    written = read_yaml(page.front, file=str(path), first_line=2)
    shape = shaped(StepShape, written)
    problems = [*text_problems(shape.subject, page, written, STEP), *_step_problems(shape, written, team)]
    if problems:
        raise BadPlaybook(problems)
    return Step(
        slug=path.stem,
        subject=shape.subject,
        body=page.body.strip(),
        wait=shape.wait,
        encounter=shape.encounter,
        objective=shape.objective,
        window=shape.send,
        channel=shape.channel,
        sender=shape.sender,
        appeal=shape.appeal,
        only_if=shape.only_if,
        stale_after=shape.stale_after,
    )


def _step_problems(shape: StepShape, written: Written, team: Team) -> Iterator[Problem]:
    for message in expression_problems(shape.only_if or "true", STEP):
        yield written.problem(("only_if",), message)
    senders = ["rep", "company", *(person.id for person in team.people)]
    if shape.sender not in senders:
        yield written.problem(("from",), f"`from` cannot be `{shape.sender}`{nearest(shape.sender, senders)}")
    if shape.channel is Channel.REP and shape.sender == "company":
        yield written.problem(("from",), "a task is for a person: say `from: rep` or a name of team.yml")
