"""A rep, an operator or an answer makes a plan wait, and somebody or the calendar lets it go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.journeys.control import press, words
from tests.journeys.deploys import course_of, deploy
from tests.world import DAY, FORM, MAIL, MONDAY, REP_ADDRESS, REPS, Answer, Browser, World

from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import Pause, StopReason
from leadlight.model.touch import TouchKind
from leadlight.pausing import pause_lead, resume_lead
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.rules.next_action import reminder
from leadlight.rules.stop import LEAD, promised_until, stopped_anew

ALL = pytest.mark.grounds("local", "prompt", "hostile", "tick")
BOTH = pytest.mark.grounds("local", "prompt")


def post(world: World, action: str, browser: Browser | None = None, **values: str) -> Answer:
    return (browser or world.browser()).submit(world.briefing().replace("/rep/lead", f"/rep/{action}"), **values)


def rows(world: World, kind: DueKind) -> list[datetime]:
    return [row.at for row in world.services.store.due_of(world.id_of()) if row.kind is kind]


def promised(world: World, *, days: int) -> None:
    lead = world.lead()
    given = tuple(replace(e, promise=replace(e.promise, days=days)) for e in lead.enrolments)
    world.services.store.commit(Change(lead=replace(lead, enrolments=given)))


def answered(world: World) -> None:
    """What an answer that came in does to the lead, in short: see `replies`."""
    now, bundle = world.clock.now(), open_bundle(world.services.files)
    planned = replanned(bundle, stopped_anew(world.lead(), StopReason.REPLIED, now), now)
    task = reminder(planned.lead, "replied/1", bundle.team.hours, now)
    world.services.store.commit(Change(planned.lead, planned.touches, undue=planned.undue, due=(task,)))


@ALL
def test_a_paused_plan_waits_and_goes_on_by_itself(world: World) -> None:
    world.confirmed()

    assert post(world, "pause", until="2026-01-12").status == 303
    world.advance("6 days")
    assert world.follow_ups() == []
    world.advance("3 days")

    assert world.follow_ups() == ["First: hello"]
    assert [touch.facts["reason"] for touch in world.touches(TouchKind.RESUMED)] == ["the pause is over"]


@BOTH
def test_a_rep_resumes_before_the_day_that_was_named(world: World) -> None:
    world.confirmed()
    browser = world.browser()
    post(world, "pause", browser)
    assert world.lead().pause.until.date() == (MONDAY + 14 * DAY).date()

    assert post(world, "resume", browser).status == 303
    world.advance("1 day")

    assert world.follow_ups() == ["First: hello"]
    assert rows(world, DueKind.HOLD) == []


@BOTH
def test_after_an_answer_a_rep_lets_the_plan_go_on_where_it_was(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    answered(world)
    world.advance("10 hours")

    post(world, "resume")
    assert rows(world, DueKind.TASK) == []
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_an_answer_that_ends_a_sequence_for_good_is_not_undone_by_resuming(world: World) -> None:
    deploy(world, replace(course_of(world), version="until-they-talk", ends_when=("replied",)), gates={MAIL: "course"})
    world.confirmed()
    world.advance("1 day")
    answered(world)

    post(world, "resume")
    world.advance("3 weeks")

    assert world.follow_ups() == ["First: hello"]
    assert world.lead().enrolments[0].ended == "it ends when the lead replies"


@pytest.mark.parametrize(
    "reason", [StopReason.UNSUBSCRIBED, StopReason.BOUNCED, StopReason.COMPLAINED, StopReason.DISQUALIFIED]
)
def test_p3_resuming_lifts_no_other_stop(world: World, reason: StopReason) -> None:
    world.confirmed()
    world.services.store.commit(Change(lead=stopped_anew(world.lead(), reason, world.clock.now())))

    post(world, "resume")
    world.advance("3 weeks")

    assert world.follow_ups() == []
    assert [stop.reason for stop in world.lead().stops] == [reason]


@BOTH
def test_nothing_goes_out_before_the_last_of_two_pauses_is_over(world: World) -> None:
    world.confirmed()
    post(world, "pause", until="2026-01-12")

    press(world, "pause", span="1 month")
    going_on = words(press(world, "resume"))
    world.advance("5 days")
    quiet = world.follow_ups()
    world.advance("4 days")

    assert "Your own pause is over. Nothing goes out yet" in going_on
    assert "Rita Rep has paused this until Monday 12 January 2026." in going_on
    assert (quiet, world.follow_ups()) == ([], ["First: hello"])


def test_a_rep_ends_its_own_pause_and_not_the_quiet_that_a_lead_has_asked_for(world: World) -> None:
    world.confirmed()
    browser = world.browser()
    pause_lead(world.services, world.lead(), until=MONDAY + 9 * DAY, by=LEAD)

    post(world, "pause", browser, until="2026-01-26")
    both = world.lead().pauses, len(rows(world, DueKind.HOLD))
    shown = browser.get(world.briefing()).text
    post(world, "resume", browser)

    assert ([pause.by for pause in both[0]], both[1]) == ([LEAD, "rita"], 2)
    assert "Waits until Mon 26 Jan, 00:00: paused by Rita Rep" in shown
    assert "/rep/resume" in shown
    assert world.lead().pauses == (Pause(LEAD, MONDAY, MONDAY + 9 * DAY),)
    assert rows(world, DueKind.HOLD) == [MONDAY + 9 * DAY]


def test_a_pause_that_ends_beside_another_lets_nothing_go_on(world: World) -> None:
    world.confirmed()
    pause_lead(world.services, world.lead(), until=MONDAY + 4 * DAY, by=LEAD)
    browser = world.browser()
    post(world, "pause", browser, until="2026-01-12")

    world.advance("5 days")
    shown = browser.get(world.briefing()).text
    quiet = world.follow_ups()
    world.advance("3 days")

    assert ([pause.by for pause in world.lead().pauses], quiet) == ([], [])
    assert "A pause is over; the plan still waits" in shown
    assert world.follow_ups() == ["First: hello"]


def test_p14_a_pause_that_is_posted_several_times_at_once_counts_once(world: World) -> None:
    world.confirmed()
    stale = world.lead()

    for moment in range(6):
        until = MONDAY + 14 * DAY + timedelta(milliseconds=moment)
        pause_lead(world.services, stale, until=until, by=LEAD)

    assert world.lead().enrolments[0].put_off == 14 * DAY
    assert len(world.touches(TouchKind.PAUSED)) == 1


@BOTH
def test_p14_tapping_pause_and_go_on_does_not_stretch_what_was_promised(world: World) -> None:
    world.confirmed()
    before = promised_until(world.lead().enrolments[0])

    for _ in range(6):
        press(world, "pause", span="2 weeks")
        world.jump("1 minute")
        press(world, "resume")

    assert promised_until(world.lead().enrolments[0]) - before == timedelta(minutes=6)


def test_a_rep_reads_before_and_after_what_the_promise_is_too_short_for(world: World) -> None:
    world.confirmed()
    browser = world.browser()
    promised(world, days=60)
    roomy = browser.get(world.briefing()).text
    promised(world, days=13)

    tight = browser.get(world.briefing()).text
    post(world, "pause", browser)
    paused = browser.get(world.briefing()).text

    assert "The promise to this reader" not in roomy
    assert "The promise to this reader ends on 18 January: what would come later is left out." in tight
    assert "paused by Rita Rep; nothing of what was promised is left for then" in paused


def test_the_leads_own_pause_takes_nothing_from_what_was_promised(world: World) -> None:
    world.confirmed()
    pause_lead(world.services, world.lead(), until=MONDAY + 60 * DAY, by=LEAD)

    world.advance("120 days")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_an_operator_pauses_and_resumes_on_somebodys_word(world: World) -> None:
    world.confirmed()
    stale = world.lead()

    pause_lead(world.services, stale, until=MONDAY + 30 * DAY)
    paused = world.lead()
    resume_lead(world.services, stale)

    assert paused.pause.by == "operator"
    assert world.lead().pause is None
    assert len(rows(world, DueKind.STEP)) == 1


def test_the_same_pause_twice_is_one(world: World) -> None:
    world.confirmed()
    browser = world.browser()

    post(world, "pause", browser, until="2026-01-19")
    post(world, "pause", browser, until="2026-01-19")
    post(world, "pause", browser, until="2026-01-20")

    assert len(world.touches(TouchKind.PAUSED)) == 2
    assert len(rows(world, DueKind.HOLD)) == 1


def test_a_take_over_leaves_the_end_of_a_pause_in_its_place(world: World) -> None:
    world.confirmed()
    browser = world.browser()
    post(world, "pause", browser, until="2026-01-12")

    world.taken(browser)
    world.log(browser, objective="start", why_not="not-reached")
    world.advance("9 days")

    assert world.lead().pause is None
    assert world.follow_ups() == ["First: hello"]


def test_resuming_ends_a_take_over_and_its_row(world: World) -> None:
    world.confirmed()
    browser = world.taken()

    post(world, "resume", browser)
    world.advance("1 day")

    assert (world.lead().hold, rows(world, DueKind.HOLD)) == (None, [])
    assert world.follow_ups() == ["First: hello"]


def test_a_take_over_that_lapses_after_an_answer_leaves_the_rep_a_task(world: World) -> None:
    world.confirmed()
    answered(world)
    world.taken()
    assert rows(world, DueKind.TASK) == []

    world.advance("3 days")

    assert world.lead().hold is None
    assert len(rows(world, DueKind.TASK)) == 1


def test_an_answer_that_a_lapsed_take_over_left_open_is_settled_by_resuming(world: World) -> None:
    world.confirmed()
    answered(world)
    world.taken()
    world.advance("3 days")

    resume_lead(world.services, world.lead(), by="rita")

    assert rows(world, DueKind.TASK) == []


def test_p2_resuming_brings_nothing_back_that_was_begun_anew_since(world: World) -> None:
    world.confirmed()
    answered(world)
    world.jump("1 minute")
    world.confirmed(FORM)

    pause_lead(world.services, world.lead(), until=MONDAY + DAY, by="rita")
    resume_lead(world.services, world.lead(), by="rita")
    world.advance("4 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_a_gate_that_waits_for_approval_is_a_task_until_somebody_takes_it(world: World) -> None:
    world.confirmed(REPS)
    assert len(rows(world, DueKind.TASK)) == 1
    world.advance("1 day")
    assert "Still open" in world.mail(REP_ADDRESS).subject

    world.taken()

    assert rows(world, DueKind.TASK) == []


@pytest.mark.parametrize("until", ["soon", "2026-01-05", "2025-12-24", "2027-01-06", "9999-12-31"])
def test_a_day_that_cannot_be_meant_says_what_to_mend(world: World, until: str) -> None:
    world.confirmed()

    answer = post(world, "pause", until=until)

    assert answer.status == 422
    assert world.lead().pause is None


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_pausing_is_for_the_browser_that_the_link_belongs_to(world: World, action: str) -> None:
    world.confirmed()
    world.taken()
    before = world.lead()

    assert post(world, action).status == 403
    assert world.browser().get(world.briefing().replace("/rep/lead", f"/rep/{action}")).status in {404, 405}
    headers = {"origin": "https://evil.example", "content-type": "application/x-www-form-urlencoded"}
    link = world.briefing().replace("/rep/lead", f"/rep/{action}")
    assert world.browser().send("POST", link, b"", headers).status == 403
    assert world.lead() == before


def test_the_briefing_says_what_the_plan_does_and_offers_what_can_be_done(world: World) -> None:
    world.confirmed()
    browser = world.browser()
    going = browser.get(world.briefing()).text
    post(world, "pause", browser)
    paused = browser.get(world.briefing()).text

    assert "Follow-up “hello”, Tue 06 Jan" in going
    assert 'action="/rep/pause' in going
    assert 'action="/rep/resume' not in going
    assert "Waits until Mon 19 Jan, 00:00: paused by Rita Rep" in paused
    assert 'action="/rep/resume' in paused


def test_where_nothing_can_go_on_nothing_is_offered(world: World) -> None:
    world.confirmed()
    world.services.store.commit(Change(lead=stopped_anew(world.lead(), StopReason.UNSUBSCRIBED, world.clock.now())))

    page = world.browser().get(world.briefing()).text

    assert "Stopped: they want no more mails" in page
    assert "/rep/resume" not in page
    assert "/rep/pause" not in page
