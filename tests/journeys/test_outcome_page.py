"""What a rep logs with one tap, what may be said besides, and what the page says becomes of the plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.journeys.outcomes import after, the_outcome
from tests.world import HOUR, MANAGER_ADDRESS, REP_ADDRESS, World, built
from tests.world_site import FILES

from leadlight.model.criteria import Authority
from leadlight.model.due import DueKind
from leadlight.model.lead import Stage, StopReason
from leadlight.model.person import CallKind
from leadlight.model.touch import Objective, TouchKind, WhyNot
from leadlight.profile import sealed_fields

BOTH = pytest.mark.grounds("local", "prompt")

PLAYBOOK = {
    **FILES,
    "docs/playbook/objections/too-dear.md": "---\ntitle: It costs too much\n---\nCompared with **what**?\n",
    "docs/playbook/objections/no-time.md": "---\ntitle: We have no time\n---\nNeither had the others.\n",
    "docs/playbook/buyers/lead.md": "---\ntitle: The lead\n---\n**Needs**\n\n- To sleep, and well.\n- A number.\n",
}


@pytest.fixture(scope="session")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world's site, with objections and a buyer in its playbook."""
    return built(tmp_path_factory.mktemp("glass"), PLAYBOOK)


def keys(world: World) -> list[str]:
    return [due.key for due in world.services.store.due_of(world.id_of())]


@pytest.mark.parametrize("why", list(WhyNot))
def test_each_reason_is_one_tap_and_the_page_says_what_follows(world: World, why: WhyNot) -> None:
    world.confirmed(name="Anna")
    page = after(world, world.taken(), why_not=why)

    assert the_outcome(world).facts["why_not"] == why
    ends = why in {WhyNot.NO_NEED, WhyNot.LOST}
    assert "What happens now" in page
    assert ("No follow-up goes out any more" in page) == ends
    assert ("First: hello" in page) != ends


