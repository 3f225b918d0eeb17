"""What did the build hand over? Reads the compiled playbook and gates at run time; called by actors and handlers.

Opened per request, so it reads only what is asked for, and remembers it: all but the manifest never changes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import msgspec

from leadlight.errors import MissingBundle, UnknownGate
from leadlight.model.criteria import Criteria
from leadlight.model.person import GateId
from leadlight.model.sequence import Sequence, Step, in_language
from leadlight.model.site import Gate, Knowledge, Manifest, Message, Wording
from leadlight.model.team import Team
from leadlight.ports import Files

T = TypeVar("T")


class Bundle:
    """One version of the bundle."""

    def __init__(self, files: Files, manifest: Manifest) -> None:
        self.manifest = manifest
        self._files = files
        self._read: dict[str, object] = {}
        self._shells: dict[str, str] = {}

    def gate(self, gate_id: str, language: str = "") -> Gate:
        """The gate, in that language if there is such a page, else in the site's own. Raises `UnknownGate`."""
        try:
            return self.manifest.gates[GateId(gate_id)].in_language(language)
        except KeyError as error:
            raise UnknownGate(gate_id) from error

    def gate_at(self, page: str) -> tuple[GateId, Gate]:
        """The gate of that page, in its language. Raises `UnknownGate`."""
        for gate_id, gate in self.manifest.gates.items():
            for spoken in (gate, *gate.variants.values()):
                if spoken.page == page:
                    return gate_id, spoken
        raise UnknownGate(page)

    def wording(self, wording_hash: str) -> Wording | None:
        """The words and the promise of that hash; also old ones. None for a hash that was never given out."""
        path = self.manifest.wordings.get(wording_hash)
        return self._object(path, Wording) if path else None

    def sequence_version(self, version: str) -> Sequence:
        """The version that a lead is pinned to, however old. Raises `MissingBundle`."""
        return self._object(f"sequences/{version}.json", Sequence)

    def step(self, ref: str) -> Step | None:
        """The step that a row's `ref` names (`<sequence>@<version>/<start>/<slug>`), if its version is still there."""
        name, _, slug = ref.rpartition("/")
        try:
            sequence = self.sequence_version(name.rpartition("/")[0].rpartition("@")[2])
        except MissingBundle:
            return None
        return next((step for step in sequence.steps if step.slug == slug), None)

    def message(self, name: str) -> Message:
        """One of the mails outside sequences. Raises `MissingBundle`."""
        messages = self._object(self.manifest.messages, dict[str, Message])
        if name not in messages:
            raise MissingBundle(f"message {name}")
        return messages[name]

    @property
    def team(self) -> Team:
        """Who answers. Raises `MissingBundle`."""
        return self._object(self.manifest.team, Team)

    @property
    def criteria(self) -> Criteria:
        """What makes a lead worth talking to. Raises `MissingBundle`."""
        return self._object(self.manifest.criteria, Criteria) if self.manifest.criteria else Criteria()

    @property
    def knowledge(self) -> Knowledge:
        """The playbook's objections and buyers. Raises `MissingBundle`."""
        return self._object(self.manifest.knowledge, Knowledge) if self.manifest.knowledge else Knowledge()

    @property
    def languages(self) -> tuple[str, ...]:
        """What the site speaks, its own language first."""
        return (self.manifest.language, *self.manifest.shells)

    @property
    def shell(self) -> str:
        """The theme's page around what we serve, with its marks. Raises `MissingBundle`."""
        return self.shell_in(self.manifest.language)

    def shell_in(self, language: str) -> str:
        """The same in that language, if the site speaks it. Raises `MissingBundle`."""
        path = in_language(self.manifest.shells, language) or self.manifest.shell
        if path not in self._shells:
            self._shells[path] = self._files.read(path).decode()
        return self._shells[path]

    def _object(self, path: str, kind: type[T]) -> T:
        if path not in self._read:
            data = self.manifest.at_hand.get(path) or self._files.read(path)
            self._read[path] = msgspec.json.decode(data, type=kind)
        return self._read[path]  # type: ignore[return-value]  # a path is read as one kind only


def open_bundle(files: Files, *, newest: bool = False) -> Bundle:
    """The bundle as it is now; the same object while the manifest stays. `newest` as in `Files.version`.

    Raises `MissingBundle`.
    """
    return _open(files, files.version(newest=newest))  # type: ignore[arg-type]  # objects hash by identity; a protocol cannot say so


@lru_cache(maxsize=4)
def _open(files: Files, version: str) -> Bundle:  # noqa: ARG001 the version is what makes it another bundle
    return Bundle(files, msgspec.json.decode(files.read("manifest.json"), type=Manifest))
