"""Each event whole, as receivers get it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from tests.rules.examples import MONDAY, lead

from leadlight.model.event import Event
from leadlight.model.person import GateId
from leadlight.model.touch import Encounter, Objective, Touch, TouchKind
from leadlight.rules.events import events_of

FACTS = {
    "what": "w", "sequence": "s", "version": "v", "step": "t", "capture": "c", "unlock": "email", "how": "h",
    "wording": "o", "file": "f", "confirmed": "yes", "call": "at", "at": "a", "cause": "u", "achieved": "yes",
    "why_not": "n", "next_at": "x", "reason": "secret", "gate": "other", "by": "nobody",
}  # fmt: skip


def touch(kind: TouchKind, **facts: str) -> Touch:
    return Touch(
        f"{kind}/1",
        lead().id,
        kind,
        MONDAY,
        gate=GateId("guide"),
        by="rita",
        encounter=Encounter.PERSON,
        objective=Objective.START,
        facts={**FACTS, **facts},
    )


SENT = {
    "gate": "guide", "what": "w", "sequence": "s", "version": "v", "step": "t",
    "encounter": "person", "objective": "start",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (TouchKind.CAPTURED, {"gate": "guide", "capture": "c", "unlock": "email"}),
        (TouchKind.CONFIRMED, {"gate": "guide", "capture": "c", "how": "h", "wording": "o"}),
        (TouchKind.DOWNLOADED, {"gate": "guide", "file": "f", "confirmed": "yes"}),
        (TouchKind.ASKED, {"gate": "guide", "confirmed": "yes"}),
        (TouchKind.CALL_WANTED, {"gate": "guide", "confirmed": "yes", "call": "at", "at": "a"}),
        (TouchKind.SENT, SENT),
        (TouchKind.PARKED, SENT),
        (TouchKind.NOTIFIED, {"what": "w", "cause": "u", "by": "rita"}),
        (TouchKind.CLAIMED, {"by": "rita", "objective": "start"}),
        (
            TouchKind.OUTCOME,
            {"by": "rita", "objective": "start", "achieved": "yes", "why_not": "n", "next_at": "x"},
        ),
        (TouchKind.UNSUBSCRIBED, {}),
    ],
)
def test_an_event_tells_its_facts_and_when_and_of_whom(kind: TouchKind, facts: dict[str, str]) -> None:
    (event,) = events_of(touch(kind))

    assert event == Event(event.id, kind.value, MONDAY, lead().id, facts)


def test_what_is_not_known_is_not_told() -> None:
    bare = Touch("1", lead().id, TouchKind.SENT, MONDAY, facts={"what": "w", "step": ""})

    assert [event.facts for event in events_of(bare)] == [{"what": "w"}]


@pytest.mark.parametrize(
    ("kind", "facts", "gates", "how"),
    [
        (TouchKind.CAPTURED, {"unlock": "form", "opens": "more"}, ["guide"], "form"),
        (TouchKind.CONFIRMED, {"opens": "one\ntwo"}, ["one", "two"], "confirmation"),
        (TouchKind.CLAIMED, {"opens": "one"}, ["one"], "approval"),
        (TouchKind.CLAIMED, {"opens": ""}, [], ""),
        (TouchKind.DOWNLOADED, {"opens": "one"}, [], ""),
    ],
)
def test_each_gate_that_opens_is_told_by_an_event_of_its_own(
    kind: TouchKind, facts: dict[str, str], gates: list[str], how: str
) -> None:
    told = [event for event in events_of(touch(kind, **facts)) if event.type == "content.unlocked"]

    assert told == [
        Event(event.id, "content.unlocked", MONDAY, lead().id, {"gate": gate, "how": how})
        for event, gate in zip(told, gates, strict=True)
    ]


def test_a_form_without_a_gate_opens_none() -> None:
    anywhere = replace(touch(TouchKind.CAPTURED, unlock="form"), gate=None)

    assert [event.type for event in events_of(anywhere)] == ["lead.captured"]


def test_the_id_of_an_event_never_changes_so_receivers_know_a_repetition_for_ever() -> None:
    ids = [event.id for event in events_of(touch(TouchKind.CONFIRMED, opens="one"))]

    assert ids == [
        sha256(f"anna\nlead.confirmed/1\n{fact}".encode()).hexdigest()[:32]
        for fact in ("lead.confirmed\nguide", "content.unlocked\none")
    ]


def test_an_event_of_no_gate_has_an_id_as_well() -> None:
    (event,) = events_of(Touch("left/1", lead().id, TouchKind.UNSUBSCRIBED, MONDAY))

    assert event.id == sha256(b"anna\nleft/1\nlead.unsubscribed\n").hexdigest()[:32]
