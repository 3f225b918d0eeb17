"""What does a lead probably need, and what may it object? From the pages it has met and the playbook; for `briefing`.

What a rep has found out, or has heard, comes in the place of any guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from leadlight.model.lead import Lead
from leadlight.model.person import GateId
from leadlight.model.site import Gate, Knowledge, Objection
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.briefed import ObjectionView
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.prose import plain_words
from leadlight.views import counts

NEEDS, LIKELY = 3, 2
"""So many needs of a buyer, and objections that nobody has raised, fit into a briefing."""

IN_A_LINE = 110
"""So long at most is what a mail says of an answer to an objection; the page has all of it."""

MET = frozenset({TouchKind.READ, TouchKind.DOWNLOADED, TouchKind.CONFIRMED, TouchKind.CAPTURED, TouchKind.ASKED})
"""By what a lead has met a page."""

WORD = re.compile(r"[^\W\d_]{4,}")


def gates(bundle: Bundle, touches: Sequence[Touch], *, first: GateId | None, confirmed: bool) -> tuple[Gate, ...]:
    """The pages that this lead came for or has read: `first` that which it is about, then the newest."""
    ids = [t.gate for t in reversed(touches) if t.gate and t.kind in MET and counts(t, confirmed=confirmed)]
    known = bundle.manifest.gates
    return tuple(known[gate] for gate in dict.fromkeys(filter(None, (first, *ids))) if gate in known)


def needs(bundle: Bundle, lead: Lead, met: Sequence[Gate]) -> tuple[str, ...]:
    """What a rep has found out; until then what the page's buyer needs, and what the pages read are about."""
    if lead.needs is not None:
        return lead.needs
    buyers = bundle.knowledge.buyers
    buyer = next((buyers[gate.buyer] for gate in met if gate.buyer and gate.buyer in buyers), None)
    topics = tuple(dict.fromkeys(topic for gate in met for topic in gate.topics))
    about = (f"Something about {', '.join(topics)}",) if topics else ()
    return (*(buyer.needs[:NEEDS] if buyer else ()), *about)


def objections(known: Knowledge, touches: Sequence[Touch], met: Sequence[Gate]) -> tuple[ObjectionView, ...]:
    """Those that a rep has heard from this lead, else the most likely ones by whom the page is for and its topics."""
    tags = [name for t in touches for name in re.split(r"[,\s]+", t.facts.get("objections", ""))]
    raised = [known.objections[name] for name in dict.fromkeys(tags) if name in known.objections]
    shown = [(o.title, plain_words(o.answer)) for o in raised or _likely(known, met)]
    return tuple(ObjectionView(title, answer, in_a_line(answer), raised=bool(raised)) for title, answer in shown)


def in_a_line(answer: str) -> str:
    """How an answer begins: whole sentences, as many as fit into one line.

    >>> in_a_line("It pays for itself. Mostly. " + "And more besides, " * 9)
    'It pays for itself. Mostly.'
    >>> in_a_line("So " + "very " * 22 + "long")[-11:]
    'very very …'
    """
    first, *others = re.split(r"(?<=[.!?])\s+", answer.partition("\n")[0])
    for sentence in others:
        if len(first) + len(sentence) >= IN_A_LINE:
            break
        first = f"{first} {sentence}"
    return first if len(first) <= IN_A_LINE else f"{first[:IN_A_LINE].rpartition(' ')[0]} …"


def _likely(known: Knowledge, met: Sequence[Gate]) -> list[Objection]:
    """By the words that an objection shares with what the buyer needs and asks, and with the topics of the pages."""
    buyers = [known.buyers[gate.buyer] for gate in met if gate.buyer and gate.buyer in known.buyers][:1]
    about = [text for buyer in buyers for text in (*buyer.needs, *buyer.questions)]
    words = _words(" ".join([*about, *(word for gate in met for word in (gate.title, *gate.topics))]))

    def rank(objection: Objection) -> tuple[int, str]:
        return -len(words & _words(f"{objection.title} {objection.answer}")), objection.name

    return sorted(known.objections.values(), key=rank)[:LIKELY]


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))
