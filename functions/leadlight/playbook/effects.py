"""What does a change of content do to people, in words? Shared by who compares; here: what it does to reps.

Called by `leadlight plan --against`. Facts are compared as they are read, so another spelling of the same is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import time, timedelta

from leadlight.model.criteria import Criteria
from leadlight.model.site import Message
from leadlight.model.team import Person
from leadlight.playbook.lint import TO_LEADS
from leadlight.playbook.source import Playbook

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HAS_DAYS = "days"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that is not what it was, and how: one fact a line."""

    subject: str
    lines: tuple[str, ...]


def for_reps(before: Playbook, after: Playbook) -> tuple[Effect, ...]:
    """Team, routing and clocks, criteria, knowledge, and the mails that the team itself gets."""
    found = [
        *_people(before.team.people, after.team.people),
        *changed("the team", before.team, after.team, leave={"people", "costs"}),
        *_criteria(before.criteria, after.criteria),
        *changed("costs", before.team.costs, after.team.costs),
        *_named("objection", before.knowledge.objections, after.knowledge.objections),
        *_named("buyer", before.knowledge.buyers, after.knowledge.buyers),
        *mails(before.messages, after.messages, [name for name in after.messages if name not in TO_LEADS]),
    ]
    return tuple(found)


def mails(before: Mapping[str, Message], after: Mapping[str, Message], names: Sequence[str]) -> Iterator[Effect]:
    """The mails outside sequences that say something else."""
    for name in names:
        old, new = before.get(name), after.get(name)
        if old is None or new is None or old == new:
            continue
        lines = [f"subject {arrow(old.subject, new.subject)}"] if old.subject != new.subject else []
        lines += ["another text"] if old.body != new.body else []
        lines += ["other translations"] if old.variants != new.variants else []
        yield Effect(f"the mail `{name}`", tuple(lines))


def changed(subject: str, old: object, new: object, *, leave: set[str] | None = None) -> Iterator[Effect]:
    """One effect if some fields of two records differ."""
    if lines := tuple(differences(old, new, leave=leave or set())):
        yield Effect(subject, lines)


def differences(old: object, new: object, *, leave: set[str], within: str = "") -> Iterator[str]:
    """The fields that differ, one a line; those of records within are named after these."""
    if not is_dataclass(old) or isinstance(old, type):
        return
    for field in fields(old):
        was, now = getattr(old, field.name), getattr(new, field.name)
        name = f"{within}{field.name.replace('_', ' ')}"
        if field.name in leave or was == now:
            continue
        if _is_record(was) and type(was) is type(now):
            yield from differences(was, now, leave=leave, within=f"{name}: ")
        else:
            yield f"{name} {said(was, field.name)} → {said(now, field.name)}"


def arrow(old: str, new: str) -> str:
    """Words that were, and those that are, in quotation marks."""
    return f"“{old}” → “{new}”"


def said(value: object, field: str = "") -> str:
    """A value for people."""
    if value is None or value in ("", (), {}):
        return "none"
    match value:
        case bool():
            words = "yes" if value else "no"
        case time():
            words = f"{value:%H:%M}"
        case timedelta():
            words = f"{value.days} days" if not value.seconds else str(value)
        case float():
            words = f"{value:g}"
        case Mapping():
            words = ", ".join(f"{key} {said(each)}" for key, each in sorted(value.items()))
        case tuple():
            words = ", ".join(
                _DAYS[each] if field == _HAS_DAYS and isinstance(each, int) else said(each) for each in value
            )
        case _ if _is_record(value):
            words = ", ".join(said(getattr(value, each.name), each.name) for each in fields(value))  # type: ignore[arg-type]  # a record is a dataclass
        case _:
            words = str(value)
    return words


def _is_record(value: object) -> bool:
    """Whether it is a record of ours that has no words of its own."""
    return is_dataclass(value) and not isinstance(value, type) and type(value).__str__ is object.__str__


def _people(before: Sequence[Person], after: Sequence[Person]) -> Iterator[Effect]:
    was, now = {each.id: each for each in before}, {each.id: each for each in after}
    for name, person in now.items():
        if name not in was:
            yield Effect(person.name, ("is new in the team", *_routed(person)))
        else:
            yield from changed(person.name, was[name], person)
    for name, person in was.items():
        if name not in now:
            yield Effect(person.name, ("leaves the team: leads of theirs go to who is left",))


def _routed(person: Person) -> Iterator[str]:
    for key in ("territories", "languages", "products", "sizes"):
        if value := getattr(person, key):
            yield f"{key}: {said(value)}"
    if person.capacity != 1:
        yield f"capacity: {said(person.capacity)}"


def _criteria(before: Criteria, after: Criteria) -> Iterator[Effect]:
    yield from changed("who is worth a talk", before, after, leave={"fit"})
    was, now = {each.name: each for each in before.fit}, {each.name: each for each in after.fit}
    for name, each in now.items():
        if name not in was:
            must = ", required of a prospect" if each.required else ""
            yield Effect(f"criterion “{name}”", (f"is new: {said(each.points)} points if {each.when}{must}",))
        else:
            yield from changed(f"criterion “{name}”", was[name], each)
    for name in was.keys() - now.keys():
        yield Effect(f"criterion “{name}”", ("is gone",))


def _named(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Effect]:
    """Pages that a rep looks up."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        title = getattr(new or old, "title", name)
        words = "is new in briefings" if old is None else "is gone from briefings" if new is None else "reads otherwise"
        yield Effect(f"{what} “{title}”", (words,))
