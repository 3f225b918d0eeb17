"""What may stand in `team.yml` about who is there, how long a lead may wait, and when reps are told."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from tests.rules.playbooks import complaints, read

from leadlight.model.sequence import OpenHours, Wait, WaitUnit
from leadlight.model.team import Away, Clocks, Notices, Person, Team

HEAD = "company: Acme\n"
ANN = "name: Ann Lee, email: ann@acme.example"
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)


def team(folder: Path, *, person: str = "", rest: str = "") -> Team:
    """A team of one, with more about her, and more about the team."""
    more = f", {person}" if person else ""
    return read(folder, {"team.yml": f"{HEAD}people:\n  - {{{ANN}{more}}}\n{rest}"}).team


def ann(folder: Path, person: str) -> Person:
    return team(folder, person=person).people[0]


def wrong(folder: Path, *, person: str = "", rest: str = "") -> list[str]:
    more = f", {person}" if person else ""
    return complaints(folder, {"team.yml": f"{HEAD}people:\n  - {{{ANN}{more}}}\n{rest}"})


def test_three_lines_say_all_that_is_needed(tmp_path: Path) -> None:
    found = team(tmp_path)

    assert (found.clocks, found.notices) == (Clocks(), Notices())
    assert (found.people[0].capacity, found.people[0].hours, found.people[0].away) == (1.0, None, ())


def test_a_person_says_what_they_take(tmp_path: Path) -> None:
    found = ann(tmp_path, "territories: [pl, Germany, NO], products: [guides/, sso], sizes: [1-50], capacity: 0.5")

    assert found.territories == ("PL", "DE", "NO")
    assert (found.products, found.sizes, found.capacity) == (("guides/", "sso"), ("1-50",), 0.5)
    assert ann(tmp_path, "marketer: yes").marketer


def test_a_person_is_away_for_a_day_or_for_many(tmp_path: Path) -> None:
    found = ann(tmp_path, "away: [2026-12-24, 2026-07-01 to 2026-07-14]")

    assert found.away == (
        Away(date(2026, 12, 24), date(2026, 12, 24)),
        Away(date(2026, 7, 1), date(2026, 7, 14)),
    )


def test_own_hours_take_from_the_team_what_they_leave_out(tmp_path: Path) -> None:
    rest = 'hours: {zone: Europe/London, from: "08:00", country: GB}\nholidays: [2026-12-28]\n'
    found = team(tmp_path, person='hours: {days: mon-wed, to: "13:00"}', rest=rest).people[0].hours

    assert found is not None
    assert (found.zone, found.days, found.start, found.end) == ("Europe/London", (0, 1, 2), time(8), time(13))
    assert (found.country, found.holidays) == ("GB", ("2026-12-28",))


def test_the_teams_own_holidays_are_not_those_of_somebody_in_another_country(tmp_path: Path) -> None:
    rest = "country: GB\nholidays: [2026-12-28]\n"
    there = "hours: {zone: Europe/Warsaw, country: PL}"
    listed = "hours: {country: PL, holidays: [2026-05-02]}"

    found = [team(tmp_path, person=person, rest=rest).people[0].hours for person in (there, listed)]

    assert [(hours.country, hours.holidays) for hours in found if hours] == [("PL", ()), ("PL", ("2026-05-02",))]


@pytest.mark.parametrize(
    ("words", "clocks"),
    [
        ("{call: 5 minutes, hot: 2 hours, other: 1 day}", ("5 minutes", "2 hours", "1 day")),
        ("{other: 2 business days}", ("15 minutes", "1 hour", "2 business days")),
        ("{call: off}", (None, "1 hour", None)),
        ("30 minutes", ("30 minutes", "30 minutes", "30 minutes")),
        ("off", (None, None, None)),
    ],
)
def test_a_lead_may_wait_as_long_as_the_team_says(
    tmp_path: Path, words: str, clocks: tuple[str | None, str | None, str | None]
) -> None:
    found = team(tmp_path, rest=f"escalate: {words}\n").clocks

    said = tuple(str(wait) if wait else None for wait in (found.call, found.hot, found.other))
    assert said == tuple(str(_wait(words)) if words else None for words in clocks)


def _wait(words: str) -> Wait:
    count, _, unit = words.partition(" ")
    return Wait(int(count), WaitUnit(unit if unit.endswith("s") else unit + "s"))


@pytest.mark.parametrize(
    ("words", "quiet"),
    [
        ("20:00-08:00", OpenHours(ALL_DAYS, time(20), time(8))),
        ('"00:00-07:30"', OpenHours(ALL_DAYS, time(0), time(7, 30))),
        ("mon-fri 20:00 - 08:00", OpenHours((0, 1, 2, 3, 4), time(20), time(8))),
        ("sat, sun 00:00-24:00", OpenHours((5, 6), time(0), time(0))),
        ("off", None),
    ],
)
def test_quiet_may_go_over_midnight(tmp_path: Path, words: str, quiet: OpenHours | None) -> None:
    found = team(tmp_path, rest=f"notices:\n  quiet: {words}\n  digest: off\n  call_breaks_quiet: no\n").notices

    assert found == Notices(quiet, call_breaks_quiet=False, digest=None)


def test_the_digest_comes_when_the_team_says(tmp_path: Path) -> None:
    assert team(tmp_path, rest='notices: {digest: "7:30"}\n').notices.digest == time(7, 30)


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("territories: [Narnia]", "`territories`: 'Narnia' is no country; write its two letters, such as `GB` or `PL`"),
        ("capacity: -1", "`capacity`: write a number from 0 to 20, such as `1` or `0.5`, not -1"),
        ("capacity: lots", "`capacity`: write a number from 0 to 20, such as `1` or `0.5`, not 'lots'"),
        ("capacity: 0.01", "`capacity`: 0.01 is as good as none; write `0`, or 0.05 at least"),
        ("capacity: 0", "nobody would get a lead: give somebody a `capacity` above 0"),
        ("away: 2026-07-14 to 2026-07-01", "`away`: `2026-07-14 to 2026-07-01` ends before it begins; write"),
        ("away: 2026-02-27 to 2026-02-30", "`away`: `2026-02-27 to 2026-02-30` names a day that no calendar has"),
        ("away: [next week]", "`away`: write a day, or two such as `2026-12-21 to 2026-12-31`, not 'next week'"),
        ('hours: {from: "18:00"}', "`from` must be before `to`"),
        ("hours: {zone: Warsaw}", "`zone`: 'Warsaw' is no time zone"),
        ("sizes: [50]", "`sizes` must be text; put 50 in quotes"),
        ("teritories: [PL]", "unknown key `teritories`; did you mean `territories`?"),
    ],
)
def test_what_is_wrong_about_a_person_is_said_with_what_to_write(tmp_path: Path, person: str, said: str) -> None:
    (found,) = wrong(tmp_path, person=person)

    assert found.startswith("team.yml:")
    assert said in found


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("escalate: {cal: 5 minutes}", "there is no clock called `cal`; did you mean `call`?"),
        ("escalate: soon", "write a number and a unit, such as `2 days` or `1 business day`, not 'soon'"),
        ("escalate: 0 minutes", "nobody is that quick; write `1 minute` at least, or `off`"),
        ("notices: {quiet: evenings}", 'write hours, such as `"20:00-08:00"`'),
        ("notices: {quiet: 25:00-08:00}", 'write a time between "00:00" and "23:59"'),
        ("notices: {quiet: 08:00-08:00}", "begins when it ends; for whole days write `00:00-24:00`"),
        ("notices: {quiet: 00:00-24:00}", "reps would never be told of anything; leave a day or some hours"),
        ("notices: {digest: morning}", 'write a time between "00:00" and "23:59"'),
    ],
)
def test_what_is_wrong_about_clocks_and_notices_is_said_with_what_to_write(
    tmp_path: Path, rest: str, said: str
) -> None:
    (found,) = wrong(tmp_path, rest=f"{rest}\n")

    assert said in found


def test_what_cannot_be_read_hides_nothing_else_that_is_wrong(tmp_path: Path) -> None:
    bo = "  - {name: Bo, email: nonsense, hours: {from: '18:00'}}\n  - {name: Cy, email: c@acme.example}\n"
    cy = "  - {name: Cy, email: d@acme.example, hours: {from: '19:00'}}\nhours: {from: '18:00', country: PL}\n"
    text = f"{HEAD}people:\n{bo}{cy}country: GB\nprofile: b3b\n"

    found = {each.partition(": ")[0] for each in complaints(tmp_path, {"team.yml": text})}

    assert found == {f"team.yml:{line}" for line in (3, 5, 6, 7, 8)}


def test_of_people_of_whom_one_cannot_be_read_nobody_is_missed(tmp_path: Path) -> None:
    text = f"{HEAD}people:\n  - {{{ANN}, capacity: 0}}\n  - {{name: Bo, email: nonsense}}\n"

    (found,) = complaints(tmp_path, {"team.yml": text})

    assert found.startswith("team.yml:4: `email`")
