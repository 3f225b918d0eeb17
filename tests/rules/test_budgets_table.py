"""May one more opt-in mail go out, counter by counter: the table of `rules.budgets`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadlight.errors import MissingSetting
from leadlight.model.person import CaptureId, LeadId
from leadlight.rules.budgets import (
    BREAKER_OPEN,
    DOMAIN_FULL,
    FREE_MAIL,
    NETWORK_FULL,
    PER_MONTH,
    Asked,
    Counters,
    Limits,
    Word,
    counters_of,
    weigh,
)
from leadlight.rules.company import mail_domain
from leadlight.settings import OPTINS_PER_HOUR, limits

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = Limits(address=3, domain=50, hour=200)
ASKED = Asked(LeadId("anna"), CaptureId("c1"), "net", "crowd", "dom", False, 0, waited=False, released=False)
FIRST, FURTHER, AGAIN, HERE = (
    {"first": 1},
    {"first": 1, "further": 2},
    {"first": 1, "again": 1},
    {"first": 1, "here": 1},
)


def counters(asked: Asked = ASKED, now: datetime = NOON) -> Counters:
    return counters_of(asked, LIMITS, now)


def said(used: Mapping[str, int], **more: object) -> tuple[Word, list[str]]:
    """The verdict, and the names of the counters that it spends."""
    asked = replace(ASKED, **more)  # type: ignore[arg-type]  # the table names each field with its own type
    known = counters(asked)
    verdict = weigh(asked, known, {getattr(known, name).key: count for name, count in used.items()})
    names = {getattr(known, name).key: name for name in Counters.__dataclass_fields__}
    return verdict.word, [names[budget.key] for budget in verdict.spend]


SENT = ["tried", "first", "domain", "crowd", "hour"]


@pytest.mark.parametrize(
    ("used", "more", "word", "spent"),
    [
        ({}, {}, Word.SEND, SENT),
        ({}, {"waited": True}, Word.SEND, SENT),
        ({"tried": 1, "hour": 200}, {}, Word.SEND, []),
        (FIRST, {}, Word.LATER, ["further"]),
        (HERE, {}, Word.SEND, ["tried", "further", "domain", "crowd", "hour"]),
        (FIRST, {"waited": True}, Word.SEND, ["tried", "again", "domain", "crowd", "hour"]),
        (AGAIN, {"waited": True}, Word.NEVER, []),
        (FURTHER, {}, Word.NEVER, ["again"]),
        ({**FURTHER, "here": 1}, {}, Word.NEVER, ["again"]),
        ({"month": PER_MONTH}, {}, Word.NEVER, []),
        ({"month": PER_MONTH - 1}, {}, Word.SEND, SENT),
        ({"domain": 44}, {}, Word.SEND, SENT),
        ({"domain": 45}, {}, Word.HOLD, ["kept", "held"]),
        ({"domain": 49}, {"confirmed": 1}, Word.SEND, SENT),
        ({"domain": 50}, {"confirmed": 1}, Word.HOLD, ["kept", "held"]),
        ({"hour": 179}, {}, Word.SEND, SENT),
        ({"hour": 180}, {}, Word.HOLD, ["kept", "held"]),
        ({"hour": 199}, {"confirmed": 1}, Word.SEND, SENT),
        ({"hour": 200}, {"confirmed": 1}, Word.HOLD, ["kept", "held"]),
        ({"hour": 80, "crowd": 33}, {}, Word.SEND, SENT),
        ({"hour": 80, "crowd": 34}, {}, Word.HOLD, ["kept", "held"]),
        ({"hour": 177, "crowd": 1}, {}, Word.HOLD, ["kept", "held"]),
        ({"hour": 200, "kept": 1, "held": 1}, {}, Word.HOLD, []),
        ({"hour": 200, "held": 1}, {}, Word.NEVER, []),
        ({"hour": 200, "domain": 50}, {"released": True}, Word.SEND, ["tried", "first"]),
        ({"month": PER_MONTH}, {"released": True}, Word.NEVER, []),
        ({**AGAIN, "hour": 200}, {"released": True, "waited": True}, Word.NEVER, []),
    ],
)
def test_what_becomes_of_one_more_mail(
    used: Mapping[str, int], more: Mapping[str, bool], word: Word, spent: list[str]
) -> None:
    assert said(used, **more) == (word, spent)


@pytest.mark.parametrize(
    ("full", "why"), [({"domain": 50}, DOMAIN_FULL), ({"hour": 200}, BREAKER_OPEN), ({"crowd": 60}, NETWORK_FULL)]
)
def test_a_withheld_mail_says_why(full: Mapping[str, int], why: str) -> None:
    known = counters()

    assert weigh(ASKED, known, {getattr(known, name).key: count for name, count in full.items()}).reason == why


def hour_of_floods(networks: int) -> Counter[str]:
    """What an hour's counters say when so many networks, one after the other, have taken all that they can."""
    used: Counter[str] = Counter()
    for name in range(networks):
        flooding = counters(replace(ASKED, crowd=f"flood{name}"))
        while weigh(ASKED, flooding, used).word is Word.SEND:
            used.update((flooding.crowd.key, flooding.hour.key))
    return used


