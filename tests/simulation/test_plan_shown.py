"""What a marketer sees of a sequence before it is merged: calendar, bars, cost, mails, and whom a change touches."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.rules.examples import enrolment, lead

from leadlight.cli import main
from leadlight.errors import BadPlaybook
from leadlight.gate.lean import compile_lean
from leadlight.model.lead import Lead
from leadlight.model.touch import Encounter
from leadlight.simulate.against import changes_since
from leadlight.simulate.casting import casting
from leadlight.simulate.plan import Plan, plans_of
from leadlight.simulate.rehearsal import Rehearsal, rehearse
from leadlight.simulate.report import page, weeks_of

ROOT = Path(__file__).parents[2]
STEP = """---
subject: Hello
wait: 1 day
encounter: subject
objective: start
appeal: profit
---
Text.
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Half a year with a reader of our own site."""
    bundle = tmp_path_factory.mktemp("plan") / "bundle"
    compile_lean(ROOT / "mkdocs.yml", bundle)
    story = casting(bundle, "seven-touch-points", None).story
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    return rehearse(bundle, story, start=start, until=start + timedelta(days=180))


@pytest.fixture(scope="module")
def plan(played: Rehearsal) -> Plan:
    (found,) = plans_of(played)
    return found


def told(*words: str) -> Result:
    return CliRunner().invoke(main, ["plan", "-f", str(ROOT / "mkdocs.yml"), *words])


def test_each_step_has_its_day_and_the_mail_that_will_go_out(plan: Plan) -> None:
    days = [planned.day for planned in plan.steps]

    assert days == sorted(days, key=lambda day: day or 0)
    assert [planned.step.slug[:2] for planned in plan.steps] == ["01", "02", "03", "04", "05"]
    assert all("Unsubscribe from these mails" in planned.text for planned in plan.steps)
    assert all(planned.html.startswith("<!") for planned in plan.steps)


def test_the_promise_is_the_one_of_the_form(plan: Plan) -> None:
    assert plan.promise == "5 mails in 6 weeks, no call unless you ask"


def test_the_calendar_has_whole_weeks_with_every_step_on_its_day(plan: Plan) -> None:
    weeks = weeks_of(plan)
    dates = [day.date for week in weeks for day in week if any(mark == "mail" for mark, _ in day.events)]

    assert all(len(week) == 7 and week[0].date.weekday() == 0 for week in weeks)
    assert dates == [planned.at.date() for planned in plan.steps if planned.at]
    assert weeks[0][0].date == date(2026, 1, 5)


def test_a_bar_shows_what_would_fill_it(plan: Plan) -> None:
    offered = {bar.encounter: bar for bar in plan.offered}

    assert ("reading “Designing seven touch points”", 3) in offered[Encounter.SUBJECT].sources
    assert ("answering 03-what-went-wrong", 2) in offered[Encounter.COMPANY].sources
    assert offered[Encounter.COMPANY].bar == "██░░░░░"


def test_the_cost_is_that_of_its_mails(plan: Plan) -> None:
    assert (plan.cost.mails, plan.cost.tasks) == (5, 0)
    assert plan.cost.total == pytest.approx(5 * plan.cost.each.mail)


def test_the_page_needs_nothing_from_elsewhere(played: Rehearsal) -> None:
    html = page(played, site_name="Glass <&>", primary="#336699")
    outside = re.sub(r'srcdoc="[^"]*"', "", html)

    assert not re.search(r"""(?:src|href)=|url\(|@import""", outside)
    assert "Glass &lt;&amp;&gt;" in html
    assert html.count("<iframe sandbox ") == 5


def test_the_page_says_what_was_broken(played: Rehearsal) -> None:
    html = page(replace(played, violations=("none_goes_out_after_a_stop: 01",)), site_name="G", primary="#336699")

    assert "1 promise broken" in html
    assert "none_goes_out_after_a_stop: 01" in html
    assert "Every promise was kept" not in html


def test_the_command_prints_the_plan_for_people() -> None:
    shown = told("first-five-minutes")

    assert shown.exit_code == 0
    assert "The form says: 5 mails in 6 weeks" in shown.output
    assert "Your first two sentences?" in shown.output
    assert "token=…" in shown.output


def test_the_command_tells_the_plan_to_a_program() -> None:
    plans = json.loads(told("--format", "json").output)["plans"]

    ours = ["after-the-first-sale", "double-opt-in", "first-five-minutes", "reading-a-funnel", "seven-touch-points"]
    assert [found["sequence"] for found in plans] == ours
    assert plans[0]["begins"] == "when a lead becomes a customer"
    assert all(step["at"] for step in plans[0]["steps"])
    assert plans[2]["steps"][0] | {"at": "", "text": ""} == {
        "step": "first-five-minutes/01-your-first-sentence", "at": "", "day": 1, "channel": "mail",
        "from": "Maya Okafor", "subject": "Your first two sentences?", "encounter": "person", "objective": "start",
        "why": "", "text": "",
    }  # fmt: skip


def test_an_unknown_sequence_is_named_with_the_nearest() -> None:
    shown = told("seven-touch-point")

    assert shown.exit_code == 2
    assert "did you mean `seven-touch-points`" in shown.output


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    """A playbook in a repository of its own, with one commit."""
    folder = tmp_path / "content" / "playbook"
    steps = folder / "sequences" / "course"
    steps.mkdir(parents=True)
    (steps / "01-one.md").write_text(STEP)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com", *words]
        subprocess.run(git, check=True, capture_output=True)
    return folder


def flying(*ended: str | None) -> list[Lead]:
    """Leads in the sequence; `ended` is why they are not any more."""
    return [lead(enrolments=(enrolment(ended=why),)) for why in ended]


def since(playbook: Path, revision: str = "HEAD", **other: Any) -> Any:
    return changes_since(revision, playbook, language="en", **other)


def test_nothing_has_changed_since_the_last_commit(playbook: Path) -> None:
    assert since(playbook) == ()


def test_a_change_tells_how_many_leads_it_touches(playbook: Path) -> None:
    (playbook / "sequences" / "course" / "01-one.md").write_text(STEP.replace("1 day", "2 days"))
    (found,) = since(playbook, leads=flying(None, None, "all steps are done"))

    assert found.changed.lines == ("~ 01-one: wait 1 day → 2 days",)
    assert found.in_flight == "2 leads in flight: finish the version they started with"


def test_without_an_installation_nobody_is_counted(playbook: Path) -> None:
    (playbook / "sequences" / "course" / "02-two.md").write_text(STEP)
    (found,) = since(playbook)

    assert found.changed.lines[0].startswith("+ 02-two: mail, 1 day later")
    assert (found.leads, found.in_flight) == (None, "")


def test_a_revision_that_git_does_not_know_is_refused(playbook: Path) -> None:
    with pytest.raises(BadPlaybook, match="git knows no revision `nowhere`"):
        since(playbook, "nowhere")


def test_a_revision_that_looks_like_an_option_is_only_a_name(playbook: Path) -> None:
    with pytest.raises(BadPlaybook, match="git knows no revision"):
        since(playbook, "--output=stolen")


def test_a_rehearsal_becomes_a_page_with_what_has_changed() -> None:
    words = ["simulate", "first-five-minutes", "-f", str(ROOT / "mkdocs.yml"), "--format", "html", "--against", "HEAD"]
    shown = CliRunner().invoke(main, words)

    assert shown.exit_code == 0
    assert shown.output.startswith("<!doctype html>")
    assert "Every promise was kept" in shown.output


def test_a_revision_that_is_none_ends_the_command_with_words() -> None:
    shown = told("--against", "nowhere")

    assert shown.exit_code == 2
    assert "git knows no revision `nowhere`" in shown.output
