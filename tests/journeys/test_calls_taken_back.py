"""A wish for a call is declared intent and no meeting; what is taken back heats nobody, and nobody has to hurry."""

from __future__ import annotations

import pytest
from tests.world import FORM, MAIL, REP_ADDRESS, World

from leadlight.model.due import DueKind
from leadlight.model.lead import Temperature
from leadlight.model.touch import Encounter, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.rules.encounters import bars
from leadlight.rules.score import score

BOTH = pytest.mark.grounds("local", "prompt")
PHONE = "+44 20 7946 0999"


def heat(world: World) -> Temperature:
    touches = world.services.store.touches(world.id_of())
    criteria = open_bundle(world.services.files).criteria
    return score(world.lead(), touches, criteria, fit=(), now=world.clock.now()).temperature


def met_the_person(world: World) -> int:
    drawn = {bar.encounter: bar.points for bar in bars(world.services.store.touches(world.id_of()))}
    return drawn[Encounter.PERSON]


@BOTH
def test_whoever_wants_a_call_is_hot_and_has_met_nobody_yet(world: World) -> None:
    reader = world.confirmed(call="now", phone=PHONE)
    world.jump("2 minutes")

    for call in ("2026-01-06T14:30", "2026-01-07T14:30"):
        assert reader.post("/api/call", gate=MAIL, call=call, phone=PHONE).status == 200

    assert met_the_person(world) == 0
    assert heat(world) is Temperature.HOT


@BOTH
def test_who_takes_the_wish_back_is_hot_no_more_and_nobody_is_told_to_hurry(world: World) -> None:
    reader = world.confirmed(call="now", phone=PHONE)
    world.jump("2 minutes")

    reader.post("/api/call", gate=MAIL, call="no")
    world.confirmed(FORM)
    world.advance("1 hour")

    assert heat(world) is not Temperature.HOT
    assert world.lead().hot_since is None
    assert "unless" not in world.mail(REP_ADDRESS).text
    assert "hot" not in world.mail(REP_ADDRESS).text
    assert world.touches(TouchKind.ESCALATED) == []


def test_a_later_form_takes_a_wish_back_too(world: World) -> None:
    world.confirmed(call="now", phone=PHONE)
    world.jump("2 minutes")

    world.confirmed(FORM, call="no")

    rows = world.services.store.due_of(world.id_of())
    assert heat(world) is not Temperature.HOT
    assert [row for row in rows if row.kind is DueKind.CLAIM] == []


def test_a_wish_that_has_waited_to_be_told_is_told_as_it_stands(world: World) -> None:
    reader = world.confirmed()
    reader.post("/api/call", gate=MAIL, call="now", phone=PHONE)
    reader.post("/api/call", gate=MAIL, call="no")

    world.settle()

    assert not [subject for subject in world.subjects(REP_ADDRESS) if "CALL NOW" in subject]


def test_a_call_in_the_past_is_no_wish(world: World) -> None:
    reader = world.confirmed()

    answer = reader.post("/api/call", gate=MAIL, call="2026-01-04T18:00", phone=PHONE)

    assert answer.status == 422
    assert answer.json["fields"] == {"call": "This time is over, or years away. Please choose another one."}
    assert world.lead().call is None
