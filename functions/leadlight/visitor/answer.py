"""A lead answers with one tap: an offer accepted or declined, satisfied or not. The last answer counts, each is kept.

The mailed link only asks; a button says it. A yes and a complaint wait for the rep's outcome from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from leadlight.decide import decide, the_lead
from leadlight.errors import BadFields, BadToken, TooMany
from leadlight.lifecycle import grown
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead, Stage
from leadlight.model.sequence import Step
from leadlight.model.site import Objection
from leadlight.model.team import Person
from leadlight.model.touch import Touch
from leadlight.plan import replanned
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rules import aftersale
from leadlight.rules.next_action import reminder
from leadlight.rules.notices import NOTIFY, tell
from leadlight.rules.offers import (
    ACCEPTED,
    DECLINED,
    NO,
    OFFER,
    SAID_BY,
    SATISFACTION,
    YES,
    is_over,
    last_answer,
    last_day,
)
from leadlight.rules.routing import owner_of
from leadlight.rules.steps import hours_of, named_by
from leadlight.rules.waiting import reminders
from leadlight.tokens import TokenUse
from leadlight.words import N_

CHOICES: Mapping[str, tuple[str, str]] = {OFFER: (ACCEPTED, DECLINED), SATISFACTION: (YES, NO)}
"""What can be said to each question, the wished-for first."""

QUALITY: Mapping[str, int] = {ACCEPTED: 5, DECLINED: 2, YES: 3, NO: 3}
"""What it tells of the conversation that somebody said so."""

OTHER = "other"
"""Why an offer was declined, where none of the playbook's objections is it."""

PER_DAY = 10
"""So many answers a day from one lead: a link that was forwarded buries no rep."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail has asked, and what has been said to it so far. `said` is what the link says, if it says anything.

    `over`: the day by which it had to be answered, `until`, has gone by. `why` is asked after a no to an offer.
    """

    what: str
    step: Step
    token: str
    rep: Person
    company: str
    said: str = ""
    stands: Touch | None = None
    until: date | None = None
    over: bool = False
    why: tuple[Objection, ...] = ()
    language: str = "en"  # the reader's


@dataclass(frozen=True, slots=True)
class _Link:
    """What the token says."""

    lead: str
    generation: str
    what: str
    ref: str


def what_it_asks(services: Services, token: str, said: str = "") -> Asked:
    """What stands behind the link; changes nothing. Raises `BadToken`, `ExpiredToken`."""
    link = _read(services, token)
    bundle, lead = open_bundle(services.files), the_lead(services, link.lead, link.generation)
    step = _step(bundle, link)
    touches, hours = services.store.touches(lead.id), hours_of(step, lead, bundle.team.hours)
    stands = last_answer(touches, link.what, link.ref)
    sent = next((t.at for t in touches if t.facts.get("what") == f"{DueKind.STEP}/{link.ref}"), services.clock.now())
    until = last_day(step.offer, sent, hours) if step.offer and link.what == OFFER else None
    declined = stands is not None and stands.facts["answer"] == DECLINED and not stands.facts.get("why")
    return Asked(
        what=link.what,
        step=step,
        token=token,
        rep=owner_of(lead, bundle.team),
        company=bundle.team.company.name,
        said=said if said in CHOICES[link.what] else "",
        stands=stands,
        until=until,
        over=is_over(until, services.clock.now(), hours),
        why=tuple(bundle.knowledge.objections.values()) if declined else (),
        language=lead.language,
    )


