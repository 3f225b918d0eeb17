"""What did the marketers write? Reads a whole playbook folder, or gives the built-in one. Build only.

Called by the gate plugin and by `check`. All problems of all files come at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.criteria import Criteria
from leadlight.model.person import Purpose
from leadlight.model.sequence import Profile, Sequence
from leadlight.model.site import Form, Knowledge, Message, Unlock
from leadlight.model.team import Team
from leadlight.playbook.advice import advice
from leadlight.playbook.criteria import GateAsked, WrittenCriteria, read_criteria
from leadlight.playbook.findings import gather, nearest
from leadlight.playbook.forms import BUILT_IN, read_forms
from leadlight.playbook.front import GateFront
from leadlight.playbook.knowledge import NamedText, buyer, objection, read_texts
from leadlight.playbook.lint import remarks
from leadlight.playbook.mails import read_messages
from leadlight.playbook.profiles import DEFAULTS
from leadlight.playbook.roster import read_team, stand_in
from leadlight.playbook.sequences import pinned, read_drafts

_BUILT_IN = Path(__file__).parent
_PARTS = ("forms", "sequences", "messages", "objections", "buyers", "team.yml", "criteria.yml")


@dataclass(frozen=True, slots=True)
class Playbook:
    """Everything marketers wrote, checked, with the built-in parts where they wrote none.

    `buyers` are names of pages; None where there is no such folder. `warnings` say what could be better, though it
    works. `gates_asked` are those that criteria name. `forms` are in the site's own language; `forms_in` has them by
    other languages that they are written in. `ours` are the names of those that are built in.
    """

    forms: Mapping[str, Form]
    sequences: Mapping[str, Sequence]
    messages: Mapping[str, Message]
    team: Team
    criteria: Criteria
    knowledge: Knowledge
    buyers: tuple[str, ...] | None = None
    warnings: tuple[Problem, ...] = ()
    gates_asked: tuple[GateAsked, ...] = ()
    forms_in: Mapping[str, Mapping[str, Form]] = field(default_factory=dict)
    ours: tuple[str, ...] = ()

    def form(self, name: str, language: str, *, follows: bool = True) -> Form:
        """That form in the words of a language, as far as it has any.

        Where no sequence `follows`, ours asks for no follow-ups: it would be a yes to nothing.
        """
        found = self.forms_in.get(language, self.forms)[name]
        if follows or name not in self.ours:
            return found
        return replace(found, wording={one: words for one, words in found.wording.items() if one != Purpose.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Looked:
    """A playbook as far as it can be read, and all that is wrong with it.

    `forms`, `sequences` and `buyers` are the names of what is there, readable or not.
    """

    playbook: Playbook
    problems: tuple[Problem, ...]
    forms: tuple[str, ...]
    sequences: tuple[str, ...]
    buyers: tuple[str, ...] | None


def load(playbook_dir: Path, *, language: str) -> Playbook:
    """The playbook in that folder; a missing folder gives the built-in one. Raises `BadPlaybook` with every problem."""
    looked = look(playbook_dir, language=language)
    if looked.problems:
        raise BadPlaybook(looked.problems)
    return looked.playbook


def look(playbook_dir: Path, *, language: str) -> Looked:
    """The same without raising: what cannot be read is left out, and what only needs its name finds that."""
    problems, team_file = list(_strays(playbook_dir)), playbook_dir / "team.yml"
    team = gather(problems, lambda: read_team(team_file, language=language)) or stand_in(team_file, language)
    drafts = read_drafts(playbook_dir / "sequences", team, problems)
    form_files = [*_forms(playbook_dir, problems)]
    forms, names = read_forms(form_files, language, problems), [path.stem for path in form_files]
    messages = read_messages(playbook_dir / "messages", language, problems)
    weighed = gather(problems, lambda: read_criteria(playbook_dir / "criteria.yml", forms.main))
    weighed = weighed or WrittenCriteria(Criteria(), team.costs)
    buyers = _texts(playbook_dir / "buyers", problems, language)
    objections = _texts(playbook_dir / "objections", problems, language)
    playbook = Playbook(
        forms=forms.main,
        forms_in=forms.others,
        sequences=pinned(drafts),
        messages=messages,
        team=replace(team, costs=weighed.costs),
        criteria=weighed.criteria,
        knowledge=Knowledge(
            objections={text.name: objection(text) for text in objections or ()},
            buyers={text.name: buyer(text) for text in buyers or ()},
        ),
        buyers=tuple(text.name for text in buyers) if buyers is not None else None,
        warnings=(*advice(drafts, team), *remarks(playbook_dir, books=any(each.booking for each in team.people))),
        gates_asked=weighed.gates,
        ours=tuple(path.stem for path in form_files if path.parent == BUILT_IN and names.count(path.stem) == 1),
    )
    return Looked(
        playbook,
        tuple(problems),
        forms=tuple(dict.fromkeys(path.stem for path in form_files)),
        sequences=tuple(path.name for path in _visible(playbook_dir / "sequences") if path.is_dir()),
        buyers=None if buyers is None else tuple(path.stem for path in _visible(playbook_dir / "buyers")),
    )


def unknown_names(front: GateFront, playbook: Playbook, *, looked: Looked | None = None) -> tuple[Problem, ...]:
    """What a gate names that the playbook does not have; with `looked`, what is there but cannot be read counts."""
    there = looked or playbook
    named = (
        ("form", front.form, there.forms),
        ("sequence", front.sequence, there.sequences),
        ("buyer", front.buyer, there.buyers),
    )
    unknown = [
        Problem(front.file, front.lines[key], f"`{key}: {name}` is not in the playbook{nearest(name, known)}")
        for key, name, known in named
        if name is not None and known is not None and name not in known
    ]
    begun = playbook.sequences.get(front.sequence or "")
    if begun is not None and begun.starts_when:
        message = f"`{begun.name}` begins when a lead becomes a {begun.starts_when}, not with a page; name another"
        unknown.append(Problem(front.file, front.lines["sequence"], message))
    return tuple(unknown)


def unknown_gates(playbook: Playbook, gates: Collection[str]) -> tuple[Problem, ...]:
    """What the criteria ask for though no page has that gate: nobody would ever have read it."""
    return tuple(
        Problem(asked.file, asked.line, f"no page is the gate `{asked.gate}`{nearest(asked.gate, gates)}")
        for asked in playbook.gates_asked
        if asked.gate not in gates
    )


def unlock_of(front: GateFront, playbook: Playbook) -> Unlock:
    """What opens a gate: its own word, else as its profile has it."""
    return front.unlock or DEFAULTS[profile_of(front, playbook)].unlock


def profile_of(front: GateFront, playbook: Playbook) -> Profile:
    """How the buyers decide whom a gate is for: as its sequence says, else as the team does."""
    sequence = playbook.sequences.get(front.sequence or "")
    return sequence.profile if sequence else playbook.team.profile


def _strays(folder: Path) -> Iterator[Problem]:
    for path in _visible(folder):
        if path.name not in _PARTS and path.stem.lower() != "readme":
            yield Problem(str(path), 0, f"a playbook has no `{path.name}`{nearest(path.name, _PARTS)}")


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _named_files(folder: Path, suffix: str, problems: list[Problem]) -> Iterator[Path]:
    for path in _visible(folder):
        if path.suffix == suffix and re.fullmatch(r"[a-z0-9][a-z0-9-]*", path.stem):
            yield path
        elif path.stem.lower() != "readme":
            problems.append(Problem(str(path), 0, f"name it with lower-case letters, digits and `-`, and `{suffix}`"))


def _forms(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """The files of all forms; what the playbook has comes after what is built in."""
    yield from _named_files(_BUILT_IN / "forms", ".yml", problems)
    yield from _named_files(folder / "forms", ".yml", problems)


def _texts(folder: Path, problems: list[Problem], language: str) -> tuple[NamedText, ...] | None:
    """The pages on buyers or objections; None where there is no such folder."""
    return read_texts(_named_files(folder, ".md", problems), problems, language) if folder.is_dir() else None
