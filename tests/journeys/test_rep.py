"""What a rep can do with a mailed link, and what that does to the plan."""

from __future__ import annotations

import pytest
from tests.world import ANNA, DAY, HOUR, MANAGER_ADDRESS, MONDAY, REP_ADDRESS, World

from leadlight.model.lead import Stage, StopReason
from leadlight.model.touch import Objective, TouchKind

pytestmark = pytest.mark.grounds("local", "hostile")


def test_the_briefing_tells_who_why_and_what_to_say(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acme", phone="+44 20 7946 0999", intent="evaluating", role="buyer")

    page = world.browser().get(world.briefing(), accept="text/html").text

    for fact in ("Anna Nowak", "Acme", "tel:+442079460999", ANNA, "comparing options", "buyer", "Mail guide"):
        assert fact in page


def test_opening_the_briefing_changes_nothing(world: World) -> None:
    world.confirmed()
    before = world.dump()

    for path in ("/rep/lead", "/rep/claim", "/rep/outcome"):
        assert world.browser().get(world.briefing().replace("/rep/lead", path)).status == 200

    assert world.dump() == before


def test_no_follow_up_goes_out_while_a_rep_has_the_lead(world: World) -> None:
    world.confirmed()

    world.taken(objective="advance")
    world.advance("1 day")

    assert world.follow_ups() == []
    assert world.lead().hold.objective is Objective.ADVANCE


def test_taking_over_twice_is_once(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    world.taken(rep)

    assert len(world.touches(TouchKind.CLAIMED)) == 1


def test_an_achieved_objective_takes_its_steps_out_of_the_plan(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    assert world.log(rep, objective="start", achieved="yes").status == 303
    world.advance("30 days")

    assert world.follow_ups() == ["Second"]  # the fourth is for those who have not talked yet
    assert Objective.START in world.lead().achieved


def test_who_has_taken_it_over_is_not_asked_to_take_it_over_from_themselves(world: World) -> None:
    world.confirmed()

    page = world.taken().get(world.briefing(), accept="text/html").text

    assert "Change the aim</a>" in page


def test_where_a_call_was_refused_no_hour_is_called_decent(world: World) -> None:
    world.confirmed(call="no", zone="Europe/Warsaw")

    assert "Please don't call" in world.mail(REP_ADDRESS).text
    assert "in Warsaw" not in world.mail(REP_ADDRESS).text


def test_the_timeline_says_who_did_what_and_which_step_was_left_out(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.log(rep, objective="start", achieved="yes")

    page = rep.get(world.briefing(), accept="text/html").text

    for line in ("Rita Rep told", "Briefing opened by Rita Rep", "Taken over by Rita Rep", "Left out: “hello” ("):
        assert line in page


def test_not_reached_lets_the_plan_go_on_at_once(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    world.log(rep, objective="start", why_not="not-reached")

    assert world.lead().hold is None
    world.advance("1 day")
    assert world.follow_ups() == ["First: hello"]


def test_a_plan_that_waited_goes_on_when_the_outcome_is_written_down(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.advance("1 day")
    world.log(rep, objective="start", why_not="wrong-time", next_at="2026-01-07T09:30")
    world.jump("1 day")
    assert world.follow_ups() == []

    world.log(rep, objective="start", why_not="not-reached")

    assert world.follow_ups() == ["First: hello"]


def test_the_next_step_reaches_the_rep_when_it_is_due(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()
    world.log(rep, objective="start", achieved="yes", next_at="2026-01-07T09:30")

    world.advance("3 days")

    mail = world.mail(REP_ADDRESS, "Today: your next step with Anna")
    assert mail.message["Date"].datetime == MONDAY + DAY + 23.5 * HOUR
    assert world.follow_ups() == []


def test_the_mail_of_a_next_step_says_what_the_rep_wrote_down(world: World) -> None:
    world.confirmed(name="Anna")
    rep = world.taken()
    world.log(rep, objective="start", achieved="yes", next_at="2026-01-07T09:30", note="Show her the blank plan")

    world.advance("3 days")

    text = " ".join(world.mail(REP_ADDRESS, "Today: your next step with Anna").text.split())
    assert "You wrote on Mon 05 Jan at 10:00: > Show her the blank plan" in text
    assert "You wrote down: Start a conversation: achieved; Next step: Wed 7 January, 09:30" in text
    assert "Came through" not in text


def test_a_take_over_without_outcome_lapses_and_the_manager_is_told(world: World) -> None:
    world.confirmed(name="Anna")
    world.taken()

    world.advance("1 day")
    assert world.follow_ups() == []
    world.advance("1 day")

    assert world.mail(MANAGER_ADDRESS).subject == "Left lying: Anna"
    assert world.lead().hold is None
    assert world.follow_ups() == ["First: Anna"]


def test_a_hold_counts_working_hours_only(world: World) -> None:
    world.clock.move_to(MONDAY + 4 * DAY)
    world.confirmed()

    world.taken()

    assert world.lead().hold.until == MONDAY + 8 * DAY


@pytest.mark.parametrize(("why", "stage"), [("no-need", Stage.DISQUALIFIED), ("lost", Stage.LOST)])
def test_no_need_and_lost_end_everything(world: World, why: str, stage: Stage) -> None:
    world.confirmed()
    rep = world.taken()

    world.log(rep, why_not=why)
    world.advance("60 days")

    assert world.follow_ups() == []
    assert world.mails(MANAGER_ADDRESS) == []
    assert [stop.reason for stop in world.lead().stops] == [StopReason.DISQUALIFIED]
    assert world.lead().stage is stage


def test_a_second_identical_tap_is_one_outcome(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    world.log(rep, objective="start", achieved="yes", note="Will think")
    world.log(rep, objective="start", achieved="yes", note="Will think")

    assert len(world.touches(TouchKind.OUTCOME)) == 1


def test_another_outcome_is_another_contact(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    world.log(rep, objective="start", why_not="not-reached")
    world.log(rep, objective="start", achieved="yes")

    assert len(world.touches(TouchKind.OUTCOME)) == 2


def test_one_tap_logs_an_outcome_without_taking_over_first(world: World) -> None:
    world.confirmed()

    answer = world.log(world.browser(), achieved="yes")

    assert answer.status == 303
    assert answer.location.endswith("done=1")
    assert world.lead().achieved == (Objective.START,)


def test_the_note_is_read_on_the_briefing_and_kept_sealed(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    world.log(rep, objective="start", achieved="yes", note="Prefers\nmornings")

    assert "Prefers\nmornings" in rep.get(world.briefing()).text
    assert "mornings" not in repr(world.dump())


def test_a_link_belongs_to_the_browser_that_used_it_first(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    link = world.briefing()

    other = world.browser().get(link, accept="text/html")

    assert rep.get(link).status == 200
    assert other.status == 403
    assert "Mail me a fresh link" in other.text
    assert ANNA not in other.text


def test_another_browser_can_neither_take_over_nor_log(world: World) -> None:
    world.confirmed()
    world.taken()
    before = world.lead()

    answer = world.log(world.browser(), objective="start", achieved="yes")

    assert answer.status == 403
    assert world.lead() == before


def test_a_fresh_link_goes_to_the_rep_by_mail_and_works_in_the_other_browser(world: World) -> None:
    world.confirmed()
    world.taken()
    token = world.briefing().partition("token=")[2]
    other = world.browser()

    assert other.submit("/sign-in", token=token).status == 200
    world.settle()

    fresh = world.mail(REP_ADDRESS, "Your fresh link").link("/rep/lead")
    assert other.get(fresh).status == 200


def test_an_old_link_leads_to_a_fresh_one_by_mail(world: World) -> None:
    world.confirmed()
    link = world.briefing()
    world.advance("8 days")
    browser = world.browser()

    page = browser.get(link, accept="text/html")
    assert "Mail me a fresh link" in page.text
    browser.submit("/sign-in", token=link.partition("token=")[2])
    world.settle()

    assert browser.get(world.mail(REP_ADDRESS, "Your fresh link").link("/rep/lead")).status == 200


def test_nobody_gets_flooded_with_fresh_links(world: World) -> None:
    world.confirmed()
    token = world.briefing().partition("token=")[2]

    for _ in range(8):
        assert world.browser().submit("/sign-in", token=token).status == 200
    world.settle()

    assert len([s for s in world.subjects(REP_ADDRESS) if s.startswith("Your fresh link")]) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("objective", "sell"),
        ("next_at", "soon"),
        ("next_at", "2026-01-01T09:00"),
        ("next_at", "9999-12-31T23:59-12:00"),
        ("next_at", "9999-12-31T23:59"),
        ("note", "a\0b"),
        ("note", "x" * 2001),
        ("achieved", "maybe"),
    ],
)
def test_an_outcome_that_cannot_be_read_says_what_to_mend(world: World, field: str, value: str) -> None:
    world.confirmed()
    rep = world.taken()

    answer = world.log(rep, **{"objective": "start", "achieved": "yes", field: value})

    assert answer.status == 422
    assert world.touches(TouchKind.OUTCOME) == []
