"""What does a form ask this visitor? All of it, or of a lead with a pass what is not known yet. Called by `visitor`.

It depends on the pass alone and never on an address. No answer is ever told: only which question is still open.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from leadlight.model.lead import Lead
from leadlight.model.person import GateId, Purpose
from leadlight.model.site import ConsentMode, Field, FieldType, Gate, Wording

CALLED = "phone"
"""The answer that may come again: a call may be asked for at another number."""

MOST = 3
"""So many questions at once does somebody get who has answered before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks. `fields` by name; `follow_ups` and `news` whether their boxes are shown.

    `known` are the answers that a pass's lead has given already: none of them is read again, so that whoever merely
    has the browser changes nothing of them. It is None for a stranger, who is asked for everything.
    """

    fields: tuple[str, ...]
    follow_ups: bool
    news: bool
    known: frozenset[str] | None = None


def asked_of_stranger(gate: Gate, wording: Wording) -> Asked:
    """All fields of the form."""
    fields = tuple(field.name for field in gate.fields if field.type is not FieldType.HIDDEN)
    return Asked(fields, Purpose.FOLLOW_UP in wording.wording, Purpose.NEWS in wording.wording)


def asked_of_lead(gate_id: GateId, gate: Gate, wording: Wording, lead: Lead, given: Collection[str] = ()) -> Asked:
    """What is not known of the lead yet: of the questions the first few, and what it has not agreed to.

    `given` are the names of what it answers just now: what it became known by meanwhile must not bring up others.
    """
    closed = frozenset(lead.known) - frozenset(given)
    still = [field.name for field in gate.fields if _is_asked(field) and field.name not in closed]
    follow_ups = Purpose.FOLLOW_UP in wording.wording and not _follows(gate_id, wording, lead)
    news = Purpose.NEWS in wording.wording and Purpose.NEWS not in lead.purposes
    known = frozenset(lead.known) - {CALLED}
    return Asked(tuple(still[:MOST]), follow_ups, news, known)


def must_agree(gate: Gate, asked: Asked) -> bool:
    """Whether the box for follow-ups has to be ticked: they are part of the exchange, and not agreed to yet."""
    return gate.consent is ConsentMode.REQUIRED and asked.follow_ups


def _is_asked(field: Field) -> bool:
    """Whether it is a question of its own. An optional number is asked for beside a wish for a call only."""
    by_itself = field.type is not FieldType.PHONE or field.required
    return by_itself and field.name != "email" and field.type is not FieldType.HIDDEN


def _follows(gate_id: GateId, wording: Wording, lead: Lead) -> bool:
    """Whether it has agreed to this gate's follow-ups already."""
    if Purpose.FOLLOW_UP not in lead.purposes:
        return False
    return wording.promise.sequence is None or any(each.gate == gate_id for each in lead.enrolments)
