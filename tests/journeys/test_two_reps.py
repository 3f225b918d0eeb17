"""Two reps and one lead: whose it is, who hears of what the other has done, and that no wished call falls between."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journeys.desk import ROB, at_desk, with_rob
from tests.world import MANAGER_ADDRESS, REP_ADDRESS, Answer, World

from leadlight.model.due import DueKind
from leadlight.model.lead import Stage
from leadlight.model.touch import Objective, TouchKind
from leadlight.rules.speed import claims

BOTH = pytest.mark.grounds("local", "prompt")
NUMBER = "+44 20 7946 0999"


@pytest.fixture(scope="module")
def world_bundle(world_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a second rep."""
    return with_rob(world_bundle, tmp_path_factory.mktemp("rob"))


@pytest.fixture
def two(world: World) -> World:
    """Anna, who wants a call, is Rita's; Rob is there as well."""
    world.confirmed(name="Anna", call="now", phone=NUMBER)
    return world


def handed(world: World, to: str = "rob", by: str = REP_ADDRESS) -> None:
    assert at_desk(world, by).submit(f"/rep/desk/lead/{world.id_of()}/hand-over", to=to).status == 303
    world.settle()


def by_rita(world: World, path: str = "outcome", **values: str) -> Answer:
    """Rita uses the link of the mail that she got first."""
    link = next(m for m in world.mails(REP_ADDRESS) if "Mail guide" in m.subject).link("/rep/lead")
    answer = world.browser().submit(link.replace("/rep/lead", f"/rep/{path}"), **values)
    world.settle()
    return answer


def taken_by_rob(world: World) -> None:
    assert world.browser().submit(world.mail(ROB, "Anna").link("/rep/claim")).status == 303
    world.settle()


def rows(world: World, kind: DueKind) -> list[str]:
    return [row.key for row in world.services.store.due_of(world.id_of()) if row.kind is kind]


@BOTH
def test_what_a_former_rep_writes_down_ends_no_take_over_of_the_one_who_has_the_lead(two: World) -> None:
    handed(two)
    taken_by_rob(two)
    hold = two.lead().hold

    assert by_rita(two, objective="start", why_not="not-reached").status == 303

    assert (two.lead().owner, two.lead().hold) == ("rob", hold)
    assert rows(two, DueKind.HOLD)


def test_who_has_the_lead_is_told_what_a_colleague_wrote_down(two: World) -> None:
    handed(two)

    by_rita(two, objective="start", achieved="yes", note="Call before ten", next_at="2026-01-07T09:30")

    mail = two.mail(ROB, "A colleague was in touch with Anna")
    assert "Start a conversation: achieved; Next step: Wed 7 January, 09:30" in " ".join(mail.text.split())
    assert "Call before ten" in mail.text
    assert Objective.START in two.lead().achieved


def test_a_step_that_a_colleague_agreed_on_is_the_owners(two: World) -> None:
    handed(two)

    by_rita(two, objective="start", achieved="yes", next_at="2026-01-07T09:30")
    two.advance("3 days")

    assert two.lead().owner == "rob"
    assert two.mail(ROB, "Today: your next step with Anna")


def test_a_sale_that_a_colleague_books_is_told_to_the_owner_and_counts(two: World) -> None:
    handed(two)
    taken_by_rob(two)
    two.advance("6 days")

    by_rita(two, objective="close", achieved="yes", stage="customer", value="5000")

    assert (two.lead().owner, two.lead().stage) == ("rob", Stage.CUSTOMER)
    assert "Won, worth 5,000 EUR" in two.mail(ROB, "A colleague").text


def test_a_clock_goes_on_where_a_colleague_has_not_reached_them(two: World) -> None:
    handed(two)

    by_rita(two, objective="start", why_not="not-reached")
    two.advance("20 minutes")

    assert [touch.by for touch in two.touches(TouchKind.ESCALATED)] == ["rob"]


def test_a_call_that_a_colleague_made_ends_the_clock(two: World) -> None:
    handed(two)

    by_rita(two, objective="start", achieved="yes")

    assert claims(two.services.store.due_of(two.id_of())) == ()
    assert two.lead().call is None


@BOTH
def test_whoever_had_the_lead_hears_that_a_colleague_has_taken_it_over(two: World) -> None:
    handed(two)
    taken_by_rob(two)

    assert by_rita(two, "claim").status == 303

    mail = two.mail(ROB, "Rita Rep has Anna now")
    assert two.lead().owner == "rita"
    assert NUMBER not in mail.text
    assert "token=" not in mail.text


def test_who_takes_over_a_lead_of_their_own_tells_nobody(two: World) -> None:
    before = len(two.mails())

    two.taken()

    assert len(two.mails()) == before


def test_a_former_rep_does_not_let_a_plan_go_on_that_waits_for_another(two: World) -> None:
    handed(two)
    taken_by_rob(two)

    by_rita(two, "resume")

    assert two.lead().hold.by == "rob"


def test_whoever_had_the_lead_hears_that_a_manager_gave_it_away(two: World) -> None:
    handed(two, by=MANAGER_ADDRESS)

    assert two.mail(REP_ADDRESS, "Rob Rep has Anna now")
    assert two.mail(ROB, "Anna is yours now")


@BOTH
def test_the_clock_of_a_wished_call_begins_anew_for_whom_the_lead_is_handed_to(two: World) -> None:
    handed(two)
    (clock,) = claims(two.services.store.due_of(two.id_of()))
    (touch,) = two.touches(TouchKind.HANDED_OVER)

    assert clock == f"claim/{touch.id}"
    two.advance("20 minutes")
    assert two.touches(TouchKind.ESCALATED)[0].by == "rob"


def test_who_was_not_reached_and_wants_a_call_is_not_forgotten(two: World) -> None:
    two.log(two.taken(), objective="start", why_not="not-reached")

    two.advance("2 days")

    assert "Still open: " in two.mail(REP_ADDRESS, "CALL NOW").subject
    assert two.lead().call is not None


def test_a_wish_whose_reminder_has_gone_out_gets_another_one(two: World) -> None:
    rep = two.taken()
    two.advance("30 hours")
    assert rows(two, DueKind.TASK) == []

    two.log(rep, objective="start", why_not="not-reached")

    assert len(rows(two, DueKind.TASK)) == 1


PAGES = ("lead", "claim", "outcome", "outcome?done=1", "replied")


@BOTH
@pytest.mark.parametrize("path", PAGES)
def test_a_link_of_who_has_handed_the_lead_on_says_who_has_it_and_nothing_of_the_lead(two: World, path: str) -> None:
    link = two.briefing().replace("/rep/lead?", f"/rep/{path}{'&' if '?' in path else '?'}")
    assert "Anna" in two.browser().get(link, accept="text/html").text
    handed(two)

    page = two.browser().get(link, accept="text/html").text

    assert "Rob Rep has this lead now" in page
    assert not [told for told in ("Anna", NUMBER, "tel:", "anna.nowak") if told in page]


def test_a_line_that_cannot_be_read_shows_a_former_rep_nothing_of_the_lead(two: World) -> None:
    handed(two)

    answer = by_rita(two, achieved="yes", next_at="no time")

    assert answer.status == 403
    assert "Anna" not in answer.text


def test_a_managers_link_goes_on_whoever_has_the_lead(two: World) -> None:
    two.advance("20 minutes")
    link = two.mail(MANAGER_ADDRESS, "Nobody took").link("/rep/lead")
    handed(two, by=MANAGER_ADDRESS)

    assert NUMBER in two.browser().get(link, accept="text/html").text
