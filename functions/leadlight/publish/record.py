"""What did the last deploy make of a stack, and what would the next one change? Called by `plan` and `deploy`.

A record is what a deploy leaves behind: everything it put where, without a secret. It lies in `dist/deployed/` and in
the bucket of the artefacts; a plan compares with the one on this machine and asks nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from leadlight.model.site import Manifest
from leadlight.playbook.write import as_json
from leadlight.publish.objects import MANIFEST, Object
from leadlight.publish.package import Packed
from leadlight.publish.template import Template

NEVER_REMOVED = "bundle"
"""Leads in flight need what they were promised."""

How = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. It has changed if its `version` or its `note` has; `size` is bytes."""

    version: str
    note: str = ""
    size: int | None = None


Sections = Mapping[str, Mapping[str, Item]]
"""By what the things are: resources, parameters, functions, gates, forms, sequences, site, bundle."""


@dataclass(frozen=True, slots=True)
class Record:
    """What there is after a deploy. `site_url` ends with a slash."""

    stack: str
    release: str
    site_url: str
    sections: Sections
    at: str = ""  # when, as ISO text; empty in a plan


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    section: str
    name: str
    how: How


def compare(before: Record | None, now: Record) -> tuple[Change, ...]:
    """What is new, different and gone. Without a record all is new."""
    return tuple(
        change
        for section, things in now.sections.items()
        for change in _compare(section, before.sections.get(section, {}) if before else {}, things)
    )


def _compare(section: str, before: Mapping[str, Item], now: Mapping[str, Item]) -> Iterator[Change]:
    for name, item in now.items():
        if name not in before:
            yield Change(section, name, "added")
        elif (before[name].version, before[name].note) != (item.version, item.note):
            yield Change(section, name, "changed")
    for name in before if section != NEVER_REMOVED else ():
        if name not in now:
            yield Change(section, name, "removed")


def sections_of(
    template: Template,
    parameters: Mapping[str, str],
    packed: Iterable[Packed],
    manifest: Manifest,
    objects: tuple[tuple[Object, ...], tuple[Object, ...]],
) -> Sections:
    """Everything that a deploy would put somewhere; `objects` are the site's and the bundle's."""
    site, bundle = objects
    shown = {name: value for name, value in parameters.items() if not template.parameters[name].secret}
    return {
        "resources": {name: Item(made.version, made.type) for name, made in template.resources(parameters).items()},
        "parameters": {name: Item(value) for name, value in sorted(shown.items())},
        "functions": {each.function: Item(each.sha256[:12], size=each.size) for each in packed},
        "gates": {name: Item(_hash(gate), f"opens by {gate.unlock}") for name, gate in manifest.gates.items()},
        "forms": dict(_forms(manifest)),
        "sequences": {name: Item(each.version[:12]) for name, each in manifest.sequences.items()},
        "site": {each.key: _stored(each, manifest) for each in site},
        "bundle": {each.key: _stored(each, manifest) for each in bundle},
    }


def read_record(path: Path) -> Record | None:
    """The record at that place; None if there is none that can be read."""
    return decoded(path.read_bytes()) if path.is_file() else None


def decoded(data: bytes) -> Record | None:
    """A record from its JSON; None if another release wrote it otherwise, or a crash only half: then nobody knows."""
    try:
        return msgspec.json.decode(data, type=Record)
    except msgspec.DecodeError:
        return None


def encoded(record: Record) -> bytes:
    """A record as JSON, for programs and for the next plan."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1)


def place_of(out: Path, stack: str) -> Path:
    """Where the record of a stack lies on this machine."""
    return out / "deployed" / f"{stack}.json"


def headers_of(record: Record | None, section: str) -> Mapping[str, str] | None:
    """What each object of a section is served with, as far as that is known."""
    return {name: item.note for name, item in record.sections[section].items()} if record else None


def _stored(each: Object, manifest: Manifest) -> Item:
    """A manifest goes on naming wordings of earlier ones; that alone is no change."""
    if each.key != MANIFEST:
        return Item(each.sha256[:12], each.headers, each.size)
    return Item(_hash(replace(manifest, wordings={}, version="")), each.headers)


def _forms(manifest: Manifest) -> Iterator[tuple[str, Item]]:
    """Each form with what it asks for and says, wherever it stands."""
    for name in sorted({gate.form for gate in manifest.gates.values()}):
        users = [gate for gate in manifest.gates.values() if gate.form == name]
        said = [(gate.fields, gate.consent, gate.wording) for gate in users]
        yield name, Item(_hash(said), f"on {len(users)} page{'s' * (len(users) != 1)}")


def _hash(thing: object) -> str:
    return hashlib.sha256(as_json(thing)).hexdigest()[:12]
