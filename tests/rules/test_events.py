"""Which facts leave the house, and that nothing personal is among them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.world import ANNA, FORM, MAIL, REPS, World

from leadlight.model.event import Event, told
from leadlight.model.person import GateId, LeadId, Sealed
from leadlight.model.touch import Encounter, Objective, Touch, TouchKind
from leadlight.rights.erasing import begin
from leadlight.rules.events import TOLD, UNLOCKED, events_of

SCHEMAS = Path(__file__).parents[2] / "infra" / "events"
LEAD = LeadId("a2b3c4d5e6f7a2b3c4d5e6f7ab")
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
CAPTURE = "0f" * 16


def touch(kind: TouchKind, **facts: str) -> Touch:
    return Touch(f"{kind}/1", LEAD, kind, NOW, gate=GateId("guides/mail"), facts=facts)


def schema(name: str) -> dict[str, Any]:
    return msgspec.json.decode((SCHEMAS / f"{name}.json").read_bytes(), type=dict[str, Any])


def complaints(event: Event) -> list[str]:
    """What the event's schema says against the document that receivers get."""
    validator = Draft202012Validator(schema(event.type), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(json.loads(msgspec.json.encode(told(event))))]


def test_each_event_has_a_schema_and_no_schema_is_without_an_event() -> None:
    types = {kind.value for kind in TOLD} | {UNLOCKED}

    assert {path.stem for path in SCHEMAS.iterdir()} == types


@pytest.mark.parametrize("path", sorted(SCHEMAS.iterdir()), ids=lambda path: path.stem)
def test_a_schema_is_one_and_allows_nothing_that_it_does_not_name(path: Path) -> None:
    found = schema(path.stem)

    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (found["additionalProperties"], found["properties"]["data"]["additionalProperties"]) == (False, False)
    assert found["properties"]["type"] == {"const": path.stem}


@pytest.mark.parametrize("kind", TOLD, ids=str)
def test_a_schema_names_the_facts_that_the_code_lets_out(kind: TouchKind) -> None:
    data = schema(kind.value)["properties"]["data"]

    assert set(data["properties"]) == {"lead", *TOLD[kind]}
    assert set(data["required"]) <= set(data["properties"])


@pytest.mark.parametrize("kind", TOLD, ids=str)
def test_a_fact_that_is_not_listed_stays_inside(kind: TouchKind) -> None:
    secret = replace(touch(kind, reason="550 no anna@example.com", request="r-1"), sealed=Sealed("k", b"Anna"))

    said = msgspec.json.encode([told(event) for event in events_of(secret)])

    assert said.startswith(b'[{"id":')
    assert not any(word in said for word in (b"reason", b"r-1", b"anna", b"Anna", b"sealed"))


@pytest.mark.parametrize("kind", sorted(set(TouchKind) - TOLD.keys()))
def test_a_reading_a_sign_in_or_a_step_left_out_is_nobodys_business(kind: TouchKind) -> None:
    assert events_of(touch(kind, opens="guides/mail", unlock="form")) == ()


def test_the_same_touch_is_told_by_the_same_event_and_another_by_another() -> None:
    first = touch(TouchKind.UNSUBSCRIBED)
    (one,), (again,) = events_of(first), events_of(replace(first))
    (other,) = events_of(replace(first, id="lead.unsubscribed/2"))

    assert one == again
    assert one.id != other.id


def test_the_same_touch_of_two_leads_makes_two_events() -> None:
    first = touch(TouchKind.UNSUBSCRIBED)
    (one,), (other,) = events_of(first), events_of(replace(first, lead_id=LeadId("b" * 26)))

    assert one.id != other.id


def opened(kind: TouchKind, **facts: str) -> list[tuple[str, str]]:
    events = [event for event in events_of(touch(kind, **facts)) if event.type == UNLOCKED]
    return [(event.facts["gate"], event.facts["how"]) for event in events]


def test_a_form_opens_a_gate_only_where_the_form_is_what_opens_it() -> None:
    assert opened(TouchKind.CAPTURED, unlock="form") == [("guides/mail", "form")]
    assert opened(TouchKind.CAPTURED, unlock="email") == []
    assert opened(TouchKind.CAPTURED, unlock="rep") == []


def test_confirming_opens_a_gate_unless_a_rep_has_to_approve() -> None:
    assert opened(TouchKind.CONFIRMED, opens="guides/mail") == [("guides/mail", "confirmation")]
    assert opened(TouchKind.CONFIRMED) == []


