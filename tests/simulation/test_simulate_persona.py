"""Persona files that are wrong: every mistake with file, line and the nearest right word."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.simulation.rehearsed import project_in

from leadlight.cli import main
from leadlight.errors import BadPlaybook
from leadlight.local.files import LocalFiles
from leadlight.playbook.bundle import open_bundle
from leadlight.simulate.persona import read_story

PERSONA = """\
opens: guides/mail
{line}
zone: UTC
"""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_in(tmp_path_factory)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("opnes: guides/mail", "2: unknown key `opnes`; did you mean `opens`?"),
        ("answers: {compny: X}", "2: the form does not ask for `compny`; did you mean `company`?"),
        ("confirms: soon", "2: `confirms`: write a number and a unit"),
        ("intent: redy", "2: `intent` cannot be `redy`; did you mean `ready`?"),
        ("country: Atlantis", "2: `country`: 'Atlantis' is no country"),
        ("does: [{on: day 4, what: repies}]", "2: `what` cannot be `repies`; did you mean `replies`?"),
        ("does: [{what: replies}]", "2: say when, once"),
        ("does: [{on: day 4, after: 3 days, what: replies}]", "2: say when, once"),
        ("does: [{on: day 4}]", "2: say what, once"),
        ("does: [{on: day 4, what: opens}]", "2: write `opens:` as a key of its own"),
        ("does: [{on: day four, what: reads}]", "2: `on`: write a day such as `day 4`"),
        ("does: [{at: noon, what: reads}]", "2: `at`: write a time such as"),
        ("does: [{on: day 4, opens: guides/mial}]", "2: there is no gate `guides/mial`; did you mean `guides/mail`?"),
        ("does: [{on: day 4, moves-to: Europe/Warsawa}]", "2: `moves-to`: 'Europe/Warsawa' is no time zone"),
        ("does: [{on: day 4, what: pauses, for: 5 years}]", "2: `for`: write `2 weeks`, `1 month` or `3 months`"),
        ("world: [scaner]", "2: the world has no `scaner`; did you mean `scanner`?"),
        ('name: ""', "2: `name`: write a name, such as `Anna Reader`"),
        ("address: anna", "2: `address`: 'anna' is no mail address"),
        ("world: [{scanner: 1, restart: 2}]", "2: the world has no "),
        ("world: [outage]", "2: `outage` needs more: `outage: 30 hours from day 2`"),
        ("world: [{outage: 30 hours}]", "2: say how long and from when"),
        ("world: [{holiday: soon}]", "2: write the day as in `holiday: 2026-01-07`"),
        ("world: [{rep: sleeps}]", "2: write `rep: silent`"),
        ("world: [{rep: takes over on day 2 and logs achived}]", "2: no outcome is called `achived`; did you mean"),
        ("world: [{deploy: nowhere on day 2}]", "2: there is no folder"),
        ("world: {scanner: 1, restart: 2}", "2: `world`"),
    ],
)
def test_a_mistake_names_its_line_and_what_to_write(project: Path, tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "anna.yml"
    path.write_text(PERSONA.format(line=line))

    with pytest.raises(BadPlaybook) as bad:
        read_story(path, open_bundle(LocalFiles(project / "bundle")).manifest, opens=None)

    assert f"{path}:{told}" in str(bad.value)


def test_all_mistakes_come_at_once_and_exit_with_2(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "anna.yml"
    path.write_text("opens: guides/mial\ndoes:\n  - {on: day 1}\nworld:\n  - scaner\n")
    arguments = ["-f", str(project / "mkdocs.yml"), "--bundle", str(project / "bundle"), "--persona", str(path)]

    done = CliRunner().invoke(main, ["simulate", *arguments])

    assert done.exit_code == 2
    assert [line.removeprefix(f"{path}:").partition(":")[0] for line in done.stderr.splitlines()] == ["1", "3", "5"]


def test_a_file_that_opens_nothing_needs_a_sequence(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "anna.yml"
    path.write_text("confirms: never\n")
    manifest = open_bundle(LocalFiles(project / "bundle")).manifest

    assert read_story(path, manifest, opens="guides/mail").people[0].opens == "guides/mail"
    with pytest.raises(BadPlaybook, match="`opens` is missing: name the gate"):
        read_story(path, manifest, opens=None)
