"""The mail with the digits of `digits` beside this. Called by `handlers.on_due`."""

from __future__ import annotations

from leadlight import letter
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import known_of
from leadlight.rights.digits import DIGITS_LIFE, MY_DATA, code_of
from leadlight.rules.stop import why_no_mail
from leadlight.views import company_view


def send_code(services: Services, due: Due) -> Done | None:
    """Mails the digits to the lead's own address. Says nothing that anybody typed."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        if why := why_no_mail(lead, asked_at=due.at):
            skipped = Done(due, LedgerState.SKIPPED, services.clock.now(), why)
            return Instead(why, Change(lead=lead, touches=(touch_of(skipped),)))
        context: dict[str, object] = {
            "company": company_view(services, bundle.team),
            "code": code_of(services, due.ref.removeprefix(MY_DATA)),
            "minutes": int(DIGITS_LIFE.total_seconds()) // 60,
        }
        to = known_of(services, lead).address
        return Ready(letter.message(services, bundle, "my-data", context, to=("", to), due=due, language=lead.language))

    def conclude(lead: Lead, done: Done) -> Change:
        return Change(lead=lead, touches=(touch_of(done),))

    return carry_out(services, due, may_repeat=True, prepare=prepare, conclude=conclude)
