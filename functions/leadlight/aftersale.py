"""Which sequences begin with this sale, and what becomes of a renewal? Called by `lifecycle` and by `handlers.on_due`.

A sequence that begins so rests on the sale: its tasks come always, its mails while the lead agrees to follow-ups, or
where a rep has ticked that they agreed to these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leadlight.decide import decide
from leadlight.model.due import Due
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, Stage
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import SaleView
from leadlight.playbook.expressions import truth
from leadlight.ports import Services
from leadlight.rules import aftersale as rule
from leadlight.rules.next_action import CLOSED, reminder
from leadlight.rules.notices import tell as tell_rep


def after_the_sale(bundle: Bundle, before: Lead, lead: Lead, touches: Sequence[Touch], now: datetime) -> Lead:
    """The lead with what begins by these touches. `before` is as stored, `lead` at its new stage. Raises
    `MissingBundle`."""
    lead = rule.renewing(lead, touches, bundle.team.hours.zone)
    stage = rule.reached(before, lead)
    if stage is None:
        return lead
    agreed, by_rep = rule.has_agreed(touches), rule.by_rep(touches)
    return rule.begun(lead, _beginnings(bundle, lead, stage), agreed=agreed, by_rep=by_rep, now=now)


def renewal_rows(bundle: Bundle, before: Lead, lead: Lead, now: datetime) -> tuple[Due, ...]:
    """What wakes us before the renewal, where its date is new."""
    row = rule.renewal_row(before, lead, bundle.criteria.renewal, now)
    return (row,) if row else ()


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
