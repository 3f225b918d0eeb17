"""Before a merge: what a change does to visitors, to leads in flight and to reps, each fact on its line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.world import World

from leadlight.cli import main
from leadlight.cli.effects import effects_since

CUT = "\nOpen words of it.\n\n<!-- more -->\n\nWithheld words of this page.\n"
STEP = "---\nsubject: {0}\nwait: {1}\nencounter: subject\nobjective: start\nappeal: profit\n---\n{0}.\n"
TEAM = "company: {{name: Acme, postal: 1 Lane}}\npeople:\n  - {{name: Ann Lee, email: ann@acme.example{0}}}\n{1}"
FORM = "consent: required\nfields:\n{0}wording:\n  content: We mail a link.\n  follow-up: {1}\n"
SITE = (
    "site_name: Acme\nsite_url: https://acme.example/\ndocs_dir: docs\nplugins: [leadlight]\nexclude_docs: /playbook/\n"
)
BOOK = "docs/playbook"

BEFORE = {
    "mkdocs.yml": SITE,
    "docs/index.md": "# Home\n",
    "docs/guide.md": f"---\ngate: {{unlock: email, sequence: talk, files: [downloads/old.pdf]}}\n---\n# Guide\n{CUT}",
    "docs/free.md": f"# Free\n{CUT}",
    "docs/later.md": "---\ngate: {kind: waitlist, form: short}\n---\n# Later\n\nNobody has written it.\n",
    "docs/downloads/old.pdf": "old",
    "docs/downloads/new.pdf": "new",
    f"{BOOK}/team.yml": TEAM.format("", "escalate: {call: 15 minutes}\n"),
    f"{BOOK}/criteria.yml": "warm: 7\n",
    f"{BOOK}/forms/short.yml": FORM.format("  - {name: phone, type: phone}\n", "And 4 mails."),
    f"{BOOK}/objections/dear.md": "# Too dear\n\nIt pays.\n",
    f"{BOOK}/sequences/talk/01-a.md": STEP.format("Hello", "1 day"),
    f"{BOOK}/sequences/talk/02-b.md": STEP.format("Again", "8 days"),
}
AFTER = {
    "docs/guide.md": f"---\ngate: {{unlock: form, sequence: talk, files: [downloads/new.pdf], meter: 2/month}}\n---\n"
    f"# Guide\n{CUT}",
    "docs/free.md": f"---\ngate: {{unlock: rep, form: short}}\n---\n# Free\n{CUT}",
    "docs/later.md": f"---\ngate: {{form: short}}\n---\n# Later\n{CUT}",
    "docs/guides/new.md": "---\nannounce: true\n---\n# Lamps <b>\n",
    f"{BOOK}/team.yml": TEAM.format(", territories: [GB]", "  - {name: Bo Ek, email: bo@acme.example}\n"),
    f"{BOOK}/criteria.yml": "warm: 9\nfit:\n  - {name: a firm, when: not company.free_mail, points: 2}\n",
    f"{BOOK}/forms/short.yml": FORM.format("  - {name: company, required: yes}\n", "And 5 mails."),
    f"{BOOK}/objections/dear.md": "# Too dear\n\nIt pays twice.\n",
    f"{BOOK}/sequences/talk/03-c.md": STEP.format("Once more", "12 days"),
}
NO_CALL = "no call unless you ask"
KEPT = "who agreed before is mailed no more than they were told"
VISITORS = [
    "- **`guide`**",
    "    - opens after the address is confirmed → at once with the form",
    "    - free reads: none → 2 a month",
    r"    - \+ download new.pdf",
    r"    - \- download old.pdf: links to it in mails that were sent stop working",
    r"    - \+ the form asks company (required)",
    r"    - \- the form asks phone no more",
    "    - words for follow-up: “And 4 mails.” → “And 5 mails.”; who agreed before keeps the old words",
    f"    - promise: “2 mails in 12 days, {NO_CALL}” → “3 mails in 4 weeks, {NO_CALL}”; {KEPT}",
    "    - “Free” was open, and has a gate now",
    "    - is written now: everybody who waits for it is told, once",
    r"    - everybody who agreed to news will get “New: Lamps \<b\>”, once",
]
LEADS = [
    "- **`talk`**",
    r"    - \+ 03-c: mail, 12 days later, subject, start: “Once more”",
    "    - leads in flight: finish the version they started with",
]
REPS = [
    "- **Ann Lee**",
    "    - territories none → GB",
    "- **Bo Ek**",
    "    - is new in the team",
    "- **who is worth a talk**",
    "    - warm 7 → 9",
    "- **criterion “a firm”**",
    "    - is new: 2 points if not company.free\\_mail",
    "- **objection “Too dear”**",
    "    - reads otherwise",
]


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of two commits."""
    root = tmp_path_factory.mktemp("two-commits")
    git = ["git", "-C", str(root), "-c", "user.name=Ann", "-c", "user.email=ann@acme.example"]
    for files, words in ((BEFORE, ["init", "-q", "-b", "main"]), (AFTER, ["checkout", "-q", "-b", "change"])):
        subprocess.run([*git, *words], check=True)
        write(root, files)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    return root


