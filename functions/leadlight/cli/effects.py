"""What does a change do to visitors, to leads in flight, to reps? Gathers it for `plan --against`, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.terminal import counted

if TYPE_CHECKING:
    from leadlight.playbook.effects import Effect
    from leadlight.ports import Store
    from leadlight.simulate.against import Change

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\*_[]<>|#~"})


@dataclass(frozen=True, slots=True)
class Effects:
    """What differs since a revision. `sequences` tell of leads in flight."""

    since: str
    visitors: Sequence[Effect] = ()
    sequences: Sequence[Change] = ()
    reps: Sequence[Effect] = ()
    news: Mapping[str, str] = field(default_factory=dict)  # page id → who is told, in words

    @property
    def sections(self) -> tuple[tuple[str, Sequence[Effect]], ...]:
        """Heading and effects, for whom it may concern."""
        from leadlight.playbook.effects import Effect  # noqa: PLC0415  # commands load what they need

        told = [Effect("News", tuple(self.news.values()))] if self.news else []
        flying = [
            Effect(
                f"`{one.changed.sequence}`", (*one.changed.lines, *([one.in_flight] if one.in_flight else [_rule(one)]))
            )
            for one in self.sequences
        ]
        return (
            ("For visitors", [*self.visitors, *told]),
            ("For leads in flight", flying),
            ("For reps", self.reps),
        )


def effects_since(revision: str, config_file: Path, store: Store | None) -> Effects:
    """Compares the site as it is with that revision. Raises `BadPlaybook`."""
    from leadlight.gate.snapshot import at_revision, snapshot  # noqa: PLC0415  # commands load what they need
    from leadlight.gate.visitors import for_visitors  # noqa: PLC0415  # the same
    from leadlight.playbook.effects import for_reps  # noqa: PLC0415  # the same
    from leadlight.simulate.against import changes_between  # noqa: PLC0415  # the same

    after = snapshot(config_file)
    with at_revision(config_file, revision) as before:
        leads = store.leads() if store else None
        fresh = {name: after.announced_in[name] for name in after.announced if name not in before.announced}
        return Effects(
            since=revision,
            visitors=for_visitors(before, after),
            sequences=changes_between(before.playbook.sequences, after.playbook.sequences, leads=leads),
            reps=for_reps(before.playbook, after.playbook),
            news={
                name: _told_of(name, after.announced[name], store, frozenset() if after.language in spoken else spoken)
                for name, spoken in fresh.items()
            },
        )


def _told_of(name: str, title: str, store: Store | None, only: Collection[str]) -> str:
    """Who is told of a new page. A store that has announced it already, or none yet, tells nobody.

    `only` are its languages where it lacks the site's own: nobody else reads it.
    """
    import msgspec  # noqa: PLC0415  # commands load what they need

    from leadlight.news import NOTE  # noqa: PLC0415  # the same
    from leadlight.rules.news import NEWS, Known, why_none  # noqa: PLC0415  # the same

    if store is None:
        return f"everybody who agreed to news{_and_reads(only)} will get “New: {title}”, once"
    noted = store.note(NOTE)
    known = msgspec.json.decode(noted, type=Known) if noted else None
    if known is None:
        return f"“{title}” is announced to nobody: the first pages that an installation sees are no news"
    if f"{NEWS}{name}" in known.since:
        return f"“{title}” was announced before, and is not again"
    agreed = sum(why_none(lead) is None and _reads(lead.language, only) for lead in store.leads())
    return f"{counted(agreed, 'reader')} who agreed to news{_and_reads(only)} will get “New: {title}”, once"


def _reads(language: str, only: Collection[str]) -> bool:
    return not only or language in only or language.partition("-")[0] in only


def _and_reads(only: Collection[str]) -> str:
    return f" and read {' or '.join(f'`{each}`' for each in sorted(only))}" if only else ""


def _rule(one: Change) -> str:
    """What becomes of those in it where nobody counted them."""
    return (
        one.changed.in_flight(2).replace("2 leads in flight", "leads in flight")
        if one.changed.before
        else "nobody is in it"
    )


def as_markdown(found: Effects) -> str:
    """For the comment of a pull request or the summary of a job."""
    parts = ["# What this change does", "", f"Compared with `{found.since}`.", ""]
    for heading, effects in found.sections:
        parts += [f"## {heading}", ""]
        parts += [line for effect in effects for line in _in_markdown(effect)] or ["Nothing changes."]
        parts.append("")
    return "\n".join(parts)


def _in_markdown(effect: Effect) -> Iterator[str]:
    yield f"- **{_plain(effect.subject)}**"
    yield from (f"    - {_plain(line)}" for line in effect.lines)


def _plain(text: str) -> str:
    """Words of others as words: only names in backticks keep their look."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        parts = [" ".join(text.split()).replace("`", "'")]
    return "`".join(part if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    marked = text.translate(_SPECIAL)
    return f"\\{marked}" if marked[:2] in {"+ ", "- "} else marked


def print_effects(found: Effects, write: Callable[[str], object] = click.echo) -> None:
    """The same for a terminal; sequences are printed by themselves."""
    for heading, effects in found.sections:
        if heading != "For leads in flight" and effects:
            write(f"\n{heading.lower()}:")
            for effect in effects:
                write(f"  {effect.subject}")
                for line in effect.lines:
                    write(f"    {line}")


def as_data(found: Effects) -> dict[str, object]:
    """For a program."""
    return {"visitors": found.visitors, "reps": found.reps, "news": found.news}
