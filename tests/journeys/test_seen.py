"""Strangers are counted, and that is all: no cookie, no identity, and the same answer whatever is sent."""

import pytest
from tests.ground_aws import Account
from tests.world import MAIL, SETTINGS, World

from leadlight.visitor.seen import AT_MOST

WEEK = "2026-W02"


def told(world: World, **values: object) -> tuple[int, bytes, tuple[str, ...]]:
    """What a stranger's browser gets for saying so."""
    answer = world.browser().post("/api/seen", **values)
    return answer.status, answer.body, answer.cookies


@pytest.mark.grounds("local", "prompt")
def test_a_teaser_that_was_read_counts_for_its_page_and_path(world: World) -> None:
    assert told(world, gate=MAIL, what="teaser") == (204, b"", ())
    assert told(world, gate=MAIL, what="form") == (204, b"", ())
    assert told(world, gate=MAIL, what="teaser") == (204, b"", ())

    abouts = ("site", f"gate/{MAIL}", "path/guides")
    assert world.services.store.totals() == {
        f"{WEEK}|{about}|{what}": count for about in abouts for what, count in (("teaser", 2), ("form", 1))
    }


def test_nothing_else_is_stored_than_totals_and_a_counter_that_expires(world: World) -> None:
    before = world.ground.rows()

    told(world, gate=MAIL, what="teaser")

    after = world.ground.rows()
    assert {name for name in after if after[name] != before[name]} == {"total", "counter"}
    assert all("198.51" not in str(row) and "guides" not in str(row) for row in after["counter"])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"gate": "no/such", "what": "teaser"},
        {"gate": MAIL, "what": "won"},
        {"gate": MAIL, "what": "teaser", "of": {"a": "b"}},
        {"gate": MAIL, "what": "teaser", "of": "x" * 70_000},
        {"gate": ["guides/mail"], "what": "teaser"},
    ],
    ids=["nothing", "an unknown gate", "what no stranger does", "an object", "too much", "a list"],
)
def test_what_makes_no_sense_gets_the_same_answer_and_counts_nothing(world: World, values: dict[str, object]) -> None:
    assert told(world, **values) == (204, b"", ())
    assert world.services.store.totals() == {}


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_only_pages_of_ours_are_counted(world: World, origin: str | None) -> None:
    headers = {"content-type": "application/json", **({"origin": origin} if origin else {})}

    answer = world.browser().send("POST", "/api/seen", b'{"gate": "guides/mail", "what": "teaser"}', headers)

    assert (answer.status, world.services.store.totals()) == (204, {})


def test_garbage_gets_the_same_answer(world: World) -> None:
    headers = {"content-type": "application/json", "origin": SETTINGS.site_url}

    assert [world.browser().send("POST", "/api/seen", body, headers).status for body in (b"", b"\xff", b"[]")] == [
        204
    ] * 3


def test_who_has_a_pass_is_no_stranger(world: World) -> None:
    reader = world.confirmed()
    world.settle()
    before = world.services.store.totals()

    reader.post("/api/seen", gate=MAIL, what="teaser")

    assert world.services.store.totals() == before


def test_one_network_counts_so_often_a_day_and_no_more(world: World) -> None:
    for _ in range(AT_MOST + 3):
        assert told(world, gate=MAIL, what="form")[0] == 204
    world.browser("203.0.113.9").post("/api/seen", gate=MAIL, what="form")
    assert world.services.store.totals()[f"{WEEK}|site|form"] == AT_MOST + 1
    world.jump("1 day")
    told(world, gate=MAIL, what="form")

    assert world.services.store.totals()[f"{WEEK}|site|form"] == AT_MOST + 2


@pytest.mark.grounds("prompt")
def test_a_stranger_costs_two_calls(account: Account, world: World) -> None:
    world.browser().post("/api/seen", gate=MAIL, what="form")
    account.faults.calls.clear()

    world.browser().post("/api/seen", gate=MAIL, what="teaser")

    assert account.faults.calls == ["UpdateItem", "TransactWriteItems"]
