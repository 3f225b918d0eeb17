"""What does a change of content do to planned conversations? Called by `leadlight plan --against`, before a merge.

Compares sequences as they are compiled: what is the same in another file, or said by a default, is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from leadlight.model.sequence import Migrate, Sequence, Step

IN_WORDS = {"only_if": "condition", "stale_after": "stale after", "sender": "from", "window": "send"}
TEXTS = ("subject", "body", "variants")
KEPT = frozenset({"name", "version", "steps", "then_version"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One sequence that is not what it was. Versions are None where there was or will be none of that name."""

    sequence: str
    before: str | None
    after: str | None
    migrate: Migrate
    lines: tuple[str, ...]  # what differs, one fact a line

    def in_flight(self, leads: int) -> str:
        """What becomes of leads that are in it, in words."""
        who = f"{leads} lead{'' if leads == 1 else 's'} in flight"
        if self.after is None:
            return f"{who}: finish the version they started with, though no page offers it any more"
        does = {
            Migrate.FINISH: "finish the version they started with",
            Migrate.MOVE: "move to this version with their next step, under the promise they were given",
            Migrate.STOP: "end with their next step",
        }
        return f"{who}: {does[self.migrate]}"


def changes(before: Mapping[str, Sequence], after: Mapping[str, Sequence]) -> tuple[Changed, ...]:
    """The sequences that differ, by name."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None and new is not None:
            found.append(Changed(name, None, new.version, new.migrate, ("is new", *_steps(None, new))))
        elif old is not None and new is None:
            found.append(Changed(name, old.version, None, old.migrate, ("is gone",)))
        elif old is not None and new is not None and old.version != new.version:
            found.append(
                Changed(name, old.version, new.version, new.migrate, (*_settings(old, new), *_steps(old, new)))
            )
    return tuple(found)


def _settings(old: Sequence, new: Sequence) -> Iterator[str]:
    for field in fields(Sequence):
        if field.name not in KEPT and (
            line := _differs(field.name, getattr(old, field.name), getattr(new, field.name))
        ):
            yield line
    if old.then == new.then and old.then_version != new.then_version:
        yield f"then: {new.then} has changed"


def _steps(old: Sequence | None, new: Sequence) -> Iterator[str]:
    was = {step.slug: step for step in old.steps} if old else {}
    now = {step.slug: step for step in new.steps}
    yield from (f"- {slug}" for slug in was if slug not in now)
    for slug, step in now.items():
        if slug not in was:
            yield f"+ {slug}: {step.channel}, {step.wait} later, {step.encounter}, {step.objective}: “{step.subject}”"
        elif lines := list(_step(was[slug], step)):
            yield f"~ {slug}: {'; '.join(lines)}"
    order = [slug for slug in was if slug in now]
    if order != [slug for slug in now if slug in was]:
        yield "the order of the steps is another"


def _step(old: Step, new: Step) -> Iterator[str]:
    for field in fields(Step):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in TEXTS:
            if before != after:
                yield {"subject": f"subject “{before}” → “{after}”", "body": "text"}.get(field.name, "translations")
        elif line := _differs(field.name, before, after):
            yield line


def _differs(name: str, before: object, after: object) -> str | None:
    return f"{IN_WORDS.get(name, name.replace('_', ' '))} {_said(before)} → {_said(after)}" if before != after else None


def _said(value: object) -> str:
    match value:
        case None | "" | ():
            return "none"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
