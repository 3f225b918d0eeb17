"""A link is too old: until when did it work, and how does its reader get a fresh one? Called by `handlers.stale`.

Whoever holds the old link may ask; the fresh one goes to the address that the old one went to, and nowhere else. What
becomes of the wish shows nowhere: the answer is the same, within the budgets or beyond them, for whoever it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from leadlight import links
from leadlight.decide import Erased, decide, the_lead
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.model.site import GateKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.afresh import ANSWER, PREFERENCES, asked_again, is_on_its_way
from leadlight.rules.retention import UNCONFIRMED
from leadlight.rules.series import is_open
from leadlight.tokens import TokenUse
from leadlight.visitor.confirm import asked_by

PER_DAY = 5
"""So many mails a day may the old links of one lead cause."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose link it was: their language, and the page that it was about, if it was about one."""

    language: str
    page: str = ""
    title: str = ""


def whose(services: Services, use: TokenUse, facts: Mapping[str, str]) -> Owner:
    """To whom the link went; changes nothing. Raises `Erased`: there is nobody to send one to any more."""
    if use not in OF_A_FORM:
        return Owner(the_lead(services, facts["lead"], facts["gen"]).language)
    bundle, (_, capture) = open_bundle(services.files), _kept(services, facts)
    if capture.gate not in bundle.manifest.gates:
        return Owner(capture.language)
    gate = bundle.gate(capture.gate, capture.language)
    return Owner(capture.language, gate.page, gate.title)


def send(services: Services, use: TokenUse, facts: Mapping[str, str]) -> Owner:
    """Has a fresh link mailed, unless one is on its way. `facts` are those of the old one. Raises `Erased`."""
    owner = whose(services, use, facts)
    now = services.clock.now()
    lead, capture = _kept(services, facts) if use in OF_A_FORM else (_lead(services, facts), None)
    if not _within_budget(services, lead):
        return owner

    def planned(lead: Lead) -> Change | None:
        ref = _ref(services, use, facts, lead, capture)
        if is_on_its_way(ref, services.store.due_of(lead.id), services.store.ledger(lead.id), now):
            return None
        about = (capture.id,) if capture else ()
        return Change(lead, due=(Due(lead.id, lead.generation, DueKind.MAIL, asked_again(ref, now), now, about),))

    decide(services, lead.id, str(lead.generation), planned)
    return owner


OF_A_FORM = (TokenUse.CONFIRM, TokenUse.TAB)
"""They name a submit, and go with the life that it fell into."""


def _lead(services: Services, facts: Mapping[str, str]) -> Lead:
    return the_lead(services, facts["lead"], facts["gen"])


def _kept(services: Services, facts: Mapping[str, str]) -> tuple[Lead, Capture]:
    """The submit and its lead. What nobody confirmed in all the time that it is kept for is gone. Raises `Erased`."""
    lead, capture = asked_by(services, facts)
    bundle = open_bundle(services.files)
    kept_until = capture.at + bundle.criteria.retention[UNCONFIRMED]
    if capture.id not in lead.confirmed and services.clock.now() >= kept_until:
        raise Erased(links.gate_named(bundle, capture.gate))
    return lead, capture


def _ref(services: Services, use: TokenUse, facts: Mapping[str, str], lead: Lead, capture: Capture | None) -> str:
    """Which mail it is that goes out once more."""
    match use:
        case TokenUse.CONSENT:
            return f"raise/{facts['wish']}"
        case TokenUse.ANSWER:
            return f"{ANSWER}{facts['what']}/{facts['ref']}"
    if capture is None:
        return PREFERENCES
    if capture.id not in lead.confirmed:
        return f"optin/{capture.id}"
    manifest = open_bundle(services.files).manifest
    gate = manifest.gates.get(capture.gate)
    is_there = gate is not None and gate.kind is not GateKind.WAITLIST
    leads_back = is_there and is_open(capture.gate, lead, manifest.series, manifest.gates)
    return f"delivery/{capture.id}" if leads_back else PREFERENCES


def _within_budget(services: Services, lead: Lead) -> bool:
    now = services.clock.now()
    day = Budget(f"afresh/{lead.id}/{now:%Y-%m-%d}", PER_DAY, now + timedelta(days=2))
    return not services.settings.budgets or services.store.count(day)
