"""`leadlight check`: every mistake with file, line and what to do instead; what could be better, as a warning."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from tests.site.conftest import SmallSite

from leadlight.cli import main

Check = Callable[..., Result]

CONFIG = {"site_name": "Tiny", "theme": "mkdocs", "plugins": ["leadlight"], "exclude_docs": "/playbook/"}
TEAM = "company: {name: Acme, postal: 1 Lane}\npeople: [{name: Ann Lee, email: ann@acme.example}]\n"
STEP = "---\nsubject: Hello\nwait: 2 days\nencounter: company\nobjective: start\n---\nHello.\n"
GATED = "---\ngate:\n  sequence: {}\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\nClosed words that nobody else may read.\n"


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Writes a playbook and runs the command beside it."""
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str], *options: str, **config: object) -> Result:
        for name, text in {"index.md": "# Home\n", "playbook/team.yml": TEAM, **files}.items():
            path = tmp_path / "docs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "mkdocs.yml").write_bytes(msgspec.json.encode(CONFIG | config))  # JSON is YAML
        return CliRunner().invoke(main, ["check", *options])

    return run


def test_p5_a_withheld_sentence_on_an_open_page_is_told_of_with_both_places(check: Check) -> None:
    """Whatever an author says in the open is no leak to the build, but it may be a slip."""
    secret = "Closed words that nobody else\nmay *ever* read. Short one. And eight more words that nobody has read yet."
    gated = f"---\ngate:\n  form: short\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\n{secret}\n"
    done = check({"a.md": gated, "b.md": f"# Open\n\nShort one.\n\nIt says. {secret}\n\n```\n{secret}\n```\n"})

    told = [line for line in done.output.splitlines() if "withheld in" in line]
    assert done.exit_code == 0
    assert len(told) == 1
    assert "docs/b.md:5: says “Closed words that nobody else may *ever* read.”, and 1 more" in told[0]
    assert "withheld in docs/a.md:11" in told[0]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Hello.", "Dear {{ nobody }}", "7: there is no `nobody` here; there is `lead`, `gate`, `rep`"),
        ("Hello.", "\nHi {{ lead.frist_name }}", "8: lead has no frist_name; did you mean `first_name`?"),
        ("wait: 2 days", "wait: -2 days", "3: `wait`: a wait cannot go back in time; write `2 days`, or `0 minutes`"),
        (
            "---\nHello",
            "send: 16:00-9:00\n---\nHello",
            "6: `send`: `16:00-9:00` never opens: it ends before it has begun",
        ),
        (
            "---\nHello",
            "send: 25:00-26:00\n---\nHello",
            "6: `send`: there is no 25:00 on a clock, so this window never",
        ),
        ("objective: start\n", "", "2: `objective` is missing: choose the progress it is to effect"),
    ],
)
def test_a_step_that_cannot_work_is_an_error_with_file_and_line(
    check: Check, old: str, new: str, complaint: str
) -> None:
    done = check({"playbook/sequences/zt/01-a.md": STEP.replace(old, new)})

    assert done.exit_code == 1
    assert done.output.startswith(f"docs/playbook/sequences/zt/01-a.md:{complaint}")


def test_a_translation_with_an_undefined_name_is_an_error_at_its_line(check: Check) -> None:
    done = check({"playbook/sequences/zt/01-a.md": STEP, "playbook/sequences/zt/01-a.pl.md": "\n{{ gate.tytul }}\n"})

    assert done.exit_code == 1
    assert "docs/playbook/sequences/zt/01-a.pl.md:2: gate has no tytul; did you mean `title`?" in done.output


def test_a_loop_between_sequences_is_an_error_in_each_of_their_files(check: Check) -> None:
    files = {f"playbook/sequences/{name}/01-x.md": STEP for name in "ab"}
    then = {f"playbook/sequences/{name}/sequence.yml": f"priority: 5\nthen: {to}\n" for name, to in ("ab", "ba")}

    done = check(files | then)

    assert done.exit_code == 1
    assert "docs/playbook/sequences/a/sequence.yml:2: this goes round in a circle: a → b → a;" in done.output
    assert "docs/playbook/sequences/b/sequence.yml:2: this goes round in a circle: b → a → b;" in done.output


def test_a_gate_that_names_no_sequence_is_told_at_the_line_of_the_name(check: Check) -> None:
    done = check({"page.md": GATED.format("tz"), "playbook/sequences/zt/01-a.md": STEP})

    assert done.exit_code == 1
    assert "docs/page.md:3: `sequence: tz` is not in the playbook; there is `zt`" in done.output


def test_problems_of_pages_and_of_the_playbook_come_together(check: Check) -> None:
    files = {"page.md": "---\ngate: {unlcok: form}\n---\n# Page\n", "playbook/sequences/zt/01-a.md": "Hello.\n"}

    done = check(files)

    assert "docs/page.md:2: unknown key `unlcok`" in done.output
    assert "docs/playbook/sequences/zt/01-a.md:1: start with front matter" in done.output


