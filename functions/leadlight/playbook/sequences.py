"""Which conversations are planned? Reads `sequences/<name>/` and pins each to what follows it. Build only; called by
`source`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from leadlight.errors import Problem
from leadlight.model.sequence import AFTER_SALE, Profile, Sequence
from leadlight.model.team import Team
from leadlight.playbook.context import SALE
from leadlight.playbook.findings import gather, listed, nearest, rest_of, shaped
from leadlight.playbook.shapes import SequenceShape
from leadlight.playbook.steps import WrittenStep, read_step, step_files
from leadlight.playbook.templates import expression_problems
from leadlight.playbook.write import as_json, content_hash
from leadlight.playbook.written import Written, read_yaml, text_of

ENDED_BY = ("replied", "taken-over")
"""What may end a sequence that a stage begins: every other fact may be older than it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sequence as it was read, not pinned yet; `written` is its `sequence.yml`."""

    name: str
    settings: SequenceShape
    written: Written
    profile: Profile
    steps: tuple[WrittenStep, ...]

    @property
    def purpose(self) -> str:
        """What its mails are for."""
        return self.settings.purpose or (AFTER_SALE if self.settings.starts_when else "")


def read_drafts(folder: Path, team: Team, problems: list[Problem]) -> dict[str, Draft]:
    """All sequences by name; what is wrong is added to `problems`."""
    if not folder.is_dir():
        return {}
    found: dict[str, Draft] = {}
    told: dict[str, Draft] = {}  # those with problems of their own, too
    names = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.stem.lower() == "readme":
            continue
        if not path.is_dir():
            message = "put each sequence into a folder of its own: sequences/<name>/01-hello.md"
            problems.append(Problem(str(path), 0, message))
            continue
        names.append(path.name)
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", path.name):
            message = "name the folder with lower-case letters, digits and `-`, 60 of them at most"
            problems.append(Problem(str(path), 0, message))
        wrong: list[Problem] = []
        draft = _draft(path, team, wrong)
        problems += wrong
        told |= {path.name: draft} if draft else {}
        found |= {path.name: draft} if draft and not wrong else {}
    problems += chain(_unknown(told, names), _loops(told), _other_purposes(told), _beginnings(told))
    return found


def pinned(drafts: Mapping[str, Draft]) -> dict[str, Sequence]:
    """The sequences, each naming the version of the one that follows. One whose line has no end is left out."""
    done: dict[str, Sequence] = {}
    for name in drafts:
        line = line_of(name, drafts)
        for each in reversed(line) if drafts[line[-1]].settings.then is None else ():
            if each not in done:
                done[each] = _compiled(drafts[each], done)
    return dict(sorted(done.items()))


def line_of(name: str, drafts: Mapping[str, Draft]) -> list[str]:
    """The names from this one on, as they follow by `then`; up to where one would come again."""
    line = [name]
    while (coming := drafts[line[-1]].settings.then) and coming in drafts and coming not in line:
        line.append(coming)
    return line


def version_of(sequence: Sequence) -> str:
    """The hash of everything but the version."""
    return content_hash(as_json(replace(sequence, version="")))


def _draft(folder: Path, team: Team, problems: list[Problem]) -> Draft | None:
    """The sequence of that folder, with what can be read; None where what it begins with cannot."""
    file = folder / "sequence.yml"
    written = Written(str(file), {}, {})
    if file.exists():
        written = gather(problems, lambda: read_yaml(text_of(file), file=str(file))) or written
    read = gather(problems, lambda: shaped(SequenceShape, written)) if not problems else None
    rest = None if read else rest_of(SequenceShape, written)
    settings = read or (rest.shape if rest else SequenceShape())
    profile = settings.profile or team.profile
    files = step_files(folder, problems)
    if not files.steps and not problems:
        problems.append(Problem(str(folder), 0, "this sequence has no steps; write 01-hello.md, or remove the folder"))
    sold = settings.starts_when is not None

    def step(path: Path) -> WrittenStep | None:
        others = files.variants.get(path.stem, {})
        return gather(problems, lambda: read_step(path, others, team, profile, after_sale=sold))

    steps = [step(path) for path in files.steps]
    if rest and settings.starts_when is None and ("starts_when",) in written.lines:
        return None
    return Draft(folder.name, settings, written, profile, tuple(filter(None, steps)))


def _compiled(draft: Draft, done: Mapping[str, Sequence]) -> Sequence:
    settings = draft.settings
    sequence = Sequence(
        name=draft.name,
        version="",
        steps=tuple(written.step for written in draft.steps),
        purpose=draft.purpose,
        migrate=settings.migrate,
        profile=draft.profile,
        priority=settings.priority,
        ends_when=settings.ends_when,
        skip_ahead=settings.skip_ahead and not settings.starts_when,  # what was said before a sale is answered by it
        then=settings.then,
        then_version=done[settings.then].version if settings.then else None,
        starts_when=settings.starts_when,
        only_if=settings.only_if,
    )
    return replace(sequence, version=version_of(sequence))


def _unknown(drafts: Mapping[str, Draft], names: list[str]) -> Iterator[Problem]:
    """`names` are those of all folders: what has problems of its own is there all the same."""
    for draft in drafts.values():
        then = draft.settings.then
        if then is not None and then not in names:
            message = f"there is no sequence `{then}`{nearest(then, [name for name in names if name != draft.name])}"
            yield draft.written.problem(("then",), message)


def _loops(drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """One problem for each file of each ring."""
    for name, draft in drafts.items():
        line = line_of(name, drafts)
        if drafts[line[-1]].settings.then == name:
            ring = " → ".join([*line, name])
            message = f"this goes round in a circle: {ring}; a lead would never be left in peace. Take one `then` out"
            yield draft.written.problem(("then",), message)


def _other_purposes(drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """The form promises mails for one purpose, and a lead is mailed for no other."""
    for draft in drafts.values():
        coming = drafts.get(draft.settings.then or "")
        if coming is not None and not coming.settings.starts_when and coming.purpose != draft.purpose:
            said, other = draft.purpose or "nothing", coming.purpose or "nothing"
            message = f"`{coming.name}` says another `purpose` ({other}) than this ({said}); the form promises one:"
            yield draft.written.problem(("then",), f"{message} write the same in both")


def _beginnings(drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """What may stand only where a stage begins a sequence, and what may not."""
    for draft in drafts.values():
        settings, at = draft.settings, draft.written.problem
        coming = drafts.get(settings.then or "")
        if coming is not None and coming.settings.starts_when:
            message = f"`{coming.name}` begins when a lead becomes a {coming.settings.starts_when}, and follows nothing"
            yield at(("then",), message)
        if settings.starts_when is None:
            if settings.only_if:
                message = "`only_if` asks whose stage begins this: say `starts_when`, or put it into a step"
                yield at(("only_if",), message)
            continue
        for message in expression_problems(settings.only_if or "true", SALE):
            yield at(("only_if",), message)
        for end in settings.ends_when:
            if end not in ENDED_BY:
                message = f"a lead that this begins with has passed `{end}` already; only {listed(ENDED_BY)} may end it"
                yield at(("ends_when",), message)