@pytest.mark.parametrize(("networks", "left"), [(1, 135), (5, 42), (10, 9)])
def test_p7_a_few_networks_cannot_use_up_what_an_hour_has_for_strangers(networks: int, left: int) -> None:
    known, used = counters(), hour_of_floods(networks)

    assert known.hour.limit - used[known.hour.key] == left
    assert weigh(ASKED, known, used).word is Word.SEND


def test_p7_no_number_of_networks_uses_up_what_is_kept_for_who_has_confirmed() -> None:
    used = hour_of_floods(250)
    returning = replace(ASKED, confirmed=1, crowd="anna")

    assert used[counters().hour.key] == 180
    assert weigh(ASKED, counters(), used).reason == BREAKER_OPEN
    assert weigh(returning, counters(returning), used).word is Word.SEND


def test_each_window_stands_in_its_counter_s_name() -> None:
    now, next_hour, tomorrow = (counters(now=NOON + span) for span in (timedelta(0), timedelta(hours=1), timedelta(1)))

    assert now.hour.key != next_hour.hour.key
    assert now.crowd.key != next_hour.crowd.key
    assert now.first.key == next_hour.first.key != tomorrow.first.key
    assert now.domain.key == next_hour.domain.key != tomorrow.domain.key
    assert len({counters(now=NOON + timedelta(days=day)).month.key for day in range(30)}) <= 2


def test_who_has_confirmed_has_fresh_counters() -> None:
    fresh = counters(replace(ASKED, confirmed=1))

    assert {fresh.first.key, fresh.month.key}.isdisjoint({counters().first.key, counters().month.key})
    assert fresh.hour.key == counters().hour.key


def test_free_mail_has_a_larger_budget() -> None:
    assert counters(replace(ASKED, is_free_mail=True)).domain.limit == FREE_MAIL * counters().domain.limit


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("anna@a.b.acme.co.uk", ("acme.co.uk", False)),
        ("anna@GMX.de", ("gmx.de", True)),
        ("anna@proton.me", ("proton.me", True)),
        ("anna@localhost", ("localhost", False)),
        ("", ("", False)),
    ],
)
def test_a_burden_is_one_of_the_domain_that_was_registered(address: str, found: tuple[str, bool]) -> None:
    assert mail_domain(address) == found


def test_the_limits_are_settings() -> None:
    assert limits({})["hour_limit"] == OPTINS_PER_HOUR
    assert limits({"LEADLIGHT_OPTINS_PER_HOUR": " 5 ", "LEADLIGHT_SUBMITS_PER_FORM": "7"}) == {
        "network_limit": 20, "form_limit": 7, "domain_limit": 50, "hour_limit": 5,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_limit_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(MissingSetting, match="LEADLIGHT_OPTINS_PER_DOMAIN=50"):
        limits({"LEADLIGHT_OPTINS_PER_DOMAIN": text})