def test_advice_is_a_warning_and_stops_nobody(check: Check) -> None:
    done = check({"playbook/sequences/zt/01-a.md": STEP, "page.md": GATED.format("zt")})

    assert done.exit_code == 0
    assert (
        "warning: docs/playbook/sequences/zt/01-a.md:4: no step of `zt` is a meeting with the `person`," in done.stderr
    )
    assert done.stdout == "No mistakes: 1 gate, 1 warning.\n"


def test_a_program_gets_the_warnings_with_file_and_line(check: Check) -> None:
    done = check({"playbook/sequences/zt/01-a.md": STEP, "page.md": GATED.format("zt")}, "--json")
    (warning,) = msgspec.json.decode(done.stdout)["warnings"]

    assert done.exit_code == 0
    assert (warning["file"], warning["line"]) == ("docs/playbook/sequences/zt/01-a.md", 4)
    assert "`person`" in warning["message"]


def test_a_criterion_that_asks_for_what_there_is_not_is_named_with_file_and_line(check: Check) -> None:
    done = check({"playbook/criteria.yml": "fit:\n  - name: a firm\n    when: not company.freemail\n    points: 2\n"})

    assert done.exit_code == 1
    assert "docs/playbook/criteria.yml:3: company has no freemail; did you mean `free_mail`?" in done.output


def test_a_criterion_that_asks_for_a_gate_which_no_page_has_is_named_as_well(check: Check) -> None:
    fit = "fit:\n  - name: a reader\n    when: \"'pgae' in read or 'page' in read\"\n    points: 2\n"
    done = check({"playbook/criteria.yml": fit, "playbook/sequences/zt/01-a.md": STEP, "page.md": GATED.format("zt")})

    assert done.exit_code == 1
    assert "docs/playbook/criteria.yml:3: no page is the gate `pgae`; did you mean `page`?" in done.output


def test_nothing_to_say_is_said_shortly(check: Check) -> None:
    assert check({}).output == "All is well: 0 gates.\n"


def test_a_build_gives_the_same_advice_and_strictness_does_not_stop_at_it(small: SmallSite) -> None:
    (warning,) = small.built.warnings

    assert "docs/playbook/sequences/pricing/01-hello.md:4: no step of `pricing` is a meeting with the" in warning


def test_a_team_that_does_not_fit_the_site_is_a_warning(check: Check) -> None:
    team = TEAM.replace("name: Ann Lee", "name: Ann Lee, products: [sos], languages: [pl]")
    done = check({"playbook/team.yml": team, "guides/sso.pl.md": GATED.format("~")})

    assert "playbook/team.yml:2: the site speaks `en`, and nobody who takes leads does" in done.output
    assert "playbook/team.yml:2: no gate has the id or the topic `sos`" in done.output
    assert done.exit_code == 0


def test_a_mistake_does_not_hide_the_advice(check: Check) -> None:
    done = check(
        {"page.md": GATED.format("tz"), "playbook/sequences/zt/01-a.md": STEP.replace("Hello\n", "HELLO YOU!!\n")}
    )

    assert done.exit_code == 1
    assert "docs/page.md:3: `sequence: tz` is not in the playbook" in done.stderr
    assert "warning: docs/playbook/sequences/zt/01-a.md:2: a subject all in capital letters" in done.stderr


def test_what_a_broken_file_is_called_is_not_called_missing(check: Check) -> None:
    done = check({"page.md": GATED.format("zt"), "playbook/sequences/zt/01-a.md": STEP.replace("2 days", "soon")})

    assert "01-a.md:3: `wait`" in done.stderr
    assert "is not in the playbook" not in done.stderr


def test_a_team_that_cannot_be_read_makes_no_senders_unknown(check: Check) -> None:
    step = STEP.replace("---\nHello", "from: ann-lee\n---\nHello")
    done = check({"playbook/team.yml": f"{TEAM}hold: soon\n", "playbook/sequences/zt/01-a.md": step})

    assert "team.yml:3: `hold`" in done.stderr
    assert "`from` cannot be" not in done.stderr


def test_a_revision_that_git_does_not_know_is_said(check: Check) -> None:
    done = check({}, "--against", "nowhere")

    assert done.exit_code == 1
    assert "git knows no revision `nowhere` here" in done.stderr


def test_a_page_that_is_in_no_menu_and_that_nothing_links_to_is_a_warning(check: Check) -> None:
    pages = {"index.md": "# Home\n\n[there](linked.md)\n", "alone.md": "# Alone\n", "linked.md": "# Linked\n"}

    with_menu = check(pages, nav=["index.md"]).stderr
    left_out = check(pages, nav=["index.md"], not_in_nav="/alone.md").stderr
    by_itself = check(pages).stderr

    assert "docs/alone.md:1: no menu and no page leads here" in with_menu
    assert "docs/linked.md" not in with_menu
    assert "alone.md" not in left_out + by_itself
