"""A form that looks like a program's is asked for a little work first, and nobody is kept out who does it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge
from tests.ground_aws import Account
from tests.world import ANNA, FORM, MAIL, REPS, Answer, Browser, World

from leadlight.handlers.edge import warmed
from leadlight.model.touch import TouchKind
from leadlight.settings import from_environment
from leadlight.welcome import UNDELIVERABLE

Proof = dict[str, Any]

TRAPPED = {"homepage": "https://spam.example"}


@pytest.fixture
def guarded(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that asks for proof, by puzzles that cost no time worth mentioning."""
    monkeypatch.setattr("leadlight.visitor.proof.COST", 2)
    monkeypatch.setattr("leadlight.visitor.proof.LEAST", 4)
    world.serve(replace(world.services, settings=replace(world.services.settings, proof_of_work=True)))
    return world


def solved(answer: Answer) -> str:
    """What a browser sends after the puzzle in an answer."""
    challenge = Challenge.from_dict(answer.json["challenge"])
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def opened(proof: str) -> Proof:
    return dict(json.loads(base64.b64decode(proof)))


def closed(proof: Proof) -> str:
    return base64.b64encode(json.dumps(proof).encode()).decode()


def numbered(world: World, count: int, source: str = "198.51.100.7") -> list[int]:
    """What so many people of one network are answered."""
    browser = world.browser(source)
    return [browser.ask_for(address=f"visitor{number}@example.com").status for number in range(count)]


def hidden(answer: Answer) -> int:
    """The number that the browser is to find."""
    solution = solve_challenge(Challenge.from_dict(answer.json["challenge"]))
    assert solution is not None
    return solution.counter


def shape(answer: Answer) -> tuple[object, ...]:
    """All of an answer but what is random in it."""
    body = json.loads(re.sub(r"\"[0-9a-f]{16,64}\"", '"random"', answer.text))
    return answer.status, answer.headers, answer.cookies, body


def puzzle(browser: Browser, **values: object) -> Answer:
    """The answer to a form of that browser which looks like a program's."""
    answer = browser.ask_for(**TRAPPED, **values)
    assert answer.status == 422, answer.text
    return answer


# --- who is asked


@pytest.mark.grounds("local", "prompt", "hostile")
def test_who_looks_like_a_program_gets_through_by_a_little_work(guarded: World) -> None:
    browser = guarded.browser()
    asked = browser.ask_for(**TRAPPED)
    answer = browser.ask_for(**TRAPPED, proof=solved(asked))
    guarded.settle()

    assert (asked.status, answer.status) == (422, 202)
    assert guarded.subjects(ANNA) == ["Your link to “Mail guide”"]


@pytest.mark.grounds("local", "prompt")
def test_an_ordinary_visitor_is_asked_for_nothing(guarded: World) -> None:
    assert guarded.browser().ask_for(homepage="").status == 202


def test_nothing_is_stored_before_the_work_is_done(guarded: World) -> None:
    guarded.browser().ask_for(**TRAPPED)

    assert guarded.services.store.lead(guarded.id_of()) is None


def test_a_form_that_is_sent_at_once_is_asked_and_one_after_a_while_is_not(guarded: World) -> None:
    browser = guarded.browser()
    ticket = browser.get(f"/api/form/{MAIL}").json["ticket"]
    at_once = browser.ask_for(ticket=ticket)
    guarded.clock.move_to(guarded.clock.now() + timedelta(seconds=4))

    assert (at_once.status, browser.ask_for(ticket=ticket).status) == (422, 202)


@pytest.mark.parametrize("ticket", ["", "x", "x.y.z", "é", "of another gate", "of yesterday"])
def test_a_ticket_that_tells_nothing_is_no_sign(guarded: World, ticket: str) -> None:
    browser = guarded.browser()
    if ticket == "of another gate":
        ticket = browser.get(f"/api/form/{FORM}").json["ticket"]
    elif ticket == "of yesterday":
        ticket = browser.get(f"/api/form/{MAIL}").json["ticket"]
        guarded.jump("25 hours")

    assert browser.ask_for(ticket=ticket).status == 202


@pytest.mark.grounds("local", "prompt")
def test_a_network_that_sends_much_is_asked_and_others_are_not(guarded: World) -> None:
    answers = numbered(guarded, 10)

    assert answers == [202] * 8 + [422] * 2
    assert numbered(guarded, 1, "203.0.113.9") == [202]


