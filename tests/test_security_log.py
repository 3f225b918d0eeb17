"""What the log says of who comes in and who is turned away: enough to see an attack, and nothing that helps one."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace

import pytest
from tests.journeys.desk import at_desk
from tests.world import ANNA, MAIL, REP_ADDRESS, World

from leadlight.errors import ForeignOrigin
from leadlight.handlers.edge import note_refusal
from leadlight.handlers.request import Request

JSON = {"content-type": "application/json"}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is written to the log: its stream was chosen when the logger was made, before any fixture of pytest's."""
    written = io.StringIO()
    for handler in logging.getLogger("leadlight").handlers:
        monkeypatch.setattr(handler, "stream", written)
    return written


def lines(log: io.StringIO, message: str = "") -> list[dict[str, str]]:
    """The lines with that message, each JSON of its own."""
    logged = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in logged if line["message"] == message or not message]


@pytest.mark.parametrize(
    ("path", "headers", "why"),
    [
        ("/api/access", {"origin": "https://evil.example"}, "ForeignOrigin"),
        ("/rep/leads", {"origin": "https://glass.example"}, "NotSignedIn"),
        ("/rep/claim?token=made.up", {}, "BadToken"),
        ("/api/code", {}, "BadToken"),
    ],
)
def test_who_is_turned_away_leaves_a_line(
    world: World, log: io.StringIO, path: str, headers: dict[str, str], why: str
) -> None:
    world.browser().send("POST", path, b'{"gate": "guides/mail"}', {**JSON, **headers})

    (line,) = lines(log, "request.refused")
    assert (line["why"], line["path"]) == (why, path.partition("?")[0])
    assert "made.up" not in json.dumps(line)
    assert line["timestamp"].endswith("+0000")
    assert line["correlation_id"]


def test_a_wrong_code_leaves_a_line_in_a_form_as_in_a_program(world: World, log: io.StringIO) -> None:
    tab = world.browser()
    tab.ask_for()
    world.settle()

    tab.submit("/api/code", gate=MAIL, code="000000")
    tab.post("/api/code", gate=MAIL, code="000000")

    assert [line["why"] for line in lines(log, "request.refused")] == ["WrongCode"] * 2


def test_no_path_begins_a_line_of_its_own_or_fills_the_log(log: io.StringIO) -> None:
    evil = '/rep/\n{"message":"desk.entered"}' + "x" * 2000

    note_refusal(ForeignOrigin(), Request("POST", evil, {}, {}, {}, b"", ""))

    (line,) = lines(log)
    assert line["message"] == "request.refused"
    assert line["path"] == evil[:200]


def test_who_comes_in_and_who_goes_is_told_by_their_id(world: World, log: io.StringIO) -> None:
    rita = at_desk(world)
    rita.submit("/sign-out")

    said = [(line["message"], line["person"]) for line in lines(log) if "person" in line]
    assert said == [("desk.entered", "rita"), ("desk.left", "rita")]
    assert REP_ADDRESS not in log.getvalue()


def test_what_breaks_within_is_told_to_the_log_and_to_nobody_outside(world: World, log: io.StringIO) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("the password of the database is swordfish")

    world.serve(replace(world.services, store=Broken()))

    answers = [
        world.browser().post("/api/access", gate=MAIL, email=ANNA, consent=True),
        world.browser().submit("/sign-in", email=REP_ADDRESS),
    ]
    assert [answer.status for answer in answers] == [500, 500]
    assert [word for word in ("swordfish", "Traceback", "RuntimeError") for a in answers if word in a.text] == []
    assert [line["path"] for line in lines(log, "request.failed")] == ["/api/access", "/sign-in"]


def test_an_everyday_refusal_leaves_none(world: World, log: io.StringIO) -> None:
    world.browser().post("/api/access", gate=MAIL, email=ANNA)  # without the agreement
    world.browser().get(f"/api/content/{MAIL}")

    assert lines(log, "request.refused") == []
