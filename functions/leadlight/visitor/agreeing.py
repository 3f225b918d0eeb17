"""A lead with a pass ticks boxes in one more form. Whoever merely has the browser raises nothing by that.

The wish is noted with the words that stood beside the boxes, and counts after the button in a mail to the lead's own
address: see `wishes`, which carries it from there.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from leadlight.errors import MissingBundle
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget
from leadlight.model.lead import Lead
from leadlight.model.person import Capture, Purpose
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.profile import capture_of
from leadlight.rules.planning import enrolled, left_out
from leadlight.rules.preferences import begun_afresh, with_purpose
from leadlight.rules.stop import consented_anew, why_no_mail
from leadlight.views import words_agreed

ASKED_PER_DAY, ASKED_PER_MONTH = 10, 30
"""So many mails may the boxes that one lead's passes tick cause."""

CAPTURE = "capture"
"""The fact of a wish that came with a form: which submit holds the promise."""


def wish_of_form(
    services: Services, bundle: Bundle, lead: Lead, capture: Capture, wanted: tuple[Purpose, ...]
) -> tuple[Touch, Due] | None:
    """The wish for those purposes and its mail; None where no mail may go there, or enough have gone."""
    if why_no_mail(lead) or not _within_budget(services, lead, capture.at):
        return None
    said = replace(capture, consent=replace(capture.consent, purposes=wanted))
    words = "\n".join(" ".join(line.split()) for line in words_agreed(bundle, said))
    touch = Touch(
        f"wished/{capture.id}", lead.id, TouchKind.PREFERRED, capture.at, gate=capture.gate,
        facts={
            "did": "wished", "purposes": " ".join(wanted), "how": capture.consent.how, "words": words,
            "sha256": hashlib.sha256(words.encode()).hexdigest(), "wording": capture.consent.wording,
            CAPTURE: capture.id,
        },
    )  # fmt: skip
    return touch, Due(lead.id, lead.generation, DueKind.MAIL, f"raise/{touch.id}", capture.at)


def comes_with_form(wished: Touch) -> bool:
    """Whether the wish came with a form, whose promise it is about."""
    return CAPTURE in wished.facts


def followed(
    services: Services, bundle: Bundle, lead: Lead, wished: Touch, now: datetime
) -> tuple[Lead, tuple[Touch, ...]]:
    """The lead agreeing to the follow-ups of that form, as if it had confirmed them by the form's own mail.

    With it comes the word that they do not begin, where there is no room for them.
    """
    capture = capture_of(services, lead, wished.facts[CAPTURE])
    if capture is None:
        return lead, ()
    lead = consented_anew(begun_afresh(lead))
    lead = replace(lead, purposes=with_purpose(lead, Purpose.FOLLOW_UP))
    version = capture.consent.promise.version
    try:
        sequence = bundle.sequence_version(version) if version else None
    except MissingBundle:  # the yes counts all the same; the briefing says that nothing is planned
        sequence = None
    agreed = replace(capture, consent=replace(capture.consent, purposes=(Purpose.CONTENT, Purpose.FOLLOW_UP)))
    unbegun = left_out(lead, agreed, capture.gate, sequence, now)
    return enrolled(lead, agreed, capture.gate, sequence, now), unbegun


def _within_budget(services: Services, lead: Lead, now: datetime) -> bool:
    if not services.settings.budgets:
        return True
    day = Budget(f"boxes/{lead.id}/{now:%Y-%m-%d}", ASKED_PER_DAY, now + timedelta(days=2))
    month = Budget(f"boxes/{lead.id}/{now:%Y-%m}", ASKED_PER_MONTH, now + timedelta(days=32))
    return services.store.count(day) and services.store.count(month)