def answer(services: Services, token: str, values: Mapping[str, str]) -> Asked:
    """Stores what the button says, and returns what to show then. Twice is once.

    Raises `BadToken`, `ExpiredToken`, `BadFields` for a button that we do not have, `TooMany`.
    """
    link, asked = _read(services, token), what_it_asks(services, token)
    said, why = values.get("answer", ""), values.get("why", "")
    bundle = open_bundle(services.files)
    if said not in CHOICES[link.what]:
        raise BadFields({"answer": N_("Please use one of the buttons on the page.")})
    if why and (said != DECLINED or why not in {OTHER, *bundle.knowledge.objections}):
        raise BadFields({"why": N_("Please use one of the buttons on the page.")})
    if not _is_said(asked.stands, said, why):
        _within_budget(services, link)
    touch_id = f"{SAID_BY[link.what].value}/{services.token()}"

    def say(lead: Lead) -> Change | None:
        now, touches = services.clock.now(), services.store.touches(lead.id)
        stands = last_answer(touches, link.what, link.ref)
        if _is_said(stands, said, why):
            return None
        touch = replace(_touch(lead, link, asked.step, said, now), id=touch_id)
        if why:
            touch = replace(touch, facts={**touch.facts, "why": why})
        if stands is not None:  # the same conversation, only another word
            touch = replace(touch, quality=0)
        if asked.over and said == ACCEPTED:
            touch = replace(touch, facts={**touch.facts, "late": "yes"})
        change = _change(services, bundle, lead, touch, now)
        if stands is not None:  # whoever has not heard of that one yet hears of this one
            heard = (f"{DueKind.MAIL}/{NOTIFY}{stands.id}", f"{DueKind.CLAIM}/{stands.id}")
            change = replace(change, undue=(*change.undue, *heard))
        return grown(services, bundle, change, before=lead, touches=touches)

    decide(services, link.lead, link.generation, say)
    return what_it_asks(services, token)


def _read(services: Services, token: str) -> _Link:
    facts = services.tokens.read(TokenUse.ANSWER, token)
    return _Link(facts["lead"], facts["gen"], facts["what"], facts["ref"])


def _step(bundle: Bundle, link: _Link) -> Step:
    step = bundle.step(link.ref)
    if step is None or (link.what == OFFER and step.offer is None):
        raise BadToken(N_("What this mail asked is not on any more. Reply to it instead: a person reads it."))
    return step


def _is_said(stands: Touch | None, said: str, why: str) -> bool:
    """Whether that is the answer that stands; a no without a reason takes none away."""
    return stands is not None and stands.facts["answer"] == said and (not why or stands.facts.get("why") == why)


def _touch(lead: Lead, link: _Link, step: Step, said: str, now: datetime) -> Touch:
    found = named_by(link.ref, lead)
    facts = {"answer": said, "ref": link.ref, "step": step.slug, "sequence": link.ref.partition("@")[0]}
    facts |= {"stage": Stage.OPPORTUNITY} if said == ACCEPTED else {}
    facts |= {"offer": step.offer.title} if step.offer and link.what == OFFER else {}
    return Touch(
        id="",
        lead_id=lead.id,
        kind=SAID_BY[link.what],
        at=now,
        encounter=step.encounter,
        objective=step.objective,
        quality=QUALITY[said],
        gate=found[0].gate if found else None,
        facts=facts,
    )


def _change(services: Services, bundle: Bundle, lead: Lead, touch: Touch, now: datetime) -> Change:
    """What follows at once: whom we tell, what waits for the rep, and what goes on."""
    said, rows = touch.facts["answer"], services.store.due_of(lead.id)
    after = aftersale.answered(lead, touch)
    planned = replanned(bundle, after, now)
    rows_told = tell(planned.lead, touch.id, bundle.team, now)
    waits = said in {ACCEPTED, NO}
    told = () if said == YES and lead.satisfied is not False else rows_told if waits else rows_told[:1]
    remind = [reminder(lead, touch.id, bundle.team.hours, now)] if waits else []
    return Change(
        lead=planned.lead,
        touches=(touch, *planned.touches),
        undue=(*_no_more(rows, touch), *planned.undue),
        due=(*planned.due, *told, *remind),
    )


def _no_more(rows: Sequence[Due], touch: Touch) -> tuple[str, ...]:
    """The reminders of what was said to such a question before: the last word counts."""
    return reminders(rows, f"{touch.kind.value}/")


def _within_budget(services: Services, link: _Link) -> None:
    now = services.clock.now()
    budget = Budget(f"answer/{link.lead}/{now:%Y-%m-%d}", PER_DAY, now + timedelta(days=2))
    if services.settings.budgets and not services.store.count(budget):
        raise TooMany(int((now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()))
