"""Opt-in mails that were held back because too many would have gone out: who is told, and what becomes of them.

Each is parked, with a row that drops it after a few days. Called by `welcome` when it holds one back, by `on_due` for
these rows, and by an operator's word (`leads breaker`, the tick). Let out, a mail goes the ordinary way, past the
breaker; what its address may get counts as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadlight import letter
from leadlight.budgets import CROWDED, LET_OUT, OPEN, Weighed
from leadlight.decide import decide
from leadlight.errors import LostKey
from leadlight.fate import RELEASED, Done
from leadlight.ledger import Instead, Ready, carry_out
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Budget, Change, Dossier
from leadlight.model.lead import Lead
from leadlight.model.person import CaptureId
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import capture_of, profile_of
from leadlight.rules.attendance import hours_of
from leadlight.rules.budgets import SHARED, for_strangers, hour_of
from leadlight.rules.mail_events import due_key
from leadlight.rules.next_action import WITHHELD
from leadlight.views import company_view, rep_view

KEPT = timedelta(days=3)
"""So long may somebody still let it out: over a weekend. Later nobody waits for it any more."""

BREAKER = "breaker/"
"""Begins the ref of the row that tells the manager; the hour follows."""

TOLD = "breaker/told"
"""The note that names the latest hour of the opening that the manager knows of."""

MANY = 100_000
"""So many rows are looked through at most, earliest first."""

CROWDS = 5
"""Of so many domains and networks a day is the manager told: their mailbox is no target either."""

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

Deal = Callable[[Lead, LedgerEntry, datetime], Change]
"""What becomes of one that is withheld."""


def rows_after(due: Due, lead: Lead, now: datetime, weighed: Weighed, *, gate: str) -> tuple[Due, ...]:
    """What is planned once the opt-in mail of that row is withheld: its end, and that the manager has to know."""
    capture = CaptureId(due.ref.partition("/")[2])
    about = due.captures or (capture,)
    drop = Due(lead.id, lead.generation, DueKind.MAIL, f"{WITHHELD}{capture}", now + KEPT, about, gate=gate)
    refs = (
        f"{BREAKER}{hour_of(now)}" if weighed.opens else "",
        f"{CROWDED}{capture}/{weighed.crowd}" if weighed.crowd else "",
    )
    return (drop, *(Due(lead.id, lead.generation, DueKind.MAIL, ref, now, about) for ref in refs if ref))


def waiting(services: Services, *, gate: str = "", may_go_on: Callable[[], bool] = lambda: True) -> Iterator[Due]:
    """The rows of those that are withheld, those that are dropped first at the front; of one gate, or of all.

    As far as there is time, which is asked before each row, those of other gates included.
    """
    rows = services.store.due(until=services.clock.now() + KEPT, limit=MANY)
    for row in rows:
        if not may_go_on():
            return
        if row.kind is DueKind.MAIL and row.ref.startswith(WITHHELD) and (not gate or gate_of(services, row) == gate):
            yield row


def gate_of(services: Services, row: Due) -> str:
    """The gate whose form asked for it; empty if nobody can tell any more.

    The row says it: to read as many leads as a flood has left would take longer than a function may run, each time
    anew. Rows from before it did are gone after some days.
    """
    if row.gate:
        return row.gate
    found = services.store.dossier(row)
    return next((capture.gate for capture in found.captures if capture.id in row.captures), "") if found else ""


def let_go(services: Services, due: Due) -> Done | None:
    """Drops the one that the row names: nobody has let it out in time."""
    dropped = drop(services, due, f"nobody let it out within {KEPT.days} days")
    return Done(due, LedgerState.SKIPPED, services.clock.now(), "withheld, and never let out") if dropped else None


def drop(services: Services, row: Due, why: str) -> bool:
    """It is never sent. False if it was not withheld any more."""

    def dropped(lead: Lead, entry: LedgerEntry, now: datetime) -> Change:
        settled = replace(entry, state=LedgerState.SKIPPED, at=now, reason=why)
        return Change(lead, touches=(_resolved(entry, now, "dropped", why),), resolve=(settled,))

    return _dealt(services, row, dropped)


def drop_all(services: Services, *, gate: str = "", may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Somebody of ours says that nobody is to get them. Returns how many there were, as far as there was time."""
    rows = waiting(services, gate=gate, may_go_on=may_go_on)
    return sum(drop(services, row, "dropped by an operator") for row in rows)


def release_all(services: Services, *, gate: str = "", may_go_on: Callable[[], bool] = lambda: True) -> int:
    """They go out after all, so many a minute as late follow-ups do, those included that were let out before.

    Returns how many, as far as there was time.
    """
    rows = waiting(services, gate=gate, may_go_on=may_go_on)
    return sum(_released(services, row, at) for row, at in zip(rows, _places(services), strict=False))


