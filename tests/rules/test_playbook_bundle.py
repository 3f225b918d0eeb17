"""From the build to the running system: the promise in words, and a bundle that is written and opened again."""

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest

from leadlight.errors import MissingBundle, UnknownGate
from leadlight.model.person import GateId, Promise, Purpose
from leadlight.model.sequence import Channel, Sequence, Step, Wait, WaitUnit, Window
from leadlight.model.site import ConsentMode, Form, Gate, Manifest, Message, Theme, Unlock
from leadlight.model.team import Hours
from leadlight.model.touch import Encounter, Objective
from leadlight.playbook.bundle import open_bundle
from leadlight.playbook.promise import in_words, promise_of
from leadlight.playbook.roster import built_in_team
from leadlight.playbook.write import BundleWriter, content_hash, wording_hash, wording_of

FORM = Form("short", (), ConsentMode.OPTIONAL, {Purpose.CONTENT: "Send it.", Purpose.FOLLOW_UP: "And more."})


HOURS = Hours()


def sequence(*waits: Wait, channel: Channel = Channel.MAIL, window: Window = Window.ANY) -> Sequence:
    steps = (
        Step(f"{n:02}-x", "Hi", "Hi.", wait, Encounter.PERSON, Objective.START, channel=channel, window=window)
        for n, wait in enumerate(waits)
    )
    return Sequence("zt", "v1", tuple(steps), purpose="Help")


@pytest.mark.parametrize(
    ("waits", "channel", "words"),
    [
        ([Wait(2, WaitUnit.DAYS)] * 4, Channel.MAIL, "4 mails in 8 days, no call unless you ask"),
        ([Wait(5, WaitUnit.DAYS)] * 4, Channel.MAIL, "4 mails in 3 weeks, no call unless you ask"),
        ([Wait(10, WaitUnit.BUSINESS_DAYS)], Channel.MAIL, "1 mail in 2 weeks, no call unless you ask"),
        ([Wait(30, WaitUnit.MINUTES)], Channel.MAIL, "1 mail in 1 day, no call unless you ask"),
        ([Wait(2, WaitUnit.DAYS)], Channel.REP, "no mails in 2 days, and a call from a person"),
    ],
)
def test_the_promise_says_how_many_how_long_and_how(waits: list[Wait], channel: Channel, words: str) -> None:
    assert in_words(promise_of(sequence(*waits, channel=channel), FORM, hours=HOURS)) == words


def test_the_promised_time_counts_the_weekend_that_a_step_may_have_to_wait_for() -> None:
    plan = sequence(Wait(1, WaitUnit.DAYS), window=Window.WORKING_HOURS)

    assert promise_of(plan, FORM, hours=HOURS).days == 4  # from Thursday at 18:00 to Monday at 9:00


def test_the_promised_time_counts_the_holidays() -> None:
    plan = sequence(Wait(1, WaitUnit.DAYS), window=Window.WORKING_HOURS)

    assert promise_of(plan, FORM, hours=Hours(holidays=("2026-05-25",))).days == 5


def test_without_a_sequence_nothing_is_promised() -> None:
    assert in_words(promise_of(None, FORM, hours=HOURS)) == "no follow-up, just this one mail"
    assert in_words(promise_of(None, FORM, hours=HOURS), language="pl") == "bez dalszych wiadomości, tylko ta jedna"


def test_a_form_that_does_not_ask_for_follow_ups_promises_none() -> None:
    form = Form("short", (), ConsentMode.OPTIONAL, {Purpose.CONTENT: "Send it."})

    assert promise_of(sequence(Wait(1, WaitUnit.DAYS)), form, hours=HOURS).mails == 0


def test_the_promise_names_purpose_and_version() -> None:
    promise = promise_of(sequence(Wait(1, WaitUnit.DAYS)), FORM, hours=HOURS)

    assert promise == Promise(1, 1, ("mail",), "Help", "zt", "v1")


class Folder:
    """A bundle in a folder, as the ports ask for it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError as error:
            raise MissingBundle(path) from error

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        return (self.root / path).open("rb")

    def link(self, path: str, *, name: str, media_type: str) -> str | None:
        return None

    def version(self, *, newest: bool = False) -> str:
        return content_hash(self.read("manifest.json"))


def build(root: Path, *, site_name: str = "Site") -> Folder:
    writer, plan = BundleWriter(root), sequence(Wait(2, WaitUnit.DAYS))
    wording = wording_of(FORM, promise_of(plan, FORM, hours=HOURS), "en")
    gate = Gate(
        page="zt/", title="ZT", unlock=Unlock.EMAIL, files=(), fields=(), consent=ConsentMode.OPTIONAL,
        wording=wording_hash(wording), withheld_words=9, withheld_percent=60, minutes=1, half="", full="",
    )  # fmt: skip
    manifest = Manifest(
        schema=1, version="1", site_name=site_name, site_url="", language="en", theme=Theme(),
        gates={GateId("tutorials/zt"): gate}, sequences={"zt": writer.put_sequence(plan)},
        wordings={wording_hash(wording): writer.put_json("wordings", wording)},
        team=writer.put_json("team", built_in_team("en")),
        messages=writer.put_json("messages", {"confirm": Message("confirm", "Hi", "Hi.")}),
        shell=writer.put("shell", b"<html></html>", "html"),
    )  # fmt: skip
    writer.manifest(manifest)
    return Folder(root)


def test_a_bundle_gives_back_what_was_put_in(tmp_path: Path) -> None:
    bundle = open_bundle(build(tmp_path))
    gate = bundle.gate("tutorials/zt")
    wording = bundle.wording(gate.wording)

    assert wording is not None
    assert wording.wording == FORM.wording
    assert wording.promise.mails == 1
    assert bundle.sequence_version("v1") == sequence(Wait(2, WaitUnit.DAYS))
    assert bundle.team == built_in_team("en")
    assert bundle.message("confirm").subject == "Hi"
    assert bundle.shell == "<html></html>"


def test_what_is_not_in_the_bundle_is_refused_by_name(tmp_path: Path) -> None:
    bundle = open_bundle(build(tmp_path))

    assert bundle.wording("0" * 32) is None
    with pytest.raises(UnknownGate):
        bundle.gate("tutorials/none")
    with pytest.raises(MissingBundle):
        bundle.sequence_version("none")
    with pytest.raises(MissingBundle):
        bundle.sequence_version("none")
    with pytest.raises(MissingBundle):
        bundle.message("none")


def test_a_bundle_is_read_once_until_its_manifest_changes(tmp_path: Path) -> None:
    files = build(tmp_path)
    first = open_bundle(files)
    again = open_bundle(files)
    build(tmp_path, site_name="Other")

    assert again is first
    assert open_bundle(files).manifest.site_name == "Other"


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = build(tmp_path / "one").root, build(tmp_path / "other").root

    def content(root: Path) -> dict[str, bytes]:
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    assert content(one) == content(other)
    assert all(
        content_hash(data) in name for name, data in content(one).items() if "/" in name and "sequences" not in name
    )


def test_answering_a_submit_loads_nothing_heavy() -> None:
    code = (
        "import sys, leadlight.messages, leadlight.playbook.bundle, leadlight.playbook.promise\n"
        "heavy = {'pydantic', 'ruamel', 'ruamel.yaml', 'mkdocs', 'jinja2', 'markdown', 'nh3', 'css_inline'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
