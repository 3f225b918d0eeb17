"""Who comes in a rehearsal? Whom a persona file describes, else a reader for each sequence. Called by the CLI."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leadlight.local.files import LocalFiles
from leadlight.model.person import GateId
from leadlight.model.site import Manifest
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.findings import nearest
from leadlight.simulate.persona import read_story
from leadlight.simulate.story import Persona, Story, typical_answers


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
    begun = {name: gate for name, gate in gates.items() if gate and (sequence or manifest.gates[gate].sequence == name)}
    people = tuple(reader_of(manifest, gate, name) for name, gate in begun.items())
    return Casting(Story(people), tuple(name for name, gate in gates.items() if gate is None))


def gate_before(manifest: Manifest, bundle: Bundle, sequence: str) -> GateId | None:
    """The first gate whose form begins this conversation, or one that it follows; None where no page does."""
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


def reader_of(manifest: Manifest, gate_id: GateId, name: str) -> Persona:
    """The built-in persona: fills in the form, agrees, confirms after two minutes, and does nothing more."""
    answers = typical_answers(manifest.gates[gate_id])
    return Persona(address=f"{name}@reader.example", opens=gate_id, answers=answers)
