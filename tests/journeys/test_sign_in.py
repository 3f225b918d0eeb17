"""Who gets to the desk: people of the team, by a link that works once, in the browser where its button was pressed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from tests.ground_aws import Account
from tests.journeys.deploys import bundle_of, deploy
from tests.journeys.desk import asked, at_desk, at_the_next_minute, link
from tests.journeys.lists import installed
from tests.journeys.mailers import Refusing
from tests.world import ANNA, MANAGER_ADDRESS, REP_ADDRESS, World

from leadlight.cli import main
from leadlight.local.clock import OFFSET
from leadlight.rep import session

BOTH = pytest.mark.grounds("local", "prompt")


@BOTH
def test_a_mailed_link_and_its_button_open_the_desk(world: World) -> None:
    browser = asked(world)
    assert "Hello Rita Rep" in browser.get(link(world), accept="text/html").text
    assert browser.get("/rep/desk").location == "/sign-in"

    browser.submit("/sign-in", enter=link(world).partition("token=")[2])

    assert "Your desk" in browser.get("/rep/desk").text


def test_the_session_is_a_cookie_that_no_script_and_no_other_site_gets(world: World) -> None:
    browser = asked(world)

    answer = browser.submit("/sign-in", enter=link(world).partition("token=")[2])

    (cookie,) = answer.cookies
    assert cookie.startswith(f"__Host-{session.SESSION}")
    assert all(flag in cookie for flag in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))


def test_nobody_learns_from_the_door_who_works_here(world: World) -> None:
    known, unknown = (world.browser().submit("/sign-in", email=to) for to in (REP_ADDRESS, ANNA))
    at_the_next_minute(world)

    assert (known.status, known.headers, known.body) == (unknown.status, unknown.headers, unknown.body)
    assert [mail.to for mail in world.mails()] == ["Rita Rep <rita@glass.example>"]


@pytest.mark.grounds("prompt")
def test_an_address_of_the_team_costs_the_same_calls_as_any_other(account: Account, world: World) -> None:
    costs = []
    for address in (REP_ADDRESS, ANNA, REP_ADDRESS):
        account.faults.calls.clear()
        world.browser().submit("/sign-in", email=address)
        costs.append(tuple(account.faults.calls))

    assert costs[1:] == [("UpdateItem", "UpdateItem", "UpdateItem", "PutItem", "PutItem")] * 2


def test_a_link_opens_the_desk_once(world: World) -> None:
    at_desk(world)

    used = world.browser().submit("/sign-in", enter=link(world).partition("token=")[2])

    assert used.status == 403
    assert "This link was used already" in used.text
    assert "This link was used already" in world.browser().get(link(world), accept="text/html").text
    assert world.browser().post("/sign-in", enter=link(world).partition("token=")[2]).status == 403


def test_a_used_link_offers_a_fresh_one_to_whom_it_belongs(world: World) -> None:
    at_desk(world)
    spent, thief = link(world).partition("token=")[2], world.browser()
    shown = thief.submit("/sign-in", enter=spent)
    assert f'name="enter" value="{spent}"' in shown.text

    assert thief.submit("/sign-in", enter=spent, fresh="yes").location == "/sign-in?asked=1"
    world.jump("1 minute")
    at_the_next_minute(world)

    assert [mail.subject for mail in world.mails(REP_ADDRESS)] == ["Your link to the desk"] * 2
    assert link(world).partition("token=")[2] != spent
    assert thief.get("/rep/desk").location == "/sign-in"


@BOTH
def test_coming_in_again_ends_the_session_that_this_browser_had_and_no_other(world: World) -> None:
    here = at_desk(world)
    world.jump("2 minutes")
    there, copied = at_desk(world), dict(here.cookies)
    world.jump("2 minutes")
    assert here.submit("/sign-in", email=REP_ADDRESS).status == 303
    at_the_next_minute(world)
    here.submit("/sign-in", enter=link(world).partition("token=")[2])
    thief = world.browser()
    thief.cookies.update(copied)

    assert [browser.get("/rep/desk").status for browser in (here, there)] == [200, 200]
    assert thief.get("/rep/desk").location == "/sign-in"


def test_a_link_is_too_old_after_half_an_hour(world: World) -> None:
    browser = asked(world)
    world.jump("31 minutes")

    page = browser.get(link(world), accept="text/html")

    assert page.status == 410
    assert "/sign-in" in page.text


def test_a_carrier_that_was_away_delays_a_link_and_loses_none(world: World) -> None:
    whole = world.services
    world.serve(replace(whole, mailer=Refusing()))
    asked(world)
    assert world.mails() == []
    world.serve(whole)
    world.jump("1 minute")

    at_the_next_minute(world)

    assert [mail.subject for mail in world.mails(REP_ADDRESS)] == ["Your link to the desk"]


def test_one_question_is_one_mail(world: World) -> None:
    asked(world)

    for _ in range(3):
        world.jump("1 minute")
        at_the_next_minute(world)

    assert len(world.mails(REP_ADDRESS)) == 1


def test_nobody_gets_flooded_with_links_and_the_answer_does_not_tell(world: World) -> None:
    answers = []
    for number in range(25):
        answers.append(world.browser(f"198.51.{number}.7").submit("/sign-in", email=REP_ADDRESS).status)
        world.jump("1 minute")
        at_the_next_minute(world)

    assert answers == [303] * 25
    assert len(world.mails(REP_ADDRESS)) == 20


def test_nobody_is_kept_out_of_the_desk_by_somebody_who_asks_in_their_name(world: World) -> None:
    for _ in range(25):
        world.browser("203.0.113.9").submit("/sign-in", email=REP_ADDRESS)
        world.jump("1 minute")
        at_the_next_minute(world)
    assert len(world.mails(REP_ADDRESS)) == 10

    assert at_desk(world).get("/rep/desk").status == 200


def test_a_session_acts_only_where_the_browser_says_which_page_it_comes_from(world: World) -> None:
    browser = at_desk(world)
    form = {"content-type": "application/x-www-form-urlencoded"}

    statuses = [browser.send("POST", path, b"", form).status for path in ("/rep/leads", "/sign-out")]

    assert statuses == [403, 403]
    assert browser.get("/rep/desk").status == 200


def test_one_network_cannot_ask_for_ever(world: World) -> None:
    statuses = [world.browser().submit("/sign-in", email=f"a{n}@example.com").status for n in range(31)]

    assert (statuses[29], statuses[30]) == (303, 429)


@BOTH
def test_signing_out_ends_every_session_of_that_person(world: World) -> None:
    here = at_desk(world)
    world.jump("2 minutes")
    there = at_desk(world)
    assert here.get("/rep/desk").status == there.get("/rep/desk").status == 200

    left = there.submit("/sign-out")

    assert session.SESSION not in there.cookies
    assert left.headers["clear-site-data"] == '"cache"'
    assert here.get("/rep/desk").location == "/sign-in"


def test_an_operator_ends_the_sessions_of_a_person_by_a_command(world: World) -> None:
    installed(world)
    browser = at_desk(world)
    offset = world.clock.now() - datetime.now(UTC)
    world.services.store.set_note(OFFSET, str(offset.total_seconds() + 60))
    said = [CliRunner().invoke(main, ["sign-out", who, "--data", str(world.data)]) for who in ("rita", "nobody")]

    assert [each.exit_code for each in said] == [0, 1]
    assert browser.get("/rep/desk").location == "/sign-in"


def test_every_page_behind_the_door_has_the_way_out(world: World) -> None:
    world.confirmed()
    mailed, lead = world.briefing(), f"/rep/desk/lead/{world.id_of()}"
    rita = at_desk(world)
    pages = ["", "?find=anna", "/add", "/qr", f"/lead/{world.id_of()}", f"/lead/{world.id_of()}/outcome"]
    logged = rita.submit(f"{lead}/outcome", achieved="yes").location

    shown = [rita.get(page).text for page in (*(f"/rep/desk{page}" for page in pages), "/insights", logged)]

    assert [page.count('action="/sign-out"') for page in shown] == [1] * len(shown)
    assert 'action="/sign-out"' not in world.browser().get(mailed).text


def test_who_has_left_the_team_is_out_at_once(world: World) -> None:
    browser = at_desk(world)
    team = bundle_of(world).team
    deploy(world, team=replace(team, people=tuple(p for p in team.people if p.email != REP_ADDRESS)))

    assert browser.get("/rep/desk").location == "/sign-in"


def test_another_site_can_neither_let_somebody_in_nor_out(world: World) -> None:
    browser = at_desk(world)
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example"}

    for path, body in (("/sign-in", b"email=rita%40glass.example"), ("/sign-out", b""), ("/rep/leads", b"email=a")):
        assert browser.send("POST", path, body, headers).status == 403

    assert browser.get("/rep/desk").status == 200


def test_a_token_of_another_purpose_opens_no_desk(world: World) -> None:
    world.confirmed()

    answer = world.browser().submit("/sign-in", enter=world.briefing().partition("token=")[2])

    assert answer.status == 403


def test_a_manager_comes_in_the_same_way(world: World) -> None:
    assert "The team" in at_desk(world, MANAGER_ADDRESS).get("/rep/desk").text
