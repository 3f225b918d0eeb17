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
from leadlight.backlog import place_after
from leadlight.decide import decide
from leadlight.errors import BadToken
from leadlight.fate import Done, touch_of
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import EPOCH_NOTE, Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.person import GateId, LeadId
from leadlight.model.site import Announced, GateKind
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import Context, NewPage
from leadlight.ports import Services
from leadlight.profile import profile_of
from leadlight.rules.cadence import hours_for, within
from leadlight.rules.epoch import mark_of
from leadlight.rules.news import (
    ARRIVED,
    LOOK_AGAIN,
    NEWS,
    STALE,
    WINDOW,
    Known,
    begun,
    gate_of,
    put_off_until,
    version_for,
    why_not_told,
)
from leadlight.rules.next_action import CLOSED, reminded_of, reminder
from leadlight.rules.pace import caps_of, free_at, remembering
from leadlight.rules.reputation import paused_at
from leadlight.rules.routing import owner_of
from leadlight.rules.series import is_open
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
        opens = within(WINDOW, at, hours_for(lead, bundle.team.hours))
        row = Due(lead.id, lead.generation, DueKind.MAIL, ref, opens, captures=lead.confirmed)
        if why_not_told(lead, ref) or any(entry.key == row.ledger_key for entry in services.store.ledger(lead.id)):
            return None
        return Change(lead, due=(row,))

    lead = services.store.lead(lead_id)
    if lead is not None:
        with suppress(BadToken):  # erased meanwhile
            decide(services, lead.id, str(lead.generation), plan)


def send(services: Services, due: Due) -> Done | None:
    """Sends one mail about a new page, unless nobody wants it any more. Never twice."""
    bundle = open_bundle(services.files)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead, now = dossier.lead, services.clock.now()
        page, why = _page(bundle, due.ref, lead.language), _why_not(services, bundle, lead, due, now)
        if why:
            skipped = Done(due, LedgerState.SKIPPED, now, why)
            return Instead(why, Change(lead, touches=(touch_of(skipped),)))
        if page is None:
            return _later(lead, due, now + LOOK_AGAIN, "it is not there now")
        if due.ref.startswith(ARRIVED) and not _is_open(bundle, lead, gate_of(due.ref)):
            request = _request(services, bundle, lead, gate_of(due.ref), now)
            return _later(lead, due, now + LOOK_AGAIN, "a rep has yet to open it", *request)
        hours = hours_for(lead, bundle.team.hours)
        asked = max(now, put_off_until(lead, due.ref) or now)
        at = free_at(lead, within(WINDOW, asked, hours), WINDOW, caps=caps_of(lead, bundle.team), hours=hours)
        if at > now:
            return _later(lead, due, at, f"put off until {at:%Y-%m-%d %H:%M} UTC")
        if paused := paused_at(dossier.sending, now):
            at = place_after(services, due, until=paused.until, window=WINDOW, hours=hours)
            return _later(lead, due, at, f"{paused.why}: put off until {at:%Y-%m-%d %H:%M} UTC")
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
        told = _told(bundle, lead, done) if done.state is not LedgerState.SKIPPED else lead
        return Change(told, touches=(touch_of(done),))

    return carry_out(services, due, may_repeat=False, prepare=prepare, conclude=conclude)


def _later(lead: Lead, due: Due, at: datetime, why: str, *others: Due) -> Instead:
    return Instead(why, Change(lead, due=(replace(due, at=at), *others)), later=True)


def _told(bundle: Bundle, lead: Lead, done: Done) -> Lead:
    """The lead after the mail. What it has waited for it waits for no more: that is open to it as any other page."""
    lead = remembering(lead, done.at, bundle.team)
    if not done.due.ref.startswith(ARRIVED):
        return lead
    gate = gate_of(done.due.ref)
    waits = {other: since for other, since in lead.waits.items() if other != gate}
    opened = {gate: done.at} if _is_open(bundle, lead, gate) else {}
    return replace(lead, waits=waits, grants={**opened, **lead.grants})


def _is_open(bundle: Bundle, lead: Lead, gate: GateId) -> bool:
    return is_open(gate, lead, bundle.manifest.series, bundle.manifest.gates)


def _request(services: Services, bundle: Bundle, lead: Lead, gate: GateId, now: datetime) -> tuple[Due, ...]:
    """What reminds the rep of who has waited for a page that a rep opens: from now on they wait for the rep."""
    asked = [
        touch.id
        for touch in services.store.touches(lead.id)
        if touch.kind is TouchKind.CONFIRMED and touch.gate == gate
    ]
    reminded = {reminded_of(row) for row in services.store.due_of(lead.id) if row.kind is DueKind.TASK}
    if not asked or lead.stage in CLOSED or reminded & set(asked):
        return ()
    hours = bundle.team.hours
    return (replace(reminder(lead, asked[-1], hours, now), at=within(WINDOW, now, hours)),)


def _page(bundle: Bundle, ref: str, language: str) -> Announced | None:
    """What there is to tell of, for a reader of that language; None if there is nothing, or not now."""
    if ref.startswith(NEWS):
        page = bundle.manifest.announced.get(ref.removeprefix(NEWS))
        return version_for(page, language, main=bundle.manifest.language) if page else None
    if gate_of(ref) not in bundle.manifest.gates:
        return None
    gate = bundle.gate(gate_of(ref), language)
    return Announced(gate.page, gate.title) if gate.kind is not GateKind.WAITLIST else None


def _why_not(services: Services, bundle: Bundle, lead: Lead, due: Due, now: datetime) -> str | None:
    """Why this lead is told nothing of it any more."""
    if why := why_not_told(lead, due.ref):
        return why
    known = _known(services)
    since = known.since.get(due.ref) if known else None
    fresh, there = since is not None and now - since <= STALE, _page(bundle, due.ref, lead.language) is not None
    if due.ref.startswith(NEWS) and not there and due.ref.removeprefix(NEWS) in bundle.manifest.announced:
        return "it is in no language that they read"
    if due.ref.startswith(NEWS) and there and not fresh:
        return "it is no news any more"
    return None if there or fresh else "it is announced no more"


def _known(services: Services) -> Known | None:
    noted = services.store.note(NOTE)
    return msgspec.json.decode(noted, type=Known) if noted else None


def _keep(services: Services, known: Known) -> None:
    services.store.set_note(NOTE, msgspec.json.encode(known).decode())


def _epoch(services: Services) -> str:
    """Another one after each restore that an operator has lifted."""
    mark = mark_of(services.store.note(EPOCH_NOTE))
    return mark.doubtful_until.isoformat() if mark and mark.doubtful_until else ""
