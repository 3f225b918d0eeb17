"""Who is this lead, as far as it is known? Opens what is sealed; called by whatever writes to or about a lead.

The profile is what the *confirmed* captures add up to; one submit that nobody confirmed never changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from leadlight.model.exchange import Dossier
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, Capture, CaptureId
from leadlight.model.touch import Touch
from leadlight.ports import Services
from leadlight.vault import unseal

RESERVED = frozenset({"email", "network"})
"""Fields that are not answers to a question of the form."""

BY_REP = "rep/"
"""Begins how a capture came that a rep has typed; its `note` is for colleagues."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Personal fields by name, the newest answer winning; empty text where nothing is known."""

    fields: Mapping[str, str]

    @property
    def address(self) -> str:
        """Where mails go."""
        return self.fields.get("email", "")

    @property
    def name(self) -> str:
        """The full name as far as it was given."""
        parts = (self.fields.get("first_name", ""), self.fields.get("last_name", ""))
        return self.fields.get("name", "") or " ".join(part for part in parts if part)

    @property
    def first_name(self) -> str:
        """How to greet: empty when unknown."""
        return self.fields.get("first_name", "") or (self.name.split() or [""])[0]

    def with_phone(self, phone: str) -> Profile:
        """The same with the number that was given for a call; as it is if there was none."""
        return Profile({**self.fields, "phone": phone}) if phone else self

    @property
    def answers(self) -> Mapping[str, str]:
        """What the form asked besides the address."""
        return {name: value for name, value in self.fields.items() if name not in RESERVED and value}


def capture_of(services: Services, lead: Lead, capture_id: str, *, dossier: Dossier | None = None) -> Capture | None:
    """One submit of this lead. What lies in the `dossier` is not read again: a lead may have thousands."""
    known = dossier.captures if dossier else ()
    found = next((c for c in known if c.id == capture_id), None)
    return found or next((c for c in services.store.captures(lead.id) if c.id == CaptureId(capture_id)), None)


def profile_of(
    services: Services, lead: Lead, *, only: Capture | None = None, dossier: Dossier | None = None
) -> Profile:
    """The profile of confirmed captures, or of that one submit `only`. Raises `LostKey`.

    What lies in the `dossier` is not read again.
    """
    captures = (only,) if only else _confirmed(services, lead, dossier.captures if dossier else ())
    secrets = _secrets(services, [c.sealed.key_id for c in captures], dossier.secrets if dossier else {})
    fields: dict[str, str] = {}
    for capture in captures:
        opened = unseal(capture.sealed, secrets=secrets, owner=lead.id)
        fields.update({name: value for name, value in opened.items() if value})
    return Profile(fields)


def known_of(services: Services, lead: Lead) -> Profile:
    """The profile; of a lead that has confirmed nothing yet, what its newest form said. Raises `LostKey`."""
    captures = () if lead.confirmed else services.store.captures(lead.id)
    return profile_of(services, lead, only=captures[-1] if captures else None)


def outside_of(services: Services, lead: Lead) -> tuple[Lead, Profile]:
    """The lead and what is known of it, as other programs may have it. Raises `LostKey`.

    Its word on calls is that of the same form as its fields, and no number goes along where that is a no. What a rep
    has written down for colleagues when adding them stays here.
    """
    captures = services.store.captures(lead.id)
    if captures and not lead.confirmed:
        lead = replace(lead, call=captures[-1].call)
    known = known_of(services, lead)
    refused = lead.call is not None and lead.call.kind is CallKind.NO
    private = {"phone"} if refused else set()
    private |= {"note"} if any(capture.consent.how.startswith(BY_REP) for capture in captures) else set()
    return lead, Profile({name: text for name, text in known.fields.items() if name not in private})


def _confirmed(services: Services, lead: Lead, known: Iterable[Capture]) -> tuple[Capture, ...]:
    """The confirmed captures, oldest first: the known ones if they are all."""
    found = tuple(capture for capture in known if capture.id in lead.confirmed)
    if {capture.id for capture in found} == set(lead.confirmed):
        return found
    return tuple(capture for capture in services.store.captures(lead.id) if capture.id in lead.confirmed)


def _secrets(services: Services, key_ids: Iterable[str], known: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The secrets of these keys, as far as they exist."""
    missing = [key_id for key_id in key_ids if key_id not in known]
    return {**known, **services.keys.secrets(missing)} if missing else known


def sealed_fields(services: Services, touch: Touch) -> Mapping[str, str]:
    """What is personal in a touch (`text`, `phone`); empty if nothing is. Raises `LostKey`."""
    if touch.sealed is None:
        return {}
    secrets = services.keys.secrets([touch.sealed.key_id])
    return unseal(touch.sealed, secrets=secrets, owner=touch.lead_id)
