"""A visitor with a pass reads and downloads. A GET may note that it was read, once a day; nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadlight.errors import UnknownGate
from leadlight.model.person import GateId
from leadlight.model.site import FileObject, Gate
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.visitor.passes import Reader, reader_of


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the bundle and the name that it is saved under."""

    name: str
    file: FileObject


def withheld_half(services: Services, cookies: Mapping[str, str], gate_id: str, *, inert: bool) -> bytes:
    """JSON with `html`, `toc` and `title`. Raises `UnknownGate`, `NotOpen`."""
    gate, reader = _open(services, cookies, gate_id)
    _note(services, reader, gate, TouchKind.READ, "", inert=inert)
    return services.files.read(gate.half)


def whole_page(services: Services, cookies: Mapping[str, str], page: str, *, inert: bool) -> bytes:
    """The page as HTML, the way without JavaScript. `page` as in the manifest. Raises `UnknownGate`, `NotOpen`."""
    gates = open_bundle(services.files).manifest.gates
    gate_id = next((gate_id for gate_id, gate in gates.items() if gate.page == page), None)
    if gate_id is None:
        raise UnknownGate(page)
    gate, reader = _open(services, cookies, gate_id)
    _note(services, reader, gate, TouchKind.READ, "", inert=inert)
    return services.files.read(gate.full)


def file(services: Services, cookies: Mapping[str, str], gate_id: str, name: str, *, inert: bool) -> Download:
    """A download of the gate, or a picture of its withheld half. Raises `UnknownGate`, `NotOpen`.

    Only a download is worth a note: pictures come with the page.
    """
    gate, reader = _open(services, cookies, gate_id)
    if name not in gate.file_objects:
        raise UnknownGate(name)
    _note(services, reader, gate, TouchKind.DOWNLOADED, name, inert=inert or name not in gate.files)
    return Download(name, gate.file_objects[name])


def _open(services: Services, cookies: Mapping[str, str], gate_id: str) -> tuple[Gate, Reader]:
    gate = open_bundle(services.files).gate(gate_id)
    return gate, reader_of(services, cookies, gate_id)


def _note(services: Services, reader: Reader, gate: Gate, kind: TouchKind, name: str, *, inert: bool) -> None:
    """Once per lead, thing and day, and with a confirmed address only does it count as an experience."""
    if inert:
        return
    now = services.clock.now()
    thing = f"{reader.gate}/{name}" if name else reader.gate
    facts = {"confirmed": "yes" if reader.confirmed else "no", **({"file": name} if name else {})}
    services.store.append(
        Touch(
            id=f"{kind.value}/{reader.generation}/{reader.capture or 'lead'}/{thing}/{now:%Y-%m-%d}",
            lead_id=reader.lead_id,
            kind=kind,
            at=now,
            encounter=gate.encounter or Encounter.SUBJECT,
            quality=gate.quality if reader.confirmed else 0,
            gate=GateId(reader.gate),
            facts=facts,
        )
    )
