"""What a marketer reads of a rehearsal is so: each wait with what it counts from, each change beside the plan."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.simulation.rehearsed import Theatre, project_in

from leadlight.cli import main

PAGE = "---\ntitle: Guide\ngate: {unlock: email, sequence: one}\n---\n# Guide\n\nOpen.\n\n<!-- more -->\n\nMore.\n"
STEP = "---\nsubject: Hello\nwait: 1 day\nencounter: subject\nobjective: start\nappeal: profit\n---\nText.\n"
TEAM = "company: Acme\npeople: [{name: Ann Lee, email: ann@acme.example}]\n"
FORM = "wording: {content: We mail a link., follow-up: You may write to me.}\nconsent: required\n"
SITE = "site_name: Acme\ndocs_dir: docs\nplugins: [leadlight]\nexclude_docs: |\n  /playbook/\n"


@pytest.fixture
def theatre(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Theatre:
    return Theatre(project_in(tmp_path_factory), tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A page that begins `one`, after which comes `two`; three mails in all."""
    files = {
        "mkdocs.yml": SITE,
        "docs/guide.md": PAGE,
        "docs/playbook/team.yml": TEAM,
        "docs/playbook/forms/short.yml": FORM,
        "docs/playbook/sequences/one/sequence.yml": "then: two\n",
        "docs/playbook/sequences/one/01-a.md": STEP,
        "docs/playbook/sequences/one/02-b.md": STEP,
        "docs/playbook/sequences/two/01-c.md": STEP,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(site: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "-f", str(site / "mkdocs.yml")])


def timeline(site: Path, *arguments: str) -> dict[str, str]:
    """Why each mail was sent, by its step."""
    entries = json.loads(run(site, "simulate", *arguments, "--format", "json").stdout)["timeline"]
    return {entry["step"]: entry["why"] for entry in entries if entry["what"] == "sent" and entry["step"]}


def test_a_mail_in_the_place_of_others_says_whose_wait_it_kept(theatre: Theatre) -> None:
    sent = theatre.play(intent="evaluating").entries("sent")

    why = next(entry.why for entry in sent if entry.step == "course/02-company")
    assert why.startswith("1 day after the unlock, in the place of 01-hello, ")


def test_a_mail_after_a_step_that_was_left_out_says_what_its_wait_counts_from(site: Path) -> None:
    (site / "docs/playbook/sequences/one/02-b.md").write_text(STEP.replace("start", "advance"))
    (site / "docs/playbook/sequences/one/03-d.md").write_text(STEP.replace("start", "close"))
    (site / "anna.yml").write_text("world: [{rep: takes over on day 1 and logs achieved/advance on day 1 at 15:00}]\n")

    found = timeline(site, "one", "--persona", str(site / "anna.yml"))
    assert found["one/03-d"].startswith("1 day after 01-a, ")


def test_the_first_mail_of_what_follows_does_not_count_from_the_unlock(site: Path) -> None:
    found = timeline(site)

    assert found["one/01-a"].startswith("1 day after the unlock, ")
    assert found["two/01-c"].startswith("1 day after the end of the sequence before, ")


def test_a_pause_and_a_preference_are_told_in_words(theatre: Theatre) -> None:
    does = [{"on": "day 2", "what": "pauses", "for": "2 weeks"}, {"after": "1 day", "what": "fewer"}]
    played = theatre.play(does=does)

    assert [entry.why for entry in played.entries("paused")] == ["by lead, until 2026-01-21 12:00 UTC"]
    assert [entry.why for entry in played.entries("preferred")] == ["lowered: pace"]


def test_a_plan_says_what_ended_it_before_its_last_step(site: Path) -> None:
    (site / "docs/playbook/team.yml").write_text(TEAM + "at_most: 1/month\n")

    (plan,) = json.loads(run(site, "plan", "--format", "json").stdout)["plans"]
    ends = [step["why"] for step in plan["steps"]]
    assert ends == ["", *["the promise of 6 days is over"] * 2]


def test_what_only_follows_another_sequence_is_planned_with_it_once(site: Path) -> None:
    plans = json.loads(run(site, "plan", "--format", "json").stdout)["plans"]

    assert [[step["step"] for step in plan["steps"]] for plan in plans] == [["one/01-a", "one/02-b", "two/01-c"]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("plan", "--data", "."), "--data counts the leads whom a change touches: say since when"),
        (("simulate", "--until", "60 days"), "or a span such as 60d"),
        (("plan", "--from", "9999-12-31"), "take a year between 2000 and 2099"),
    ],
)
def test_what_would_be_passed_over_in_silence_is_wrong_usage(site: Path, arguments: tuple[str, ...], told: str) -> None:
    result = run(site, *arguments)

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_rehearsal_tells_a_program_and_a_reader_what_has_changed(site: Path) -> None:
    git = ["git", "-C", str(site), "-c", "user.name=Ann", "-c", "user.email=ann@acme.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *words], check=True)
    (site / "docs/playbook/sequences/two/01-c.md").write_text(STEP.replace("1 day", "3 days"))

    simulated = ("simulate", "--until", "1d", "--against", "HEAD")
    changes = json.loads(run(site, *simulated, "--format", "json").stdout)["changes"]
    assert [change["sequence"] for change in changes] == ["one", "two"]
    assert "changed: two" in run(site, *simulated).stdout


def test_a_mistake_is_named_as_a_marketer_would_open_the_file(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)
    (site / "docs/playbook/sequences/two/01-c.md").write_text(STEP.replace("1 day", "-1 days"))

    assert run(site, "plan").stderr.startswith("docs/playbook/sequences/two/01-c.md:3: `wait`: ")


def test_no_subject_turns_the_words_behind_it_around(site: Path) -> None:
    (site / "docs/playbook/sequences/two/01-c.md").write_text(STEP.replace("Hello", "Hel\u202elo"))

    assert "<summary><bdi>Hel\u202elo</bdi> " in run(site, "plan", "--format", "html").stdout


def test_a_rehearsal_that_ends_in_an_outage_breaks_no_promise_by_it(theatre: Theatre) -> None:
    played = theatre.play(days=5, world=[{"outage": "10 days from day 1"}])

    assert played.rehearsal.violations == ()
