"""A token opens the one door that it was made for, and that once, however many hands push at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.world import ANNA, FORM, MAIL, Answer, World

from leadlight.errors import Conflict
from leadlight.model.touch import TouchKind
from leadlight.tokens import TokenUse
from leadlight.visitor import confirm
from leadlight.visitor.passes import gate_cookie, tab_cookie_name

U = TokenUse
DOORS = {
    "/confirm": {U.CONFIRM},
    "/unsubscribe": {U.UNSUBSCRIBE},
    "/preferences": {U.PREFERENCES, U.CONSENT},
    "/answer": {U.ANSWER},
    "/rep/lead": {U.REP},
    "/rep/claim": {U.REP},
    "/rep/outcome": {U.REP},
    "/rep/replied": {U.REP},
    "/rep/pause": {U.REP},
    "/rep/resume": {U.REP},
    "/my-data": {U.PREFERENCES},
}
"""Addresses that a token stands in, and what is taken there."""
READ = {"/rep/pause", "/rep/resume"}
"""Nothing is to be seen there: they only take posts."""
COOKIES = {
    "leadlight_pass": U.LEAD_PASS,
    gate_cookie(FORM): U.GATE_PASS,
    tab_cookie_name(MAIL): U.TAB,
    "leadlight_desk": U.SESSION,
    "leadlight_rep": U.REP_BROWSER,
}
"""And cookies."""
SAID = {
    "token": "",
    "do": "stop",
    "answer": "accepted",
    "objective": "advance",
    "achieved": "yes",
    "until": "2026-02-01",
}


def all_of(world: World) -> dict[TokenUse, str]:
    """A token of each use that says everything which any of them says, of a lead with an open page."""
    (capture,) = world.services.store.captures(world.id_of())
    facts = {
        "lead": world.id_of(), "gen": 1, "capture": capture.id, "gate": MAIL, "rep": "rita", "person": "rita",
        "id": "0123456789abcdef", "wish": "wished/0", "what": "offer", "ref": "step/x", "to": "a…@example.com",
        "at": "2026-01-05T10:00:00+00:00", "of": "",
    }  # fmt: skip
    return {use: world.services.tokens.sign(use, facts) for use in U}


def wrong_doors(world: World, method: str) -> Iterator[tuple[str, Answer]]:
    """What each address says to each token that is not for it."""
    tokens = all_of(world)
    for path, taken in DOORS.items():
        for use in U:
            if use in taken or (method == "GET" and path in READ):
                continue
            browser, address = world.browser(), f"{path}?token={tokens[use]}"
            said = {**SAID, "token": tokens[use]}
            yield f"{use} at {path}", browser.get(address) if method == "GET" else browser.submit(address, **said)


@pytest.mark.grounds("local", "prompt")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_token_opens_another_door(world: World, method: str) -> None:
    world.confirmed()
    before = world.dump()

    opened = [where for where, answer in wrong_doors(world, method) if answer.status < 400]

    assert opened == []
    assert world.dump() == before


def test_no_token_is_another_cookie(world: World) -> None:
    world.confirmed()
    tokens, opened = all_of(world), []
    for name, use in COOKIES.items():
        for other in set(U) - {use}:
            browser = world.browser()
            browser.cookies[f"__Host-{name}"] = tokens[other]
            answers = [browser.get(f"/api/content/{gate}") for gate in (MAIL, FORM)]
            if any(answer.status == 200 for answer in answers) or browser.get("/rep/desk").status == 200:
                opened.append((name, other))

    assert opened == []


def test_a_hundred_taps_at_once_are_one(world: World) -> None:
    world.browser().ask_for(name="Anna")
    world.settle()
    token = world.mail(ANNA, "Your link").link("/confirm").partition("token=")[2]

    def tap(_: int) -> bool:
        try:
            return bool(confirm.confirm(world.services, token).cookies)
        except Conflict:  # eight tries, all overtaken: the page says "in a moment"
            return False

    with ThreadPoolExecutor(20) as hands:
        let_in = list(hands.map(tap, range(100)))
    world.settle()

    assert any(let_in)
    assert len(world.touches(TouchKind.CONFIRMED)) == 1
    assert [subject for subject in world.subjects(ANNA) if "way back" in subject] == world.subjects(ANNA)[1:]
    assert len(world.subjects(ANNA)) == 2
