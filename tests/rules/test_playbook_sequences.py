"""Settings of a sequence, of the team and of the costs; and what could be better, though it works."""

from pathlib import Path

import pytest
from tests.rules.playbooks import STEP, TEAM, complaints, one, read, step, warned

from leadlight.model.sequence import Cap, Profile
from leadlight.model.team import Costs, Team


def sequences(**then: str) -> dict[str, str]:
    """Sequences of one step each, by name, and what follows each."""
    files = {f"sequences/{name}/01-x.md": STEP for name in then}
    return files | {f"sequences/{name}/sequence.yml": f"then: {to}\n" for name, to in then.items() if to}


def whole(*steps: str) -> dict[str, str]:
    """A sequence that offers all four encounters, whatever its steps are."""
    met = [step(encounter=encounter) for encounter in ("person", "subject", "product")]
    return {f"sequences/zt/{n:02}-x.md": text for n, text in enumerate((*steps, *met, STEP), 1)}


def test_the_settings_of_a_sequence_arrive_as_their_types(tmp_path: Path) -> None:
    settings = "priority: 7\nends_when: [replied, opportunity, close, replied]\nskip_ahead: no\nprofile: b2c\n"
    found = one(tmp_path, STEP, settings=settings)

    assert (found.priority, found.skip_ahead, found.profile) == (7, False, Profile.B2C)
    assert found.ends_when == ("replied", "opportunity", "close")


def test_a_sequence_without_settings_has_sensible_ones(tmp_path: Path) -> None:
    found = one(tmp_path, STEP)

    assert (found.priority, found.skip_ahead, found.profile) == (5, True, Profile.B2B)
    assert (found.ends_when, found.then, found.then_version) == ((), None, None)


