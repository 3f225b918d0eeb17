"""The mails a visitor asked for: to confirm, the way back, to have something again, a fresh link for an old one."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

from leadlight import budgets, letter, links, withheld
from leadlight.budgets import Weighed
from leadlight.errors import LostKey
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.model.site import GateKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.profile import capture_of, known_of, profile_of
from leadlight.rules.afresh import ANSWER, asked_again_at, first_ref
from leadlight.rules.budgets import PATIENCE, Word
from leadlight.rules.routing import owner_of
from leadlight.rules.series import Yes, yes_to
from leadlight.rules.stop import why_no_mail
from leadlight.vault import six_digits
from leadlight.views import call_promise, company_view, gate_view, lead_view, rep_view, words_agreed

UNDELIVERABLE = "undeliverable: no server takes mail for this domain"


def send_opt_in(services: Services, due: Due) -> Done | None:
    """Asks the owner of the address to confirm one submit, once more if the row says so.

    Says nothing that the submitter typed.
    """
    bundle = open_bundle(services.files)
    capture_id, asked_at = first_ref(due.ref).removeprefix("optin/"), asked_again_at(due.ref)
    weighed, gate = Weighed(Word.SEND), ""

    def prepare(dossier: Dossier) -> Ready | Instead:
        nonlocal weighed, gate
        lead = dossier.lead
        capture = capture_of(services, lead, capture_id, dossier=dossier)
        if capture is None or capture.confirmed_at:
            return Instead("confirmed already", Change(lead=lead))
        if why := why_no_mail(lead, asked_at=asked_at or capture.at):
            return _left_out(services, due, lead, why)
        try:
            asked = profile_of(services, lead, only=capture, dossier=dossier)
        except LostKey:  # nobody confirmed it for so long that it is not kept any more
            return _left_out(services, due, lead, "kept no longer")
        if services.take_mail and services.take_mail(asked.address.rpartition("@")[2]) is False:
            return _left_out(services, due, lead, UNDELIVERABLE)
        weighed = budgets.opt_in(services, due, dossier, capture, asked.fields)
        if weighed.word is not Word.SEND:
            gate = capture.gate
            return _not_now(services, due, lead, weighed)
        return Ready(_asking(services, bundle, due, lead, capture, asked.address))

    def conclude(lead: Lead, done: Done) -> Change:
        if done.withheld:
            planned = withheld.rows_after(due, lead, done.at, weighed, gate=gate)
            return Change(lead=lead, touches=(touch_of(done),), due=planned)
        if done.state is not LedgerState.SENT:
            return Change(lead=lead, touches=(touch_of(done),))
        capture = capture_of(services, lead, capture_id)
        sent = {capture.id: done.at} if capture else None
        return Change(lead=lead, touches=(touch_of(done),), code_sent=sent, counts=weighed.counts)

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _asking(services: Services, bundle: Bundle, due: Due, lead: Lead, capture: Capture, to: str) -> EmailMessage:
    """The mail itself. Who comes on a list gets no other before the page is there, so this one has the way off it."""
    does = _does(bundle, lead, capture)
    control = ((letter.OF_US, links.preferences(services, lead)),) if does == Yes.LISTS else ()
    context: dict[str, object] = {
        "gate": gate_view(services, bundle, capture.gate, capture.language),
        "company": company_view(services, bundle.team),
        "link": links.confirm(services, capture, to),
        "code": six_digits(capture.id, services.settings.token_keys[0]),
        "agreed": words_agreed(bundle, capture),
        "does": does,
    }
    return letter.message(
        services, bundle, "confirm", context, to=("", to), due=due, footer_links=control, language=capture.language
    )


def _does(bundle: Bundle, lead: Lead, capture: Capture) -> str:
    """What the button of an opt-in mail does."""
    return str(yes_to(capture.gate, bundle.manifest.gates, granted=lead.grants, language=capture.language))


def _left_out(services: Services, due: Due, lead: Lead, why: str) -> Instead:
    skipped = Done(due, LedgerState.SKIPPED, services.clock.now(), why)
    return Instead(why, Change(lead=lead, touches=(touch_of(skipped),)))


def _not_now(services: Services, due: Due, lead: Lead, weighed: Weighed, *, may_wait: bool = True) -> Instead:
    """What becomes of a mail that is one too many. Nobody outside learns of it. `may_wait`: somebody may let it out."""
    match weighed.word:
        case Word.HOLD if may_wait:
            return Instead(weighed.reason, Change(lead=lead), withheld=True)
        case Word.LATER:
            later = replace(due, at=services.clock.now() + PATIENCE)
            return Instead(weighed.reason, Change(lead=lead, due=(later,)), later=True)
        case _ if weighed.tells:
            return _left_out(services, due, lead, weighed.reason)
        case _:
            return Instead(weighed.reason, Change(lead=lead))


def send_delivery(services: Services, due: Due) -> Done | None:
    """The way back to what was opened, on any device, from the person who will answer a reply.

    Asked for once more, it goes within the budgets of a mail that asks to confirm.
    """
    bundle = open_bundle(services.files)
    capture_id, asked_at = first_ref(due.ref).removeprefix("delivery/"), asked_again_at(due.ref)
    weighed = Weighed(Word.SEND)

    def prepare(dossier: Dossier) -> Ready | Instead:
        nonlocal weighed
        lead = dossier.lead
        capture = capture_of(services, lead, capture_id)
        why = "withdrawn" if capture is None else why_no_mail(lead) or _still_waiting(bundle, capture)
        if capture is None or why:
            skipped = Done(due, LedgerState.SKIPPED, services.clock.now(), why)
            return Instead(why or "", Change(lead=lead, touches=(touch_of(skipped),)))
        rep = owner_of(lead, bundle.team)
        profile = profile_of(services, lead)
        if asked_at:
            weighed = budgets.opt_in(services, due, dossier, capture, profile.fields)
            if weighed.word is not Word.SEND:
                return _not_now(services, due, lead, weighed, may_wait=False)
        context: dict[str, object] = {
            "lead": lead_view(lead, profile),
            "gate": gate_view(services, bundle, capture.gate, capture.language),
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            "link": links.confirm(services, capture, profile.address),
            "call": call_promise(capture.call, language=capture.language),
        }
        return Ready(
            letter.message(
                services, bundle, "delivery", context, to=(profile.name, profile.address), due=due, sender=rep,
                footer_links=((letter.CONTROL, links.preferences(services, lead)),), language=capture.language,
            )
        )  # fmt: skip

    def conclude(lead: Lead, done: Done) -> Change:
        return Change(
            lead=lead, touches=(touch_of(done),), counts=weighed.counts if done.state is LedgerState.SENT else ()
        )

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _still_waiting(bundle: Bundle, capture: Capture) -> str | None:
    """Nothing is open yet to who has just put themselves on a list: the page said so, and no mail says otherwise."""
    gate = bundle.manifest.gates.get(capture.gate)
    return "the page is not written yet" if gate and gate.kind is GateKind.WAITLIST else None


def send_consent(services: Services, due: Due) -> Done | None:
    """Asks the owner of the address whether a wish for more is theirs. Says nothing that anybody typed."""
    bundle = open_bundle(services.files)
    wish_id = first_ref(due.ref).removeprefix("raise/")

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        wished = next((touch for touch in services.store.touches(lead.id) if touch.id == wish_id), None)
        why = "withdrawn" if wished is None else why_no_mail(lead)
        if wished is None or why:
            skipped = Done(due, LedgerState.SKIPPED, services.clock.now(), why)
            return Instead(why or "", Change(lead=lead, touches=(touch_of(skipped),)))
        context: dict[str, object] = {
            "company": company_view(services, bundle.team),
            "link": links.consent(services, lead, wish_id),
            "agreed": tuple(wished.facts["words"].split("\n")),
            "opened": gate_view(services, bundle, wished.gate, lead.language).title if wished.gate else "",
        }
        to = profile_of(services, lead).address
        return Ready(letter.message(services, bundle, "consent", context, to=("", to), due=due, language=lead.language))

    def conclude(lead: Lead, done: Done) -> Change:
        return Change(lead=lead, touches=(touch_of(done),))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def send_fresh_link(services: Services, due: Due) -> Done | None:
    """A link in the place of one that was too old, to the address that had that one."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        if why := why_no_mail(lead, asked_at=asked_again_at(due.ref)):
            return _left_out(services, due, lead, why)
        context: dict[str, object] = {
            "company": company_view(services, bundle.team),
            "link": _link(services, due, lead),
        }
        to = known_of(services, lead).address
        return Ready(letter.message(services, bundle, "afresh", context, to=("", to), due=due, language=lead.language))

    def conclude(lead: Lead, done: Done) -> Change:
        return Change(lead=lead, touches=(touch_of(done),))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _link(services: Services, due: Due, lead: Lead) -> str:
    ref = first_ref(due.ref)
    if not ref.startswith(ANSWER):
        return links.preferences(services, lead)
    what, _, step = ref.removeprefix(ANSWER).partition("/")
    return links.answer(services, lead, what, step)
