"""Every address that a mail or a page of ours points to, absolute. Links in mails are inert until a person's button."""

from __future__ import annotations

import hashlib

from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.model.team import Person
from leadlight.playbook.briefed import RepLinks
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.tokens import TokenUse
from leadlight.vault import masked


def page(services: Services, path: str) -> str:
    """A page of the site. `path` as in the manifest, without a leading slash."""
    return f"{services.settings.site_url}/{path}"


def confirm(services: Services, capture: Capture, address: str = "") -> str:
    """Confirms that one submit; later, the way back to the page on any device.

    The mail to `address` tells the browser that opens it whose pass it gets, so far as that person knows it again.
    """
    facts = {
        "lead": capture.lead_id, "gen": capture.generation, "capture": capture.id, "to": masked(address),
        "gate": _short(capture.gate),
    }  # fmt: skip
    return f"{services.settings.site_url}/confirm?token={services.tokens.sign(TokenUse.CONFIRM, facts)}"


def gate_named(bundle: Bundle, name: str) -> str:
    """The gate that a link named so was about; empty if there is none of that name (any more)."""
    return next((gate for gate in bundle.manifest.gates if name in {gate, _short(gate)}), "")


def _short(gate: str) -> str:
    """A gate's name in a link that has to be short; where two had the same, the first of them is shown."""
    return hashlib.sha256(gate.encode()).hexdigest()[:6]


def unsubscribe(services: Services, lead: Lead) -> str:
    """Ends follow-ups (RFC 8058: a POST to it does, at once)."""
    facts = {"lead": lead.id, "gen": lead.generation}
    return f"{services.settings.site_url}/unsubscribe?token={services.tokens.sign(TokenUse.UNSUBSCRIBE, facts)}"


def no_news(services: Services, lead: Lead) -> str:
    """Takes back the consent to news alone, by the same route."""
    facts = {"lead": lead.id, "gen": lead.generation, "of": "news"}
    return f"{services.settings.site_url}/unsubscribe?token={services.tokens.sign(TokenUse.UNSUBSCRIBE, facts)}"


def preferences(services: Services, lead: Lead) -> str:
    """Shows what is still to come, and lets the lead have less of it. It opens no content and shows no address."""
    return f"{services.settings.site_url}/preferences?token={preferences_token(services, lead)}"


def preferences_token(services: Services, lead: Lead) -> str:
    """What stands in that link."""
    return services.tokens.sign(TokenUse.PREFERENCES, {"lead": lead.id, "gen": lead.generation})


def consent(services: Services, lead: Lead, wish: str) -> str:
    """Says yes to one wish for more, named by its touch."""
    facts = {"lead": lead.id, "gen": lead.generation, "wish": wish}
    return f"{services.settings.site_url}/preferences?token={services.tokens.sign(TokenUse.CONSENT, facts)}"


def answer(services: Services, lead: Lead, what: str, ref: str, said: str = "") -> str:
    """Where a lead says `said`, or whatever it likes, to what the step of that row has asked: a page with buttons."""
    facts = {"lead": lead.id, "gen": lead.generation, "what": what, "ref": ref}
    link = f"{services.settings.site_url}/answer?token={services.tokens.sign(TokenUse.ANSWER, facts)}"
    return f"{link}&answer={said}" if said else link


def rep_token(services: Services, lead: Lead, rep: str, *, cause: str) -> str:
    """Opens one lead to one rep for 7 days. `cause` names the mail: the same mail repeated carries the same id."""
    token_id = hashlib.sha256(f"{lead.id}/{lead.generation}/{rep}/{cause}".encode()).hexdigest()[:20]
    facts = {"lead": lead.id, "gen": lead.generation, "rep": rep, "id": token_id}
    return services.tokens.sign(TokenUse.REP, facts)


def taps(services: Services, lead: Lead, person: Person, *, cause: str) -> RepLinks:
    """Where that person's taps on this lead go; `cause` as in `rep_token`."""
    token = f"token={rep_token(services, lead, person.id, cause=cause)}"
    site = services.settings.site_url
    return RepLinks(
        lead=f"{site}/rep/lead?{token}",
        take=f"{site}/rep/claim?{token}",
        log=f"{site}/rep/outcome?{token}",
        disqualify=f"{site}/rep/outcome?{token}&why=no-need",
        replied=f"{site}/rep/replied?{token}",
        book=person.booking,
    )


def briefing(services: Services, lead: Lead, rep: str, *, cause: str) -> str:
    """The rep's page about one lead."""
    return f"{services.settings.site_url}/rep/lead?token={rep_token(services, lead, rep, cause=cause)}"
