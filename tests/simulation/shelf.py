"""The playbook of the simulated world, compiled without MkDocs: four gates, three sequences, newer versions of each.

One folder holds the objects of all versions, as after several deploys; each version has a manifest of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from pathlib import Path

from leadlight.model.person import GateId, Promise, Purpose
from leadlight.model.sequence import Cap, Channel, Migrate, OpenHours, Sequence, Step, Wait, WaitUnit
from leadlight.model.site import MANIFEST_SCHEMA, ConsentMode, Field, FieldType, Gate, Manifest, Theme, Unlock, Wording
from leadlight.model.team import Company, Hours, Person, Team
from leadlight.model.touch import Encounter, Objective
from leadlight.playbook.source import load
from leadlight.playbook.write import BundleWriter, as_json, content_hash, wording_hash

MAIL, FORM, OFFER, REPS = "guides/mail", "guides/form", "guides/offer", "guides/rep"
GATES = (MAIL, FORM, OFFER, REPS)
VERSIONS = ("first", "finish", "move", "stop")
"""Manifests: the first one, and one for each thing that a new version may say about leads in flight."""

DAYS = {MAIL: 14, FORM: 21, OFFER: 21, REPS: 30}
"""How long each form says it will take: tight, so that outages and jumps run into it."""

SEQUENCE_OF = {MAIL: "course", FORM: "talk", OFFER: "offer", REPS: "course"}
STOP = "\n\n[Stop]({{ links.unsubscribe }})."
FIELDS = (
    Field("email", FieldType.EMAIL, "E-mail", required=True),
    Field("name", FieldType.TEXT, "Name"),
    Field("phone", FieldType.PHONE, "Phone"),
)
WORDS = {Purpose.CONTENT: "We send you the page.", Purpose.FOLLOW_UP: "You may write to me about it."}
HOLIDAYS = ("2026-01-06", "2026-01-14")


def wait(count: int, unit: WaitUnit = WaitUnit.DAYS) -> Wait:
    return Wait(count, unit)


def step(slug: str, pause: Wait, objective: Objective = Objective.ADVANCE, **more: object) -> Step:
    plain = Step(
        slug, f"{slug}: {{{{ lead.first_name or 'hello' }}}}", slug + STOP, pause, Encounter.SUBJECT, objective
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # each caller names fields of a step


def sequences(migrate: Migrate, generation: int) -> tuple[Sequence, ...]:
    """The conversations as they were written the first, second … time: each time a step in the middle is another."""
    mornings = OpenHours((1, 2, 3), time(10), time(12))
    planned = (
        Sequence(
            name="course", version="", migrate=migrate, ends_when=("customer",),
            steps=(
                step("01-hello", wait(1), Objective.START),
                step(f"02-deeper-{generation}", wait(2), stale_after=wait(3)),
                step("03-offer", wait(2, WaitUnit.BUSINESS_DAYS), Objective.CLOSE, only_if="lead.temperature != 'hot'"),
            ),
        ),
        Sequence(
            name="talk", version="", migrate=migrate, priority=3,
            steps=(
                step("01-welcome", wait(4, WaitUnit.HOURS), Objective.START),
                step(f"02-ring-{generation}", wait(2), Objective.RELATE, channel=Channel.REP),
                step("03-after", wait(3), window=mornings, stale_after=wait(5)),
                step("04-last", wait(1, WaitUnit.WEEKS), Objective.CLOSE),
            ),
        ),
        Sequence(
            name="offer", version="", migrate=migrate, priority=8, then="course",
            steps=(
                step(f"01-case-{generation}", wait(30, WaitUnit.MINUTES)),
                step("02-offer", wait(1), Objective.CLOSE, window=mornings),
            ),
        ),
    )  # fmt: skip
    pinned = {each.name: content_hash(as_json(each)) for each in planned}
    followed = (replace(each, then_version=pinned[each.then]) if each.then else each for each in planned)
    return tuple(replace(each, version=content_hash(as_json(replace(each, version="")))) for each in followed)


TEAM = Team(
    company=Company("Glass & Co", "1 Lead Lane, London", "hello@glass.example"),
    people=(
        Person("rita", "Rita Rep", "rita@glass.example"),
        Person("mark", "Mark Manager", "mark@glass.example", manager=True),
    ),
    hours=Hours(zone="Europe/London", holidays=HOLIDAYS),
    hold=wait(16, WaitUnit.HOURS),
    at_most=(Cap(4, 7),),
)


def shelved(root: Path) -> Mapping[str, Path]:
    """Writes all versions; returns the folder of each. The same bytes every time."""
    found = {name: root / name for name in VERSIONS}
    for name, folder in found.items():
        writer = BundleWriter(folder)
        manifests = {each: _written(writer, conversations(each)) for each in VERSIONS}
        wordings = {key: path for each in manifests.values() for key, path in each.wordings.items()}
        manifest = replace(manifests[name], wordings=wordings)
        writer.manifest(replace(manifest, version=content_hash(as_json(manifest))))
    return found


def conversations(version: str) -> tuple[Sequence, ...]:
    """The sequences of that version."""
    return sequences(Migrate.FINISH if version == "first" else Migrate(version), VERSIONS.index(version))


def _written(writer: BundleWriter, planned: tuple[Sequence, ...]) -> Manifest:
    written = {each.name: writer.put_sequence(each) for each in planned}
    wordings: dict[str, str] = {}
    gates: dict[GateId, Gate] = {}
    for gate_id in GATES:
        sequence = next(each for each in planned if each.name == SEQUENCE_OF[gate_id])
        wording = Wording("short", "en", WORDS, _promise(sequence, planned, DAYS[gate_id]))
        wordings[wording_hash(wording)] = writer.put_json("wordings", wording)
        gates[GateId(gate_id)] = _gate(writer, gate_id, wording_hash(wording))
    return Manifest(
        schema=MANIFEST_SCHEMA, version="", site_name="Glass", site_url="https://glass.example/", language="en",
        theme=Theme(), gates=gates, sequences=written, wordings=wordings,
        team=writer.put_json("team", TEAM),
        messages=writer.put_json("messages", load(Path("no-such-playbook"), language="en").messages),
        shell=writer.put("shell", b"<title>LEADLIGHT-TITLE</title>LEADLIGHT-BODY", "html"),
    )  # fmt: skip


def _promise(sequence: Sequence, planned: tuple[Sequence, ...], days: int) -> Promise:
    """What the sequence and the one that follows it do."""
    steps = [step for each in planned if each.name in {sequence.name, sequence.then} for step in each.steps]
    channels = {step.channel for step in steps}
    return Promise(
        mails=sum(step.channel is Channel.MAIL for step in steps),
        days=days,
        channels=("mail", "call") if Channel.REP in channels else ("mail",),
        purpose=sequence.purpose,
        sequence=sequence.name,
        version=sequence.version,
    )


def _gate(writer: BundleWriter, gate_id: str, wording: str) -> Gate:
    return Gate(
        page=f"{gate_id}/", title=gate_id, unlock={FORM: Unlock.FORM, REPS: Unlock.REP}.get(gate_id, Unlock.EMAIL),
        files=(), fields=FIELDS, consent=ConsentMode.REQUIRED, wording=wording, withheld_words=100,
        withheld_percent=50, minutes=1, half=writer.put_json("halves", {"html": gate_id, "toc": "", "title": gate_id}),
        full=writer.put("pages", gate_id.encode(), "html"), sequence=SEQUENCE_OF[gate_id],
    )  # fmt: skip