def test_one_end_needs_no_list(tmp_path: Path) -> None:
    assert one(tmp_path, STEP, settings="ends_when: taken-over\n").ends_when == ("taken-over",)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("ends_when: [repleid]", "1: `ends_when`: nothing ends by `repleid`; did you mean `replied`?"),
        ("priority: high", "1: `priority` must be a whole number, not 'high'"),
        ("priority: 12", "1: `priority` cannot be 12; write a number of 9 at most"),
        ("skip_ahead: maybe", "1: `skip_ahead` can be `yes` or `no`, not 'maybe'"),
        ("profile: b2d", "1: `profile` cannot be `b2d`; did you mean `b2c`? It can be `b2b` or `b2c`."),
        ("prioritty: 3", "1: unknown key `prioritty`; did you mean `priority`?"),
        ("\nthen: welcom", "2: there is no sequence `welcom`; did you mean `welcome`?"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(tmp_path: Path, line: str, complaint: str) -> None:
    files = {"sequences/zt/01-a.md": STEP, "sequences/zt/sequence.yml": f"{line}\n", **sequences(welcome="")}

    assert complaints(tmp_path, files) == [f"sequences/zt/sequence.yml:{complaint}"]


# --- one after another


def test_a_sequence_pins_the_version_of_the_one_that_follows(tmp_path: Path) -> None:
    first = read(tmp_path / "1", sequences(a="b", b="")).sequences
    changed = read(tmp_path / "2", sequences(a="b", b="") | {"sequences/b/01-x.md": STEP + "More.\n"}).sequences

    assert first["a"].then_version == first["b"].version
    assert changed["a"].then_version == changed["b"].version
    assert first["a"].version != changed["a"].version


@pytest.mark.parametrize(
    ("then", "found"),
    [
        ({"a": "a"}, {"a": "a → a"}),
        ({"a": "b", "b": "a"}, {"a": "a → b → a", "b": "b → a → b"}),
        ({"a": "b", "b": "c", "c": "b"}, {"b": "b → c → b", "c": "c → b → c"}),
    ],
)
def test_a_loop_is_told_in_each_file_of_the_ring(tmp_path: Path, then: dict[str, str], found: dict[str, str]) -> None:
    rings = [
        f"sequences/{name}/sequence.yml:1: this goes round in a circle: {ring};" for name, ring in sorted(found.items())
    ]

    said = complaints(tmp_path, sequences(**then))

    assert [line.partition(";")[0] + ";" for line in said] == rings
    assert "Take one `then` out" in said[0]


@pytest.mark.parametrize("name", ["two words", "żółw", "a@b", "Upper", "x" * 61])
def test_a_sequence_is_named_as_it_can_be_written_anywhere(tmp_path: Path, name: str) -> None:
    (found,) = complaints(tmp_path, {f"sequences/{name}/01-a.md": STEP})

    assert found == f"sequences/{name}: name the folder with lower-case letters, digits and `-`, 60 of them at most"


def test_what_follows_has_the_same_purpose_since_the_form_promises_one(tmp_path: Path) -> None:
    files = sequences(a="b", b="") | {"sequences/b/sequence.yml": "purpose: selling more\n"}

    (found,) = complaints(tmp_path, files)

    assert found.startswith("sequences/a/sequence.yml:1: `b` says another `purpose` (selling more) than this (nothing)")


# --- team and costs


def team(folder: Path, *lines: str) -> Team:
    return read(folder, {"team.yml": TEAM + "".join(f"{line}\n" for line in lines)}).team


def test_the_team_says_how_often_a_lead_may_be_written_to(tmp_path: Path) -> None:
    assert team(tmp_path / "1", "at_most: 2/week").at_most == (Cap(2, 7),)
    assert team(tmp_path / "2", "at_most: [1/day, 10/month]").at_most == (Cap(1, 1), Cap(10, 30))
    assert team(tmp_path / "3").at_most == ()


def test_the_country_of_the_team_may_stand_in_two_places(tmp_path: Path) -> None:
    assert team(tmp_path / "1", "country: pl").hours.country == "PL"
    assert team(tmp_path / "2", "hours: {country: PL}").hours.country == "PL"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "hours: {from: 9.5}",
            '3: `from`: write a time between "00:00" and "23:59" in quotes, such as `"09:00"`, not 9.5',
        ),
        ('hours: {to: "17:00+02:00"}', '3: `to`: write a time between "00:00" and "23:59" in quotes'),
        ("holidays: [tomorrow]", "3: `holidays`: write a day such as 2026-12-24, not `tomorrow`"),
        ("holidays: 2026-12-24", "3: `holidays` must be a list: write `[2026-12-24]`"),
        ("at_most: 2 a week", "3: `at_most`: write mails per time, such as `2/week` or `1/day`, not '2 a week'"),
        ("at_most: 0/week", "3: `at_most`: `0/week` would stop every mail"),
        ("country: UK", "3: `country`: 'UK' is no country whose holidays are known; did you mean `GB`?"),
        ("country: Atlantis", "3: `country`: 'Atlantis' is no country whose holidays are known; write its two letters"),
        ("country: PL\nhours: {country: DE}", "3: `country` is `PL` here and `DE` below `hours`; say it once"),
        ("profile: b3b", "3: `profile` cannot be `b3b`; did you mean `b2b`?"),
    ],
)
def test_a_wrong_line_of_the_team_is_named_with_its_cure(tmp_path: Path, line: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, {"team.yml": f"{TEAM}{line}\n"})

    assert found.startswith(f"team.yml:{complaint}")


