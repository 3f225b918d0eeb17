"""Which parts of a path are missing in a language that others of it speak? Advice of `leadlight check`.

A path is what one reader goes through: a gated page, its form, its mails. Once the page or a mail of it is translated,
whoever reads that meets the rest too; what nobody has begun to translate is no mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leadlight.errors import Problem
from leadlight.model.sequence import Channel, Sequence, in_language
from leadlight.playbook.front import GateFront, spoken_by
from leadlight.playbook.mails import TO_LEADS
from leadlight.playbook.promise import chain
from leadlight.playbook.source import Playbook
from leadlight.words import ENGLISH, has_words


@dataclass(frozen=True, slots=True)
class _Path:
    """One gate: its page in the site's own language, and what it needs of the playbook."""

    front: GateFront
    pages: frozenset[str]  # languages besides the site's own
    sequences: tuple[Sequence, ...]

    def speaks(self, language: str) -> bool:
        return language in self.pages or any(_mails(each, language) for each in self.sequences)


def untranslated(
    fronts: Iterable[GateFront], playbook: Playbook, folder: Path, *, main: str, languages: Iterable[str] = ()
) -> Iterator[Problem]:
    """What is missing, with the file and what to write. `languages` are those that the site is built in anyway."""
    paths = [*_paths(fronts, playbook, main)]
    for language in sorted({*languages, *_spoken(paths)} - {main}):
        begun = [path for path in paths if path.speaks(language)]
        if not begun:
            continue
        if not has_words(language) and language.partition("-")[0] != ENGLISH:
            message = f"Leadlight has no words of its own in `{language}`: forms and pages around the text stay English"
            yield Problem(begun[0].front.file, begun[0].front.line, message)
        for path in begun:
            yield from _missing_page(path, language)
            yield from _missing_mails(path, folder, language)
        yield from _missing_forms(begun, playbook, folder, f"{main}: …, {language}: …", language)
        yield from _missing_messages(playbook, folder, language)


def _paths(fronts: Iterable[GateFront], playbook: Playbook, main: str) -> Iterator[_Path]:
    by_id: dict[str, list[GateFront]] = {}
    for front in fronts:
        by_id.setdefault(front.id, []).append(front)
    for same in by_id.values():
        own = next((front for front in same if (spoken_by(front.file) or main) == main), same[0])
        others = frozenset(spoken_by(front.file) for front in same if front is not own) - {"", main}
        begun = playbook.sequences.get(own.sequence or "")
        yield _Path(own, others, chain(begun, playbook.sequences) if begun else ())


def _spoken(paths: Iterable[_Path]) -> Iterator[str]:
    for path in paths:
        yield from path.pages
        yield from (name for each in path.sequences for step in each.steps for name in step.variants)


def _mails(sequence: Sequence, language: str) -> bool:
    return any(in_language(step.variants, language) for step in sequence.steps if step.channel is Channel.MAIL)


def _missing_page(path: _Path, language: str) -> Iterator[Problem]:
    if language not in path.pages:
        name = PurePosixPath(path.front.file).with_suffix("").name
        message = f"its mails speak `{language}`, this page does not; write `{name}.{language}.md` beside it"
        yield Problem(path.front.file, path.front.line, message)


def _missing_mails(path: _Path, folder: Path, language: str) -> Iterator[Problem]:
    """Where no mail of a sequence speaks it. One that speaks it in part is told of by itself, step by step."""
    for each in path.sequences:
        mails = [step for step in each.steps if step.channel is Channel.MAIL]
        if mails and not _mails(each, language):
            files = ", ".join(f"`{step.slug}.{language}.md`" for step in mails)
            message = f"`{path.front.id}` is read in `{language}`, and none of these mails speaks it; write {files}"
            yield Problem(str(folder / "sequences" / each.name / f"{mails[0].slug}.md"), 1, message)


def _missing_forms(
    paths: Iterable[_Path], playbook: Playbook, folder: Path, both: str, language: str
) -> Iterator[Problem]:
    for name in sorted({path.front.form for path in paths}):
        file = folder / "forms" / f"{name}.yml"
        if file.is_file() and playbook.form(name, language) == playbook.forms[name]:
            yield Problem(str(file), 1, f"this form has no words in `{language}`; write them as in `title: {{{both}}}`")


def _missing_messages(playbook: Playbook, folder: Path, language: str) -> Iterator[Problem]:
    """Mails that the team has written anew, or that nobody has in that language."""
    written: Mapping[str, Path] = {name: folder / "messages" / f"{name}.md" for name in TO_LEADS}
    for name, file in written.items():
        there = (folder / "messages" / f"{name}.{language}.md").is_file()
        if file.is_file() and not there:
            kept = "ours" if in_language(playbook.messages[name].variants, language) else "this one"
            message = f"it has no words in `{language}`, so readers get {kept}; write `{name}.{language}.md`"
            yield Problem(str(file), 1, message)
