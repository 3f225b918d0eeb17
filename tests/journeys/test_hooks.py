"""What other systems tell us: signed, counted once, and heard by the rep; the sender learns nothing about anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import msgspec
import pytest
from standardwebhooks import Webhook
from tests.world import ANNA, DAY, HOUR, MINUTE, MONDAY, REP_ADDRESS, SETTINGS, Answer, World

from leadlight.handlers.request import LIMIT
from leadlight.model.due import DueKind
from leadlight.model.lead import Stage, StopReason, Temperature
from leadlight.model.person import CallKind, CallWish, Purpose
from leadlight.model.touch import Encounter, TouchKind

OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
numbers = count(1)


@pytest.fixture
def hooked(world: World) -> World:
    """Other systems may tell facts here."""
    world.serve(replace(world.services, settings=replace(SETTINGS, hook_secrets=(OLD, NEW))))
    return world


def tell(
    world: World,
    name: str,
    *,
    fact_id: str = "",
    secret: str = NEW,
    late: timedelta = timedelta(0),
    body: bytes | None = None,
    **data: object,
) -> Answer:
    """The fact as a well-behaved sender tells it, unless a test says otherwise."""
    fact_id = fact_id or f"msg_{next(numbers)}"
    sent = body if body is not None else msgspec.json.encode({"type": name, "data": data})
    at = world.clock.now() - late
    headers = {
        "webhook-id": fact_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": "v1,aGVsbG8= " + Webhook(secret).sign(fact_id, at, sent.decode("latin-1")),
    }
    answer = world.browser().send("POST", f"/api/hooks/{name}", sent, headers)
    world.settle()
    return answer


@pytest.mark.grounds("local", "prompt", "hostile")
def test_a_booking_holds_the_plan_and_reaches_the_rep_now_and_then(hooked: World) -> None:
    hooked.confirmed(name="Anna")
    at = MONDAY + 2 * DAY

    assert tell(hooked, "booking", email=ANNA, at=at.isoformat()).status == 202

    lead = hooked.lead()
    assert lead.hold is not None
    assert lead.hold.until > at
    assert lead.call is None
    assert {due.at for due in hooked.services.store.due_of(lead.id) if due.kind is DueKind.TASK} == {at}
    before = len(hooked.mails(REP_ADDRESS))
    hooked.advance("2 days")
    assert hooked.follow_ups() == []
    assert len(hooked.mails(REP_ADDRESS)) > before


def test_the_rep_is_told_of_a_booking_at_once(hooked: World) -> None:
    hooked.confirmed(name="Anna")
    before = len(hooked.mails(REP_ADDRESS))

    tell(hooked, "booking", email=ANNA, at=(MONDAY + DAY).isoformat())

    assert "Anna" in hooked.mails(REP_ADDRESS)[before].subject


def test_no_clock_hurries_a_rep_who_has_an_appointment(hooked: World) -> None:
    hooked.confirmed(call="now", phone="+44 20 7946 0999")
    assert [due for due in hooked.services.store.due_of(hooked.id_of()) if due.kind is DueKind.CLAIM]

    tell(hooked, "booking", email=ANNA, at=(MONDAY + 2 * DAY).isoformat())

    assert [due for due in hooked.services.store.due_of(hooked.id_of()) if due.kind is DueKind.CLAIM] == []


def test_what_other_systems_say_stands_on_the_timeline_in_words(hooked: World) -> None:
    hooked.confirmed()
    tell(hooked, "trial.used", email=ANNA)
    tell(hooked, "crm.lost", email=ANNA, to="Zinc & Sons")

    page = hooked.browser().get(hooked.briefing(), accept="text/html").text

    assert "Used the trial" in page
    assert "The CRM says that the deal is lost: Zinc &amp; Sons" in page


def test_a_booking_is_word_from_the_lead_and_makes_hot(hooked: World) -> None:
    from leadlight.playbook.bundle import open_bundle
    from leadlight.rules.warmth import temperature

    hooked.confirmed()
    tell(hooked, "booking", email=ANNA, at=(MONDAY + DAY).isoformat())
    lead, criteria = hooked.lead(), open_bundle(hooked.services.files).criteria

    touches = hooked.services.store.touches(lead.id)

    assert temperature(lead, touches, criteria, hooked.clock.now()) is Temperature.HOT
    assert Purpose.PHONE not in lead.purposes


def test_a_booking_is_no_word_of_the_lead_on_calls(hooked: World) -> None:
    hooked.confirmed(call="no", phone="+44 20 7946 0999")

    tell(hooked, "booking", email=ANNA, at=(MONDAY + DAY).isoformat())

    lead = hooked.lead()
    assert lead.hold is not None
    assert (lead.call, Purpose.PHONE in lead.purposes) == (CallWish(CallKind.NO), False)


def test_a_call_that_was_asked_for_moves_to_the_time_that_was_booked(hooked: World) -> None:
    hooked.confirmed(call="now", phone="+44 20 7946 0999")

    tell(hooked, "booking", email=ANNA, at=(MONDAY + DAY).isoformat())

    assert hooked.lead().call == CallWish(CallKind.AT, MONDAY + DAY)


@pytest.mark.parametrize("at", ["9999-12-31T23:00:00+00:00", "2999-01-05T10:00:00+00:00", "0001-01-01T00:00:00+00:00"])
def test_a_time_that_can_only_be_a_slip_is_refused(hooked: World, at: str) -> None:
    hooked.confirmed()

    answer = tell(hooked, "booking", email=ANNA, at=at)

    assert answer.status == 422
    assert "more than five years from now" in answer.text
    assert hooked.lead().hold is None


def test_another_booking_stands_in_the_place_of_the_first(hooked: World) -> None:
    hooked.confirmed()

    tell(hooked, "booking", email=ANNA, at=(MONDAY + DAY).isoformat())
    tell(hooked, "booking", email=ANNA, at=(MONDAY + 3 * DAY).isoformat())

    rows = hooked.services.store.due_of(hooked.id_of())
    assert [due.at for due in rows if due.kind is DueKind.TASK] == [MONDAY + 3 * DAY]
    assert len([due for due in rows if due.kind is DueKind.HOLD]) == 1


@pytest.mark.grounds("local", "prompt")
def test_a_trial_that_was_used_is_an_experience_of_the_product(hooked: World) -> None:
    hooked.confirmed()

    tell(hooked, "trial.used", lead=hooked.id_of())

    (touch,) = hooked.touches(TouchKind.FACT)
    assert (touch.encounter, touch.quality) == (Encounter.PRODUCT, 4)


@pytest.mark.grounds("local", "prompt", "hostile")
def test_a_deal_won_makes_a_customer_with_its_value(hooked: World) -> None:
    hooked.confirmed()

    tell(hooked, "crm.won", email=ANNA, value=4800.5, renewal_at="2026-12-31")

    assert (hooked.lead().stage, hooked.lead().value) == (Stage.CUSTOMER, 4800.5)
    assert f"{hooked.lead().renewal_at:%Y-%m-%d}" == "2026-12-31"
    assert [t.facts["to"] for t in hooked.touches(TouchKind.STAGE_CHANGED)] == ["customer"]


def test_a_second_deal_won_makes_a_repeat_customer_and_the_same_one_twice_does_not(hooked: World) -> None:
    hooked.confirmed()
    for _ in range(2):
        tell(hooked, "crm.won", fact_id="deal-1", email=ANNA, value=10)
    assert hooked.lead().stage is Stage.CUSTOMER

    tell(hooked, "crm.won", fact_id="deal-2", email=ANNA, value=20)

    assert hooked.lead().stage is Stage.REPEAT


def test_a_deal_lost_ends_everything_and_keeps_to_whom_sealed(hooked: World) -> None:
    hooked.confirmed()
    hooked.taken()

    tell(hooked, "crm.lost", email=ANNA, why="price", to="Zinc & Sons")
    hooked.advance("60 days")

    lead = hooked.lead()
    assert (lead.stage, lead.hold) == (Stage.LOST, None)
    assert [stop.reason for stop in lead.stops] == [StopReason.DISQUALIFIED]
    assert hooked.follow_ups() == []
    assert hooked.touches(TouchKind.FACT)[0].facts["why"] == "price"
    assert "Zinc & Sons" not in repr(hooked.dump())


def test_the_same_fact_again_is_answered_and_changes_nothing(hooked: World) -> None:
    hooked.confirmed()
    tell(hooked, "trial.used", fact_id="one", email=ANNA)
    before = hooked.dump()

    answer = tell(hooked, "trial.used", fact_id="one", email=ANNA)

    assert answer.status == 202
    assert hooked.dump() == before


def test_nobody_learns_whether_an_address_is_known(hooked: World) -> None:
    hooked.confirmed()
    before = hooked.dump()

    known = tell(hooked, "trial.used", fact_id="a", email=ANNA)
    after = hooked.dump()
    unknown = tell(hooked, "trial.used", fact_id="b", email="nobody@example.com")

    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, b'{"status": "taken"}')
    assert hooked.dump() == after != before


@pytest.mark.parametrize("late", [-6 * MINUTE, 6 * MINUTE, HOUR])
def test_a_signature_of_another_time_is_refused_by_our_clock(hooked: World, late: timedelta) -> None:
    hooked.confirmed()

    assert tell(hooked, "trial.used", email=ANNA, late=late).status == 401
    assert hooked.touches(TouchKind.FACT) == []


def test_an_older_secret_still_counts_until_it_is_taken_away(hooked: World) -> None:
    hooked.confirmed()

    assert tell(hooked, "trial.used", email=ANNA, secret=OLD).status == 202
    hooked.serve(replace(hooked.services, settings=replace(SETTINGS, hook_secrets=(NEW,))))
    assert tell(hooked, "trial.used", email=ANNA, secret=OLD).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "a", "webhook-timestamp": "now", "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": "1" * 30, "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": str(int(MONDAY.timestamp())), "webhook-signature": "nonsense é"},
    ],
)
def test_what_nobody_signed_is_refused(hooked: World, headers: dict[str, str]) -> None:
    body = msgspec.json.encode({"type": "trial.used", "data": {"email": ANNA}})

    assert hooked.browser().send("POST", "/api/hooks/trial.used", body, headers).status == 401


def test_a_body_that_was_changed_on_its_way_is_refused(hooked: World) -> None:
    signed = Webhook(NEW).sign("a", MONDAY, '{"type": "crm.won", "data": {"value": 1}}')
    headers = {"webhook-id": "a", "webhook-timestamp": str(int(MONDAY.timestamp())), "webhook-signature": signed}

    answer = hooked.browser().send("POST", "/api/hooks/crm.won", b'{"type": "crm.won", "data": {"value": 9}}', headers)

    assert answer.status == 401


def test_a_fact_that_nobody_knows_has_no_address(hooked: World) -> None:
    assert tell(hooked, "crm.deleted", email=ANNA).status == 404


def test_without_a_secret_there_are_no_hooks(world: World) -> None:
    assert tell(world, "booking", email=ANNA, at=MONDAY.isoformat()).status == 404


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(hooked: World) -> None:
    assert tell(hooked, "trial.used", body=b"x" * (LIMIT + 1)).status == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"type": "trial.used"}', b'{"type": "trial.used", "data": 1}'])
def test_what_is_no_such_json_says_what_to_send(hooked: World, body: bytes) -> None:
    answer = tell(hooked, "trial.used", body=body)

    assert answer.status == 400
    assert '"data"' in answer.json["detail"]


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("booking", {"email": ANNA}, "at"),
        ("booking", {"email": ANNA, "at": "2026-01-07T09:30"}, "at"),
        ("booking", {"email": ANNA, "at": "9999-12-31T23:59:59-12:00"}, "at"),
        ("crm.won", {"email": ANNA, "value": "lots"}, "value"),
        ("crm.won", {"email": ANNA, "value": float("1e30")}, "value"),
        ("crm.won", {"email": ANNA, "value": -1}, "value"),
        ("crm.won", {"email": ANNA, "renewal_at": "next year"}, "renewal_at"),
        ("crm.lost", {"email": ANNA, "why": "Too Dear!"}, "why"),
        ("crm.lost", {"email": ANNA, "note": "a\0b"}, "note"),
        ("trial.used", {}, "email"),
        ("trial.used", {"email": "anna"}, "email"),
        ("trial.used", {"lead": "../x"}, "lead"),
        ("trial.used", {"email": [ANNA]}, "email"),
    ],
)
def test_a_fact_that_cannot_be_read_names_the_field(
    hooked: World, name: str, data: dict[str, object], field: str
) -> None:
    answer = tell(hooked, name, **data)

    assert (answer.status, list(answer.json["fields"])) == (422, [field])


def test_a_fact_at_the_wrong_address_is_named(hooked: World) -> None:
    body = msgspec.json.encode({"type": "crm.won", "data": {"email": ANNA}})

    answer = tell(hooked, "crm.lost", body=body)

    assert (answer.status, list(answer.json["fields"])) == (422, ["type"])