def test_an_approval_opens_every_gate_that_waited_for_it() -> None:
    claimed = touch(TouchKind.CLAIMED, opens="guides/rep\nguides/more")

    events = events_of(claimed)

    assert opened(TouchKind.CLAIMED, opens="guides/rep\nguides/more") == [
        ("guides/rep", "approval"),
        ("guides/more", "approval"),
    ]
    assert len({event.id for event in events}) == 3


def test_a_parked_step_is_told_by_its_name_and_not_by_what_the_carrier_said() -> None:
    parked = touch(TouchKind.PARKED, what="step/course@v1/01-hello", sequence="course", step="01-hello", reason="550 x")
    parked = replace(parked, encounter=Encounter.PERSON, objective=Objective.START)

    (event,) = events_of(parked)

    assert complaints(event) == []
    assert event.facts["step"] == "01-hello"
    assert "reason" not in event.facts


def test_the_answer_to_an_offer_is_told_by_its_gate_and_nothing_else() -> None:
    (event,) = events_of(touch(TouchKind.OFFER_ANSWERED, answer="declined", ref="zt@v1/x/01-a", why="other"))

    assert complaints(event) == []
    assert event.facts == {"gate": "guides/mail", "answer": "declined"}


NAME, COMPANY, PHONE, QUESTION = "Anna Nowak", "Nowak Glassworks", "+44 20 7946 0999", "How loud is it at night?"


def walk(world: World) -> list[Event]:
    """Somebody does everything that can be done, with a rep who answers; returns what is told of it."""
    reader = world.confirmed(MAIL, name=NAME, company=COMPANY, phone=PHONE)
    reader.get(f"/api/content/{MAIL}")
    reader.get(f"/api/files/{MAIL}/guide.pdf")
    reader.post("/api/question", gate=MAIL, question=QUESTION)
    reader.post("/api/call", gate=MAIL, call="at", call_at="2026-01-06T11:00", phone=PHONE)
    world.browser().ask_for(FORM, name=NAME)
    reader.ask_for(REPS, company=COMPANY)
    world.settle()
    reader.post(world.mail(ANNA, "“Rep guide”").link("/confirm"))
    world.settle()
    rep = world.taken()
    world.log(
        rep, objective="advance", achieved="yes", note=f"{NAME} is keen", stage="opportunity", value="12000",
        authority="decides", feedback="Say how loud it is", feedback_aim=f"page:{MAIL}",
    )  # fmt: skip
    world.taken(rep, objective="close")
    world.log(rep, objective="close", why_not="wrong-time", next_at="2026-01-20T10:00")
    world.log(rep, objective="close", why_not="not-reached")
    world.advance("30 days")
    world.browser().post([mail for mail in world.mails(ANNA) if "/unsubscribe" in mail.text][-1].link("/unsubscribe"))
    world.settle()
    begin(world.services, world.id_of(), how="walk")
    return [event for touch in world.services.store.touches(world.id_of()) for event in events_of(touch)]


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, world_bundle: Path) -> list[Event]:
    """What is told of one whole journey."""
    world = World(tmp_path_factory.mktemp("journey"), world_bundle)
    try:
        return walk(world)
    finally:
        world.close()


def test_every_event_of_a_whole_journey_keeps_to_its_schema(journey: list[Event]) -> None:
    wrong = {event.type: found for event in journey if (found := complaints(event))}

    assert wrong == {}


def test_a_whole_journey_tells_every_kind_of_event_that_needs_no_accident(journey: list[Event]) -> None:
    types = {event.type for event in journey}

    assert {kind.value for kind in TOLD} | {UNLOCKED} == types | {
        TouchKind.PARKED.value,
        TouchKind.OFFER_ANSWERED.value,
    }


def test_each_event_of_a_journey_has_an_id_of_its_own(journey: list[Event]) -> None:
    assert len({event.id for event in journey}) == len(journey) > 15


def test_a_journey_opens_each_gate_in_its_way(journey: list[Event]) -> None:
    ways = {(event.facts["gate"], event.facts["how"]) for event in journey if event.type == UNLOCKED}

    assert ways >= {(MAIL, "confirmation"), (FORM, "form"), (REPS, "approval")}


def test_an_event_never_carries_who_it_was_or_what_was_said(journey: list[Event]) -> None:
    told_all = msgspec.json.encode([told(event) for event in journey]).decode()

    private = [ANNA, "anna", "example.com", NAME, "Nowak", COMPANY, PHONE, " 7946", QUESTION, "loud", "keen", "198.51"]
    assert [word for word in private if word.lower() in told_all.lower()] == []
