"""One mail from us to one person: who from, who to, which footer, which headers. Rendered by `messages`."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.utils import quote
from urllib.parse import urlsplit

from leadlight import links
from leadlight.messages import Footer, Mailbox, compose
from leadlight.model.due import Due
from leadlight.model.lead import Lead
from leadlight.model.sequence import Step
from leadlight.model.team import Person, Team
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.context import Context, LeadView
from leadlight.ports import Services
from leadlight.rules.mail_events import BOUNCE, NOTE, REPLY, mail_name
from leadlight.rules.routing import owner_of
from leadlight.rules.steps import named_by
from leadlight.rules.stop import AGREED, SOLD
from leadlight.words import ENGLISH, N_, words_of

WHY = {
    "confirm": N_(
        "You get this mail because this address was typed into our site. Nothing follows unless you confirm."
    ),
    "delivery": N_("You get this mail because you confirmed your address on our site."),
    "consent": N_("You get this mail because somebody, most likely you, asked for it on our site."),
    "afresh": N_("You get this mail because somebody, most likely you, asked for it on our site."),
    "my-data": N_("You get this mail because somebody, most likely you, asked for it on our site."),
    "arrived": N_("You get this mail because you asked to be told when this page is there."),
    "news": N_("You get this mail because you asked to hear of new pages on our site."),
    "notify": "You get this mail because this lead is yours.",
    "moved": "You get this mail because this lead was yours.",
    "noted": "You get this mail because you have answered one about this lead.",
    "manager": "You get this mail because you look after the team.",
    "paused": "You get this mail because you look after the team.",
    "breaker": "You get this mail because you look after the team.",
    "crowded": "You get this mail because you look after the team.",
    "digest": "You get this mail on your working days, because these leads are yours.",
    "pulse": "You get this mail on Mondays, because you look after the team.",
    "weekly": "You get this mail on Mondays, because you look after what our readers read.",
    "taken-up": "You get this mail because the line was yours.",
    "desk-link": "You get this mail because somebody typed your address at our desk's door.",
    "signin": "You get this mail because somebody opened your link in another browser.",
}
"""Why the reader gets a mail outside sequences: it stands in the footer."""

IN_A_LINE = (
    "Answer it in a line to log how it went, such as “reached, Tuesday 10:00” or “not reached”; we write back what we "
    "understood."
)
"""What a rep is told of the address that such a mail is answered to."""

AFTER_A_SALE = N_("You get this mail because you have bought from us, and told us that we may write.")
FOLLOWS = {
    "": N_("You get this mail because you agreed to it when you opened a page on our site."),
    SOLD: AFTER_A_SALE,
    AGREED: AFTER_A_SALE,
}
"""The same of a follow-up, by what it rests on."""

CONTROL = N_("See the plan, pause, fewer")
"""The words of the link to the preferences."""

OF_US = N_("What you get from us")
"""The same where there is no plan."""


def message(
    services: Services,
    bundle: Bundle,
    name: str,
    context: Context,
    *,
    to: tuple[str, str],
    due: Due,
    sender: Person | None = None,
    footer_links: tuple[tuple[str, str], ...] = (),
    noted_by: tuple[Person, Lead] | None = None,
    language: str | None = None,
) -> EmailMessage:
    """A mail outside sequences: asked for, or to our own people. No List-* header: nobody subscribed to it.

    `language` is that of a lead; our own people read the site's. `noted_by` may say in a line how it went with that
    lead, where there is a domain for it.
    """
    noting = _noting(services, *noted_by) if noted_by else None
    spoken = language or bundle.manifest.language
    _ = words_of(language or ENGLISH).gettext
    return compose(
        bundle.message(name).words_for(spoken),
        context,
        sender=_mailbox(sender) if sender else _company(services, bundle.team),
        to=Mailbox(*to),
        reply_to=_reply_to(services, sender, due) if sender else noting,
        message_id=_message_id(services, due),
        date=services.clock.now(),
        footer=Footer(
            bundle.team.company,
            _(WHY[name]) + (f" {IN_A_LINE}" if noting and name == "notify" else ""),
            tuple((_(words), address) for words, address in footer_links),
        ),
        theme=bundle.manifest.theme,
        headers={"Auto-Submitted": "auto-generated", **_return_path(services, due)},
        language=spoken,
    )


def to_team(services: Services, bundle: Bundle, name: str, context: Context, *, to: Person, about: str) -> EmailMessage:
    """A mail to one of our own people that is about no lead. `about` names it: repeated, it is the same mail."""
    digest = hashlib.sha256(about.encode()).hexdigest()[:32]
    return compose(
        bundle.message(name),
        context,
        sender=_company(services, bundle.team),
        to=_mailbox(to),
        message_id=f"{digest}@{_host(services)}",
        date=services.clock.now(),
        footer=Footer(bundle.team.company, WHY[name]),
        theme=bundle.manifest.theme,
        headers={"Auto-Submitted": "auto-generated"},
        language=bundle.manifest.language,
    )


def follow_up(
    services: Services, bundle: Bundle, step: Step, context: Context, *, lead: Lead, due: Due
) -> EmailMessage:
    """A step of a sequence, with the one-click way out that RFC 8058 and the big mailbox providers ask for."""
    reader = context["lead"]
    assert isinstance(reader, LeadView)  # noqa: S101 tells the type checker what `followup` has put there
    sender = _sender(bundle.team, step, lead)
    stop, _ = links.unsubscribe(services, lead), words_of(lead.language).gettext
    why = FOLLOWS[found[0].basis if (found := named_by(due.ref, lead)) else ""]
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": _list_id(services, bundle.team, due.ref.partition("@")[0]),
        "Auto-Submitted": "auto-generated",
        **_return_path(services, due),
    }
    return compose(
        step.words_for(lead.language),
        context,
        sender=_mailbox(sender) if sender else _company(services, bundle.team),
        to=Mailbox(reader.name, reader.email),
        reply_to=_reply_to(services, sender or owner_of(lead, bundle.team), due),
        message_id=_message_id(services, due),
        date=services.clock.now(),
        footer=Footer(
            bundle.team.company,
            _(why),
            ((_("Unsubscribe from these mails"), stop), (_(CONTROL), links.preferences(services, lead))),
        ),
        theme=bundle.manifest.theme,
        headers=headers,
        language=lead.language,
    )


def news(
    services: Services, bundle: Bundle, name: str, context: Context, *, lead: Lead, due: Due, to: tuple[str, str]
) -> EmailMessage:
    """A mail about a new page, or (`arrived`) about one that the lead has waited for.

    The one-click way out (RFC 8058) ends the news, and nothing else; what was asked for comes once and needs none.
    """
    owner, stop = owner_of(lead, bundle.team), links.no_news(services, lead)
    _ = words_of(lead.language).gettext
    control = (_(OF_US), links.preferences(services, lead))
    listed = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": _list_id(services, bundle.team, "news"),
    }
    return compose(
        bundle.message(name).words_for(lead.language),
        context,
        sender=_mailbox(owner),
        to=Mailbox(*to),
        reply_to=_reply_to(services, owner, due),
        message_id=_message_id(services, due),
        date=services.clock.now(),
        footer=Footer(
            bundle.team.company,
            _(WHY[name]),
            ((_("No more news"), stop), control) if name == "news" else (control,),
        ),
        theme=bundle.manifest.theme,
        headers={
            **(listed if name == "news" else {}),
            "Auto-Submitted": "auto-generated",
            **_return_path(services, due),
        },
        language=lead.language,
    )


def _list_id(services: Services, team: Team, name: str) -> str:
    """What a reader's mail program sorts by (RFC 2919): the sequence, whatever version they are in, or the news."""
    return f'"{quote(team.company.name)}" <{name}.{_host(services)}>'


