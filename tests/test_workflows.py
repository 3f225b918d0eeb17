"""The workflows do what they say, with no more rights than they need. Nothing here talks to GitHub."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from leadlight.cli import main

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
STARTED = ROOT / "functions/leadlight/publish/start/github/workflows/check.yml"
"""What a new site begins with."""
COMMIT = re.compile(r"[\w./-]+@[0-9a-f]{40}")
WRITES = {"deploy.yml": {"id-token": "write"}}
"""The only rights beyond reading the sources."""

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def read(path: Path) -> dict[str, Any]:
    yaml = YAML(typ="safe")
    yaml.version = (1, 2)  # type: ignore[assignment]  # so that `on` is a word, as GitHub reads it
    return dict(yaml.load(path.read_text()))


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in read(path)["jobs"].values():
        yield from job["steps"]


def scripts(path: Path) -> str:
    """Everything that is run, with lines that go on joined."""
    return "\n".join(step["run"].replace("\\\n", " ") for step in steps(path) if "run" in step)


@each_workflow
def test_a_workflow_is_one_that_github_understands(path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [*WORKFLOWS, STARTED], ids=lambda path: path.name)
def test_what_others_wrote_is_pinned_to_a_commit(path: Path) -> None:
    loose = [step["uses"] for step in steps(path) if "uses" in step and not COMMIT.fullmatch(step["uses"])]

    assert loose == []


@each_workflow
def test_a_workflow_may_read_and_nothing_else_but_what_is_named(path: Path) -> None:
    found = read(path)
    granted = [found["permissions"], *(job.get("permissions", {}) for job in found["jobs"].values())]

    writes = {right: what for each in granted for right, what in each.items() if (right, what) != ("contents", "read")}

    assert writes == WRITES.get(path.name, {})


@each_workflow
def test_no_workflow_knows_a_key(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"secrets\.|aws_(access|secret)|access-key|AKIA|password|(?<!id-)token:", text, re.IGNORECASE)


@each_workflow
def test_a_pull_request_of_a_stranger_never_runs_with_our_rights(path: Path) -> None:
    on = read(path)["on"]
    events = {on} if isinstance(on, str) else set(on)

    assert events <= {"push", "pull_request", "workflow_dispatch"}
    assert "pull_request" not in events or "id-token" not in path.read_text()


@each_workflow
def test_nothing_that_others_write_becomes_part_of_a_script(path: Path) -> None:
    assert "${{" not in scripts(path)


@each_workflow
def test_each_command_of_ours_exists_with_its_options(path: Path) -> None:
    used = re.findall(r"^\s*leadlight ([^|>&\n]+)", scripts(path), re.MULTILINE)

    assert [line for line in used if not understood(shlex.split(line))] == []


@each_workflow
def test_each_make_target_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z]+)", scripts(path))) <= targets


@each_workflow
def test_each_job_ends_by_itself(path: Path) -> None:
    assert all(job["timeout-minutes"] <= 60 for job in read(path)["jobs"].values())


@each_workflow
def test_what_fails_before_a_pipe_has_failed(path: Path) -> None:
    shell = read(path).get("defaults", {}).get("run", {}).get("shell", "")

    assert " | " not in scripts(path) or shell == "bash"


def test_only_what_readers_of_the_sources_may_see_is_an_artefact_of_a_preview() -> None:
    uploaded = [
        step["with"]["path"]
        for step in steps(ROOT / ".github/workflows/preview.yml")
        if "upload" in step.get("uses", "")
    ]

    assert uploaded == ["plan.html", "site"]


def test_a_deploy_is_skipped_with_a_word_while_nobody_has_named_a_role() -> None:
    jobs = read(ROOT / ".github/workflows/deploy.yml")["jobs"]

    assert jobs["deploy"]["if"] == "vars.AWS_ROLE_ARN != ''"
    assert jobs["unset"]["if"] == "vars.AWS_ROLE_ARN == ''"
    assert "::notice::" in jobs["unset"]["steps"][0]["run"]


def test_two_deploys_never_run_at_once() -> None:
    found = read(ROOT / ".github/workflows/deploy.yml")

    assert found["concurrency"] == {"group": "deploy", "cancel-in-progress": False}


def understood(words: list[str]) -> bool:
    """Whether click takes these words; a file or folder need not be there."""
    command: click.Command = main
    while isinstance(command, click.Group):
        if words[0] not in command.commands:
            return False
        command = command.commands[words.pop(0)]
    filled = [word.replace("$STACK", "www").replace("$GITHUB_BASE_REF", "main") for word in words]
    try:
        command.make_context("leadlight", filled)
    except click.UsageError as wrong:
        return "there is no mkdocs.yml" in str(wrong)
    return True
