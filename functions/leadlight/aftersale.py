"""Which sequences begin with this sale, and what becomes of a renewal? Called by `lifecycle` and by `handlers.on_due`.

A sequence that begins so rests on the sale: its tasks come always, its mails only where a rep has ticked that they
agreed to these, by words read out to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leadlight.decide import decide
from leadlight.errors import BadPlaybook
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Enrolment, Lead, Stage
from leadlight.model.sequence import Channel
from leadlight.model.sequence import Sequence as Conversation
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import SaleView
from leadlight.playbook.expressions import truth
from leadlight.ports import Services
from leadlight.rules import aftersale as rule
from leadlight.rules.cadence import after, within
from leadlight.rules.next_action import CLOSED, reminder
from leadlight.rules.notices import tell as tell_rep
from leadlight.rules.steps import open_enrolments
from leadlight.rules.stop import SOLD


def after_the_sale(
    bundle: Bundle, before: Lead, lead: Lead, touches: Sequence[Touch], timeline: Sequence[Touch], now: datetime
) -> Lead:
    """The lead with what begins by these touches, of the whole `timeline`. `before` is as stored, `lead` at its new
    stage. Raises `MissingBundle`."""
    lead = rule.renewing(lead, touches, bundle.team.hours.zone)
    stage, agreed = rule.reached(before, lead), rule.has_agreed(lead, touches, timeline)
    known = len(lead.enrolments)
    if stage is not None:
        by_rep = rule.by_rep(touches)
        lead = rule.begun(lead, _beginnings(bundle, lead, stage), agreed=agreed, by_rep=by_rep, now=now)
    return _agreed_since(bundle, lead, lead.enrolments[known:]) if agreed else lead


def _agreed_since(bundle: Bundle, lead: Lead, begun: Sequence[Enrolment]) -> Lead:
    """The lead whose new yes counts for what had begun before as well, as far as that is covered by what was read
    out."""
    wording = bundle.wording(bundle.manifest.after_sale)
    room = wording.promise.mails - sum(enrolment.promise.mails for enrolment in begun) if wording else 0
    sold = [enrolment.version for enrolment in open_enrolments(lead) if enrolment.basis == SOLD]
    return rule.agreed_since(lead, {version: bundle.sequence_version(version) for version in sold}, room)


def rows_after_the_sale(bundle: Bundle, before: Lead, lead: Lead, change: Change, now: datetime) -> tuple[Due, ...]:
    """What wakes us before the renewal, where its date is new; and what is left of a sequence under a stop.

    Whoever wants no more mails has bought all the same: the first task for a rep comes when it would have come.
    """
    row = rule.renewal_row(before, lead, bundle.criteria.renewal, now)
    rows = [row] if row else []
    stage = rule.reached(before, lead)
    if stage and lead.stops and lead.stage not in CLOSED and not any(row.kind is DueKind.TASK for row in change.due):
        sale = _sale(bundle, lead)
        planned = [_first_task(bundle, each.sequence, sale, now) for each in _beginnings(bundle, lead, stage)]
        if times := [at for at in planned if at]:
            rows.append(Due(lead.id, lead.generation, DueKind.TASK, change.touches[0].id, min(times)))
    return tuple(rows)


def _first_task(bundle: Bundle, sequence: Conversation, sale: SaleView, now: datetime) -> datetime | None:
    """When the first step for a rep would come. One whose condition asks for more than the sale is left out."""
    at, hours = now, bundle.team.hours
    for step in sequence.steps:
        at = within(step.window, after(step.wait, at, hours), hours)
        if step.channel is Channel.REP and (step.only_if is None or _holds(step.only_if, sale)):
            return at
    return None


def _holds(condition: str, sale: SaleView) -> bool:
    try:
        return truth(condition, {"lead": sale})
    except BadPlaybook:
        return False


def renew(services: Services, due: Due) -> None:
    """The renewal has come near: the rep is told, and reminded until there is an outcome. Twice is once."""
    bundle = open_bundle(services.files)

    def tell(lead: Lead) -> Change | None:
        if not any(due.stands_as(row) for row in services.store.due_of(lead.id)):
            return None
        if lead.renewal_at is None or lead.stage in CLOSED:
            return Change(lead=lead, undue=(due.key,))
        now = services.clock.now()
        facts = {"name": rule.RENEWAL, "at": lead.renewal_at.isoformat()}
        touch = Touch(f"fact/renewal/{lead.renewal_at:%Y-%m-%d}", lead.id, TouchKind.FACT, now, facts=facts)
        if any(stored.id == touch.id for stored in services.store.touches(lead.id)):
            return Change(lead=lead, undue=(due.key,))
        rows = (*tell_rep(lead, touch.id, bundle.team, now)[:1], reminder(lead, touch.id, bundle.team.hours, now))
        return Change(lead=lead, touches=(touch,), undue=(due.key,), due=rows)

    decide(services, due.lead_id, str(due.generation), tell)


def _beginnings(bundle: Bundle, lead: Lead, stage: Stage) -> Iterator[rule.Beginning]:
    """The sequences that this stage begins for this lead, those with the higher priority first."""
    refs = [ref for ref in bundle.manifest.sequences.values() if ref.starts_when == stage]
    found = [(bundle.sequence_version(ref.version), ref) for ref in refs]
    sale = _sale(bundle, lead)
    for sequence, ref in sorted(found, key=lambda each: (-each[0].priority, each[0].name)):
        if ref.promise and (sequence.only_if is None or truth(sequence.only_if, {"lead": sale})):
            yield rule.Beginning(sequence, ref.promise)


def _sale(bundle: Bundle, lead: Lead) -> SaleView:
    return SaleView(
        value=lead.value or 0.0,
        band=bundle.criteria.band(lead.value) or "",
        sales=lead.sales,
        stage=lead.stage,
        intent=lead.intent,
        language=lead.language,
        country=lead.country or "",
    )
