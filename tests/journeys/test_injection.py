"""Whatever people type, wherever they can, stays what it is: text. Every string in every field, in every output."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests import judge
from tests.conftest import Tally
from tests.injections import Injection, injections, of_group
from tests.journeys.injected import Crowd, everything, single
from tests.journeys.lists import run
from tests.world import ANNA, FORM, MANAGER_ADDRESS, REP_ADDRESS, World

from leadlight.cli import main
from leadlight.local.clock import OFFSET
from leadlight.rules.cells import as_meant, neutral

HELD = frozenset(each.marker for each in injections())
"""The markers of all strings that a form takes."""

FREE = ("name", "company", "team", "about")
"""Fields of a form in which anything may be written."""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """Everything that can be typed was, and everything that can be read was asked for."""
    crowd = everything(tmp_path_factory.mktemp("injected"))
    yield crowd
    crowd.close()


def test_there_are_more_than_three_hundred_strings_of_every_sort() -> None:
    assert len(injections()) > 300
    assert all(of_group(name) for name in ("HTML", "templates", "Markdown", "headers", "turned", "formulas", "broken"))


def test_no_page_takes_what_was_typed_for_more_than_text(crowd: Crowd, tally: Tally) -> None:
    wrong = [what for page in crowd.pages for what in judge.in_html(page)]
    seen = set().union(*map(judge.markers_in, crowd.pages))
    tally("injections into pages", strings=len(HELD), pages=len(crowd.pages))

    assert wrong == []
    assert seen >= HELD


def test_no_mail_takes_it_for_more_than_text_and_no_head_for_more_than_a_name(crowd: Crowd, tally: Tally) -> None:
    mails = crowd.world.ground.mails()
    wrong = [what for raw in mails for what in judge.in_mail(raw)]
    told = [mail.text for mail in crowd.world.mails(REP_ADDRESS)]
    tally("injections into mails", strings=len(HELD), mails=len(mails))

    assert wrong == []
    assert set().union(*map(judge.markers_in, told)) >= HELD


def test_the_opt_in_mail_holds_nothing_that_anybody_typed(crowd: Crowd) -> None:
    optins = [mail for mail in crowd.world.mails() if mail.subject.startswith("Your link to")]

    assert len(optins) >= len(crowd.addresses)
    for mail in optins:
        assert judge.markers_in(mail.text + mail.html + mail.subject) == set()


def test_the_weeks_mail_and_the_days_mail_are_among_them(crowd: Crowd) -> None:
    told = crowd.world.mails(MANAGER_ADDRESS)

    assert any(judge.markers_in(mail.text) and "insights" in mail.text for mail in told)
    assert any(judge.markers_in(mail.text) for mail in crowd.world.mails(REP_ADDRESS) if "desk" in mail.text)


def test_no_answer_to_a_program_is_broken_and_no_header_holds_what_was_typed(crowd: Crowd) -> None:
    programs = [each for each in crowd.answers if "json" in each.headers.get("content-type", "")]

    assert len(programs) > 250
    assert [what for each in programs for what in judge.in_json(each.text)] == []
    assert [each.headers for each in crowd.answers if judge.markers_in(repr((each.headers, each.cookies)))] == []


def test_problem_json_says_nothing_of_what_was_typed(crowd: Crowd) -> None:
    problems = [each.text for each in crowd.answers if each.headers.get("content-type") == "application/problem+json"]

    assert len(problems) > 100
    assert set().union(*map(judge.markers_in, problems)) == set()


def test_no_table_holds_a_formula(crowd: Crowd) -> None:
    table = run(crowd.world, "export").stdout

    assert judge.in_table(table) == []
    assert judge.markers_in(table) >= HELD


@pytest.mark.parametrize("shape", ["text", "html", "json", "csv"])
def test_no_shape_of_the_report_takes_it_for_more_than_text(crowd: Crowd, shape: str) -> None:
    offset = crowd.world.clock.now() - datetime.now(UTC)
    crowd.world.services.store.set_note(OFFSET, str(offset.total_seconds()))
    said = CliRunner().invoke(main, ["report", "--format", shape, "--data", str(crowd.world.data)])
    judges = {"text": judge.on_terminal, "html": judge.in_html, "json": judge.in_json, "csv": judge.in_table}

    assert said.exit_code == 0, said.output
    assert judges[shape](said.stdout) == []


def test_no_terminal_is_driven_by_it(crowd: Crowd) -> None:
    leads = [lead.id for lead in crowd.world.services.store.leads()][::6]
    shown = [run(crowd.world, "show", lead).output for lead in leads]
    shown += [run(crowd.world, "list").output, *crowd.said]

    assert [what for text in shown for what in judge.on_terminal(text)] == []


def test_all_that_is_kept_of_one_is_text_as_html_and_as_json(crowd: Crowd) -> None:
    for address in crowd.addresses[:6]:
        page = run(crowd.world, "export", "--email", address, "--format", "html").stdout
        assert judge.in_html(page) == [], address
        assert judge.markers_in(page)
        assert judge.in_json(run(crowd.world, "export", "--email", address, "--format", "json").stdout) == []


def test_every_line_of_the_log_is_json_and_holds_nothing_that_anybody_typed(crowd: Crowd, tally: Tally) -> None:
    lines = crowd.log.getvalue()
    tally("injections into the log", lines=len(lines.splitlines()))

    assert len(lines.splitlines()) > 300
    assert judge.in_log(lines) == []


def test_no_event_holds_anything_that_anybody_typed(crowd: Crowd) -> None:
    with sqlite3.connect(crowd.world.data / "events.db") as db:
        bodies = [body for (body,) in db.execute("SELECT body FROM delivery")]
    db.close()

    assert len(bodies) > 200
    assert set().union(*map(judge.markers_in, bodies)) == set()
    assert all(isinstance(msgspec.json.decode(body), dict) for body in bodies)


def test_the_store_holds_nothing_of_it_but_sealed(crowd: Crowd) -> None:
    """Labels of campaigns are no words of people: links carry them, and they are cut down to plain letters."""
    rows = crowd.world.dump()

    held = {name: judge.markers_in(repr(found)) & HELD for name, found in rows.items()}
    assert {name: found for name, found in held.items() if found} == {}


@pytest.mark.parametrize("field", [*FREE, "phone", "role", "email", "call", "intent", "gate", "country", "wording"])
def test_what_could_break_a_line_is_refused_or_left_out(world: World, field: str) -> None:
    world.lift_budgets()
    before = len(world.mails())

    for each in injections(broken=True):
        sent = {"gate": FORM, "email": ANNA, "consent": True, field: each.text}
        answer = world.browser().post("/api/access", **sent)
        assert answer.status in {200, 404, 422}, each
        assert each.marker not in answer.text
    world.settle()

    mails = world.ground.mails()[before:]
    assert [what for raw in mails for what in judge.in_mail(raw)] == []


def test_names_of_fields_and_texts_of_any_length_are_refused_in_words(world: World) -> None:
    long = "x" * 60_000
    tries = [
        {"name": long},
        {long: "x"},
        {"about": long},
        {"email": f"{long}@example.com"},
        {"call": long},
        {"wording": long},
    ]

    for values in tries:
        answer = world.browser().post("/api/access", **{"gate": FORM, "email": ANNA, "consent": True, **values})
        assert answer.status in {200, 422}
        assert long[:300] not in answer.text


def test_an_address_with_a_question_mark_names_no_further_receiver(world: World) -> None:
    world.confirmed(address="anna?bcc=victim@example.com")
    world.settle()

    pages = [world.mail(REP_ADDRESS).html, world.browser().get(world.briefing(), accept="text/html").text]
    for page in pages:
        assert 'href="mailto:anna%3Fbcc%3Dvictim@example.com"' in page
        assert judge.in_html(page) == []
    assert "mailto" not in world.mail(REP_ADDRESS).text


@pytest.mark.parametrize(
    "begins", [*"=+-@\t\r\0", *"\uff1d\uff0b\uff0d\uff20", "\u200b=", "\ufeff=", "\u00a0=", "\n=", " \u2060+"]
)
def test_a_cell_that_begins_a_formula_is_text_however_it_is_hidden(begins: str) -> None:
    cell = f"{begins}1+1"

    assert neutral(cell) == f"'{cell}"
    assert as_meant(neutral(cell)) == cell


@pytest.mark.grounds("prompt")
def test_a_mail_by_ses_takes_it_for_no_more_than_text(world: World) -> None:
    first = [of_group(name)[0] for name in ("HTML", "attributes", "Markdown", "headers", "templates", "formulas")]
    line = " ".join(each.text for each in first)
    world.confirmed(address="=cmd@example.com", name=line, company=line, about=line)
    world.advance("1 day")

    assert len(world.mails()) >= 4
    assert [what for raw in world.ground.mails() for what in judge.in_mail(raw)] == []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One string alone in every field; with `--each-string` each of them."""
    if "alone" in metafunc.fixturenames:
        strings = injections() if metafunc.config.getoption("--each-string") else injections()[-1:]
        metafunc.parametrize("alone", strings, ids=[each.marker for each in strings])


def test_a_string_alone_in_every_field_is_text(alone: Injection, tmp_path: Path) -> None:
    crowd = single(tmp_path, alone)
    wrong = [what for page in crowd.pages for what in judge.in_html(page)]
    wrong += [what for raw in crowd.world.ground.mails() for what in judge.in_mail(raw)]
    wrong += [*judge.in_log(crowd.log.getvalue()), *judge.in_table(run(crowd.world, "export").stdout)]
    crowd.close()

    assert wrong == []


@pytest.mark.parametrize("text", ["<script>zq0000x()</script>", "<b onclick=zq0000x>x</b>", "<!-- zq0000x -->"])
def test_the_judge_sees_what_runs(text: str) -> None:
    assert judge.in_html(f"<p>{text}</p>")


@pytest.mark.parametrize(
    "text", ["<a href='http://evil.example/'>zq0000x</a>", "<b>zq0167x</b>", "<img src=//evil.example>"]
)
def test_the_judge_sees_what_is_no_longer_as_it_was_typed(text: str) -> None:
    assert judge.in_html(f"<p>{text}</p>")
