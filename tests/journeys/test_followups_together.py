"""Several sequences of one lead, sequences that follow each other, and what the lead says of itself on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.journeys.deploys import bundle_of, course_of, deploy
from tests.world import ANNA, DAY, FORM, HOUR, MAIL, MONDAY, World

from leadlight.model.exchange import Change
from leadlight.model.sequence import Cap, Sequence, Step, Wait, WaitUnit, Words
from leadlight.model.touch import TouchKind

ALL = pytest.mark.grounds("local", "prompt", "hostile", "tick")
BOTH = pytest.mark.grounds("local", "prompt")


def offer(world: World, *, mails: int = 2, **other: object) -> Sequence:
    """A sequence of another name: a mail every day."""
    first = course_of(world).steps[0]
    steps = tuple(replace(first, slug=f"0{n}", subject=f"Offer {n}") for n in range(1, mails + 1))
    return Sequence("offer", "offer-v1", steps, **other)  # type: ignore[arg-type]  # named


def sent(world: World) -> list[tuple[str, date]]:
    mails = [mail for mail in world.mails(ANNA) if mail.message["List-Unsubscribe"]]
    return [(mail.subject, mail.message["Date"].datetime.date()) for mail in mails]


@ALL
def test_two_sequences_never_mail_on_one_day_and_the_higher_priority_goes_first(world: World) -> None:
    deploy(world, course_of(world), offer(world, priority=9), gates={MAIL: "course", FORM: "offer"})
    world.confirmed(MAIL)
    world.confirmed(FORM)

    world.advance("4 weeks")

    assert [subject for subject, _ in sent(world)] == ["Offer 1", "Offer 2", "First: hello", "Second", "Fourth"]
    assert len({day for _, day in sent(world)}) == 5


def test_who_waits_long_for_a_day_is_put_off_and_never_stale(world: World) -> None:
    steps = tuple(replace(step, stale_after=Wait(1, WaitUnit.WEEKS)) for step in course_of(world).steps[:1])
    slow = replace(course_of(world), version="slow", steps=steps)
    deploy(world, slow, offer(world, mails=12, priority=9), gates={MAIL: "course", FORM: "offer"})
    world.confirmed(MAIL)
    world.confirmed(FORM)
    long = tuple(replace(e, promise=replace(e.promise, days=60)) for e in world.lead().enrolments)
    world.services.store.commit(Change(lead=replace(world.lead(), enrolments=long)))

    world.advance("6 weeks")

    assert [subject for subject, _ in sent(world)][-2:] == ["Offer 12", "First: hello"]


def test_after_an_outage_two_overdue_sequences_still_share_no_day(world: World) -> None:
    deploy(world, course_of(world), offer(world), gates={MAIL: "course", FORM: "offer"})
    world.confirmed(MAIL)
    world.confirmed(FORM)

    world.jump("3 days")
    world.settle()
    world.advance("4 weeks")

    assert len({day for _, day in sent(world)}) == 5


def test_the_teams_cap_holds_over_all_sequences(world: World) -> None:
    team = replace(bundle_of(world).team, at_most=(Cap(2, 7),))
    deploy(world, offer(world), gates={FORM: "offer"}, team=team)
    world.confirmed(MAIL)
    world.confirmed(FORM)

    world.advance("4 weeks")

    days = [day for _, day in sent(world)]
    assert len(days) >= 4
    assert all(later - first >= 7 * DAY for first, later in zip(days, days[2:], strict=False))


def test_a_cap_that_is_set_since_puts_a_step_off_at_the_claim_and_leaves_nothing_out(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    world.services.store.commit(Change(lead=replace(world.lead(), at_most=Cap(1, 5))))
    world.advance("4 weeks")

    assert world.follow_ups()[:2] == ["First: hello", "Second"]
    assert sent(world)[1][1] - sent(world)[0][1] >= 5 * DAY
    assert not [t for t in world.touches(TouchKind.SKIPPED) if "put off" in t.facts.get("reason", "")]


@BOTH
def test_p14_a_sequence_that_follows_is_within_the_promise_of_the_first(world: World) -> None:
    follower = offer(world, mails=3)
    first = replace(course_of(world), version="chained", steps=course_of(world).steps[:2], then="offer")
    first = replace(first, then_version=follower.version)
    deploy(world, first, follower, gates={MAIL: "course"})
    world.confirmed()
    three = tuple(replace(e, promise=replace(e.promise, mails=3)) for e in world.lead().enrolments)
    world.services.store.commit(Change(lead=replace(world.lead(), enrolments=three)))

    world.advance("4 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Offer 1"]
    assert [e.mails_sent for e in world.lead().enrolments] == [2, 3]


def test_a_second_gate_with_the_same_sequence_adds_nothing_to_what_was_promised(world: World) -> None:
    world.confirmed(MAIL)
    world.advance("4 days")
    world.confirmed(FORM)

    world.advance("4 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]
    assert len(world.lead().enrolments) == 1


@BOTH
def test_i24_who_is_ready_gets_the_closing_step_when_the_first_would_have_come(world: World) -> None:
    *_, close = course_of(world).steps
    steps = (*course_of(world).steps[:3], replace(close, only_if=None))
    deploy(world, replace(course_of(world), version="closing", steps=steps), gates={MAIL: "course"})
    world.confirmed(intent="ready")

    world.advance("4 weeks")

    assert sent(world) == [("Fourth", (MONDAY + DAY).date())]
    assert {t.facts["reason"] for t in world.touches(TouchKind.SKIPPED)} == {"the lead says 'ready'"}


def test_i24_who_says_more_on_a_later_form_skips_ahead_from_there(world: World) -> None:
    world.confirmed(MAIL)
    world.advance("1 day")

    world.confirmed(FORM, intent="evaluating")
    world.confirmed(FORM, intent="ready")
    skipped = [touch.facts["step"] for touch in world.touches(TouchKind.SKIPPED)]

    assert world.follow_ups() == ["First: hello"]
    assert skipped == ["02-company", "03-call"]
    assert world.lead().enrolments[0].next_step == "04-offer"


def spoken(step: Step) -> Step:
    return replace(step, variants={"pl": Words("Po pierwsze", "Dzień dobry. [Koniec]({{ links.unsubscribe }})")})


def test_a_reader_gets_each_step_in_their_own_language_where_there_is_one(world: World) -> None:
    first, *others = course_of(world).steps
    deploy(world, replace(course_of(world), version="spoken", steps=(spoken(first), *others)), gates={MAIL: "course"})
    world.confirmed()
    world.services.store.commit(Change(lead=replace(world.lead(), language="pl")))

    world.advance("5 days")

    assert world.follow_ups() == ["Po pierwsze", "Second"]
    assert "Dzień dobry" in world.mail(ANNA, "Po pierwsze").text


def test_a_holiday_of_the_readers_country_is_no_day_for_mail(world: World) -> None:
    world.confirmed()
    lead = world.lead()
    world.services.store.commit(Change(lead=replace(lead, country="PL", zone="Europe/Warsaw")))

    world.advance("1 day")
    assert world.follow_ups() == []  # the sixth of January is Epiphany in Poland, and a working day here
    world.advance("1 day")

    assert sent(world) == [("First: hello", (MONDAY + 2 * DAY).date())]


def test_late_at_night_a_step_that_was_held_up_waits_for_the_morning(world: World) -> None:
    world.confirmed()

    world.jump("38 hours")
    world.settle()
    assert world.follow_ups() == []
    world.advance("1 day")

    (mail,) = [mail for mail in world.mails(ANNA) if mail.message["List-Unsubscribe"]]
    assert mail.message["Date"].datetime == MONDAY + 2 * DAY - HOUR
