"""The four bars of a lead."""

from __future__ import annotations

from tests.rules.examples import MONDAY, lead

from leadlight.model.touch import Encounter, Touch, TouchKind
from leadlight.rules.encounters import FULL, Bar, bars


def touch(encounter: Encounter | None, quality: int, **facts: str) -> Touch:
    return Touch("t", lead().id, TouchKind.READ, MONDAY, encounter, quality=quality, facts=facts)


def test_each_encounter_has_its_bar_in_the_same_order() -> None:
    assert [bar.encounter for bar in bars([])] == list(Encounter)


def test_a_bar_is_filled_by_quality() -> None:
    met = [touch(Encounter.SUBJECT, 3), touch(Encounter.SUBJECT, 1), touch(Encounter.PERSON, 5), touch(None, 2)]

    assert [bar.points for bar in bars(met)] == [5, 4, 0, 0]


def test_a_mail_that_was_sent_fills_nothing() -> None:
    sent = Touch("s", lead().id, TouchKind.SENT, MONDAY, Encounter.COMPANY)

    assert all(bar.points == 0 for bar in bars([sent]))


def test_what_nobody_confirmed_fills_nothing() -> None:
    assert all(bar.points == 0 for bar in bars([touch(Encounter.SUBJECT, 3, confirmed="no")]))


def test_a_wish_for_a_call_is_no_meeting_with_the_person() -> None:
    wish = Touch("w", lead().id, TouchKind.CALL_WANTED, MONDAY, Encounter.PERSON, quality=4, facts={"call": "now"})

    assert all(bar.points == 0 for bar in bars([wish]))


def test_a_full_bar_stays_full() -> None:
    assert Bar(Encounter.PERSON, FULL + 5).filled == 1
    assert Bar(Encounter.PERSON, 0).filled == 0
