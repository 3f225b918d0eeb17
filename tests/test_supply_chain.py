"""What others would tell us of our code before an attacker does: risky calls, secrets in the tree, its parts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.packed import ROOT

BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow

ACCEPTED = {
    ("gate/plugin.py", "B604"): "`shell` is the page around ours, no program",
    ("gate/stage.py", "B604"): "the same",
    ("local/erased.py", "B608"): "two constants put together; values are bound",
    ("messages.py", "B704"): "nh3 has cleaned that HTML a moment ago",
    ("publish/begin.py", "B701"): "writes Markdown and YAML, no HTML",
}
"""What bandit says of our code with at least medium severity, and why it is all right."""

DETECTORS = (
    "AWSKeyDetector", "BasicAuthDetector", "GitHubTokenDetector", "PrivateKeyDetector", "PypiTokenDetector",
    "SlackDetector", "StripeDetector",
)  # fmt: skip
"""What detect-secrets knows by its form. The word “secret” and odd strings are everywhere in a product of links."""
WRITTEN = {".cfg", ".css", ".html", ".js", ".json", ".md", ".py", ".sh", ".toml", ".yaml", ".yml", ""}
SHOWN = ("user:password@", "name:secret@", "user:secret@")
"""What stands for a password in examples."""


BILL = """
import runpy, sys
sys.modules["rfc3987_syntax"] = None
runpy.run_module("cyclonedx_py", run_name="__main__", alter_sys=True)
"""
"""`cyclonedx-py`, which checks what it writes by the format's own schema. Only addresses we look at ourselves: its
grammar of international ones takes six seconds for two hundred of them."""


def run(*command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.stdout


def test_bandit_finds_nothing_that_we_have_not_looked_at() -> None:
    # What a comment silences counts as well, and no line has to be read once more to look for one.
    asked = (BIN / "bandit", "--ignore-nosec", "-q", "-r", "functions/leadlight", "-ll", "-f", "json")
    found = json.loads(run(*asked))["results"]

    said = {(each["filename"].partition("leadlight/")[2].removeprefix("leadlight/"), each["test_id"]) for each in found}
    assert said == set(ACCEPTED)


def test_no_secret_lies_in_the_tree() -> None:
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import transient_settings

    listed = run("git", "ls-files", "-z").split("\0") if (ROOT / ".git").exists() else []
    secrets = SecretsCollection()
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        for name in listed:
            written = Path(name).suffix in WRITTEN and not name.startswith("tests/")  # what tests sign with is made up
            if written and (ROOT / name).is_file() and is_suspect(ROOT / name):
                secrets.scan_file(str(ROOT / name))

    lines = {(name, each.line_number) for name, each in secrets}
    said = {(name, number): Path(name).read_text().splitlines()[number - 1] for name, number in lines}
    assert [place for place, line in said.items() if not any(shown in line for shown in SHOWN)] == []


def is_suspect(path: Path) -> bool:
    """Whether any detector finds anything, asked about the whole file at once: line by line it takes ten times as long.

    The file is asked as it is and as detect-secrets rewrites it, with values in quotes. No form spans two lines.
    """
    from detect_secrets.settings import get_plugins
    from detect_secrets.transformers import get_transformed_file

    with path.open() as file:
        try:
            asked = [file.read()]
        except UnicodeDecodeError:
            return False  # nor does detect-secrets read it
        for eager in (False, True):
            file.seek(0)
            asked.append("\n".join(get_transformed_file(file, use_eager_transformers=eager) or ()))
    return any(set(plugin.analyze_string(text)) for plugin in get_plugins() for text in asked)


def test_the_bill_of_materials_names_each_part_with_version_and_hash(tmp_path: Path) -> None:
    bill = tmp_path / "sbom.cdx.json"

    asked = ("requirements", "--of", "JSON", "-o", bill, "requirements.lock")
    subprocess.run([sys.executable, "-c", BILL, *asked], cwd=ROOT, check=True)

    parts = json.loads(bill.read_bytes())["components"]
    pinned = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert sorted((part["name"], part["version"]) for part in parts) == sorted(pinned)
    assert all(part["externalReferences"][0]["hashes"] for part in parts)
    assert all(re.fullmatch(r"https://[\w./-]+", part["externalReferences"][0]["url"]) for part in parts)