def _sender(team: Team, step: Step, lead: Lead) -> Person | None:
    """Whom the step is from; None is the company."""
    if step.sender == "company":
        return None
    return owner_of(lead, team) if step.sender == "rep" else team.person(step.sender)


def _company(services: Services, team: Team) -> Mailbox:
    address = services.settings.mail_from or team.company.email or team.people[0].email
    return Mailbox(team.company.name, address)


def _mailbox(person: Person) -> Mailbox:
    return Mailbox(person.name, person.email)


def _reply_to(services: Services, person: Person, due: Due) -> Mailbox:
    """Where an answer goes: to us, who record it and tell the rep; without a domain for that, to the person."""
    domain = services.settings.inbound_domain
    if not domain:
        return _mailbox(person)
    return Mailbox(person.name, f"{REPLY}{services.tokens.sign_short(due.lead_id, due.generation)}@{domain}")


def _noting(services: Services, rep: Person, lead: Lead) -> Mailbox | None:
    """Where that rep's line about the lead goes; None without a domain for it."""
    domain = services.settings.inbound_domain
    if not domain:
        return None
    return Mailbox("How it went", f"{NOTE}{services.tokens.sign_note(lead.id, lead.generation, rep.id)}@{domain}")


def _return_path(services: Services, due: Due) -> dict[str, str]:
    """Where the mail comes back to that does not arrive: an address of its own, which stands nowhere in the mail.

    So who can answer a mail cannot say of it, or of another one, that it never arrived.
    """
    domain = services.settings.inbound_domain
    if not domain:
        return {}
    token = services.tokens.sign_return(due.lead_id, due.generation, due.ledger_key)
    return {"Return-Path": f"<{BOUNCE}{token}@{domain}>"}


def _message_id(services: Services, due: Due) -> str:
    """The same for the same due thing, so that a mail repeated after a crash is recognised as the same."""
    return f"{mail_name(due.lead_id, due.ledger_key)}@{_host(services)}"


def _host(services: Services) -> str:
    return urlsplit(services.settings.site_url).hostname or "localhost"
