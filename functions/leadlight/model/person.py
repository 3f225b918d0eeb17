"""What a person said and agreed to: captures, consent, the wish for a call. Used by every layer above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

LeadId = NewType("LeadId", str)
"""128 bits, base32, lower case: a keyed hash of the normalised address."""

CaptureId = NewType("CaptureId", str)
"""One submit of one form; random. The id of the key that seals it, so that both are found by one name."""

GateId = NewType("GateId", str)
"""The source path of the gated page without its suffix; may contain `/`."""


CompanyId = NewType("CompanyId", str)
"""The company behind an address: a keyed hash of its domain, as `LeadId` is one of the address."""


class Intent(StrEnum):
    """What the visitor says about the decision."""

    EXPLORING = "exploring"
    EVALUATING = "evaluating"
    READY = "ready"


class Purpose(StrEnum):
    """What an address may be used for; each is agreed to by itself."""

    CONTENT = "content"
    FOLLOW_UP = "follow-up"
    PHONE = "phone"
    NEWS = "news"


class CallKind(StrEnum):
    """Whether the visitor wants to be called."""

    NOW = "now"
    AT = "at"
    NO = "no"


@dataclass(frozen=True, slots=True)
class CallWish:
    """The visitor's word on calls. `at` is set for `CallKind.AT` only, aware, UTC."""

    kind: CallKind
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What the form said will follow. A lead is never contacted more, otherwise, or for something else."""

    mails: int
    days: int
    channels: tuple[str, ...]
    purpose: str
    sequence: str | None
    version: str | None  # of the sequence


@dataclass(frozen=True, slots=True)
class Consent:
    """A receipt: which purposes were agreed to, in which words, when and how.

    `wording` is the hash of the immutable object in the bundle that holds the exact words and the promise.
    """

    purposes: tuple[Purpose, ...]
    wording: str
    promise: Promise
    at: datetime
    how: str  # "form", later "preferences", "import"
    legal_basis: str = "consent"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Personal fields as one AES-GCM blob under a key of its own."""

    key_id: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """One submit of one form. What is personal is in `sealed`: see `leadlight.vault.Fields`."""

    id: CaptureId
    lead_id: LeadId
    generation: int
    gate: GateId
    at: datetime
    sealed: Sealed
    consent: Consent
    language: str
    intent: Intent | None = None
    call: CallWish | None = None
    confirmed_at: datetime | None = None
    code_sent_at: datetime | None = None
    campaign: Mapping[str, str] | None = None
    zone: str | None = None  # IANA name, as the browser or the form's country told
    country: str | None = None  # ISO 3166-1 alpha-2
    company: CompanyId | None = None  # told by the address, so that nobody has to open it to find a colleague's rep
    size: str = ""  # the answer to the field `size`, where it is one that somebody of the team is named for
    answered: tuple[str, ...] = ()  # the names of the fields that were filled in, so that nobody is asked twice

    def is_submit_of(self, other: Capture) -> bool:
        """Whether both are the same submit, whatever was noted on either since."""
        return replace(self, confirmed_at=None, code_sent_at=None) == replace(
            other, confirmed_at=None, code_sent_at=None
        )
