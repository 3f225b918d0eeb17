"""A visitor with a pass reads and downloads. A GET may note that it was read, once a day; nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from leadlight.decide import decide
from leadlight.errors import NotOpen, UnknownGate
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import GateId
from leadlight.model.site import TRIAL, FileObject, Gate
from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.notices import BACK_AFTER, NOTIFY, days_of_silence
from leadlight.speed import begun
from leadlight.visitor import meter
from leadlight.visitor.passes import Reader, reader_of


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the bundle and the name that it is saved under."""

    name: str
    file: FileObject


def withheld_half(
    services: Services, cookies: Mapping[str, str], gate_id: str, *, inert: bool, language: str = ""
) -> bytes:
    """JSON with `html`, `toc` and `title`, in that language if it can be. Raises `UnknownGate`, `NotOpen`."""
    gate, reader = _open(services, cookies, gate_id, language)
    _note(services, reader, gate, TouchKind.READ, "", inert=inert)
    return services.files.read(gate.half)


def whole_page(services: Services, cookies: Mapping[str, str], page: str, *, inert: bool) -> bytes:
    """The page as HTML, the way without JavaScript. `page` as in the manifest. Raises `UnknownGate`, `NotOpen`."""
    gate_id, gate = open_bundle(services.files).gate_at(page)
    reader = reader_of(services, cookies, gate_id)
    _note(services, reader, gate, TouchKind.READ, "", inert=inert)
    return services.files.read(gate.full)


def file(services: Services, cookies: Mapping[str, str], gate_id: str, name: str, *, inert: bool) -> Download:
    """A download of the gate, or a picture of its withheld half. Raises `UnknownGate`, `NotOpen`.

    Only a download is worth a note: pictures come with the page, for who reads it by the meter, too. A name is one
    content in all languages of a gate: a build sees to that.
    """
    gate = open_bundle(services.files).gate(gate_id)
    gate = next((spoken for spoken in (gate, *gate.variants.values()) if name in spoken.file_objects), gate)
    try:
        reader = reader_of(services, cookies, gate_id)
    except NotOpen:
        free = None if name in gate.files else meter.allowance(services, cookies, gate_id, gate)
        if free is None or not free.has_read or name not in gate.file_objects:
            raise
        return Download(name, gate.file_objects[name])
    if name not in gate.file_objects:
        raise UnknownGate(name)
    _note(services, reader, gate, TouchKind.DOWNLOADED, name, inert=inert or name not in gate.files)
    return Download(name, gate.file_objects[name])


def trial(services: Services, cookies: Mapping[str, str], gate_id: str, *, inert: bool, language: str = "") -> str:
    """Where the trial of the gate begins, as its page says. Raises `UnknownGate`, `NotOpen`.

    `ref` tells the product whom its `trial.used` is about: the id of the lead, which says nothing of anybody. It is
    left out while the address is not confirmed, since whoever typed it could try things in somebody else's name.
    """
    gate, reader = _open(services, cookies, gate_id, language)
    if not gate.trial:
        raise UnknownGate(gate_id)
    _note(services, reader, gate, TouchKind.DOWNLOADED, TRIAL, inert=inert, met=Encounter.PRODUCT)
    there = urlsplit(gate.trial)
    query = "&".join(filter(None, (there.query, urlencode({"ref": reader.lead_id}) if reader.confirmed else "")))
    return urlunsplit(there._replace(query=query))


def _open(services: Services, cookies: Mapping[str, str], gate_id: str, language: str = "") -> tuple[Gate, Reader]:
    gate = open_bundle(services.files).gate(gate_id, language)
    return gate, reader_of(services, cookies, gate_id)


def _note(
    services: Services,
    reader: Reader,
    gate: Gate,
    kind: TouchKind,
    name: str,
    *,
    inert: bool,
    met: Encounter | None = None,
) -> None:
    """Once per lead, thing and day, and with a confirmed address only does it count as an experience.

    It is one with what the gate is about, unless `met` says otherwise.
    """
    if inert:
        return
    now = services.clock.now()
    thing = f"{reader.gate}/{name}" if name else reader.gate
    facts = {"confirmed": "yes" if reader.confirmed else "no", **({"file": name} if name else {})}
    touch = Touch(
        id=f"{kind.value}/{reader.generation}/{reader.capture or 'lead'}/{thing}/{now:%Y-%m-%d}",
        lead_id=reader.lead_id,
        kind=kind,
        at=now,
        encounter=met or gate.encounter,
        quality=gate.quality if reader.confirmed else 0,
        gate=GateId(reader.gate),
        facts=facts,
    )
    if not _is_back(services, reader, touch):
        services.store.append(touch)


def _is_back(services: Services, reader: Reader, touch: Touch) -> bool:
    """Whether somebody comes by who was silent for long: then it is stored with a word to the rep.

    Asked of the timeline only where the lead is old enough for such a silence.
    """
    if reader.since is None or touch.at - reader.since < BACK_AFTER:
        return False
    if days_of_silence(touch, services.store.touches(reader.lead_id)) is None:
        return False
    bundle = open_bundle(services.files)

    def back(lead: Lead) -> Change | None:
        if any(stored.id == touch.id for stored in services.store.touches(lead.id)):
            return None
        tell = Due(lead.id, lead.generation, DueKind.MAIL, f"{NOTIFY}{touch.id}", touch.at)
        return begun(services, bundle, Change(lead=lead, touches=(touch,), due=(tell,)), before=lead)

    decide(services, reader.lead_id, reader.generation, back)
    return True