def test_costs_are_compiled_into_the_team(tmp_path: Path) -> None:
    text = "warm: 6\ncosts: {currency: PLN, rep_minute: 3, mail: 0}\n"

    assert read(tmp_path, {"criteria.yml": text}).team.costs == Costs("PLN", mail=0, rep_minute=3)
    assert team(tmp_path / "none").costs == Costs()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("currency: euro", "2: `currency`: 'euro' is no currency; write three capital letters, such as `EUR`"),
        ("mail: -1", "2: `mail`: write a number of 0 or more, such as `0.8`, not -1"),
        ("rep_minute: .nan", "2: `rep_minute`: write a number of 0 or more"),
        ("rep_minuet: 1", "2: unknown key `rep_minuet`; did you mean `rep_minute`?"),
    ],
)
def test_a_wrong_cost_is_named_with_its_cure(tmp_path: Path, line: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, {"criteria.yml": f"costs:\n  {line}\n"})

    assert found.startswith(f"criteria.yml:{complaint}")


# --- advice


def test_an_encounter_that_is_never_offered_is_a_warning(tmp_path: Path) -> None:
    (found,) = warned(tmp_path, {"sequences/zt/01-a.md": STEP})

    assert found.startswith("sequences/zt/01-a.md:4: no step of `zt` is a meeting with the `person`, `subject` or ")


def test_what_follows_offers_its_encounters_too(tmp_path: Path) -> None:
    files = {"sequences/a/01-x.md": STEP, "sequences/a/sequence.yml": "then: zt\n", **whole()}

    assert warned(tmp_path, files) == []


def test_warming_up_after_the_question_of_questions_is_a_warning(tmp_path: Path) -> None:
    found = warned(tmp_path, whole(step(objective="close"), step(objective="relate")))

    assert "sequences/zt/03-x.md:5: this is to advance the conversation after `01-x` was to close it" in found[0]


@pytest.mark.parametrize(
    ("profile", "appeals", "complaint"),
    [
        ("b2b", ["emotion", "profit"], "01-x.md:6: `b2b` buyers hardly decide by emotion"),
        ("b2c", ["profit"], "01-x.md:6: `b2c` buyers hardly decide by profit"),
        ("b2b", ["curiosity"], "01-x.md:6: `zt` never appeals to `profit` or `service`, by which `b2b` buyers decide"),
        ("b2b", ["curiosity", "service"], None),
        ("b2c", ["emotion"], None),
        ("b2b", [], None),
    ],
)
def test_an_appeal_that_such_buyers_hardly_follow_is_a_warning(
    tmp_path: Path, profile: str, appeals: list[str], complaint: str | None
) -> None:
    files = whole(*(step(f"appeal: {appeal}") for appeal in appeals))
    found = warned(tmp_path, files | {"sequences/zt/sequence.yml": f"profile: {profile}\n"})

    assert [line.partition(";")[0] for line in found] == ([f"sequences/zt/{complaint}"] if complaint else [])


def test_a_language_that_only_some_steps_speak_is_a_warning(tmp_path: Path) -> None:
    files = whole(step("channel: rep")) | {f"sequences/zt/0{n}-x.pl.md": "A\n" for n in (2, 3, 4)}

    assert warned(tmp_path, files) == [
        "sequences/zt/05-x.md:2: other steps of `zt` speak `pl`, this one does not; write `05-x.pl.md`"
    ]


def test_a_base_language_does_for_its_regions(tmp_path: Path) -> None:
    languages = {f"sequences/zt/0{n}-x.{code}.md": "A\n" for n, code in enumerate(["pt-BR", "pt", "pt", "pt"], 1)}

    assert [line.partition(":")[0] for line in warned(tmp_path, whole() | languages)] == ["sequences/zt/01-x.md"]


def test_a_mail_that_the_teams_cap_would_hold_back_is_a_warning(tmp_path: Path) -> None:
    (found,) = warned(tmp_path, whole() | {"team.yml": TEAM + "at_most: [3/month, 2/week]\n"})

    assert found.startswith("sequences/zt/03-x.md:3: this is mail 3 within 7 days, and `at_most` of team.yml allows 2:")


def test_a_sequence_that_keeps_to_the_cap_by_itself_is_no_warning(tmp_path: Path) -> None:
    assert warned(tmp_path, whole() | {"team.yml": TEAM + "at_most: [1/day, 4/week]\n"}) == []
