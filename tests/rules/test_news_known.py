"""What a store takes for news, and who is told: nothing it begins with, nothing after a restore, each page once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.rules.examples import DAY, lead

from leadlight.model.lead import Hold, Lead, Pause, Stop, StopReason
from leadlight.model.person import GateId, Purpose
from leadlight.model.site import Announced, ConsentMode, Gate, GateKind, Unlock
from leadlight.model.touch import Objective
from leadlight.rules.news import Known, begun, put_off_until, version_for, why_not_told

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
THEN = datetime(2025, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "announced", "now"),
    [
        (None, ["a", "b"], ""),
        (None, [], ""),
        (Known("", {}), ["a"], "news/a"),
        (Known("", {"news/a": THEN}), ["a"], ""),
        (Known("", {"news/a": THEN}), ["c", "b", "a"], "news/b"),
        (Known("", {"news/a": THEN, "news/b": THEN}, now="news/b", to="lead"), ["a", "b", "c"], "news/b"),
        (Known("", {"news/a": THEN}), [], ""),
        (Known("2026-01-01", {"news/a": THEN}), ["a", "b"], ""),
    ],
    ids=["first", "first-empty", "new", "known", "two-new", "not-yet-over", "withdrawn", "restored"],
)
def test_what_is_announced_now(known: Known | None, announced: list[str], now: str) -> None:
    assert begun(known, announced, {}, epoch="", now=NOW).now == now


def test_what_a_store_begins_with_or_finds_after_a_restore_is_never_news() -> None:
    for known in (None, Known("before", {"news/a": THEN})):
        after = begun(known, ["a", "b"], {}, epoch="", now=NOW)

        assert begun(after, ["a", "b"], {}, epoch="", now=NOW) == after
        assert begun(after, ["a", "b", "c"], {}, epoch="", now=NOW).now == "news/c"


def test_an_announcement_that_was_begun_goes_on_where_it_was() -> None:
    known = Known("", {"news/a": THEN}, now="news/a", to="lead-7")

    assert begun(known, ["a", "b"], {}, epoch="", now=NOW) == known


PAGE = Gate("next/", "Next", Unlock.EMAIL, (), (), ConsentMode.OPTIONAL, "", 9, 9, 1, "", "")
UNWRITTEN = replace(PAGE, kind=GateKind.WAITLIST)
NEXT = GateId("next@home")
LISTED, ARRIVAL = "next@home@en", "arrived/next@home@en-20251201T000000"


def gates(gate: Gate) -> dict[GateId, Gate]:
    return {NEXT: gate, GateId("other"): PAGE}


def test_a_store_knows_from_its_first_look_on_what_people_wait_for() -> None:
    first = begun(None, ["a"], gates(UNWRITTEN), epoch="e", now=NOW)

    assert first == Known("e", {"news/a": NOW}, {LISTED: NOW})
    assert begun(first, ["a"], gates(UNWRITTEN), epoch="e", now=NOW + DAY) == first


@pytest.mark.parametrize("going_on", ["", "news/a"])
def test_a_new_waitlist_is_known_at_once_whatever_is_being_announced(going_on: str) -> None:
    known = Known("", {"news/a": THEN}, {}, now=going_on)

    assert begun(known, ["a"], gates(UNWRITTEN), epoch="", now=NOW) == replace(known, lists={LISTED: NOW})


def test_a_page_that_people_waited_for_has_arrived_once_it_is_written() -> None:
    known = Known("", {"news/a": THEN}, {LISTED: THEN})

    after = begun(known, ["a"], gates(PAGE), epoch="", now=NOW)

    assert after == Known("", {"news/a": THEN, ARRIVAL: NOW}, {}, now=ARRIVAL)
    assert begun(replace(after, now=""), ["a"], gates(PAGE), epoch="", now=NOW).now == ""


def test_a_page_that_is_a_waitlist_for_the_second_time_arrives_a_second_time() -> None:
    known = Known("", {ARRIVAL: THEN}, {LISTED: NOW})

    assert begun(known, [], gates(PAGE), epoch="", now=NOW).now == "arrived/next@home@en-20260105T100000"


def test_each_language_of_a_page_arrives_by_itself() -> None:
    known = Known("", {}, {LISTED: THEN, "next@home@de": THEN})
    half = replace(PAGE, variants={"de": replace(UNWRITTEN, language="de")})

    after = begun(known, [], gates(half), epoch="", now=NOW)

    assert (after.now, after.lists) == (ARRIVAL, {"next@home@de": THEN})


def test_a_waitlist_that_is_gone_has_not_arrived() -> None:
    known = Known("", {}, {LISTED: THEN})

    assert begun(known, [], {GateId("other"): PAGE}, epoch="", now=NOW) == known


def test_of_two_that_arrive_at_once_the_second_waits_for_its_turn() -> None:
    known = Known("", {}, {LISTED: THEN, "other@en": THEN})

    after = begun(known, [], gates(PAGE), epoch="", now=NOW)

    assert (after.now, after.lists) == (ARRIVAL, {"other@en": THEN})


STOPPED = (Stop(StopReason.BOUNCED, THEN),)


@pytest.mark.parametrize(
    ("who", "news", "arrival"),
    [
        (lead(purposes=(Purpose.NEWS,)), None, "they do not wait for it"),
        (lead(purposes=(Purpose.NEWS,), confirmed_at=None), "no consent to news", "they do not wait for it"),
        (lead(waits={NEXT: THEN}), "no consent to news", None),
        (lead(waits={GateId("next"): THEN}), "no consent to news", "they do not wait for it"),
        (lead(purposes=(Purpose.NEWS,), waits={NEXT: THEN}, stops=STOPPED), "stopped: bounced", "stopped: bounced"),
    ],
)
def test_who_is_told(who: Lead, news: str | None, arrival: str | None) -> None:
    assert (why_not_told(who, "news/a"), why_not_told(who, ARRIVAL)) == (news, arrival)


@pytest.mark.parametrize(
    ("language", "title"), [("de", "Neu"), ("de-AT", "Neu"), ("pl", "New"), ("en", "New"), ("fr-CA", "New")]
)
def test_a_page_is_told_in_the_readers_language_else_in_the_main_one(language: str, title: str) -> None:
    page = Announced("new/", "New", variants={"de": Announced("de/neu/", "Neu", language="de")})

    told = version_for(page, language, main="en")

    assert told is not None
    assert told.title == title
    assert version_for(page, "pl", main="fr") is None


HELD = Hold("rita", Objective.ADVANCE, THEN, NOW + 2 * DAY)
QUIET = (Pause("lead", THEN, NOW + DAY),)


@pytest.mark.parametrize(
    ("who", "news", "arrival"),
    [
        (lead(), None, None),
        (lead(hold=HELD), NOW + 2 * DAY, None),
        (lead(pauses=QUIET), NOW + DAY, NOW + DAY),
        (lead(hold=HELD, pauses=QUIET), NOW + 2 * DAY, NOW + DAY),
    ],
)
def test_a_rep_who_took_over_keeps_news_away_and_quiet_everything(
    who: Lead, news: datetime | None, arrival: datetime | None
) -> None:
    assert (put_off_until(who, "news/a"), put_off_until(who, ARRIVAL)) == (news, arrival)
