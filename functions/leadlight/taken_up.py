"""What became of a rep's line? A mail to the rep once a commit has taken it up. Called for such rows by `on_due`."""

from __future__ import annotations

from leadlight import letter
from leadlight.fate import Done, touch_of
from leadlight.feedback import PRODUCT, about, words_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.playbook.context import Context
from leadlight.ports import Services
from leadlight.views import company_view, rep_view


def tell(services: Services, due: Due) -> Done | None:
    """Mails the rep what became of a line. `due.ref` is `feedback/` and the touch that says that it is done."""
    bundle = open_bundle(services.files)
    done_id = due.ref.removeprefix("feedback/")

    def prepare(dossier: Dossier) -> Ready | Instead:
        touches = services.store.touches(dossier.lead.id)
        done = next((touch for touch in touches if touch.id == done_id), None)
        given = next(
            (t for t in touches if done and t.kind is TouchKind.FEEDBACK and t.facts.get("id") == done.facts["id"]),
            None,
        )
        if done is None or given is None:
            return Instead("withdrawn", Change(lead=dossier.lead))
        rep = bundle.team.person(given.by)
        named = {each.id: each.subject for each in bundle.manifest.feedback_done}
        context: Context = {
            "rep": rep_view(rep),
            "company": company_view(services, bundle.team),
            "id": done.facts["id"],
            "about": about(bundle, given.facts.get("aim", PRODUCT)),
            "line": words_of(services, given),
            "commit": done.facts.get("commit", ""),
            "subject": named.get(done.facts["id"], ""),
        }
        return Ready(letter.message(services, bundle, "taken-up", context, to=(rep.name, rep.email), due=due))

    def conclude(lead: Lead, told: Done) -> Change:
        touch = touch_of(told, cause=done_id)
        return Change(lead=lead, touches=(touch,))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)
