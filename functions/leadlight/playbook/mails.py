"""What do the mails outside sequences say, in each language? Reads `messages/<name>.md` and `<name>.pl.md`.

Build only; called by `source`. What a team writes comes in the place of what is built in, language by language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.sequence import Words
from leadlight.model.site import Message
from leadlight.playbook.context import MESSAGES
from leadlight.playbook.findings import gather, nearest, shaped
from leadlight.playbook.shapes import MessageShape
from leadlight.playbook.steps import front_of, text_problems, told
from leadlight.words import ENGLISH

BUILT_IN = Path(__file__).with_name("messages")
_NAME = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)(\.(?P<language>[a-z]{2}(-[A-Z][A-Za-z]{1,3})?))?\.md")

TO_LEADS = ("afresh", "arrived", "confirm", "consent", "delivery", "my-data", "news")
"""The mails that somebody reads in a language of their own; the others go to the team."""


@dataclass(slots=True)
class _Texts:
    """What one folder has: by name, and by name and language."""

    main: dict[str, Words] = field(default_factory=dict)
    others: dict[str, dict[str, Words]] = field(default_factory=dict)


def read_messages(folder: Path, language: str, problems: list[Problem]) -> dict[str, Message]:
    """Every mail by its name, the built-in ones where the team has none. `language` is the site's own."""
    ours = gather(problems, _built_in) or _Texts()
    own = _read(folder, problems)
    return {name: _merged(name, ours, own, language) for name in ours.main}


def _merged(name: str, ours: _Texts, own: _Texts, language: str) -> Message:
    """Who writes a mail anew has written it in the site's language; in others ours is better than none."""
    built_in = Message(name, ours.main[name].subject, ours.main[name].body, ours.others.get(name, {}))
    written = own.main.get(name)
    variants: Mapping[str, Words] = {**built_in.variants, **own.others.get(name, {})}
    if written is None:
        return replace(built_in, variants=variants)
    there = {ENGLISH: ours.main[name], **variants} if name in TO_LEADS else variants
    spoken = {language, language.partition("-")[0]}
    return Message(name, written.subject, written.body, {k: v for k, v in there.items() if k not in spoken})


@cache
def _built_in() -> _Texts:
    """Ours, read once, since nothing changes them while we run.

    Our tests look for mistakes in them as in a team's: to do so at each build took longer than all that a team wrote.
    """
    problems = list[Problem]()
    texts = _read(BUILT_IN, problems, are_ours=True)
    if problems:
        raise BadPlaybook(problems)
    return texts


def _read(folder: Path, problems: list[Problem], *, are_ours: bool = False) -> _Texts:
    texts = _Texts()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "_")) or path.stem.lower() == "readme":
            continue
        match = _NAME.fullmatch(path.name)
        if match is None:
            message = "name it with lower-case letters, digits and `-`, and `.md`, or `.pl.md` for Polish"
            problems.append(Problem(str(path), 0, message))
        elif match["name"] not in MESSAGES:
            known = nearest(match["name"], MESSAGES)
            problems.append(Problem(str(path), 0, f"no mail is called `{match['name']}`{known}"))
        elif words := gather(problems, lambda path=path, name=match["name"]: _words(path, name, are_ours=are_ours)):  # type: ignore[misc]  # mypy cannot type lambda defaults
            if match["language"]:
                texts.others.setdefault(match["name"], {})[match["language"]] = words
            else:
                texts.main[match["name"]] = words
    return texts


def _words(path: Path, name: str, *, are_ours: bool) -> Words:
    problems: list[Problem] = []
    page, written = front_of(path, problems)
    shape = gather(problems, lambda: shaped(MessageShape, written)) if not problems else None
    if not are_ours:
        subject = shape.subject if shape else told(written, "subject")
        problems += text_problems(subject, page, written, MESSAGES[name])
    if shape is None or problems:
        raise BadPlaybook(problems)
    return Words(shape.subject, page.body.strip())