def run(site: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["plan", *arguments, "-f", str(site / "mkdocs.yml")])


@pytest.fixture(scope="module")
def markdown(site: Path) -> str:
    return run(site, "--against", "main", "--format", "markdown").stdout


@pytest.mark.parametrize(
    ("heading", "line"),
    [("visitors", one) for one in VISITORS]
    + [("leads in flight", one) for one in LEADS]
    + [("reps", one) for one in REPS],
)
def test_each_effect_is_a_line_below_whom_it_concerns(markdown: str, heading: str, line: str) -> None:
    section = markdown.partition(f"## For {heading}\n")[2].partition("\n## ")[0]

    assert line in section.splitlines()


def test_what_stays_as_it_is_is_said_in_one_line_each(site: Path) -> None:
    shown = run(site, "--against", "HEAD", "--format", "markdown")

    assert shown.exit_code == 0
    assert shown.stdout.count("Nothing changes.") == 3


def test_markdown_without_a_revision_is_wrong_usage(site: Path) -> None:
    shown = run(site, "--format", "markdown")

    assert shown.exit_code == 2
    assert "say since when, as in --against main" in shown.stderr


def test_a_program_gets_the_same_effects(site: Path) -> None:
    found = json.loads(run(site, "talk", "--until", "20d", "--against", "main", "--format", "json").stdout)

    assert [one["sequence"] for one in found["changes"]] == ["talk"]
    assert {one["subject"] for one in found["visitors"]} == {"`free`", "`guide`", "`later`"}
    assert found["news"].keys() == {"guides/new"}


def test_the_page_shows_each_mail_and_each_gate_as_they_will_look(site: Path) -> None:
    html = run(site, "--against", "main", "--format", "html").stdout

    assert html.count("<iframe sandbox") == 3
    assert html.count('<iframe class="tall" sandbox') == 3
    assert "&lt;form class=&#34;leadlight-card" in html
    assert "<li><bdi>opens after the address is confirmed → at once with the form</bdi></li>" in html
    assert not {"http://", "//cdn", "<link "} & {word for word in ("//cdn", "<link ") if word in html}


def test_readers_who_would_be_told_of_a_new_page_are_counted(site: Path, world: World) -> None:
    world.advance("1 hour")
    for name in ("anna", "bert", "cleo"):
        world.confirmed("guides/form", f"{name}@firm.example", consent=False, news=name != "cleo")

    found = effects_since("main", site / "mkdocs.yml", world.services.store)

    assert list(found.news.values()) == ["2 readers who agreed to news will get “New: Lamps <b>”, once"]


def test_nobody_is_counted_for_news_in_a_language_that_they_do_not_read(site: Path, world: World) -> None:
    (site / "docs/guides/new.md").rename(site / "docs/guides/new.pl.md")
    world.advance("1 hour")
    world.confirmed("guides/form", "anna@firm.example", consent=False, news=True)

    found = effects_since("main", site / "mkdocs.yml", world.services.store)

    assert list(found.news.values()) == ["0 readers who agreed to news and read `pl` will get “New: Lamps <b>”, once"]


def test_a_revision_without_a_site_makes_everything_new(site: Path, tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=Ann", "-c", "user.email=ann@acme.example"]
    for words in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    write(tmp_path, BEFORE)

    shown = run(tmp_path, "--against", "main", "--format", "markdown").stdout

    assert "    - “Guide” is a new page with a gate" in shown.splitlines()
