"""As whom does the marketer look? Made-up readers, each brought where they are by what real ones do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from leadlight import facts, links
from leadlight.errors import NotOpen, VisitorCanFix
from leadlight.model.person import GateId
from leadlight.model.site import Gate, GateKind, Unlock
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules.fact import Fact, FactName
from leadlight.simulate.story import typical_answers
from leadlight.vault import lead_id
from leadlight.visitor import access, confirm, read, talk
from leadlight.visitor.passes import Cookie

NETWORK = "127.0.0.0/24"


class Who(StrEnum):
    """Whose eyes one looks through, from far to near."""

    STRANGER = "stranger"
    LEAD = "lead"
    WARM = "warm lead"
    CUSTOMER = "customer"


class People:
    """The made-up readers of one preview."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cookies: dict[Who, dict[str, Cookie]] = {Who.STRANGER: {}}

    def cookies(self, who: Who) -> Mapping[str, Cookie]:
        """The pass of that reader; they come to be when they are first asked for."""
        if who not in self._cookies:
            self._cookies[who] = self._brought(who)
        return self._cookies[who]

    def asked(self, page: str) -> str | None:
        """The link of the mail to a stranger who has just sent the form of that page; None where it has no gate."""
        bundle = open_bundle(self._services.files)
        gate = next((name for name, each in bundle.manifest.gates.items() if each.page == page), None)
        return self._confirm_link("stranger@preview.example", gate, bundle) if gate else None

    def _brought(self, who: Who) -> dict[str, Cookie]:
        services, bundle = self._services, open_bundle(self._services.files)
        address = f"{who.value.replace(' ', '-')}@preview.example"
        gates = list(_to_open(bundle))
        held: dict[str, Cookie] = {}
        for gate in gates[:1] if who is Who.LEAD else gates:
            token = parse_qs(urlsplit(self._confirm_link(address, gate, bundle)).query)["token"][0]
            held |= {cookie.name: cookie for cookie in confirm.confirm(services, token).cookies if cookie.life}
        if who is not Who.LEAD:
            self._warm(gates, {name: cookie.value for name, cookie in held.items()})
        if who is Who.CUSTOMER:
            won = Fact(FactName.CRM_WON, email=address, value="12000", at=services.clock.now() - timedelta(minutes=1))
            facts.receive(services, won, f"preview-{services.token()}")
        return held

    def _confirm_link(self, address: str, gate: GateId, bundle: Bundle) -> str:
        """Sends the form, and gives the link of its mail."""
        services = self._services
        values = {"gate": gate, "email": address, "consent": "true", **_answers(bundle.gate(gate))}
        access.request_access(services, values, network=NETWORK)
        capture = services.store.captures(lead_id(address, services.settings.lead_key))[-1]
        return links.confirm(services, capture)

    def _warm(self, gates: list[GateId], cookies: Mapping[str, str]) -> None:
        """Reads everything, and asks a question."""
        for gate in gates:
            try:
                read.withheld_half(self._services, cookies, gate, inert=False)
            except NotOpen:
                continue
        if gates:
            try:
                talk.ask(self._services, cookies, {"gate": gates[0], "question": "How long does it take?"})
            except VisitorCanFix:
                return


def _to_open(bundle: Bundle) -> Iterator[GateId]:
    """The gates that a confirmation opens."""
    for name, gate in bundle.manifest.gates.items():
        if gate.unlock is not Unlock.REP and gate.kind is not GateKind.WAITLIST:
            yield name


def _answers(gate: Gate) -> dict[str, str]:
    """What somebody might type into that form."""
    return {name: value for name, value in typical_answers(gate).items() if name != "email"}
