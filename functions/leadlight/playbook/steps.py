"""What does one step say, in each language? Reads `NN-slug.md`, `NN-slug.pl.md`. Build only; called by `sequences`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.sequence import Channel, Offer, Profile, Step, Words
from leadlight.model.team import Team
from leadlight.playbook.context import STEP, Names, step_names
from leadlight.playbook.findings import gather, keys_of, nearest, shaped
from leadlight.playbook.lint import mistakes
from leadlight.playbook.profiles import stale_after_for, window_for
from leadlight.playbook.shapes import StepShape, VariantShape
from leadlight.playbook.templates import expression_problems, said_of, template_problems
from leadlight.playbook.written import Page, Written, read_yaml, split_front, text_of, without
from leadlight.rules.cadence import opens_ever

_LONGEST = 60_000
"""Bytes of a body. Gmail cuts a mail at 102 KB, and inlined styles make it grow."""

_NAME = re.compile(r"(?P<number>\d\d)-[a-z0-9][a-z0-9-]*(\.(?P<language>[a-z]{2}(-[A-Z][A-Za-z]{1,3})?))?\.md")


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step, and where its keys stand."""

    step: Step
    written: Written


@dataclass(slots=True)
class StepFiles:
    """The files of one sequence: its steps in order, and by slug and language what is beside them."""

    steps: list[Path] = field(default_factory=list)
    variants: dict[str, dict[str, Path]] = field(default_factory=dict)


def step_files(folder: Path, problems: list[Problem]) -> StepFiles:
    """Sorted out by name; what is named wrongly is added to `problems`."""
    files, taken = StepFiles(), dict[str, str]()
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.name == "sequence.yml" or path.stem.lower() == "readme":
            continue
        match = _NAME.fullmatch(path.name)
        if match is None:
            message = "name steps with two digits and a word, such as `02-company.md`, or `02-company.pl.md` for Polish"
            problems.append(Problem(str(path), 0, message))
        elif match["language"]:
            slug = path.name.partition(".")[0]
            files.variants.setdefault(slug, {})[match["language"]] = path
        elif match["number"] in taken:
            message = f"{taken[match['number']]} has the number {match['number']} too; the numbers give the order, so"
            problems.append(Problem(str(path), 0, f"{message} change one"))
        else:
            taken[match["number"]] = path.name
            files.steps.append(path)
    problems += _without_base(files)
    return files


def read_step(
    path: Path, variants: dict[str, Path], team: Team, profile: Profile, *, after_sale: bool = False
) -> WrittenStep:
    """The step of that file with its other languages. Raises `BadPlaybook` with every problem."""
    page = split_front(text_of(path))
    if not page.front:
        message = "start with front matter: `---`, subject, wait, encounter, objective, `---`"
        raise BadPlaybook([Problem(str(path), 1, message)])
    problems: list[Problem] = []
    page, written = front_of(path, problems)
    shape = gather(problems, lambda: shaped(StepShape, written)) if not problems else None
    names = step_names(offers=shape is None or shape.offer is not None, after_sale=after_sale)
    if shape is not None:
        problems += [*text_problems(shape.subject, page, written, names), *_step_problems(shape, written, team)]
        problems += _unoffered(shape, page, written)
    subject = shape.subject if shape is not None else ""
    if shape is None:
        problems += text_problems(told(written, "subject"), page, written, names)
        problems += _told_problems(written, team, {problem.line for problem in problems})
    words = {
        language: gather(problems, lambda file=file: _words(file, path.name, subject, names, shape))  # type: ignore[misc]  # mypy cannot type lambda defaults
        for language, file in sorted(variants.items())
    }
    if shape is None or problems:
        raise BadPlaybook(problems)
    step = _compiled(shape, path, page, profile, {k: v for k, v in words.items() if v})
    if not opens_ever(step.window, team.hours):
        message = "`send`: with the hours and holidays of team.yml this never opens; name more days or hours"
        raise BadPlaybook([written.problem(("send",), message)])
    return WrittenStep(step, written)


def text_problems(subject: str, page: Page, written: Written, names: Names) -> list[Problem]:
    """What is wrong with the texts of a mail: unknown names, broken Jinja, nothing to say."""
    subject_line = written.line(("subject",))
    problems = [Problem(written.file, subject_line, message) for _, message in template_problems(subject, names)]
    if subject and not problems and not said_of(subject, names):
        message = "where little is known of a reader, this subject is empty; give it words of its own, or an `or '…'`"
        problems.append(Problem(written.file, subject_line, message))
    for line, message in template_problems(page.body, names):
        problems.append(Problem(written.file, page.body_line + line - 1, message))
    if not page.body.strip():
        problems.append(Problem(written.file, page.body_line, "there is no text yet; write it below the front matter"))
    problems += mistakes(subject, page, written.file, subject_line)
    if len(page.body.encode()) > _LONGEST:
        problems.append(
            Problem(written.file, page.body_line, "this is too long for a mail; put it on a page, and link")
        )
    return problems


