"""Somebody from a rep's own day: what the tick sends, what no tick never sends, and whose QR code it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.journeys.desk import ROB, at_desk, with_rob
from tests.world import ANNA, FORM, MAIL, REP_ADDRESS, SITE, Browser, World

from leadlight.model.exchange import Budget
from leadlight.model.person import Purpose
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.rep.adding import ADDS_PER_DAY
from leadlight.tombstones import bury

BOTH = pytest.mark.grounds("local", "prompt")
CLERK = "clerk@acme.example"


@pytest.fixture(scope="module")
def world_bundle(world_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With a second rep."""
    return with_rob(world_bundle, tmp_path_factory.mktemp("rob"))


def wording(world: World, gate: str = MAIL) -> str:
    return open_bundle(world.services.files).gate(gate).wording


def page_of(world: World, address: str = CLERK) -> str:
    return f"/rep/desk/lead/{world.id_of(address)}"


@BOTH
def test_who_asked_for_nothing_is_a_task_and_gets_no_mail_ever(world: World) -> None:
    desk = at_desk(world)

    answer = desk.submit("/rep/leads", email=CLERK, name="Cleo Clerk", note="Talked at the bank", source="The bank")
    world.settle()
    world.advance("8 days")

    assert answer.location == page_of(world)
    assert world.mails(CLERK) == []
    assert world.lead(CLERK).owner == "rita"
    assert world.lead(CLERK).source == "rep/rita"


def test_the_rep_is_reminded_of_whom_they_met_and_sees_their_own_note(world: World) -> None:
    desk = at_desk(world)
    desk.submit("/rep/leads", email=CLERK, name="Cleo Clerk", note="Talked at the bank")
    world.settle()
    assert "from your day: get in touch" in desk.get("/rep/desk").text
    assert "Talked at the bank" in desk.get(page_of(world)).text

    world.advance("1 day")

    assert "Get in touch with Cleo Clerk" in world.mail(REP_ADDRESS).subject
    assert "Talked" not in repr(world.dump())


def test_who_asked_gets_the_ordinary_opt_in_mail_and_nothing_before_their_yes(world: World) -> None:
    desk = at_desk(world)

    desk.submit("/rep/leads", email=CLERK, gate=MAIL, asked="yes", wording=wording(world))
    world.settle()
    world.advance("2 days")
    assert [mail.message["List-Unsubscribe"] for mail in world.mails(CLERK)] == [None]
    assert world.browser().post(world.mail(CLERK).link("/confirm")).status == 303
    world.settle()
    world.advance("1 day")

    assert world.lead(CLERK).owner == "rita"
    assert Purpose.FOLLOW_UP in world.lead(CLERK).purposes
    assert len(world.follow_ups(CLERK)) == 1


def test_the_words_that_were_read_out_are_stored_by_their_hash_with_who_read_them(world: World) -> None:
    desk = at_desk(world)
    page = desk.get(f"/rep/desk/add?gate={MAIL}").text
    assert "We send you the page. You may write to me about it." in page
    assert wording(world) in page

    desk.submit("/rep/leads", email=CLERK, gate=MAIL, asked="yes", wording=wording(world))

    (touch,) = world.touches(TouchKind.ADDED, CLERK)
    (capture,) = world.services.store.captures(world.id_of(CLERK))
    assert (touch.by, touch.facts["wording"], touch.facts["basis"]) == ("rita", wording(world), "consent")
    assert (capture.consent.how, capture.consent.legal_basis) == ("rep/rita", "consent")


def test_without_a_tick_no_consent_is_claimed(world: World) -> None:
    at_desk(world).submit("/rep/leads", email=CLERK, gate=MAIL, wording=wording(world))

    (capture,) = world.services.store.captures(world.id_of(CLERK))
    assert (capture.consent.purposes, capture.consent.legal_basis) == ((), "legitimate interest")


def test_follow_ups_are_agreed_to_by_a_tick_of_their_own_where_the_form_leaves_them_free(world: World) -> None:
    desk = at_desk(world)
    desk.submit("/rep/leads", email=CLERK, gate=FORM, asked="yes", wording=wording(world, FORM))
    desk.submit("/rep/leads", email=ANNA, gate=FORM, asked="yes", follow="yes", wording=wording(world, FORM))

    found = [world.services.store.captures(world.id_of(to))[0].consent.purposes for to in (CLERK, ANNA)]

    assert found == [(Purpose.CONTENT,), (Purpose.CONTENT, Purpose.FOLLOW_UP)]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("email", "", "let them scan your QR code"),
        ("email", "clerk", "letter missing"),
        ("phone", "call me", "with digits"),
        ("note", "x" * 2001, "shorten"),
        ("gate", "", "Choose what they asked for"),
        ("wording", "0" * 32, "have changed"),
    ],
)
def test_what_cannot_be_taken_says_kindly_what_to_do(world: World, field: str, value: str, says: str) -> None:
    given = {"email": CLERK, "gate": MAIL, "asked": "yes", "wording": wording(world), field: value}

    answer = at_desk(world).submit("/rep/leads", **given)

    assert answer.status == 422
    assert says in answer.text
    assert world.services.store.lead(world.id_of(CLERK)) is None


