"""Somebody waits for a rep: who is told when, who has it next, and what ends the clock."""

from __future__ import annotations

import pytest
from tests.world import MANAGER_ADDRESS, REP_ADDRESS, World

from leadlight.model.due import Due, DueKind
from leadlight.model.touch import TouchKind
from leadlight.speed import pass_on

BOTH = pytest.mark.grounds("local", "prompt")


def clocks(world: World) -> list[Due]:
    return [row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.CLAIM]


@pytest.mark.grounds("local", "prompt", "hostile")
def test_a_call_that_nobody_makes_is_the_managers_after_a_quarter_of_an_hour(world: World) -> None:
    world.confirmed(name="Anna", phone="+44 20 7946 0999", call="now")
    world.advance("14 minutes")
    assert world.mails(MANAGER_ADDRESS) == []

    world.advance("2 minutes")

    mail = world.mail(MANAGER_ADDRESS)
    assert mail.subject.startswith("Nobody took: CALL NOW: Anna")
    assert "tel:+442079460999" in mail.html
    assert clocks(world) == []


@BOTH
def test_who_takes_over_ends_the_clock(world: World) -> None:
    world.confirmed(call="now")

    world.taken()
    world.advance("1 hour")

    assert world.mails(MANAGER_ADDRESS) == []
    assert world.touches(TouchKind.ESCALATED) == []


@BOTH
def test_they_replied_stops_the_plan_and_is_on_the_timeline(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.browser()
    link = world.briefing().replace("/rep/lead", "/rep/replied")
    before = world.dump()
    assert "They replied" in rep.get(link, accept="text/html").text
    assert world.dump() == before

    assert [rep.submit(link).status for _ in range(2)] == [303, 303]
    world.advance("3 days")

    assert world.follow_ups() == []
    assert len(world.touches(TouchKind.REPLIED)) == 1
    assert "Answered a mail, as Rita Rep says" in rep.get(world.briefing("Anna")).text


@BOTH
def test_who_comes_back_after_a_month_is_told_of_with_the_days_of_silence(world: World) -> None:
    reader = world.confirmed(name="Anna")
    world.advance("45 days")

    for _ in range(2):
        assert reader.get("/api/content/guides/mail").status == 200
    world.settle()

    back = [subject for subject in world.subjects(REP_ADDRESS) if "is back after 45 days" in subject]
    assert back == ["Anna is back after 45 days: “Mail guide”"]


def test_who_reads_every_week_is_nobody_who_comes_back(world: World) -> None:
    reader = world.confirmed()
    told = len(world.mails(REP_ADDRESS))

    for _ in range(6):
        world.advance("1 week")
        reader.get("/api/content/guides/mail")
    world.settle()

    assert not [s for s in world.subjects(REP_ADDRESS)[told:] if "is back" in s]


def test_each_clock_is_in_the_mail_and_on_the_page(world: World) -> None:
    world.confirmed(name="Anna", call="now")

    says = "Mark Manager is told at 10:15 unless you take it"

    assert says in world.mail(REP_ADDRESS).text
    assert says in world.browser().get(world.briefing()).text


def test_mail_and_page_say_the_same(world: World) -> None:
    world.confirmed(name="Anna", company="Acme", call="now", phone="+44 20 7946 0999", zone="America/New_York")
    reader = world.confirmed(gate="guides/rep", role="buyer")
    reader.post("/api/question", gate="guides/mail", question="Does it float?")
    world.settle()
    mail = world.mail(REP_ADDRESS).text
    page = world.browser().get(world.briefing()).text

    for said in (
        "Monday 05:00 in New York, 5 hours behind you: early there, but they ask for a call now",
        "Call now", "+44 20 7946 0999", "Does it float?", "Answer them first; then ask one thing back.", "Acme",
        "Mark Manager is told at 10:15 unless you take it", "hot: they want a call", "buyer",
    ):  # fmt: skip
        assert said in " ".join(mail.split())
        assert said in page


def test_who_confirms_again_after_a_month_is_back(world: World) -> None:
    world.confirmed(name="Anna")
    world.advance("40 days")

    world.confirmed(gate="guides/form", name="Anna")

    assert "Anna is back after 40 days: “Form guide”" in world.subjects(REP_ADDRESS)


def test_passing_on_twice_is_once(world: World) -> None:
    world.confirmed(call="now")
    (row,) = clocks(world)
    world.jump("16 minutes")

    for _ in range(2):
        pass_on(world.services, row)

    assert len(world.touches(TouchKind.ESCALATED)) == 1
    assert clocks(world) == []
