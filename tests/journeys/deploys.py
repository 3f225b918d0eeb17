"""New content while leads are on their way: a deploy of other sequences, gates, or another team."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from tests.world import World

from leadlight.model.person import GateId
from leadlight.model.sequence import Sequence
from leadlight.model.site import Manifest, SequenceRef
from leadlight.model.team import Team
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Files


class Deployed:
    """The bundle with some objects more, and another manifest that names them."""

    def __init__(self, before: Files, manifest: Manifest, objects: dict[str, bytes]) -> None:
        self._before, self._objects = before, {**objects, "manifest.json": msgspec.json.encode(manifest)}
        self._version = f"{before.version()}+{hash(self._objects['manifest.json'])}"

    def read(self, path: str) -> bytes:
        return self._objects.get(path) or self._before.read(path)

    def link(self, path: str, *, name: str, media_type: str) -> str | None:
        return self._before.link(path, name=name, media_type=media_type)

    def version(self, *, newest: bool = False) -> str:
        return self._version


def bundle_of(world: World) -> Bundle:
    return open_bundle(world.services.files)


def course_of(world: World) -> Sequence:
    """The world's own sequence as it is now."""
    return bundle_of(world).sequence_version(bundle_of(world).manifest.sequences["course"].version)


def deploy(world: World, *sequences: Sequence, gates: dict[str, str] | None = None, team: Team | None = None) -> None:
    """Other sequences; `gates` go over to those of that name, with the promise that this makes; another team."""
    bundle = bundle_of(world)
    manifest = bundle.manifest
    known = {**manifest.sequences, **{s.name: SequenceRef(s.version, f"sequences/{s.version}.json") for s in sequences}}
    objects = {known[s.name].path: msgspec.json.encode(s) for s in sequences}
    manifest = replace(manifest, sequences=known)
    for gate, name in (gates or {}).items():
        sequence = next(s for s in sequences if s.name == name)
        manifest = _promising(bundle, manifest, GateId(gate), sequence, objects)
    if team is not None:
        objects["team/next.json"] = msgspec.json.encode(team)
        manifest = replace(manifest, team="team/next.json")
    world.serve(replace(world.services, files=Deployed(world.services.files, manifest, objects)))


def _promising(
    bundle: Bundle, manifest: Manifest, gate_id: GateId, sequence: Sequence, objects: dict[str, bytes]
) -> Manifest:
    gate = manifest.gates[gate_id]
    before = bundle.wording(gate.wording)
    assert before is not None
    mails = sum(step.channel == "mail" for step in sequence.steps)
    channels = tuple(dict.fromkeys("mail" if step.channel == "mail" else "call" for step in sequence.steps))
    promise = replace(  # so long that nothing but the rule in question ends a plan
        before.promise,
        days=60,
        mails=mails,
        channels=channels,
        sequence=sequence.name,
        version=sequence.version,
        purpose=sequence.purpose,
    )
    words = f"words-of-{sequence.version}"
    objects[f"wordings/{words}.json"] = msgspec.json.encode(replace(before, promise=promise))
    return replace(
        manifest,
        gates={**manifest.gates, gate_id: replace(gate, wording=words, sequence=sequence.name)},
        wordings={**manifest.wordings, words: f"wordings/{words}.json"},
    )
