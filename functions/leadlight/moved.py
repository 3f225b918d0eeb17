"""A lead is somebody else's now: who had it hears of it, so that nobody calls twice, or waits for the other.

Called by `handlers.on_due` for the rows of `rules.whose`. May repeat, never vanishes. It has no link: the lead is
theirs no more.
"""

from __future__ import annotations

from dataclasses import replace

from leadlight import letter
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import known_of
from leadlight.rules.routing import member, owner_of
from leadlight.rules.whose import named_in
from leadlight.views import company_view, lead_view, rep_view


def tell_former(services: Services, due: Due) -> Done | None:
    """Mails who had the lead that it is a colleague's, unless it came back to them meanwhile."""
    bundle = open_bundle(services.files)
    former = named_in(due)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead, to = dossier.lead, member(bundle.team, former)
        if to is None or lead.owner == former:
            return Instead("withdrawn", Change(lead=lead))
        context = {
            "lead": lead_view(lead, known_of(services, lead)),
            "rep": rep_view(to),
            "company": company_view(services, bundle.team),
            "owner": rep_view(owner_of(lead, bundle.team)),
        }
        return Ready(letter.message(services, bundle, "moved", context, to=(to.name, to.email), due=due))

    def conclude(lead: Lead, done: Done) -> Change:
        touch = touch_of(done)
        told = replace(touch, kind=TouchKind.NOTIFIED, by=former) if done.state is LedgerState.SENT else touch
        return Change(lead=lead, touches=(told,))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)
