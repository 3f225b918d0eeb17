"""Who takes turns at a lead, by each thing that decides it, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.examples import MONDAY, OFFICE, TEAM, lead

from leadlight.model.person import GateId
from leadlight.model.sequence import Profile
from leadlight.model.team import Away, Company, Hours, Person, Team
from leadlight.rules.routing import Facts, facts_of, keeps, known_size, pool, turn_of

SUNDAY = MONDAY - timedelta(days=1)
EVENING = MONDAY.replace(hour=20)
WEST = Hours(zone="America/New_York", start=time(9), end=time(17))
ANYBODY = Facts("en")


def who(name: str, **other: object) -> Person:
    return Person(name, name.title(), f"{name}@acme.example", **other)  # type: ignore[arg-type]  # named


def away(first: str, last: str) -> tuple[Away, ...]:
    return (Away(date.fromisoformat(first), date.fromisoformat(last)),)


def team(*people: Person, hours: Hours = OFFICE) -> Team:
    return Team(Company("Acme"), people, hours)


def taking(facts: Facts, *people: Person, at: datetime = MONDAY, hours: Hours = OFFICE) -> str:
    """Who takes turns, and why."""
    found, why = pool(facts, team(*people, hours=hours), at)
    return " ".join(person.id for person in found) + (f": {why}" if why else "")


ANN, BOB, OLA = who("ann"), who("bob"), who("ola", languages=("en", "pl"))
POLISH, GERMAN = who("jan", territories=("PL",)), who("ute", territories=("DE", "AT"))
SMALL, LARGE = who("sue", sizes=("1-50",)), who("liv", sizes=("51-500", "501+"))
SSO, GUIDES = who("sid", products=("sso",)), who("gus", products=("guides/",))
SWEDE = who("eva", manager=True, languages=("sv",))
BOSS, SHY = who("mo", manager=True), who("shy", capacity=0.0)
HOLIDAY, TODAY = away("2026-01-01", "2026-01-31"), away("2026-01-05", "2026-01-05")

TABLE = {
    "all alike": (ANYBODY, (ANN, BOB), "ann bob"),
    "a team of one": (
        Facts("ja", "JP"),
        (who("ann", territories=("PL",)),),
        "ann: nobody of them speaks ja; nobody covers JP",
    ),
    "a manager does not": (ANYBODY, (ANN, BOSS), "ann"),
    "a manager who is alone does": (ANYBODY, (BOSS,), "mo"),
    "nobody without capacity": (ANYBODY, (ANN, SHY), "ann"),
    "a manager before nobody": (ANYBODY, (BOSS, SHY), "mo"),
    "a territory": (Facts("en", "PL"), (ANN, POLISH, GERMAN), "jan: covers PL"),
    "another territory": (Facts("en", "AT"), (ANN, POLISH, GERMAN), "ute: covers AT"),
    "nobody's territory": (Facts("en", "FR"), (ANN, POLISH, GERMAN), "ann: nobody covers FR"),
    "no country": (Facts("en"), (ANN, POLISH), "ann: no country is known"),
    "everybody has another": (Facts("en", "FR"), (POLISH, GERMAN), "jan ute: nobody covers FR"),
    "a language": (Facts("pl"), (ANN, OLA), "ola: speaks pl"),
    "a language of all": (Facts("en"), (ANN, OLA), "ann ola"),
    "a language of nobody": (Facts("ja"), (ANN, OLA), "ann ola: nobody of them speaks ja"),
    "a language that only a manager speaks": (Facts("sv"), (ANN, OLA, SWEDE), "eva: speaks sv"),
    "a language of a rep elsewhere": (
        Facts("en", "PL"),
        (ANN, who("ada", territories=("PL",), languages=("pl",)), BOSS),
        "ada",
    ),
    "language before an unknown country": (
        Facts("pl"),
        (ANN, replace(OLA, territories=("PL",))),
        "ola: speaks pl; no country is known",
    ),
    "language before a country that nobody covers": (
        Facts("pl", "GB"),
        (ANN, replace(OLA, territories=("PL",))),
        "ola",
    ),
    "territory before language": (Facts("pl", "PL"), (OLA, POLISH), "jan: covers PL; nobody of them speaks pl"),
    "a size": (Facts("en", size="1-50"), (ANN, SMALL, LARGE), "sue: takes companies of that size"),
    "a size in other letters": (Facts("en", size=" 501+ "), (SMALL, LARGE), "liv: takes companies of that size"),
    "nobody's size": (Facts("en", size="9000"), (ANN, SMALL), "ann: nobody of them takes that size"),
    "no size": (Facts("en"), (SMALL, LARGE), "sue liv: no size is known"),
    "a topic": (Facts("en", about=("guides/a", "sso")), (ANN, SSO), "sid: knows what it is about"),
    "a folder": (Facts("en", about=("guides/a", "x")), (ANN, SSO, GUIDES), "gus: knows what it is about"),
    "nobody's product": (Facts("en", about=("news/a",)), (ANN, SSO), "ann: nobody of them is named for what it is"),
    "one after the other": (
        Facts("pl", "PL", "1-50"),
        (POLISH, who("ada", territories=("PL",), languages=("pl",)), OLA),
        "ada: covers PL; speaks pl",
    ),
    "away for long": (ANYBODY, (ANN, replace(BOB, away=HOLIDAY)), "ann"),
    "away with the territory": (Facts("en", "PL"), (ANN, replace(POLISH, away=HOLIDAY)), "ann"),
    "everybody is away for long": (
        ANYBODY,
        (replace(ANN, away=HOLIDAY), replace(BOB, away=HOLIDAY)),
        "ann bob: nobody is at work; back first, 02 Feb 09:00",
    ),
    "away for a day": (ANYBODY, (replace(ANN, away=TODAY), BOB), "bob: at work now"),
    "a day with a territory": (Facts("en", "PL"), (ANN, replace(POLISH, away=TODAY)), "jan: covers PL"),
}


@pytest.mark.parametrize(("facts", "people", "said"), TABLE.values(), ids=TABLE.keys())
def test_who_takes_turns(facts: Facts, people: tuple[Person, ...], said: str) -> None:
    assert taking(facts, *people).startswith(said.rstrip())


HOME = Facts("en", "PL", profile=Profile.B2C)
AWAY = replace(POLISH, away=TODAY)
AT_HOME = {
    "who is there comes first": (HOME, (ANN, AWAY), "ann: at work now"),
    "then the country": (HOME, (ANN, POLISH), "jan: covers PL"),
    "the language binds": (
        replace(HOME, language="pl"),
        (ANN, replace(OLA, away=TODAY)),
        "ola: speaks pl",
    ),
    "a firm waits": (replace(HOME, profile=Profile.B2B), (ANN, AWAY), "jan: covers PL"),
}


@pytest.mark.parametrize(("facts", "people", "said"), AT_HOME.values(), ids=AT_HOME.keys())
def test_who_decides_at_home_is_answered_by_whoever_is_there(
    facts: Facts, people: tuple[Person, ...], said: str
) -> None:
    assert taking(facts, *people) == said


def test_where_a_page_does_not_say_how_its_buyers_decide_the_team_does() -> None:
    at_home = replace(team(ANN, AWAY), profile=Profile.B2C)

    assert pool(replace(HOME, profile=None), at_home, MONDAY)[0] == (ANN,)


HOURS = {
    "at work": (MONDAY, ("ann", "may"), "ann: at work now"),
    "at work elsewhere": (EVENING, ("ann", "may"), "may: at work now"),
    "at night": (MONDAY.replace(hour=3), ("ann", "may"), "ann: nobody is at work; back first, 05 Jan 09:00"),
    "on Sunday": (SUNDAY, ("ann", "bob"), "ann bob: nobody is at work; back first, 05 Jan 09:00"),
    "by their own clock": (SUNDAY, ("may", "meg"), "may meg: nobody is at work; back first, 05 Jan 09:00"),
    "on a holiday": (datetime(2026, 1, 6, 10, tzinfo=UTC), ("ann", "ida"), "ann: at work now"),
    "on everybody's holiday": (datetime(2026, 1, 6, 10, tzinfo=UTC), ("ida", "eva"), "eva: nobody is at work; back"),
}
OFFICES = {
    "ann": OFFICE, "bob": OFFICE, "may": WEST, "meg": WEST,
    "ida": Hours(zone="UTC", start=time(9), end=time(17), country="IT"),
    "eva": Hours(zone="UTC", start=time(8), end=time(16), country="IT"),
}  # fmt: skip


@pytest.mark.parametrize(("at", "names", "said"), HOURS.values(), ids=HOURS.keys())
def test_who_is_at_work_or_back_first_takes_turns(at: datetime, names: tuple[str, ...], said: str) -> None:
    people = [who(name, hours=OFFICES[name]) for name in names]

    assert taking(ANYBODY, *people, at=at).startswith(said)


def test_a_team_that_never_works_takes_turns_all_the_same() -> None:
    never = replace(OFFICE, days=())

    assert taking(ANYBODY, ANN, BOB, hours=never) == "ann bob: nobody of them is ever at work"


@pytest.mark.parametrize(
    ("absence", "stays"),
    [
        ((), True),
        (away("2026-01-05", "2026-01-09"), True),
        (away("2026-01-05", "2026-01-13"), False),
        (away("2026-01-06", "2026-01-06"), True),
        (away("2026-01-12", "2026-01-31"), True),
        (away("2025-12-01", "2026-01-04"), True),
    ],
    ids=["never", "a week", "longer", "tomorrow", "later", "over"],
)
def test_who_is_away_for_more_than_a_week_keeps_no_lead(absence: tuple[Away, ...], stays: bool) -> None:
    person = replace(ANN, away=absence)

    assert keeps(person, team(person), MONDAY) is stays


def test_without_hurry_who_is_off_work_takes_turns_as_well() -> None:
    found, why = pool(ANYBODY, team(replace(ANN, away=TODAY), BOB), MONDAY, at_once=False)

    assert ([person.id for person in found], why) == (["ann", "bob"], "")


@pytest.mark.parametrize(
    ("language", "people", "said"),
    [
        ("en", (ANN,), "ann"),
        ("en", (ANN, BOB), "ann bob"),
        ("en", (BOSS, SHY), "mo"),
        ("en", (SHY,), "shy"),
        ("sv", (ANN, replace(SWEDE, capacity=0.0)), "ann: nobody of them speaks sv"),
        ("sv", (ANN, replace(BOB, languages=("sv",)), SWEDE), "bob: speaks sv"),
    ],
)
def test_nobody_takes_turns_who_cannot(language: str, people: tuple[Person, ...], said: str) -> None:
    assert taking(Facts(language), *people) == said


def test_a_product_is_a_page_or_all_below_a_folder() -> None:
    guides = (ANN, who("gus", products=("guide",)), GUIDES)

    assert taking(Facts("en", about=("guides/a",)), *guides) == "gus: knows what it is about"
    assert pool(Facts("en", about=("guides/a",)), team(*guides), MONDAY)[0] == (GUIDES,)


def test_a_lead_is_about_its_page_and_its_topics() -> None:
    facts = facts_of(lead(language="pl", country="PL"), size="1-50", gate_id=GateId("guides/a"))

    assert facts == Facts("pl", "PL", "1-50", ("guides/a",))
    assert facts_of(lead()) == Facts("en")


def test_a_size_counts_only_where_somebody_is_named_for_it() -> None:
    sized = team(ANN, LARGE)

    assert (known_size(" 501+", sized), known_size("1-50", sized), known_size("", TEAM)) == ("501+", "", "")


@settings(max_examples=60, deadline=None)  # the first round of a large team takes its time
@given(st.lists(st.integers(1, 60), min_size=1, max_size=7), st.integers(0, 400))
def test_after_any_number_of_turns_nobody_is_a_whole_turn_off_their_share(parts: list[int], turns: int) -> None:
    people = [who(f"p{place}", capacity=part / 20) for place, part in enumerate(parts)]

    given_to = [turn_of(people, number).id for number in range(turns)]

    for person, part in zip(people, parts, strict=True):
        assert abs(given_to.count(person.id) - Fraction(turns * part, sum(parts))) < 1


def test_turns_of_equals_go_round() -> None:
    people = [ANN, BOB, OLA]

    assert [turn_of(people, number).id for number in range(4)] == ["ann", "bob", "ola", "ann"]
