"""By whose clock a rep reads: their own, named once, with the lead's own beside it where it matters for a call."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.desk import at_desk
from tests.world import REP_ADDRESS, World
from tests.world_sale import compiled
from tests.world_site import TEAM

from leadlight.model.exchange import Change
from leadlight.model.touch import TouchKind

NUMBER = "+44 20 7946 0999"


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team in London whose rep is in Warsaw."""
    people = [
        {**person, "hours": {"zone": "Europe/Warsaw"}} if person["id"] == "rita" else person
        for person in TEAM["people"]
    ]
    hours = {"zone": "Europe/London", "days": "mon-fri", "from": "09:00", "to": "17:00"}
    return compiled(tmp_path_factory.mktemp("clocks"), people=people, hours=hours)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_every_time_on_the_page_is_by_the_reps_clock_which_is_named_once(world: World) -> None:
    world.confirmed(name="Anna", phone=NUMBER, call="at", call_at="2026-01-07T14:30:00Z", zone="Asia/Tokyo")
    page = words(world.browser().get(world.briefing(), accept="text/html").text)

    assert page.count("Times are by your clock, in Warsaw.") == 1
    assert "Call on Wednesday 7 January at 15:30 (23:30 in Tokyo, too late)" in page
    assert "Said about calls: at Wed 07 Jan, 15:30" in page
    assert "Mon 05 Jan, 11:00 Sent the form" in page
    assert "10:00" not in page


def test_the_subject_of_a_call_at_a_time_names_the_reps_own_zone(world: World) -> None:
    world.confirmed(name="Anna", phone=NUMBER, call="at", call_at="2026-01-07T14:30:00Z")

    assert world.mail(REP_ADDRESS).subject == "CALL AT 07 Jan 2026, 15:30 CET: Anna opened “Mail guide”"


def test_each_next_step_that_is_offered_says_what_the_leads_clock_shows_then(world: World) -> None:
    world.confirmed(name="Anna", zone="America/New_York")
    form = world.briefing().replace("/rep/lead", "/rep/outcome")
    page = words(world.browser().get(form, accept="text/html").text)

    assert "Next step, by your clock (Europe/Warsaw) With them it is 05:00 in New York now, 6 hours behind you." in page
    assert page.count("03:00 in New York, too early") == 3


def test_the_desk_and_the_link_show_the_same_of_a_lead(world: World) -> None:
    world.confirmed(name="Anna", phone=NUMBER, company="Acme", intent="evaluating")
    linked = words(world.browser().get(world.briefing(), accept="text/html").text)
    desk = words(at_desk(world).get(f"/rep/desk/lead/{world.id_of()}").text)

    for shown in ("Acme · cold lead, comparing options", "Times are by your clock, in Warsaw.", "Aim: start a conv"):
        assert shown in linked
        assert shown in desk


def test_a_mail_for_which_there_is_no_address_is_left_out_with_its_reason(world: World) -> None:
    world.confirmed(name="Anna")
    world.services.store.commit(Change(replace(world.lead(), confirmed=())))

    world.advance("1 day")

    assert world.follow_ups() == []
    assert world.touches(TouchKind.SKIPPED)[0].facts["reason"] == "there is no address to write to"


def test_the_timeline_says_in_the_forms_own_words_why_a_declared_intent_left_steps_out(world: World) -> None:
    world.confirmed(name="Anna", intent="ready")
    page = words(world.browser().get(world.briefing(), accept="text/html").text)

    assert "Left out: “hello” (they are ready to decide)" in page
    assert "hot lead, ready to decide" in page


def test_the_mail_has_about_ten_lines_and_says_the_same_with_and_without_html(world: World) -> None:
    world.confirmed(name="Anna", phone=NUMBER, company="Acme", call="now", zone="Asia/Tokyo", role="buyer")
    mail = world.mail(REP_ADDRESS, "CALL NOW")
    facts = [line for line in mail.text.partition("-- ")[0].splitlines() if line[:1].strip() and "https:" not in line]
    links = ("/rep/claim", "/rep/outcome", "/rep/lead", "/rep/replied")

    told = [line for line in facts if not line.endswith(":")]
    assert len(told) <= 13, told
    assert f"Call {NUMBER}\n" in mail.text
    assert "tel:+442079460999" in mail.html
    assert all(mail.text.count(link) and mail.html.count(link) for link in links)


def test_who_has_taken_a_lead_over_is_asked_in_mails_how_it_went(world: World) -> None:
    world.confirmed(name="Anna")
    world.log(world.taken(), objective="start", achieved="yes", next_at="2026-01-07T09:30")

    world.advance("3 days")

    assert "Take over" not in world.mail(REP_ADDRESS, "Today: your next step").text