def test_who_does_the_work_is_let_in_up_to_the_limit_of_the_network(guarded: World) -> None:
    browser, statuses = guarded.browser(), []
    for number in range(22):
        answer = browser.ask_for(address=f"visitor{number}@example.com")
        if answer.status == 422:
            answer = browser.ask_for(address=f"visitor{number}@example.com", proof=solved(answer))
        statuses.append(answer.status)

    assert statuses == [202] * 20 + [429] * 2


def test_the_puzzles_of_a_network_get_harder_and_end(guarded: World) -> None:
    browser = guarded.browser()
    answers = [browser.ask_for(**TRAPPED) for _ in range(101)]

    least = [hidden(answers[number]) for number in (0, 4, 5, 15, 40, 99)]
    assert [4 <= least[0] < 8, 4 <= least[1] < 8, 8 <= least[2] < 16] == [True] * 3
    assert [16 <= least[3] < 32, 32 <= least[4] < 64, 32 <= least[5] < 64] == [True] * 3
    assert (answers[-1].status, "retry-after" in answers[-1].headers) == (429, True)


def test_a_known_address_is_asked_as_an_unknown_one_is(guarded: World) -> None:
    guarded.confirmed()
    known, unknown = (puzzle(guarded.browser(), address=address) for address in (ANNA, "new@example.com"))

    assert shape(known) == shape(unknown)


def test_a_browser_that_was_confirmed_is_not_asked(guarded: World) -> None:
    browser = guarded.confirmed()

    assert browser.post("/api/access", gate=FORM, **TRAPPED).status == 200


def test_where_no_proof_is_wanted_no_sign_counts_and_no_ticket_is_given(world: World) -> None:
    browser = world.browser()

    assert browser.ask_for(**TRAPPED).status == 202
    assert "ticket" not in browser.get(f"/api/form/{MAIL}").json


def test_on_aws_it_is_always_wanted() -> None:
    secrets = {"token-keys": "k" * 32, "lead-key": "00" * 32, "origin-secrets": "o" * 32}

    assert from_environment(secrets, {"LEADLIGHT_SITE_URL": "https://glass.example"}).proof_of_work


# --- what is no proof


def spliced(proof: Proof, other: Proof) -> list[Proof]:
    """Parts of two solved puzzles put together, and one of them changed."""
    parameters = proof["challenge"]["parameters"]
    changes: list[dict[str, object]] = [
        {"cost": 1},
        {"keyPrefix": ""},
        {"keyPrefix": "00"},
        {"keySignature": None},
        {"keySignature": other["challenge"]["parameters"]["keySignature"]},
        {"data": other["challenge"]["parameters"]["data"]},
        {"data": {**parameters["data"], "until": "2026-01-06T10:00:00+00:00"}},
        {"data": {**parameters["data"], "id": "1" * 16}},
        {"nonce": parameters["nonce"] + "00"},
        {"expiresAt": 1},
    ]
    signature = proof["challenge"]["signature"]
    return [
        {**proof, "solution": other["solution"]},
        {**proof, "challenge": {**proof["challenge"], "signature": other["challenge"]["signature"]}},
        {**proof, "challenge": {"parameters": parameters}},
        {**proof, "solution": {**proof["solution"], "derivedKey": "00" * 32}},
        *({**proof, "challenge": {"parameters": {**parameters, **new}, "signature": signature}} for new in changes),
    ]


@pytest.mark.grounds("local", "prompt")
def test_a_solution_is_good_once(guarded: World) -> None:
    browser = guarded.browser()
    proof = solved(puzzle(browser))
    answers = [browser.ask_for(address=f"visitor{number}@example.com", proof=proof).status for number in range(3)]

    assert answers == [202, 422, 422]


def test_the_same_solution_in_another_spelling_is_no_other_solution(guarded: World) -> None:
    browser = guarded.browser()
    proof = solved(puzzle(browser))
    browser.ask_for(proof=proof)

    again = [closed({**opened(proof), "x": 1}), proof + "\n", proof[:10] + " " + proof[10:]]
    assert [browser.ask_for(proof=each).status for each in again] == [422] * 3


def test_a_solution_is_good_for_its_own_gate_alone(guarded: World) -> None:
    browser = guarded.browser()

    assert browser.ask_for(FORM, proof=solved(puzzle(browser))).status == 422


@pytest.mark.parametrize(("minutes", "expected"), [(10, 202), (11, 422)])
def test_a_solution_is_good_for_ten_minutes(guarded: World, minutes: int, expected: int) -> None:
    browser = guarded.browser()
    proof = solved(puzzle(browser))
    guarded.jump(f"{minutes} minutes")

    assert browser.ask_for(proof=proof).status == expected


