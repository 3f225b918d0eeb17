"""The functions behind the routes, fed with events as API Gateway sends them (payload format 2.0)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.world import ANNA, World

from leadlight.model.touch import TouchKind

EVENTS = Path(__file__).parent / "events"
STATUS = {
    "access_json": 202,
    "access_form_base64": 303,
    "access_foreign_origin": 403,
    "content_without_pass": 401,
    "head_health": 200,
    "confirm_bad_token": 403,
    "unsubscribe_one_click": 403,
}


def event(name: str) -> dict:
    return json.loads((EVENTS / f"{name}.json").read_text())


@pytest.mark.parametrize("name", sorted(STATUS))
def test_each_event_gets_its_answer(world: World, name: str) -> None:
    answer = world.answer(event(name))

    assert answer.status == STATUS[name]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_same_event_twice_is_two_submits_and_one_lead(world: World) -> None:
    world.answer(event("access_json"))
    world.answer(event("access_json"))
    world.settle()

    assert len(list(world.services.store.leads())) == 1
    assert len(world.touches(TouchKind.CAPTURED)) == 2
    assert {mail.to for mail in world.mails()} == {ANNA}


def test_a_refusal_is_a_page_for_people_and_problem_json_for_programs(world: World) -> None:
    page, problem = world.answer(event("confirm_bad_token")), world.answer(event("content_without_pass"))

    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json["status"] == 401


def test_what_only_an_operator_can_mend_shows_nothing_of_its_inside(world: World, tmp_path: Path) -> None:
    from dataclasses import replace

    from leadlight.handlers import on_visitor_request
    from leadlight.local.files import LocalFiles

    handle = on_visitor_request.handler(replace(world.services, files=LocalFiles(tmp_path / "nothing")))

    answer = handle(event("access_json"), None)

    assert answer["statusCode"] == 500
    assert "manifest" not in answer["body"]
    assert json.loads(answer["body"])["detail"] == "Something is broken on our side. Please try again later."


def test_a_store_that_is_busy_asks_to_come_again(world: World) -> None:
    from dataclasses import replace

    from leadlight.errors import StoreBusy
    from leadlight.handlers import on_visitor_request

    class Busy:
        def __getattr__(self, name):
            raise StoreBusy

    answer = on_visitor_request.handler(replace(world.services, store=Busy()))(event("access_json"), None)

    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "2"