def test_after_an_achievement_the_page_says_who_does_what_when(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()

    page = after(world, rep, achieved="yes", objective="advance", next_at="2026-01-06T09:00", next="Demo")

    assert "Tue 6 January, 09:00: your next step, Rita Rep" in page
    assert "Follow-ups wait while this is with Rita Rep. Without a word from you on that step by Wed 7 January" in page
    assert "Note: Demo" in page


def test_what_an_achievement_makes_pointless_is_named(world: World) -> None:
    world.confirmed()

    page = after(world, world.taken(), achieved="yes", objective="start")

    assert "Left out: “hello”" in page
    assert "Second" in page


@pytest.mark.grounds("local", "prompt", "hostile")
def test_everything_that_was_said_is_stored_at_once(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()

    world.log(
        rep, achieved="yes", objective="advance", stage="opportunity", value="12,000", authority="decides",
        minutes="20", objections="too-dear", satisfaction="yes", channel="meeting", note="Tea",
        feedback="They look for prices first", feedback_aim="page:guides/mail",
    )  # fmt: skip

    facts, lead = the_outcome(world).facts, world.lead()
    said = ("stage", "value", "authority", "minutes", "objections", "satisfaction", "channel")
    assert [facts[name] for name in said] == [
        "opportunity", "12000", "decides", "20", "too-dear", "yes", "meeting",
    ]  # fmt: skip
    assert (lead.stage, lead.value, lead.authority) == (Stage.OPPORTUNITY, 12000.0, Authority.DECIDES)
    assert lead.satisfied
    (line,) = world.touches(TouchKind.FEEDBACK)
    assert re.fullmatch(r"F-[A-Z2-7]{6}", line.facts["id"])
    assert (line.facts["aim"], line.gate, line.by) == ("page:guides/mail", "guides/mail", "rita")
    assert sealed_fields(world.services, line)["text"] == "They look for prices first"
    assert "prices first" not in repr(world.dump())


def test_a_deal_that_is_won_makes_a_customer_and_closes(world: World) -> None:
    world.confirmed()

    page = after(world, world.taken(), achieved="yes", objective="close", stage="customer", value="9000")

    lead = world.lead()
    assert (lead.stage, lead.sales, lead.value) == (Stage.CUSTOMER, 1, 9000.0)
    assert Objective.CLOSE in lead.achieved
    assert "Won, worth 9,000 EUR" in page
    assert "to customer" in page


@BOTH
def test_who_was_better_is_kept_sealed_and_why_is_a_fact(world: World) -> None:
    world.confirmed()

    page = after(world, world.taken(), why_not="lost", lost_to="Acme Corp", objections="too-dear")

    outcome = the_outcome(world)
    assert (outcome.facts["stage"], outcome.facts["why"]) == ("lost", "too-dear")
    assert sealed_fields(world.services, outcome)["lost_to"] == "Acme Corp"
    assert "Acme Corp" not in repr(world.dump())
    assert "The deal is lost to Acme Corp" in page
    assert [stop.reason for stop in world.lead().stops] == [StopReason.DISQUALIFIED]


@pytest.mark.parametrize("why", ["not-reached", "wrong-time"])
def test_p3_a_lead_that_somebody_has_seen_to_is_passed_on_no_more(world: World, why: str) -> None:
    world.confirmed(name="Anna", call="now", phone="+44 20 7946 0999")
    assert any(key.startswith(DueKind.CLAIM) for key in keys(world))

    world.log(world.browser(), why_not=why)

    assert not any(key.startswith(DueKind.CLAIM) for key in keys(world))
    world.advance("2 hours")
    assert world.touches(TouchKind.ESCALATED) == []


def test_who_was_not_reached_still_wants_the_call(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")

    world.log(world.browser(), why_not="not-reached")

    assert world.lead().call.kind is CallKind.NOW


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("value", "12.000", "such as 12000"),
        ("value", "9 USD", "an amount in EUR"),
        ("stage", "sold-out", "Please choose one of"),
        ("stage", "lost", "A deal that is over is no progress"),
        ("lost_to", "Acme", "tap “Lost to another”"),
        ("authority", "king", "Choose one of"),
        ("minutes", "an hour", "whole minutes"),
        ("minutes", "1441", "whole minutes"),
        ("objections", "too-blue", "no objection called too-blue"),
        ("channel", "pigeon", "Choose one of"),
        ("needs", "A horse", "no such need"),
        ("next_own", "2026-01-01T09:00", "lies in the past"),
        ("note", "x" * 2001, "Please shorten this"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_all_is_kept(
    world: World, field: str, value: str, said: str
) -> None:
    world.confirmed()
    rep = world.taken()
    before = world.dump()

    answer = world.log(
        rep, achieved="yes", **{"feedback": "They ask for prices", "feedback_aim": "product", field: value}
    )

    assert answer.status == 422
    assert said in answer.text.replace("&#39;", "'")
    assert "They ask for prices" in answer.text
    assert 'role="alert"' in answer.text
    assert world.dump() == before


def test_a_line_for_those_who_write_has_to_be_about_something(world: World) -> None:
    world.confirmed()

    answer = world.log(world.taken(), achieved="yes", feedback="Nice", feedback_aim="page:nowhere")

    assert answer.status == 422
    assert "a page, a step, or the product" in answer.text


def test_a_line_may_be_about_a_step_that_they_got(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    rep = world.taken()

    assert "The step “hello”" in rep.get(world.briefing().replace("/rep/lead", "/rep/outcome")).text
    world.log(rep, achieved="yes", feedback="Too long", feedback_aim="step:course/01-hello")

    (line,) = world.touches(TouchKind.FEEDBACK)
    assert line.facts["aim"] == "step:course/01-hello"


def test_several_boxes_may_be_ticked(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    body = "why_not=objection&objections=too-dear&objections=no-time&needs=A+number.&needs=To+sleep%2C+and+well."
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}

    rep.send("POST", world.briefing().replace("/rep/lead", "/rep/outcome"), body.encode(), headers)

    assert the_outcome(world).facts["objections"] == "too-dear,no-time"
    assert world.lead().needs == ("A number.", "To sleep, and well.")


def test_what_was_ticked_is_ticked_still_where_something_is_to_be_mended(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    values = {
        "achieved": "yes", "value": "much", "objections": "no-time", "needs_shown": "A number.", "stage": "opportunity",
        "next_at": "2026-01-06T09:00", "channel": "meeting",
    }  # fmt: skip

    page = world.log(rep, **values).text

    ticked = re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)" checked', page)
    assert ticked == [("next_at", "2026-01-06T09:00"), ("objections", "no-time")]
    chosen = re.findall(r'<option value="([^"]*)" selected', page)
    assert {"opportunity", "meeting"} <= set(chosen)


def test_needs_that_were_only_shown_are_not_corrected(world: World) -> None:
    world.confirmed()

    world.log(world.taken(), achieved="yes", needs="A number.", needs_shown="A number.")

    assert world.lead().needs is None
    assert "needs" not in the_outcome(world).facts


def test_the_page_shows_what_to_answer_to_each_objection(world: World) -> None:
    world.confirmed()

    page = world.browser().get(world.briefing().replace("/rep/lead", "/rep/outcome")).text

    assert "It costs too much" in page
    assert "Compared with what?" in page


def test_the_next_step_is_one_of_a_few_working_mornings(world: World) -> None:
    world.confirmed()
    world.clock.move_to(world.clock.now() + 4 * 24 * HOUR)

    page = world.browser().get(world.briefing().replace("/rep/lead", "/rep/outcome")).text

    assert re.findall(r'name="next_at" value="([^"]*)"', page) == ["", "2026-01-12T09:00"]
    assert "Monday 12 January, 09:00" in page


def test_after_two_failures_another_aim_is_proposed_everywhere(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken(objective="start")
    world.log(rep, objective="start", why_not="objection", note="One")
    page = after(world, rep, objective="start", why_not="wrong-person", next_at="2026-01-06T09:00")

    hint = "“Start a conversation” has failed twice. Try another aim: build the relationship."
    assert hint in page
    assert world.lead().hold.objective is Objective.RELATE
    for path in ("/rep/outcome", "/rep/claim"):
        assert hint in rep.get(world.briefing().replace("/rep/lead", path)).text
    world.advance("2 days")
    told = world.mail(REP_ADDRESS, "Today: your next step").text
    assert hint in " ".join(told.split())


def test_taking_over_after_two_failures_aims_at_something_else(world: World) -> None:
    world.confirmed()
    rep = world.taken(objective="start")
    for note in ("One", "Two"):
        world.log(rep, objective="start", why_not="objection", note=note)

    world.taken(rep)

    assert world.lead().hold.objective is Objective.RELATE


def test_a_link_that_names_a_reason_shows_it_first_and_changes_nothing(world: World) -> None:
    world.confirmed()
    before = world.dump()

    page = world.browser().get(world.briefing().replace("/rep/lead", "/rep/outcome") + "&why=no-need").text

    assert page.index('value="no-need"') < page.index('name="achieved"')
    assert world.dump() == before


def test_what_follows_can_be_opened_again_and_changes_nothing(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    there = world.log(rep, achieved="yes").location
    before = world.dump()

    for path in (there, there.replace("outcome=", "outcome=0")):
        assert rep.get(path).status == 200
        assert rep.head(path).status == 200

    assert world.dump() == before


def test_a_lost_lead_that_is_an_opportunity_after_all_is_open_again(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.log(rep, why_not="lost")

    world.log(rep, achieved="yes", stage="opportunity", next_at="2026-01-06T09:00")

    lead = world.lead()
    assert (lead.stage, lead.stops) == (Stage.OPPORTUNITY, ())
    assert lead.hold is not None
    assert world.mails(MANAGER_ADDRESS) == []
