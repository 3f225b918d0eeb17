"""What may a lead answer with one tap in a mail? Fills `offer` and `satisfied` for templates; asked by `followup`."""

from __future__ import annotations

from datetime import datetime

from leadlight import links
from leadlight.model.lead import Lead
from leadlight.model.sequence import Step
from leadlight.model.team import Hours
from leadlight.playbook.context import Context, OfferView, SatisfiedView
from leadlight.ports import Services
from leadlight.rules.offers import ACCEPTED, DECLINED, NO, OFFER, SATISFACTION, YES, last_day
from leadlight.words import day


def asked(services: Services, lead: Lead, step: Step, ref: str, *, hours: Hours, now: datetime) -> Context:
    """The names of a step that is mailed now; `ref` is that of its due row. Its links change nothing by themselves."""

    def link(what: str, answer: str) -> str:
        return links.answer(services, lead, what, ref, answer)

    names: dict[str, object] = {}
    if asks_whether_satisfied(step):
        names["satisfied"] = SatisfiedView(link(SATISFACTION, YES), link(SATISFACTION, NO))
    if step.offer:
        names["offer"] = OfferView(
            title=step.offer_in(lead.language),
            accept=link(OFFER, ACCEPTED),
            decline=link(OFFER, DECLINED),
            url=step.offer.url,
            until=day(last, lead.language) if (last := last_day(step.offer, now, hours)) else "",
        )
    return names


def asks_whether_satisfied(step: Step) -> bool:
    """Whether a text of the step names the two answers."""
    texts = [step.body, *(words.body for words in step.variants.values())]
    return any("satisfied." in text for text in texts)


def unasked(step: Step) -> Context:
    """The same where nothing is mailed, and only a subject is shown."""
    return {"satisfied": SatisfiedView(), "offer": OfferView(title=step.offer.title if step.offer else "")}
