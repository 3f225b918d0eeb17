"""A new page was published: everybody who agreed to news is told of it, once, and everybody who waits for that page.

The tick plans the mails of one announcement after the other (`announce`), lead by lead, so that a crash or a time-out
goes on where it was; `handlers.on_due` has each of them sent. The manifest says what is announced, the store what it
has announced already. Of news, only consent to that purpose counts, and taking it back ends
nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from leadlight import letter, links
from leadlight.decide import decide
from leadlight.errors import BadToken
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import EPOCH_NOTE, Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.model.site import Announced, GateKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context, NewPage
from leadlight.ports import Services
from leadlight.profile import profile_of
from leadlight.rules.cadence import hours_for, within
from leadlight.rules.epoch import mark_of
from leadlight.rules.news import ARRIVED, NEWS, STALE, WINDOW, Known, begun, put_off_until, why_not_told
from leadlight.rules.pace import caps_of, free_at, remembering
from leadlight.rules.routing import owner_of
from leadlight.views import company_view, lead_view, rep_view

NOTE = "news"
AT_ONCE = 2000
"""So many leads are planned for in one tick at most."""


def announce(services: Services, *, may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Plans the mails about what is new in the manifest; whether that is done for all of it."""
    bundle, now = open_bundle(services.files), services.clock.now()
    known, epoch = _known(services), _epoch(services)
    while True:
        newer = begun(known, bundle.manifest.announced, bundle.manifest.gates, epoch=epoch, now=now)
        if newer != known:
            _keep(services, newer)
        if not newer.now:
            return True
        known = _planned(services, bundle, newer, now, may_go_on)
        if known.now:
            return False


def _planned(services: Services, bundle: Bundle, known: Known, now: datetime, may_go_on: Callable[[], bool]) -> Known:
    """A row for each lead that is to be told, in the order of their ids; then the announcement is over."""
    leads = (lead for lead in services.store.leads() if lead.id > known.to)
    waiting = sorted(lead.id for lead in leads if why_not_told(lead, known.now) is None)
    apart = timedelta(minutes=1) / services.settings.late_per_minute
    planned, last = 0, known.to
    for lead_id in waiting[:AT_ONCE]:
        if not may_go_on():
            break
        _row(services, bundle, lead_id, known.now, now + planned * apart)
        planned, last = planned + 1, lead_id
    after = replace(known, now="", to="") if planned == len(waiting) else replace(known, to=last)
    _keep(services, after)
    return after


def _row(services: Services, bundle: Bundle, lead_id: LeadId, ref: str, at: datetime) -> None:
    def plan(lead: Lead) -> Change | None:
        if why_not_told(lead, ref) or any(entry.key.endswith(f"/{ref}") for entry in services.store.ledger(lead.id)):
            return None
        opens = within(WINDOW, at, hours_for(lead, bundle.team.hours))
        return Change(lead, due=(Due(lead.id, lead.generation, DueKind.MAIL, ref, opens, captures=lead.confirmed),))

    lead = services.store.lead(lead_id)
    if lead is not None:
        with suppress(BadToken):  # erased meanwhile
            decide(services, lead.id, str(lead.generation), plan)


def send(services: Services, due: Due) -> Done | None:
    """Sends one mail about a new page, unless nobody wants it any more. Never twice."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead, now = dossier.lead, services.clock.now()
        page = _page(bundle, due.ref, lead.language)
        why = _why_not(services, lead, due, now) if page else "it is announced no more"
        if page is None or why:
            skipped = Done(due, LedgerState.SKIPPED, now, why)
            return Instead(why or "", Change(lead, touches=(touch_of(skipped),)))
        hours = hours_for(lead, bundle.team.hours)
        asked = max(now, put_off_until(lead) or now)
        at = free_at(lead, within(WINDOW, asked, hours), WINDOW, caps=caps_of(lead, bundle.team), hours=hours)
        if at > now:
            why = f"put off until {at:%Y-%m-%d %H:%M} UTC"
            return Instead(why, Change(lead, due=(replace(due, at=at),)), later=True)
        profile = profile_of(services, lead, dossier=dossier)
        context: Context = {
            "lead": lead_view(lead, profile),
            "page": NewPage(page.title, links.page(services, page.page), page.description),
            "rep": rep_view(owner_of(lead, bundle.team)),
            "company": company_view(services, bundle.team),
        }
        name, to = due.ref.partition("/")[0], (profile.name, profile.address)
        return Ready(letter.news(services, bundle, name, context, lead=lead, due=due, to=to))

    def conclude(lead: Lead, done: Done) -> Change:
        told = remembering(lead, done.at, bundle.team) if done.state is not LedgerState.SKIPPED else lead
        return Change(told, touches=(touch_of(done),))

    return carry_out(services, due, may_repeat=False, prepare=prepare, conclude=conclude)


def _page(bundle: Bundle, ref: str, language: str) -> Announced | None:
    """What there is to tell of, in that language if it can be; None if it is gone since."""
    if ref.startswith(NEWS):
        page = bundle.manifest.announced.get(ref.removeprefix(NEWS))
        return page.variants.get(language, page) if page else None
    gate_id = ref.removeprefix(ARRIVED)
    if gate_id not in bundle.manifest.gates:
        return None
    gate = bundle.gate(gate_id, language)
    return Announced(gate.page, gate.title) if gate.kind is not GateKind.WAITLIST else None


def _why_not(services: Services, lead: Lead, due: Due, now: datetime) -> str | None:
    """Why this lead is told nothing of it any more."""
    known = _known(services)
    since = known.since.get(due.ref, now) if known else now
    over = now - since > STALE and due.ref.startswith(NEWS)
    return why_not_told(lead, due.ref) or ("it is no news any more" if over else None)


def _known(services: Services) -> Known | None:
    noted = services.store.note(NOTE)
    return msgspec.json.decode(noted, type=Known) if noted else None


def _keep(services: Services, known: Known) -> None:
    services.store.set_note(NOTE, msgspec.json.encode(known).decode())


def _epoch(services: Services) -> str:
    """Another one after each restore that an operator has lifted."""
    mark = mark_of(services.store.note(EPOCH_NOTE))
    return mark.doubtful_until.isoformat() if mark and mark.doubtful_until else ""
