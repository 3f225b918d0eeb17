"""What every answer says of itself to a browser, and what it says to pages of other sites: nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest
from tests.infra.template import resources
from tests.probing import Grounds, Probed, Told, grounds_in, probed
from tests.world import MAIL, SETTINGS, World

from leadlight.handlers.http import ALONE, PAGE_HEADERS
from leadlight.model.inline import Inline
from leadlight.openapi.document import TAGS
from leadlight.openapi.route import HTML, JSON, Route
from leadlight.rules.policy import policy

ROUTES = [route for _, group in TAGS.values() for route in group]
ELSEWHERE = {"origin": "https://evil.example"}
PAGE = ["content-security-policy", "cross-origin-opener-policy", "permissions-policy", "x-robots-tag"]
FILE = f"/api/files/{MAIL}/guide.pdf"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    """People of all kinds have been there, and their keys are at hand."""
    grounds: Grounds = grounds_in(tmp_path_factory.mktemp("grounds"))
    with probed(grounds, tmp_path_factory.mktemp("asked")) as server:
        yield server


def asked(server: Probed, route: Route, headers: dict[str, str], method: str = "") -> Told:
    """The answer of a route to somebody with every cookie and the token that it takes."""
    parts = server.keys.parts(route.path, Random(0))
    cookies = "; ".join(f"{name}={value}" for name, value in server.keys.cookies().items())
    url = f"{route.path.format(**parts)}?token={parts['token']}"
    return server.send(method or route.method.upper(), url, {"cookie": cookies, **headers}, b"{}")


@pytest.fixture(scope="module")
def answers(server: Probed) -> dict[str, Told]:
    """What each route answers to a person and to a program, some of it a refusal."""
    kinds = {"page": {"accept": HTML}, "program": {"content-type": JSON}}
    here = {"origin": SETTINGS.site_url}
    return {
        f"{route.method} {route.path} for a {kind}": asked(server, route, {**here, **headers})
        for route in ROUTES
        for kind, headers in kinds.items()
    }


def lacking(answers: dict[str, Told], header: str, value: str) -> list[str]:
    """The answers whose header does not hold that."""
    return [name for name, told in answers.items() if value not in ",".join(told.headers.get(header, []))]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("strict-transport-security", "max-age=31536000"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("content-security-policy", "base-uri 'none'"),
        ("referrer-policy", "no-referrer"),
    ],
)
def test_every_answer_is_for_our_own_pages_alone(answers: dict[str, Told], header: str, value: str) -> None:
    assert len(answers) == 2 * len(ROUTES)
    assert lacking(answers, header, value) == []


def test_every_text_says_how_it_is_written(answers: dict[str, Told]) -> None:
    kinds = {told.headers["content-type"][0] for told in answers.values() if told.body}

    assert {kind for kind in kinds if kind.startswith("text/")} == {"text/html; charset=utf-8"}
    assert {kind for kind in kinds if "json" in kind} == {f"{JSON}; charset=utf-8", "application/problem+json"}


def test_a_page_has_nobody_behind_it_and_an_answer_for_programs_runs_nothing(answers: dict[str, Told]) -> None:
    pages = [told for told in answers.values() if told.headers["content-type"][0].startswith("text/html")]
    rest = [told for told in answers.values() if told.headers["content-type"][0].startswith("application/problem")]

    assert {name for page in pages for name in PAGE if name not in page.headers} == set()
    assert {told.headers["content-security-policy"][0].partition(";")[0] for told in rest} == {"default-src 'none'"}


def test_files_of_the_site_say_so_too(server: Probed) -> None:
    told = server.send("GET", "/openapi.json", {})

    assert told.status == 200
    assert {"x-content-type-options", "content-security-policy", "strict-transport-security"} <= set(told.headers)


def test_going_from_the_site_to_our_pages_changes_no_window() -> None:
    added = resources()["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["CustomHeadersConfig"]["Items"]
    said = {item["Header"]: item["Value"] for item in added}

    assert said == ALONE
    assert ALONE.items() <= PAGE_HEADERS.items()


def test_the_distribution_lets_no_page_change_what_its_addresses_mean() -> None:
    text = json.dumps(resources()["SecurityHeaders"])

    for rule in ("base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in text
        assert rule in policy(Inline(), attributes=True)


# --- other sites


def test_no_answer_lets_a_page_of_another_site_read_it(server: Probed) -> None:
    told = {
        f"{method} {route.path}": asked(server, route, {**ELSEWHERE, "access-control-request-method": "POST"}, method)
        for route in ROUTES
        for method in (route.method.upper(), "OPTIONS")
    }
    told |= {path: server.send("GET", path, ELSEWHERE) for path in ("/openapi.json", "/none/", FILE)}

    assert [name for name, answer in told.items() if any(h.startswith("access-control") for h in answer.headers)] == []
    assert {answer.status for name, answer in told.items() if name.startswith("OPTIONS")} <= {404, 405}


def test_nothing_on_aws_lets_it_either() -> None:
    said = json.dumps(resources())

    assert "AWS::ApiGatewayV2::Api" in said
    assert "Cors" not in said


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_post_that_asks_no_browser_for_leave_changes_nothing_either(world: World, kind: str) -> None:
    before = world.dump()

    answer = world.browser().send("POST", "/api/access", b'{"gate":"guides/mail"}', {**ELSEWHERE, "content-type": kind})

    assert answer.status == 403
    assert world.dump() == before