def test_what_is_put_together_from_parts_is_no_solution(guarded: World) -> None:
    browser = guarded.browser()
    proofs = [opened(solved(puzzle(browser))) for _ in range(2)]

    answers = [browser.ask_for(proof=closed(each)).status for each in spliced(*proofs)]
    assert answers == [422] * 14
    assert browser.ask_for(proof=closed(proofs[0])).status == 202


@pytest.mark.parametrize(
    "proof",
    ["x", "é", "=", "W10=", "bnVsbA==", "e30=", "eyJjaGFsbGVuZ2UiOjF9", closed({"challenge": {}, "solution": []})],
)
def test_what_is_no_solution_at_all_gets_a_puzzle(guarded: World, proof: str) -> None:
    assert "challenge" in guarded.browser().ask_for(proof=proof).json


def test_a_puzzle_of_an_older_key_is_still_good_and_one_of_a_lost_key_is_not(guarded: World) -> None:
    browser = guarded.browser()
    proof = solved(puzzle(browser))

    def with_keys(*keys: str) -> int:
        settings = replace(guarded.services.settings, token_keys=keys)
        guarded.serve(replace(guarded.services, settings=settings))
        return guarded.browser().ask_for(proof=proof).status

    assert (with_keys("n" * 32), with_keys("k" * 32, "n" * 32)) == (422, 202)


# --- without a script


@pytest.mark.grounds("local", "prompt")
def test_a_form_without_a_script_is_taken_without_work_three_times_in_ten_minutes(guarded: World) -> None:
    browser = guarded.browser()
    form = {"gate": MAIL, "consent": "true", **TRAPPED}

    answers = [browser.submit("/api/access", **form, email=f"visitor{n}@example.com").status for n in range(5)]
    assert answers == [303] * 3 + [429] * 2
    assert browser.ask_for().status == 202


def test_what_a_program_reads_says_what_is_wanted(guarded: World) -> None:
    answer = puzzle(guarded.browser())

    assert answer.headers["content-type"] == "application/problem+json"
    assert "small puzzle" in answer.json["fields"]["proof"]
    assert answer.json["challenge"]["parameters"]["algorithm"] == "PBKDF2/SHA-256"


# --- an attack on everybody


def attack(world: World) -> None:
    """So many opt-in mails were asked for that the next ones are withheld."""
    world.serve(replace(world.services, settings=replace(world.services.settings, hour_limit=1)))
    for number in range(2):
        world.browser(f"203.0.{number}.9").ask_for(address=f"victim{number}@site{number}.example")
        world.settle()


def test_while_mails_are_withheld_every_script_is_asked_for_twice_the_work(guarded: World) -> None:
    attack(guarded)
    guarded.jump("1 minute")
    browser = guarded.browser()
    asked = browser.ask_for()

    assert asked.status == 422
    assert 8 <= hidden(asked) < 16
    assert browser.ask_for(proof=solved(asked)).status == 202


def test_the_hour_after_an_attack_nobody_is_asked_any_more(guarded: World) -> None:
    attack(guarded)
    guarded.jump("1 hour")

    assert guarded.browser().ask_for().status == 202


@pytest.mark.grounds("prompt")
def test_an_ordinary_submit_that_may_be_asked_for_work_is_one_call_as_well(account: Account, guarded: World) -> None:
    warmed(guarded.services)
    account.faults.calls.clear()

    assert guarded.browser().ask_for().status == 202
    assert account.faults.calls == ["TransactWriteItems"]


# --- addresses that are good for minutes


@pytest.mark.grounds("local", "prompt")
def test_a_gate_may_refuse_addresses_that_are_good_for_minutes_only(world: World) -> None:
    answer = world.browser().ask_for(REPS, "anna@mailinator.com")

    assert answer.status == 422
    assert list(answer.json["fields"]) == ["email"]


def test_a_gate_that_says_nothing_takes_them(world: World) -> None:
    assert world.browser().ask_for(MAIL, "anna@mailinator.com").status == 202


# --- domains that take no mail


@pytest.mark.parametrize(("dns", "mails"), [(True, 1), (False, 0), (None, 1)])
def test_no_mail_goes_to_a_domain_that_takes_none_and_the_form_says_the_same(
    world: World, dns: bool | None, mails: int
) -> None:
    world.serve(replace(world.services, take_mail=lambda _: dns))
    answer = world.browser().ask_for()
    world.settle()

    assert (answer.status, len(world.mails(ANNA))) == (202, mails)


def test_the_timeline_says_that_a_domain_takes_no_mail(world: World) -> None:
    world.serve(replace(world.services, take_mail=lambda _: False))
    world.browser().ask_for()
    world.settle()

    assert [touch.facts.get("reason") for touch in world.touches(TouchKind.SKIPPED)] == [UNDELIVERABLE]