def front_of(path: Path, problems: list[Problem]) -> tuple[Page, Written]:
    """A Markdown file and its front matter; one that is no YAML says nothing, and its text is looked at all the same.

    What is wrong is added to `problems`.
    """
    page = split_front(text_of(path))
    written = gather(problems, lambda: read_yaml(page.front, file=str(path), first_line=2))
    return page, written or Written(str(path), {}, {(): 2})


def told(written: Written, key: str) -> str:
    """What stands at a key of a front matter that has other mistakes."""
    return str(written.data.get(key) or "") if isinstance(written.data, dict) else ""


def _compiled(shape: StepShape, path: Path, page: Page, profile: Profile, variants: dict[str, Words]) -> Step:
    return Step(
        slug=path.stem,
        subject=shape.subject,
        body=page.body.strip(),
        wait=shape.wait,
        encounter=shape.encounter,
        objective=shape.objective,
        window=window_for(shape.send, shape.channel, profile),
        channel=shape.channel,
        sender=shape.sender,
        appeal=shape.appeal,
        only_if=shape.only_if,
        stale_after=stale_after_for(shape.stale_after, shape.channel, profile),
        variants=variants,
        offer=Offer(shape.offer.title, shape.offer.url, shape.offer.expires) if shape.offer else None,
    )


def _words(path: Path, base: str, subject: str, names: Names, whole: StepShape | None) -> Words:
    """A step's texts in one more language: what it does, and when, the base file says for all."""
    problems: list[Problem] = []
    page, written = front_of(path, problems)
    foreign = [*_foreign(written, base)]
    own = without(written, {(key,) for key, _ in foreign})
    problems += [written.problem((key,), message) for key, message in foreign]
    shape = gather(problems, lambda: shaped(VariantShape, own))
    problems += text_problems((shape.subject if shape else told(own, "subject")) or "", page, written, names)
    problems += _unoffered(whole, page, written) if whole else []
    if shape is None or problems:
        raise BadPlaybook(problems)
    return Words(shape.subject or subject, page.body.strip(), shape.offer or "")


def _foreign(written: Written, base: str) -> Iterator[tuple[str, str]]:
    """Keys that only the base file may have, and what to say of each."""
    own = keys_of(VariantShape)
    for key in written.data if isinstance(written.data, dict) else ():
        if key not in own:
            near = nearest(key, own) if key not in keys_of(StepShape) else ""
            message = f"`{key}` cannot stand here: {base} decides it for all languages; only `subject` and `offer` may"
            yield key, message + near


def _without_base(files: StepFiles) -> Iterator[Problem]:
    names = [path.stem for path in files.steps]
    for slug, variants in sorted(files.variants.items()):
        for path in variants.values() if slug not in names else ():
            message = f"there is no `{slug}.md` that this could be in another language{nearest(slug, names)}"
            yield Problem(str(path), 1, message)


def _told_problems(written: Written, team: Team, known: Collection[int]) -> Iterator[Problem]:
    """What is wrong with a condition and a sender, whatever else is; not on lines of which something is `known`."""
    found = _named_problems(told(written, "only_if"), told(written, "from") or "rep", written, team)
    return (problem for problem in found if problem.line not in known)


def _named_problems(only_if: str, sender: str, written: Written, team: Team) -> Iterator[Problem]:
    for message in expression_problems(only_if or "true", STEP):
        yield written.problem(("only_if",), message)
    senders = ["rep", "company", *(person.id for person in team.people)]
    if sender not in senders:
        yield written.problem(("from",), f"`from` cannot be `{sender}`{nearest(sender, senders)}")


def _step_problems(shape: StepShape, written: Written, team: Team) -> Iterator[Problem]:
    yield from _named_problems(shape.only_if or "", shape.sender, written, team)
    if shape.channel is Channel.REP and shape.sender == "company":
        yield written.problem(("from",), "a task is for a person: say `from: rep` or a name of team.yml")
    if shape.channel is Channel.REP and shape.offer:
        yield written.problem(("offer",), "a task makes no offer: its rep does; put the `offer` into a mail")


def _unoffered(shape: StepShape, page: Page, written: Written) -> list[Problem]:
    """An offer that the text leaves out, or that nobody could say yes or no to."""
    ways = ("accept", "decline") if shape.offer and shape.channel is Channel.MAIL else ()
    missing = [f"[…]({{{{ offer.{way} }}}})" for way in ways if f"offer.{way}" not in page.body]
    if not missing:
        return []
    return [
        Problem(
            written.file, page.body_line, f"the text leaves out a way to answer the offer: add {' and '.join(missing)}"
        )
    ]
