"""Who comes in a rehearsal? Whom a persona file describes, else a reader for each sequence. Called by the CLI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from leadlight.answers import asks_whether_satisfied
from leadlight.local.files import LocalFiles
from leadlight.model.lead import Stage
from leadlight.model.person import GateId
from leadlight.model.sequence import Sequence as Conversation
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.site import Manifest, Unlock
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.findings import nearest
from leadlight.simulate.persona import read_story
from leadlight.simulate.story import After, Deed, Persona, Story, Verb, typical_answers

DAY = Wait(1, WaitUnit.DAYS)


class NoSuchSequence(Exception):
    """Nobody could play that sequence; the message tells what to write."""


@dataclass(frozen=True, slots=True)
class Casting:
    """The story to play, and the sequences that no page leads to."""

    story: Story
    unreached: tuple[str, ...] = ()


def casting(bundle: Path, sequence: str | None, persona: Path | None) -> Casting:
    """Who is to come: without a `sequence`, a reader for each that a page begins.

    Raises `BadPlaybook` for a bad file, `NoSuchSequence`, `MissingBundle`.
    """
    opened = open_bundle(LocalFiles(bundle))
    manifest = opened.manifest
    if sequence is not None and sequence not in manifest.sequences:
        raise NoSuchSequence(f"there is no sequence `{sequence}`{nearest(sequence, manifest.sequences)}")
    wanted = [sequence] if sequence else list(manifest.sequences)
    gates = {name: gate_before(manifest, opened, name) for name in wanted}
    if sequence and gates[sequence] is None:
        raise NoSuchSequence(
            f"no page leads to `{sequence}`: write `sequence: {sequence}` under `gate:` of a page, "
            f"or `then: {sequence}` in the sequence before it"
        )
    if persona:
        return Casting(read_story(persona, manifest, opens=gates[sequence] if sequence else None))
    begun = {name: gate for name, gate in gates.items() if gate and (sequence or _begins(opened, manifest, gate, name))}
    people = tuple(reader_of(opened, gate, name) for name, gate in begun.items())
    return Casting(Story(people), tuple(name for name, gate in gates.items() if gate is None))


def _begins(bundle: Bundle, manifest: Manifest, gate: GateId, name: str) -> bool:
    """Whether that sequence is where a conversation begins: at this page, or with a stage."""
    return (
        manifest.gates[gate].sequence == name
        or bundle.sequence_version(manifest.sequences[name].version).starts_when is not None
    )


def gate_before(manifest: Manifest, bundle: Bundle, sequence: str) -> GateId | None:
    """The first gate whose form begins this conversation, or one that it follows; None where no page does.

    Where a stage begins it, any gate does: a reader becomes a customer by whatever page it came.
    """
    if root_of(manifest, bundle, sequence):
        return next((gate for gate, each in manifest.gates.items() if each.unlock is not Unlock.REP), None)
    wanted, seen = [sequence], set[str]()
    while wanted:
        name = wanted.pop(0)
        seen.add(name)
        for gate_id, gate in manifest.gates.items():
            if gate.sequence == name:
                return gate_id
        wanted += [other for other in _followed_by(manifest, bundle, name) if other not in seen]
    return None


def _followed_by(manifest: Manifest, bundle: Bundle, sequence: str) -> Iterable[str]:
    """The sequences that hand over to this one."""
    for name, ref in manifest.sequences.items():
        if bundle.sequence_version(ref.version).then == sequence:
            yield name


def root_of(manifest: Manifest, bundle: Bundle, sequence: str) -> Conversation | None:
    """The sequence that a stage begins, if it is this one, or one that this one follows."""
    wanted, seen = [sequence], set[str]()
    while wanted:
        name = wanted.pop(0)
        seen.add(name)
        found = bundle.sequence_version(manifest.sequences[name].version)
        if found.starts_when:
            return found
        wanted += [other for other in _followed_by(manifest, bundle, name) if other not in seen]
    return None


DEALS: Mapping[str, tuple[Verb, ...]] = {
    Stage.OPPORTUNITY: (Verb.NEGOTIATES,),
    Stage.CUSTOMER: (Verb.BUYS,),
    Stage.REPEAT: (Verb.BUYS, Verb.BUYS),
}
"""What brings a reader to the stage that begins a sequence, a day after the other."""


def reader_of(bundle: Bundle, gate_id: GateId, name: str) -> Persona:
    """The built-in persona: fills in the form, agrees, confirms after two minutes, and does nothing more.

    Where a sale begins the sequence, it buys on the next days, agrees to mails, and is satisfied when it is asked.
    """
    person = Persona(f"{name}@reader.example", gate_id, answers=typical_answers(bundle.manifest.gates[gate_id]))
    root = root_of(bundle.manifest, bundle, name)
    if root is None or root.starts_when is None:
        return person
    deals = tuple(Deed(After(DAY), verb) for verb in DEALS[root.starts_when])
    asks = any(asks_whether_satisfied(step) for step in root.steps)
    return replace(person, does=(*deals, *([Deed(After(DAY), Verb.IS_SATISFIED)] if asks else [])), plays=root.name)
