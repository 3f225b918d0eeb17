"""Does what a gate says of its kind fit together? Called by `gather` for each gated page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from leadlight.errors import Problem
from leadlight.model.site import TRIAL, GateKind, Unlock
from leadlight.playbook.front import GateFront
from leadlight.playbook.recorded import Recording, is_audio


def kind_problems(front: GateFront) -> Iterator[Problem]:
    """What is missing, or stands where it has no effect."""

    def at(key: str, message: str) -> Problem:
        return Problem(front.file, front.lines.get(key) or front.line, message)

    if front.kind is GateKind.AUDIO and not any(map(is_audio, front.files)):
        yield at("kind", "`kind: audio` has no recording; name one under `files:`, such as `[downloads/talk.mp3]`")
    if front.chapters and front.kind is not GateKind.AUDIO:
        yield at("chapters", "`chapters` are those of a recording; say `kind: audio` too, or leave them out")
    if front.kind is GateKind.SAMPLE and not front.trial and not front.files:
        yield at("kind", "`kind: sample` has nothing to try; say where under `trial:`, or name a file under `files:`")
    if front.trial and front.kind is not GateKind.SAMPLE:
        yield at("trial", "`trial` is for something to try; say `kind: sample` too, or leave it out")
    if front.kind is GateKind.WAITLIST and (front.files or front.meter):
        key = "files" if front.files else "meter"
        yield at(key, f"a waitlist keeps nothing yet; leave `{key}` out until the page is written")
    if front.meter and front.unlock is Unlock.REP:
        yield at("meter", "a rep opens this page, and a meter would open it to everybody; leave one of the two out")
    if any(PurePosixPath(name).name == TRIAL for name in front.files):
        yield at("files", f"no file can be called `{TRIAL}`: that is the address of a trial; give it an ending")


def recording_problems(recordings: Mapping[str, Recording], fronts: Collection[GateFront]) -> Iterator[Problem]:
    """Recordings for everybody, by page, that some gate keeps for its readers."""
    for page, recording in recordings.items():
        keeper = next((front for front in fronts if recording.file in front.files), None)
        if keeper is not None:
            message = (
                f"`{recording.file}` would stand open here, and {keeper.file} keeps it for its readers; "
                "take it out of one of the two"
            )
            yield Problem(page, recording.line, message)
