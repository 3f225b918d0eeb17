"""When a step goes out, to which buyers, in which languages: what the marketer wrote, and what goes without saying."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from tests.rules.playbooks import STEP, TEAM, complaints, one, read, step

from leadlight.model.sequence import OpenHours, Wait, WaitUnit, Window, Words
from leadlight.model.site import Unlock
from leadlight.playbook.front import read_gate
from leadlight.playbook.source import unlock_of

WEEKDAYS, EVERY_DAY = (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6)
B2C = "profile: b2c\n"


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ("any", Window.ANY),
        ("working-hours", Window.WORKING_HOURS),
        ("tue-thu 10:00-12:00", OpenHours((1, 2, 3), time(10), time(12))),
        ("tues-Thursday 10:00-12:00", OpenHours((1, 2, 3), time(10), time(12))),
        ("mon, wed 9:30-12:00", OpenHours((0, 2), time(9, 30), time(12))),
        ("09:00-12:00", OpenHours(WEEKDAYS, time(9), time(12))),
        ("sat-sun 10:00-18:00, holidays too", OpenHours((5, 6), time(10), time(18), holidays=True)),
        ("fri 18:00-24:00", OpenHours((4,), time(18), time(0))),
    ],
)
def test_a_window_means_what_it_says(tmp_path: Path, said: str, window: Window | OpenHours) -> None:
    assert one(tmp_path, step(f"send: {said}")).steps[0].window == window


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("16:00-09:00", "`16:00-09:00` never opens: it ends before it has begun; write the earlier time first"),
        ("10:00-10:00", "never opens"),
        ("mon-fri 25:00-26:00", "there is no 25:00 on a clock, so this window never opens; write 00:00 to 24:00"),
        ("24:00-10:00", "a day begins at 00:00; only the end of a window can be 24:00"),
        ("monkey 9:00-12:00", "write days such as `mon-fri` or `mon, wed`, not 'monkey'"),
        ("mon- 9:00-12:00", "write days such as `mon-fri` or `mon, wed`, not 'mon-'"),
        ("workdays 9:00-12:00", "write days such as `mon-fri` or `mon, wed`, not 'workdays'"),
        ("tue-thu", "write `any`, `working-hours`, or days and hours, such as `tue-thu 10:00-12:00`"),
        ("wroking-hours", "did you mean `working-hours`?"),
    ],
)
def test_a_window_that_never_opens_is_refused_with_its_cure(tmp_path: Path, said: str, cure: str) -> None:
    (found,) = complaints(tmp_path, {"sequences/zt/01-a.md": step(f"send: {said}")})

    assert found.startswith("sequences/zt/01-a.md:6: `send`: ")
    assert cure in found


def test_a_window_that_only_opens_on_holidays_is_refused_too(tmp_path: Path) -> None:
    mondays = [(date(2026, 1, 5) + timedelta(weeks=n)).isoformat() for n in range(106)]
    files = {
        "sequences/zt/01-a.md": step("send: mon 9:00-17:00"),
        "team.yml": f"{TEAM}holidays: [{', '.join(mondays)}]",
    }

    (found,) = complaints(tmp_path, files)

    assert found.startswith("sequences/zt/01-a.md:6: `send`: with the hours and holidays of team.yml this never opens")


def test_a_team_without_a_working_day_is_refused(tmp_path: Path) -> None:
    found = complaints(tmp_path, {"team.yml": TEAM + "hours: {days: []}\n"})

    assert found == ["team.yml:3: `days`: without a day it never opens; write days such as `mon-fri`"]


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("-2 days", "a wait cannot go back in time; write `2 days`, or `0 minutes` for at once"),
        ("3 years", "`years` is no unit of time"),
        ("1 month", "months are not all of one length; write `4 weeks` instead"),
        ("800 days", "`800 days` is longer than two years; write `730 days` at most"),
        ("105 weeks", "write `104 weeks` at most"),
        ("1.5 days", "write a number and a unit"),
    ],
)
def test_a_wait_that_cannot_be_kept_is_refused_with_its_cure(tmp_path: Path, said: str, cure: str) -> None:
    (found,) = complaints(tmp_path, {"sequences/zt/01-a.md": step(wait=said)})

    assert found.startswith("sequences/zt/01-a.md:3: `wait`: ")
    assert cure in found


def test_a_step_may_go_out_at_once(tmp_path: Path) -> None:
    assert one(tmp_path, step(wait="0 minutes")).steps[0].wait == Wait(0, WaitUnit.MINUTES)


# --- profiles


@pytest.mark.parametrize(
    ("team", "settings", "window", "stale_after"),
    [
        ("", "", Window.WORKING_HOURS, Wait(1, WaitUnit.WEEKS)),
        (B2C, "", OpenHours(EVERY_DAY, time(8), time(20), holidays=True), Wait(2, WaitUnit.DAYS)),
        (B2C, "profile: b2b\n", Window.WORKING_HOURS, Wait(1, WaitUnit.WEEKS)),
        ("", B2C, OpenHours(EVERY_DAY, time(8), time(20), holidays=True), Wait(2, WaitUnit.DAYS)),
    ],
)
def test_the_profile_sets_the_pace_where_nothing_is_said(
    tmp_path: Path, team: str, settings: str, window: Window | OpenHours, stale_after: Wait
) -> None:
    found = one(tmp_path, STEP, settings=settings, team=TEAM + team).steps[0]

    assert (found.window, found.stale_after) == (window, stale_after)


def test_what_is_written_wins_over_the_profile(tmp_path: Path) -> None:
    found = one(tmp_path, step("send: working-hours", "stale_after: never"), settings=B2C).steps[0]

    assert (found.window, found.stale_after) == (Window.WORKING_HOURS, None)


def test_hours_without_days_are_those_of_every_day_for_people_at_home(tmp_path: Path) -> None:
    found = one(tmp_path, step("send: 09:00-12:00"), settings=B2C).steps[0]

    assert found.window == OpenHours(EVERY_DAY, time(9), time(12))


def test_a_task_keeps_to_the_teams_hours_and_is_never_too_late(tmp_path: Path) -> None:
    found = one(tmp_path, step("channel: rep"), settings=B2C).steps[0]

    assert (found.window, found.stale_after) == (Window.WORKING_HOURS, None)


@pytest.mark.parametrize(
    ("team", "settings", "gate", "unlock"),
    [
        ("", "", "{}", Unlock.EMAIL),
        (B2C, "", "{}", Unlock.FORM),
        (B2C, "", "{unlock: rep}", Unlock.REP),
        ("", B2C, "{sequence: zt}", Unlock.FORM),
        (B2C, "profile: b2b\n", "{sequence: zt}", Unlock.EMAIL),
    ],
)
def test_the_profile_says_what_opens_a_gate_that_does_not(
    tmp_path: Path, team: str, settings: str, gate: str, unlock: Unlock
) -> None:
    files = {"sequences/zt/01-a.md": STEP, "sequences/zt/sequence.yml": settings, "team.yml": TEAM + team}
    playbook = read(tmp_path / "playbook", files)
    (tmp_path / "page.md").write_text(f"---\ngate: {gate}\n---\n# Hello\n")
    front = read_gate(tmp_path / "page.md", "page.md")

    assert front is not None
    assert unlock_of(front, playbook) is unlock


# --- languages


def test_a_step_speaks_the_languages_that_lie_beside_it(tmp_path: Path) -> None:
    files = {
        "sequences/zt/01-a.md": STEP,
        "sequences/zt/01-a.pl.md": "---\nsubject: Jak zrobili to inni\n---\nCześć {{ lead.first_name }}.\n",
        "sequences/zt/01-a.pt-BR.md": "Olá.\n",
    }
    (found,) = read(tmp_path, files).sequences["zt"].steps

    assert found.words_for("pl") == Words("Jak zrobili to inni", "Cześć {{ lead.first_name }}.")
    assert found.words_for("pt-BR") == Words(found.subject, "Olá.")
    assert found.words_for("de").body == "Hello."


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("01-a.pl.md", "---\nwait: 3 days\n---\nA\n", "01-a.pl.md:2: `wait` cannot stand here: 01-a.md decides it for"),
        ("01-a.pl.md", "---\nsubjct: A\n---\nA\n", "only `subject` and `offer` may; did you mean `subject`?"),
        ("01-a.pl.md", "{{ lead.frist_name }}\n", "01-a.pl.md:1: lead has no frist_name; did you mean `first_name`?"),
        ("01-a.pl.md", "---\nsubject: A\n---\n\nB {{ nobody }}\n", "01-a.pl.md:5: there is no `nobody` here"),
        ("01-a.pl.md", "---\nsubject: A\n---\n", "01-a.pl.md:4: there is no text yet"),
        ("02-a.pl.md", "A\n", "02-a.pl.md:1: there is no `02-a.md` that this could be in another language"),
        ("01-a.polish.md", "A\n", "01-a.polish.md: name steps with two digits and a word"),
    ],
)
def test_a_variant_is_checked_as_the_step_itself(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, {"sequences/zt/01-a.md": STEP, f"sequences/zt/{name}": text})

    assert complaint in found


def test_a_changed_translation_is_another_version(tmp_path: Path) -> None:
    files = {"sequences/zt/01-a.md": STEP, "sequences/zt/01-a.pl.md": "A\n"}
    first = read(tmp_path / "1", files).sequences["zt"]
    other = read(tmp_path / "2", files | {"sequences/zt/01-a.pl.md": "B\n"}).sequences["zt"]

    assert first.version != other.version