def test_who_wants_no_mails_gets_none_by_a_reps_word(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    world.browser().post(world.mail(ANNA, "First").link("/unsubscribe"))

    answer = at_desk(world).submit("/rep/leads", email=ANNA, gate=MAIL, asked="yes", wording=wording(world))
    world.settle()

    assert answer.status == 422
    assert "let them send the form themselves" in answer.text


@BOTH
def test_a_colleagues_lead_stays_theirs_and_the_colleague_hears_of_it(world: World) -> None:
    world.confirmed(name="Anna Nowak")

    answer = at_desk(world, ROB).submit("/rep/leads", email=ANNA, note="Met her again")
    world.settle()

    assert "They are with Rita Rep already" in answer.text
    assert "Met her again" in world.mail(REP_ADDRESS, "Anna Nowak").text
    assert world.lead().owner == "rita"


def test_a_program_is_answered_in_its_own_way(world: World) -> None:
    desk = at_desk(world)

    stranger, added = (b.post("/rep/leads", email=CLERK, name="Cleo") for b in (world.browser(), desk))

    assert (stranger.status, stranger.headers["content-type"]) == (401, "application/problem+json")
    assert (added.status, added.json) == (202, {"status": "added", "lead": world.id_of(CLERK)})


def test_a_second_tap_adds_nobody_twice(world: World) -> None:
    desk = at_desk(world)

    for _ in range(2):
        desk.submit("/rep/leads", email=CLERK, gate=MAIL, asked="yes", wording=wording(world))
    world.settle()

    assert len(world.mails(CLERK)) == len(world.touches(TouchKind.ADDED, CLERK)) == 1


def test_nobody_adds_people_without_end(world: World) -> None:
    desk = at_desk(world)
    for _ in range(ADDS_PER_DAY - 1):
        world.services.store.count(Budget("added/rita/2026-01-05", ADDS_PER_DAY, world.later("1 day")))

    statuses = [desk.submit("/rep/leads", email=f"p{number}@acme.example").status for number in range(2)]

    assert statuses == [303, 429]


# --- the QR code


def landed(world: World, rep: str, *, script: bool, gate: str = MAIL, address: str = ANNA) -> Browser:
    """A visitor who sent the form of the page that a QR code led to."""
    browser = world.browser()
    page = open_bundle(world.services.files).gate(gate).page
    headers = {"referer": f"{SITE}/{page}?from={rep}"}
    if script:
        body, kind = msgspec.json.encode({"gate": gate, "email": address, "consent": True}), "application/json"
    else:
        body, kind = f"gate={gate}&email={address}&consent=yes".encode(), "application/x-www-form-urlencoded"
    assert browser.send("POST", "/api/access", body, {**headers, "content-type": kind}).status in {202, 303}
    world.settle()
    return browser


def test_the_code_points_to_the_page_with_the_reps_name(world: World) -> None:
    page = at_desk(world).get(f"/rep/desk/qr?gate={MAIL}").text

    assert f"{SITE}/guides/mail/?from=rita" in page
    assert "<svg" in page
    assert "<script" not in page.partition("<svg")[2].partition("</svg>")[0]


@pytest.mark.parametrize(
    ("way", "script"), [("local", True), ("local", False), pytest.param("prompt", False, marks=pytest.mark.aws)]
)
def test_who_came_by_a_reps_code_is_that_reps_lead(world: World, script: bool) -> None:
    browser = landed(world, "rob", script=script)

    browser.post(world.mail(ANNA, "Your link").link("/confirm"))
    world.settle()

    assert (world.lead().owner, world.lead().source) == ("rob", "qr/rob")
    assert world.mails(ROB)
    assert "qr/rob" in at_desk(world, ROB).get(page_of(world, ANNA)).text


def test_a_code_takes_no_lead_from_the_rep_who_has_it(world: World) -> None:
    world.confirmed()

    landed(world, "rob", script=True)

    assert (world.lead().owner, world.lead().source) == ("rita", "")


def test_a_name_that_is_nobodys_in_the_team_counts_for_nothing(world: World) -> None:
    landed(world, "eve", script=True)

    assert world.lead().source == ""


def test_the_answer_to_a_form_does_not_tell_whether_the_address_is_known(world: World) -> None:
    world.confirmed()
    known, unknown = (world.browser().ask_for(address=to, **{"from": "rob"}) for to in (ANNA, "somebody@example.com"))

    assert (known.status, known.body) == (unknown.status, unknown.body)


def test_who_asked_to_be_forgotten_is_not_written_down_again(world: World) -> None:
    bury(world.services, world.id_of(CLERK), world.clock.now())
    desk = at_desk(world)

    told = {"email": CLERK, "name": "Cleo"}
    alone, asked = (
        desk.submit("/rep/leads", **told, **how)
        for how in ({}, {"asked": "yes", "gate": MAIL, "wording": wording(world)})
    )
    world.settle()

    assert (alone.status, asked.status) == (422, 422)
    assert "asked us to forget this address" in alone.text
    assert world.services.store.lead(world.id_of(CLERK)) is None
    assert world.mails(CLERK) == []


def test_a_form_that_nobody_has_confirmed_brings_nobody_back_who_asked_to_be_forgotten(world: World) -> None:
    bury(world.services, world.id_of(CLERK), world.clock.now())
    world.browser().ask_for(address=CLERK)

    answer = at_desk(world).submit("/rep/leads", email=CLERK, name="Cleo")

    assert answer.status == 422


def test_who_sent_the_form_themselves_since_is_a_lead_again(world: World) -> None:
    bury(world.services, world.id_of(CLERK), world.clock.now())
    world.confirmed(address=CLERK)

    answer = at_desk(world).submit("/rep/leads", email=CLERK, name="Cleo")

    assert answer.status == 303


def test_whom_a_rep_adds_is_of_a_company_once_they_have_confirmed(world: World) -> None:
    desk = at_desk(world)
    desk.submit("/rep/leads", email=CLERK, gate=MAIL, asked="yes", wording=wording(world))
    world.settle()
    assert world.lead(CLERK).company is None

    world.browser().post(world.mail(CLERK).link("/confirm"))

    assert world.lead(CLERK).company is not None
