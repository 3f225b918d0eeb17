"""What was understood of a rep's line by mail? It is shown back, so that nobody has to wonder.

Called by `handlers.on_due` for the row that `rep.by_mail` has set. May repeat, never vanishes.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from leadlight import letter, links
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.team import Person
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context
from leadlight.ports import Services
from leadlight.profile import known_of, sealed_fields
from leadlight.rules.attendance import hours_of
from leadlight.rules.said import Reader, said
from leadlight.views import company_view, lead_view, rep_view

NOTED, TOO_OLD = "noted/", "too-old/"
"""How the ref of such a row begins: the touch follows, or for a line that came too late the rep."""


def tell_understood(services: Services, due: Due) -> Done | None:
    """Mails the rep what is written down by now, what is not, and the link to change it."""
    bundle = open_bundle(services.files)
    about = due.ref.removeprefix(NOTED)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        touches = services.store.touches(lead.id)
        touch = next((t for t in touches if t.id == about), None)
        rep_id = about.removeprefix(TOO_OLD).partition("/")[0] if about.startswith(TOO_OLD) else touch and touch.by
        rep = next((person for person in bundle.team.people if person.id == rep_id), None)
        if rep is None:
            return Instead("withdrawn", Change(lead=lead))
        told = any(t.kind is TouchKind.FEEDBACK and touch and t.facts.get("outcome") == touch.id for t in touches)
        context = {
            "lead": lead_view(lead, known_of(services, lead)),
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            **_said(services, bundle, rep, touch, told=told),
            "link": _link(services, lead, rep, touch, due),
        }
        to = (rep.name, rep.email)
        return Ready(letter.message(services, bundle, "noted", context, to=to, due=due, noted_by=(rep, lead)))

    def conclude(lead: Lead, done: Done) -> Change:
        touch = touch_of(done, cause=about)
        told = replace(touch, kind=TouchKind.NOTIFIED) if done.state is LedgerState.SENT else touch
        return Change(lead=lead, touches=(told,))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)


def _said(services: Services, bundle: Bundle, rep: Person, touch: Touch | None, *, told: bool) -> Context:
    """What was understood and what was not, line by line."""
    sealed = sealed_fields(services, touch) if touch else {}
    titles = {name: objection.title for name, objection in bundle.knowledge.objections.items()}
    reader = Reader(hours_of(rep, bundle.team).zone, bundle.team.costs.currency, titles)
    better, unclear = sealed.get("lost_to", ""), tuple(sealed.get("unclear", "").splitlines())
    known = {f"Lost to {better}.", ", ".join(unclear)}
    notes = [f"Note: {line}" for line in sealed.get("text", "").splitlines() if line and line not in known]
    lines = said(touch, reader, lost_to=better) if touch else ()
    return {
        "understood": (*lines, *notes, *(["Your line goes to those who write"] if told else [])),
        "unclear": unclear,
        "too_old": touch is None,
    }


def _link(services: Services, lead: Lead, rep: Person, touch: Touch | None, due: Due) -> str:
    """The page of the outcome that it is about; without one, the form."""
    outcome = touch.facts.get("outcome") or (touch.id if touch.kind is TouchKind.OUTCOME else "") if touch else ""
    named = {"outcome": outcome.removeprefix("outcome/"), "done": "1"} if outcome else {}
    token = links.rep_token(services, lead, rep.id, cause=due.ref)
    return f"{services.settings.site_url}/rep/outcome?{urlencode({'token': token, **named})}"
