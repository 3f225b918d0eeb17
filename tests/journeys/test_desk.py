"""What reps and managers see and do at the desk, and what they do not get to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.deploys import bundle_of, deploy
from tests.journeys.desk import ROB, at_desk, at_the_next_minute, with_rob
from tests.world import ANNA, MAIL, MANAGER_ADDRESS, REP_ADDRESS, Browser, World

from leadlight.model.exchange import Change
from leadlight.model.touch import TouchKind

BOTH = pytest.mark.grounds("local", "prompt")
BEN = "ben@acme.example"


@pytest.fixture(scope="module")
def world_bundle(world_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With a second rep."""
    return with_rob(world_bundle, tmp_path_factory.mktemp("rob"))


def page_of(world: World, address: str = ANNA) -> str:
    return f"/rep/desk/lead/{world.id_of(address)}"


def give(world: World, owner: str, address: str = ANNA) -> None:
    """The lead is that person's."""
    world.services.store.commit(Change(replace(world.lead(address), owner=owner)))


def section(page: str, title: str) -> str:
    """What stands below a heading of the desk."""
    return page.partition(f"<h2>{title} ")[2].partition("<h2>")[0].partition("<details>")[0]


# --- the list


@BOTH
def test_a_wish_for_a_call_stands_under_today_with_who_and_why(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acme", phone="+44 20 7946 0999", call="now")

    today = section(at_desk(world).get("/rep/desk").text, "Today")

    for fact in ("Anna Nowak, Acme", "wants a call", "since Mon 05 Jan, 10:00", page_of(world)):
        assert fact in today


def test_what_was_reminded_of_in_vain_is_overdue(world: World) -> None:
    world.confirmed(name="Anna").post("/api/question", gate=MAIL, question="Does it scale?")
    world.settle()
    world.advance("2 days")

    overdue = section(at_desk(world).get("/rep/desk").text, "Overdue")

    assert "Anna" in overdue
    assert "asks something" in overdue


def test_an_agreed_next_step_comes_when_it_was_agreed_and_is_overdue_after(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()
    world.log(rep, objective="start", achieved="yes", next_at="2026-01-07T09:30")
    desk = at_desk(world)
    assert "Wed 07 Jan, 09:30" in section(desk.get("/rep/desk").text, "Coming")

    world.advance("3 days")

    assert "your next step" in section(desk.get("/rep/desk").text, "Overdue")


def test_a_take_over_without_an_outcome_asks_for_one_today(world: World) -> None:
    world.confirmed(name="Anna")
    world.taken()

    today = section(at_desk(world).get("/rep/desk").text, "Today")

    assert "log how it went · the take-over lapses Wed 07 Jan, 10:00" in today


def test_a_step_of_the_plan_that_is_a_persons_is_on_the_desk_until_an_outcome(world: World) -> None:
    world.confirmed(name="Anna")
    world.advance("8 days")
    desk = at_desk(world)
    assert "your step of the plan" in desk.get("/rep/desk").text

    outcome = world.briefing("Your turn").replace("/rep/lead", "/rep/outcome")
    assert world.browser().submit(outcome, achieved="yes").status == 303

    assert "your step of the plan" not in desk.get("/rep/desk").text


def test_who_only_the_plan_waits_for_is_nobodys_task(world: World) -> None:
    world.confirmed(name="Anna")

    page = at_desk(world).get("/rep/desk").text

    assert "follow-up “hello”" in page.partition("<summary>Waiting")[2]
    assert "<h2>Today" not in page


# --- one lead


def test_the_page_of_a_lead_has_everything_there_is(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acme", phone="+44 20 7946 0999", role="buyer")
    world.advance("1 day")

    page = at_desk(world).get(page_of(world)).text

    for fact in ("Anna Nowak", "tel:+442079460999", "buyer", "Mail guide", "Score:", "of 7", "mail “Second”"):
        assert fact in page


def test_a_mail_is_shown_again_in_its_words_and_without_the_links_that_act(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    world.advance("1 day")

    page = at_desk(world).get(page_of(world)).text

    assert "“First: Anna”" in page
    assert "Hello Anna, you opened Mail guide." in page
    assert "Rendered again from the version it was sent from" in page
    assert "token=" not in page


def test_a_rep_takes_over_pauses_and_resumes_at_the_desk(world: World) -> None:
    world.confirmed()
    desk = at_desk(world)

    assert desk.submit(page_of(world) + "/claim", objective="advance").location == page_of(world)
    assert world.lead().hold is not None
    desk.submit(page_of(world) + "/resume")
    desk.submit(page_of(world) + "/pause", until="2026-01-19")
    assert world.lead().hold is None
    assert world.lead().pause is not None

    desk.submit(page_of(world) + "/resume")
    assert world.lead().pauses == ()


def test_opening_every_page_of_the_desk_changes_nothing(world: World) -> None:
    world.confirmed(company="Acme")
    desk = at_desk(world)
    company = world.lead().company
    before = world.dump()

    for path in ("", "?find=anna", "/add", f"/add?gate={MAIL}", "/qr", f"/qr?gate={MAIL}", f"/company/{company}"):
        assert desk.get(f"/rep/desk{path}").status == desk.head(f"/rep/desk{path}").status == 200
    assert desk.get(page_of(world)).status == 200

    assert world.dump() == before


@BOTH
def test_a_call_or_a_meeting_is_logged_at_the_desk_as_from_the_mail(world: World) -> None:
    world.confirmed(name="Anna")
    desk = at_desk(world)
    assert "Achieved" in desk.get(page_of(world) + "/outcome").text

    answer = desk.submit(page_of(world) + "/outcome", objective="start", achieved="yes", note="Likes\nmornings")

    assert "Likes\nmornings" in desk.get(answer.location).text + desk.get(page_of(world)).text
    (touch,) = world.touches(TouchKind.OUTCOME)
    assert (touch.by, touch.facts["achieved"]) == ("rita", "yes")


# --- handing over


@pytest.mark.grounds("local", "prompt", "hostile")
def test_a_lead_handed_over_is_the_colleagues_who_is_mailed_with_a_word(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    rita, rob = at_desk(world), at_desk(world, ROB)

    answer = rita.submit(page_of(world) + "/hand-over", to="rob", word="She speaks Polish.")
    world.settle()

    assert answer.location == "/rep/desk"
    mail = world.mail(ROB, "Anna Nowak")
    assert "She speaks Polish." in mail.text
    assert rita.get(page_of(world)).status == 404
    assert "handed over to you" in rob.get("/rep/desk").text
    rob.submit(page_of(world) + "/claim")
    assert "handed over to you" not in rob.get("/rep/desk").text
    assert "Polish" not in repr(world.dump())


def test_handing_over_twice_is_once(world: World) -> None:
    world.confirmed()
    mark = at_desk(world, MANAGER_ADDRESS)

    for _ in range(2):
        mark.submit(page_of(world) + "/hand-over", to="rob")

    (touch,) = world.touches(TouchKind.HANDED_OVER)
    assert (touch.by, touch.facts) == ("mark", {"from": "rita", "to": "rob"})


def test_a_take_over_goes_along_with_the_lead(world: World) -> None:
    world.confirmed()
    world.taken()

    at_desk(world).submit(page_of(world) + "/hand-over", to="rob")
    world.settle()

    assert world.lead().hold.by == "rob"
    world.advance("1 day")
    assert world.follow_ups() == []


def test_a_lead_can_be_handed_to_nobody_outside_the_team(world: World) -> None:
    world.confirmed()

    answer = at_desk(world).submit(page_of(world) + "/hand-over", to="eve")

    assert answer.status == 422
    assert world.lead().owner == "rita"


# --- who sees what


def ask(browser: Browser, method: str, path: str) -> int:
    return (browser.get(path) if method == "GET" else browser.submit(path, to="rob")).status


@BOTH
def test_another_reps_leads_are_not_there(world: World) -> None:
    world.confirmed(address=BEN)
    rob = at_desk(world, ROB)
    before = world.lead(BEN)

    found = {path: ask(rob, method, path) for method, path in paths_of(world)}

    assert set(found.values()) == {404}
    assert world.lead(BEN) == before
    assert "ben@" not in rob.get("/rep/desk").text + rob.get("/rep/desk?find=ben").text


def test_what_is_not_there_is_answered_like_what_is_not_theirs(world: World) -> None:
    world.confirmed()
    rob = at_desk(world, ROB)

    theirs, nobodys = rob.get(page_of(world)), rob.get(page_of(world, "nobody@example.com"))

    assert (theirs.status, theirs.text) == (nobodys.status, nobodys.text)


@BOTH
def test_a_manager_sees_all_by_person(world: World) -> None:
    world.confirmed(name="Anna Nowak", phone="+44 20 7946 0999", call="now")
    mark = at_desk(world, MANAGER_ADDRESS)

    page = mark.get("/rep/desk").text

    assert "?of=rita" in page
    assert "Anna Nowak" in mark.get("/rep/desk?of=rita").text
    assert mark.get(page_of(world)).status == 200
    assert "Anna Nowak" in mark.get("/rep/desk?find=nowak").text


def test_a_rep_cannot_open_a_colleagues_desk(world: World) -> None:
    assert at_desk(world, ROB).get("/rep/desk?of=rita").status == 404


@BOTH
def test_a_company_shows_all_its_leads_and_names_only_ones_own(world: World) -> None:
    world.confirmed(address=BEN, name="Ben Carter")
    world.confirmed(address="anna@acme.example", name="Anna Nowak")
    give(world, "rob", "anna@acme.example")
    rita = at_desk(world)

    page = rita.get(f"/rep/desk/company/{world.lead(BEN).company}").text

    assert "Ben Carter" in page
    assert "Somebody else there" in page
    assert "with Rob Rep" in page
    assert "Nowak" not in page


@BOTH
def test_a_search_finds_by_name_company_and_address(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acme")
    world.confirmed(address=BEN, name="Ben Carter")
    desk = at_desk(world)

    for query in ("nowak", "ACME anna", "anna.nowak%40"):
        page = desk.get(f"/rep/desk?find={query}").text
        assert page_of(world) in page
        assert page_of(world, BEN) not in page


def test_without_a_session_every_page_leads_to_the_door(world: World) -> None:
    world.confirmed(address=BEN)
    stranger = world.browser()

    for method, path in (*paths_of(world), ("GET", "/rep/desk"), ("GET", "/rep/desk/qr"), ("POST", "/rep/leads")):
        answer = stranger.get(path) if method == "GET" else stranger.submit(path)
        assert answer.location == "/sign-in"


def test_pages_of_the_desk_are_kept_and_indexed_nowhere(world: World) -> None:
    answer = at_desk(world).get("/rep/desk")

    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-robots-tag"] == "noindex"


def test_an_address_with_a_token_is_told_to_no_other_page(world: World) -> None:
    world.confirmed()
    at_desk(world)

    for mail in world.mails(REP_ADDRESS):
        for link in mail.links:
            if "token=" in link:
                page = world.browser().get(link, accept="text/html")
                title = page.text.partition("<title>")[2].partition("</title>")[0]
                assert page.headers["referrer-policy"] == "no-referrer"
                assert link.partition("token=")[2] not in title


def test_no_token_gets_into_the_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.confirmed()
    at_desk(world)
    links = [link for mail in world.mails("@glass.example") for link in mail.links if "token=" in link]

    for link in links:
        path, _, token = link.partition("?token=")
        for asked in (link, f"{path}?token={token}x", f"/rep/nowhere?token={token}"):
            world.browser().get(asked, accept="text/html")
            world.browser().submit(asked, token=token, enter=token)

    said = capsys.readouterr()
    assert [link for link in links if link.partition("token=")[2] in said.out + said.err] == []


@BOTH
def test_scanners_that_open_every_link_of_every_rep_mail_change_nothing(world: World) -> None:
    world.confirmed(name="Anna", phone="+44 20 7946 0999", call="now")
    at_desk(world)
    at_desk(world).submit(page_of(world) + "/hand-over", to="rob")
    world.settle()
    before = world.dump()

    links = [link for mail in world.mails("@glass.example") for link in mail.links]
    for link in links:
        world.browser().get(link, accept="text/html")
        world.browser().head(link)

    assert any("/sign-in?token=" in link for link in links)
    assert world.dump() == before


@BOTH
def test_a_manager_sees_and_finds_the_leads_of_who_has_left(world: World) -> None:
    world.confirmed(name="Anna")
    at_the_next_minute(world)
    team = bundle_of(world).team
    deploy(world, team=replace(team, people=tuple(p for p in team.people if p.id != "rita")))

    desk = at_desk(world, MANAGER_ADDRESS)

    assert "rita (has left)" in desk.get("/rep/desk").text
    assert page_of(world) in desk.get("/rep/desk?of=rita").text
    assert page_of(world) in desk.get("/rep/desk?find=anna").text
    assert at_desk(world, ROB).get("/rep/desk?of=rita").status == 404


def paths_of(world: World) -> list[tuple[str, str]]:
    """Every address of Ben and his company, with its method."""
    page = page_of(world, BEN)
    acts = [("POST", f"{page}/{act}") for act in ("claim", "pause", "resume", "hand-over")]
    return [("GET", page), ("GET", f"/rep/desk/company/{world.lead(BEN).company}"), *acts]


# --- in what order


def test_a_wished_call_stands_first_among_what_is_for_today(world: World) -> None:
    world.confirmed(address=BEN, name="Ben").post("/api/question", gate=MAIL, question="Does it scale?")
    world.settle()
    world.advance("5 minutes")
    world.confirmed(name="Anna", call="now", phone="+44 20 7946 0999")

    today = section(at_desk(world).get("/rep/desk").text, "Today")

    assert 0 < today.index("Anna") < today.index("Ben")