def _places(services: Services) -> Iterator[datetime]:
    """When the next ones may go out, evenly. Whoever else lets out some takes places of the same minutes."""
    now, a_minute = services.clock.now(), services.settings.late_per_minute
    minute, apart = now.replace(second=0, microsecond=0), MINUTE / a_minute
    place = -((minute - now) // apart)  # the first that is not over
    while True:
        room = Budget(f"let-out/{minute:%Y-%m-%dT%H:%M}", a_minute - place, minute + HOUR)
        while services.store.count(room):
            yield minute + place * apart
            place += 1
        minute, place = minute + MINUTE, 0


def _released(services: Services, row: Due, at: datetime) -> bool:
    def released(lead: Lead, entry: LedgerEntry, now: datetime) -> Change:
        generation, _, ref = entry.key.split("/", 2)
        again = Due(lead.id, int(generation), DueKind.MAIL, ref, at, row.captures)
        free = replace(entry, state=LedgerState.RELEASED, at=now, reason=RELEASED + LET_OUT)
        return Change(lead, touches=(_resolved(entry, now, "released", LET_OUT),), due=(again,), resolve=(free,))

    return _dealt(services, row, released)


def tell_manager(services: Services, due: Due) -> Done | None:
    """Mails the manager that the breaker is open: once, however many hours in a row it stays so."""
    bundle = open_bundle(services.files)
    manager, hour = bundle.team.manager, due.ref.removeprefix(BREAKER)

    def prepare(dossier: Dossier) -> Ready | Instead:
        if _is_known(services.store.note(TOLD), hour):
            services.store.raise_note(TOLD, hour)
            return Instead("the manager knows", Change(lead=dossier.lead))
        since = _begin(hour).astimezone(ZoneInfo(hours_of(manager, bundle.team).zone))
        context: dict[str, object] = {
            "rep": rep_view(manager),
            "company": company_view(services, bundle.team),
            "since": f"{since:%A}, {since.day} {since:%B}, {since:%H:%M}",
            "limit": for_strangers(services.settings.hour_limit),
            "days": KEPT.days,
        }
        return Ready(letter.to_team(services, bundle, "breaker", context, to=manager, about=f"{OPEN}/{hour}"))

    done = carry_out(services, due, may_repeat=True, prepare=prepare, conclude=lambda lead, _: Change(lead=lead))
    if done is not None and done.state is LedgerState.SENT:
        services.store.raise_note(TOLD, hour)
    return done


def tell_of_crowd(services: Services, due: Due) -> Done | None:
    """Mails the manager that one domain or one network has used up what it may have: once in its window."""
    from leadlight.rules.company import mail_domain  # noqa: PLC0415 a long list, wanted here alone

    bundle, now = open_bundle(services.files), services.clock.now()
    capture_id, name = due.ref.removeprefix(CROWDED).split("/", 1)
    told = Budget(f"{CROWDED}{name}/told", 1, now + KEPT)
    today = Budget(f"{CROWDED}{now:%Y-%m-%d}", CROWDS, now + KEPT)

    def prepare(dossier: Dossier) -> Ready | Instead:
        lead = dossier.lead
        known = services.store.counted([told.key, today.key, f"{SHARED}{name}"])
        if told.key in known or known.get(today.key, 0) >= CROWDS:
            return Instead("the manager knows", Change(lead=lead))
        capture = capture_of(services, lead, capture_id, dossier=dossier)
        if capture is None:
            return Instead("withdrawn", Change(lead=lead))
        try:
            address = profile_of(services, lead, only=capture, dossier=dossier).address
        except LostKey:
            return Instead("kept no longer", Change(lead=lead))
        context: dict[str, object] = {
            "rep": rep_view(bundle.team.manager),
            "company": company_view(services, bundle.team),
            "domain": mail_domain(address)[0] if name.startswith("domain/") else "",
            "count": known.get(f"{SHARED}{name}", 0),
            "days": KEPT.days,
            "most": CROWDS,
            "is_last": known.get(today.key, 0) == CROWDS - 1,
        }
        return Ready(
            letter.to_team(services, bundle, "crowded", context, to=bundle.team.manager, about=f"{CROWDED}{name}")
        )

    done = carry_out(services, due, may_repeat=True, prepare=prepare, conclude=lambda lead, _: Change(lead=lead))
    if done is not None and done.state is LedgerState.SENT:
        services.store.count(told)
        services.store.count(today)
    return done


def _dealt(services: Services, row: Due, deal: Deal) -> bool:
    """One decision about the lead; the row goes, whatever it finds. False if nothing was withheld any more."""
    found: list[LedgerEntry] = []
    lead = services.store.lead(row.lead_id)
    if lead is None:
        return False
    if lead.generation != row.generation:  # left over from before the lead was erased
        services.store.commit(Change(lead=lead, undue=(row.key,)))
        return False

    def decided(lead: Lead) -> Change:
        key = f"/{DueKind.MAIL}/optin/{row.ref.removeprefix(WITHHELD)}"
        entries = (e for e in services.store.ledger(lead.id) if e.state is LedgerState.PARKED)
        found[:] = [entry for entry in entries if entry.key.endswith(key)]
        change = deal(lead, found[0], services.clock.now()) if found else Change(lead=lead)
        return replace(change, undue=(row.key,))

    decide(services, lead.id, str(lead.generation), decided)
    return bool(found)


def _resolved(entry: LedgerEntry, now: datetime, what: str, why: str) -> Touch:
    return Touch(
        id=f"resolved/{entry.key}/{entry.attempts}/{what}",
        lead_id=entry.lead_id,
        kind=TouchKind.RESOLVED,
        at=now,
        facts={"what": due_key(entry.key), "found": what, "reason": why},
    )


def _is_known(told: str | None, hour: str) -> bool:
    """Whether that hour belongs to an opening that the manager was told of: the same hour, or the next in a row."""
    return told is not None and told <= hour <= hour_of(_begin(told) + HOUR)


def _begin(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)
