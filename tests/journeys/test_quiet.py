"""A team of three reps and a manager, with nights without mail: who is told when, and who has a lead next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.world import ANNA, MONDAY, Browser, World, built
from tests.world_site import FILES, TEAM, as_text

from leadlight.handlers import on_due
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.touch import TouchKind
from leadlight.rules.notices import waiting

PEOPLE = [
    {"id": name, "name": name.title(), "email": f"{name}@glass.example", "booking": "https://glass.example/book"}
    for name in ("rita", "sam", "tess")
] + [{"id": "mark", "name": "Mark", "email": "mark@glass.example", "manager": True}]
OFFICE = {**TEAM, "people": PEOPLE, "notices": {"quiet": "20:00-08:00", "digest": "off"}}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    return built(folder, {**FILES, "docs/playbook/team.yml": as_text(OFFICE)})


@pytest.fixture
def team(tmp_path: Path, office: Path) -> Iterator[World]:
    world = World(tmp_path, office)
    yield world
    world.close()


def owner(team: World) -> str:
    return team.lead().owner or ""


def told(team: World) -> list[tuple[str, str]]:
    """Which reps were mailed about leads, with what subject, oldest first."""
    return [(mail.to.partition("@")[0].rpartition("<")[2], mail.subject) for mail in team.mails("@glass.example")]


def asks(browser: Browser, text: str) -> None:
    assert browser.post("/api/question", gate="guides/mail", question=text).status in {200, 202}


def at_night(team: World) -> Browser:
    """A reader who has confirmed at noon, and then it is nine in the evening."""
    browser = team.confirmed(name="Anna")
    team.taken()
    team.advance("11 hours")
    return browser


def test_what_comes_at_night_is_one_mail_in_the_morning_that_names_all_of_it(team: World) -> None:
    browser = at_night(team)
    before = len(told(team))
    asks(browser, "Does it float?")
    asks(browser, "And does it fly?")
    team.advance("1 hour")
    assert len(told(team)) == before

    team.advance("10 hours")

    assert len(told(team)) == before + 1
    mail = team.mail(owner(team), "Anna asks about")
    assert mail.message["Date"].datetime == MONDAY + timedelta(hours=22)
    for said in ("Does it float?", "And does it fly?"):
        assert said in mail.text
        assert said in mail.html
    assert mail.text.count("asks about “Mail guide”") == 2


def test_a_wished_call_comes_through_the_night_with_what_has_waited(team: World) -> None:
    browser = at_night(team)
    asks(browser, "Does it float?")
    team.settle()

    browser.post("/api/call", gate="guides/mail", call="now", phone="+44 20 7946 0999")
    team.settle()
    before = len(told(team))

    assert team.mail(owner(team)).subject.startswith("CALL NOW: Anna")
    assert "Does it float?" in team.mail(owner(team)).text
    team.advance("11 hours")
    assert len([one for one in told(team)[before:] if "asks about" in one[1]]) == 0


def test_everything_that_one_mail_tells_of_is_on_the_timeline(team: World) -> None:
    browser = at_night(team)
    asks(browser, "One?")
    asks(browser, "Two?")
    team.advance("12 hours")

    asked = {touch.id for touch in team.touches(TouchKind.ASKED)}

    assert asked <= {touch.facts["cause"] for touch in team.touches(TouchKind.NOTIFIED)}


def test_a_wish_goes_from_rep_to_rep_and_then_to_the_manager(team: World) -> None:
    team.confirmed(name="Anna", call="now", phone="+44 20 7946 0999")
    first = owner(team)

    team.advance("16 minutes")
    second = owner(team)
    assert team.mail(second).subject == "CALL NOW: Passed on to you: Anna opened “Mail guide”"
    team.advance("15 minutes")
    third = owner(team)
    team.advance("15 minutes")

    assert {first, second, third} == {"rita", "sam", "tess"}
    assert team.mail("mark").subject.startswith("Nobody took: CALL NOW: Anna")
    assert [touch.by for touch in team.touches(TouchKind.ESCALATED)] == [first, second, third]


def test_the_rep_before_may_still_take_it_and_the_clock_is_over(team: World) -> None:
    team.confirmed(name="Anna", call="now")
    first, link = owner(team), team.mail(owner(team)).link("/rep/claim")
    team.advance("16 minutes")
    assert owner(team) != first

    assert team.browser().submit(link).status == 303

    assert owner(team) == first
    assert [row for row in team.services.store.due_of(team.id_of()) if row.kind is DueKind.CLAIM] == []


def test_a_refused_call_ends_the_clock_and_takes_the_number_out(team: World) -> None:
    browser = team.confirmed(name="Anna", call="now", phone="+44 20 7946 0999")
    assert "+44 20 7946 0999" in team.mail(owner(team)).text

    browser.post("/api/call", gate="guides/mail", call="no")
    team.advance("1 hour")

    assert team.mail(owner(team)).subject.startswith("No call: Anna")
    assert "7946 0999" not in team.mail(owner(team)).text + team.mail(owner(team)).html
    assert team.touches(TouchKind.ESCALATED) == []


def test_a_lead_that_nobody_confirmed_has_a_rep_and_a_clock_too(team: World) -> None:
    team.browser().ask_for("guides/form", ANNA, name="Anna", call="now", phone="+44 20 7946 0999")
    team.settle()
    first = owner(team)
    assert team.mail(first).subject == "CALL NOW: Anna opened “Form guide” (unconfirmed)"

    team.advance("16 minutes")

    assert owner(team) not in {first, ""}
    assert team.mail(owner(team)).subject.startswith("CALL NOW: Passed on to you: Anna")


def test_no_link_in_any_mail_to_the_team_changes_anything_by_being_opened(team: World) -> None:
    team.confirmed(name="Anna", call="now")
    team.advance("50 minutes")
    mails = [mail for mail in team.mails("@glass.example") if "/rep/lead" in mail.text]
    before = team.dump()

    for link in {link for mail in mails for link in mail.links}:
        for _ in range(2):
            team.browser().get(link, accept="text/html")
        team.browser().head(link)

    assert len(mails) == 4
    assert team.dump() == before


def test_the_mail_links_all_that_a_rep_can_do(team: World) -> None:
    team.confirmed(name="Anna")
    mail = team.mail(owner(team))

    paths = [link.removeprefix("https://glass.example").partition("?")[0] for link in mail.links]

    for path in ("/rep/lead", "/rep/claim", "/rep/outcome", "/rep/replied", "/book"):
        assert path in paths
    assert any(link.endswith("&why=no-need") for link in mail.links)


def test_the_manager_is_left_alone_at_night_but_for_a_wished_call(team: World) -> None:
    team.confirmed(name="Anna")
    team.services.store.commit(
        Change(team.lead(), due=(Due(team.id_of(), 1, DueKind.MAIL, "manager/left/x", MONDAY + timedelta(hours=11)),))
    )

    team.advance("12 hours")
    assert team.mails("mark@") == []
    team.advance("11 hours")

    assert team.mail("mark@").message["Date"].datetime == MONDAY + timedelta(hours=22)


def test_two_workers_who_are_at_two_rows_of_one_lead_leave_nothing_behind(team: World) -> None:
    browser = at_night(team)
    asks(browser, "One?")
    asks(browser, "Two?")
    team.jump("12 hours")
    first, second = waiting(team.services.store.due_of(team.id_of()))
    inner = team.services.mailer

    class Slow:
        reports_later = False

        def send(self, message: EmailMessage, *, tag: str) -> str:
            if tag.endswith(first.ref):
                on_due.handle(team.services, second)
            return inner.send(message, tag=tag)

        def was_sent(self, tag: str) -> bool | None:
            return inner.was_sent(tag)

    on_due.handle(team.services.with_mailer(Slow()), first)

    assert waiting(team.services.store.due_of(team.id_of())) == ()
    assert LedgerState.CLAIMED not in {entry.state for entry in team.services.store.ledger(team.id_of())}
    assert "One?" in team.mail(owner(team)).text


def test_a_call_that_the_rep_who_has_the_lead_forgets_is_the_managers(team: World) -> None:
    browser = team.confirmed(name="Anna")
    team.taken(team.browser())
    browser.post("/api/call", gate="guides/mail", call="now", phone="+44 20 7946 0999")
    team.settle()
    holder = owner(team)

    team.advance("16 minutes")

    assert owner(team) == holder
    assert f"It is with {holder.title()}, who was told" in team.mail("mark").text
