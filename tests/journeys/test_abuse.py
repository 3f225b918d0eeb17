"""P7: the opt-in mail is no weapon. Forms sent to flood one person, one company, or everybody, and what comes of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.conftest import Tally
from tests.world import ANNA, DAY, FORM, HOUR, MAIL, MANAGER_ADDRESS, MINUTE, Answer, World

from leadlight import budgets, withheld
from leadlight.handlers import on_tick
from leadlight.model.due import LedgerState
from leadlight.model.touch import TouchKind
from leadlight.record import parked, stuck
from leadlight.rules.budgets import PER_MONTH
from leadlight.rules.next_action import in_words, next_action

GROUNDS = pytest.mark.grounds("local", "prompt")
VALUE = re.compile(r"=[^;]*", re.ASCII)
SMALL = {"hour_limit": 3, "domain_limit": 2, "form_limit": 8}
"""As many as a test can afford to send."""
EACH = 100
"""After so many forms everything that is due happens."""


@pytest.fixture
def posts(request: pytest.FixtureRequest) -> int:
    """How many forms a campaign sends."""
    return int(request.config.getoption("--posts"))


def limited(world: World, **limits: int) -> World:
    """From now on with these limits."""
    world.serve(replace(world.services, settings=replace(world.services.settings, **limits)))
    return world


def networks() -> Iterator[str]:
    """Addresses of which no two are of one network."""
    return (f"10.{high}.{low}.7" for high in range(250) for low in range(250))


def ask(world: World, address: str, source: str = "198.51.100.7", gate: str = MAIL) -> Answer:
    answer = world.browser(source).ask_for(gate, address)
    world.settle()
    return answer


def flood(world: World, count: int, *, domain: str = "") -> list[Answer]:
    """So many strangers' addresses, each typed in from a network of its own."""
    sources = networks()
    return [
        ask(world, f"stranger{number}@{domain or f'town{number}.example'}", next(sources)) for number in range(count)
    ]


def alike(answers: list[Answer]) -> bool:
    """Whether nobody can tell them apart: of a cookie its value is random, its name and what is said of it are not."""
    return len({_shown(answer) for answer in answers}) == 1


def _shown(answer: Answer) -> tuple[object, ...]:
    cookies = (VALUE.sub("=", line, count=1) for line in answer.cookies)
    return (answer.status, answer.body, *sorted(answer.headers.items()), *cookies)


@GROUNDS
def test_p7_an_address_typed_in_from_everywhere_gets_one_mail_that_day(world: World) -> None:
    sources = networks()
    answers = [ask(world, ANNA, next(sources)) for _ in range(8)]
    world.advance("5 hours")

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]
    assert alike(answers)


def test_the_next_day_it_may_get_another_one(world: World) -> None:
    ask(world, ANNA)
    world.advance("1 day")
    ask(world, ANNA, "203.0.113.9")

    assert len(world.mails(ANNA)) == 2


def test_p7_an_address_gets_five_a_month_that_nobody_confirms(world: World) -> None:
    world.clock.move_to(world.clock.now() + 10 * DAY)  # to where a window begins
    for _ in range(12):
        ask(world, ANNA)
        world.jump("1 day")

    assert len(world.mails(ANNA)) == PER_MONTH


def test_who_has_lost_the_mail_gets_it_again_on_the_same_network(world: World) -> None:
    ask(world, ANNA)
    ask(world, ANNA)

    assert len(world.mails(ANNA)) == 2


@GROUNDS
def test_who_asks_again_from_elsewhere_gets_it_a_little_later(world: World) -> None:
    ask(world, ANNA)
    ask(world, ANNA, "203.0.113.9")
    at_once = len(world.mails(ANNA))
    world.advance("15 minutes")

    assert (at_once, len(world.mails(ANNA))) == (1, 2)
    assert world.browser().post(world.mails(ANNA)[1].link("/confirm")).status == 303


def test_who_confirms_may_ask_for_the_next_page_at_once(world: World) -> None:
    for gate in (MAIL, FORM, MAIL, FORM, MAIL):
        world.confirmed(gate)

    assert len([mail for mail in world.mails(ANNA) if mail.link("/confirm") and "Your link" in mail.subject]) == 5


def test_of_many_withheld_from_an_address_the_timeline_says_it_once_a_day(world: World) -> None:
    sources = networks()
    for _ in range(9):
        ask(world, ANNA, next(sources))

    assert len(world.touches(TouchKind.SKIPPED)) == 1


def test_p7_a_second_request_never_lowers_what_was_confirmed(world: World) -> None:
    world.confirmed()
    before = world.lead()
    sources = networks()
    for _ in range(6):
        world.browser(next(sources)).ask_for(consent=False)
    world.settle()
    after = world.lead()

    assert (after.purposes, after.confirmed, after.grants, after.confirmed_at, after.enrolments) == (
        before.purposes, before.confirmed, before.grants, before.confirmed_at, before.enrolments,
    )  # fmt: skip


@GROUNDS
def test_p7_the_breaker_withholds_what_an_hour_has_no_room_for(world: World) -> None:
    answers = flood(limited(world, **SMALL), 6)

    assert len(world.mails("stranger")) == 3
    assert [entry.reason for entry in parked(world.services)] == [
        "withheld: the breaker is open, too many opt-in mails were asked for in an hour"
    ] * 3
    assert alike(answers)
    assert budgets.is_open(world.services)


@GROUNDS
def test_the_manager_hears_of_it_once_however_long_it_goes_on(world: World) -> None:
    limited(world, **SMALL)
    for _ in range(2):
        flood(world, 5)
        world.jump("1 hour")

    (mail,) = world.mails(MANAGER_ADDRESS)
    assert mail.subject == "Held back: more than 3 opt-in mails were asked for in an hour"
    assert "Monday, 5 January, 10:00" in mail.text


def test_the_manager_hears_of_the_next_opening_again(world: World) -> None:
    limited(world, hour_limit=0)
    ask(world, "first@town.example")
    world.jump("5 hours")
    ask(world, "second@town.example")

    assert len(world.mails(MANAGER_ADDRESS)) == 2


def test_the_alarm_is_a_line_in_the_log_and_a_figure(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: Counter[str] = Counter()
    monkeypatch.setattr("leadlight.handlers.measures.count", lambda name, times=1: counted.update({name: times}))

    flood(limited(world, **SMALL), 6)

    assert counted["MailWithheld"] == 3
    assert not counted["MailParked"]
    assert [record.levelname for record in caplog.records if record.message == "breaker.open"] == ["ERROR"]


def test_links_that_were_mailed_before_go_on_working(world: World) -> None:
    ask(world, ANNA)
    flood(limited(world, **SMALL), 6)

    assert world.browser().post(world.mail(ANNA).link("/confirm")).status == 303
    world.settle()
    assert "Mail guide" in world.mail(ANNA).subject


def test_the_breaker_closes_by_itself_with_the_hour(world: World) -> None:
    flood(limited(world, **SMALL), 6)
    world.jump("1 hour")
    ask(world, ANNA)

    assert not budgets.is_open(world.services)
    assert len(world.mails(ANNA)) == 1


def test_whose_mail_was_withheld_may_ask_again_later(world: World) -> None:
    limited(world, hour_limit=0)
    ask(world, ANNA)
    limited(world, hour_limit=9)
    ask(world, ANNA)

    assert len(world.mails(ANNA)) == 1


@GROUNDS
def test_p7_one_domain_gets_so_many_and_others_go_on(world: World) -> None:
    limited(world, hour_limit=99, domain_limit=2)
    answers = [*flood(world, 4, domain="mail.victim.example"), ask(world, ANNA, "203.0.113.9")]

    assert len(world.mails("victim.example")) == 2
    assert len(world.mails(ANNA)) == 1
    assert not world.mails(MANAGER_ADDRESS)
    assert alike(answers)


def test_a_domain_of_free_mail_has_room_for_more(world: World) -> None:
    flood(limited(world, hour_limit=99, domain_limit=1), 3, domain="gmail.com")

    assert len(world.mails("gmail.com")) == 3


def test_no_counter_names_a_domain_or_a_network(world: World) -> None:
    ask(world, "stranger@quartz.example")

    assert "quartz" not in repr(world.dump()["counter"])
    assert "198.51.100" not in repr(world.dump()["counter"])


@GROUNDS
def test_p13_a_withheld_mail_has_a_date_and_a_reason(world: World) -> None:
    ask(limited(world, hour_limit=0), ANNA)
    coming = next_action(world.lead(), world.services.store.due_of(world.id_of()))

    assert in_words(coming).startswith("2026-01-08 10:00 mail/withheld/")
    assert in_words(coming).endswith("until then nothing: its opt-in mail is withheld; then it is dropped")
    assert not list(stuck(world.services, world.clock.now()))


@GROUNDS
def test_what_nobody_lets_out_is_dropped_after_three_days(world: World) -> None:
    ask(limited(world, hour_limit=0), ANNA)
    world.advance("4 days")

    (entry,) = (e for e in world.services.store.ledger(world.id_of()) if "optin" in e.key)
    assert (entry.state, entry.reason) == (LedgerState.SKIPPED, "nobody let it out within 3 days")
    assert world.mails(ANNA) == list(withheld.waiting(world.services)) == []


@GROUNDS
def test_what_is_let_out_goes_its_ordinary_way(world: World) -> None:
    ask(limited(world, hour_limit=0), ANNA)
    count = withheld.release_all(world.services)
    world.advance("5 minutes")

    assert (count, len(world.mails(ANNA)), list(parked(world.services))) == (1, 1, [])
    assert world.browser().post(world.mail(ANNA).link("/confirm")).status == 303


def test_what_is_let_out_is_one_mail_to_an_address_all_the_same(world: World) -> None:
    limited(world, hour_limit=0)
    ask(world, ANNA)
    limited(world, hour_limit=9)
    ask(world, ANNA, "203.0.113.9")
    withheld.release_all(world.services)
    world.advance("1 hour")

    assert len(world.mails(ANNA)) == 2  # the one that was asked for again, and the one that a person vouches for
    assert not list(parked(world.services))


def test_what_is_let_out_comes_drop_by_drop(world: World) -> None:
    flood(limited(world, hour_limit=0), 4)
    limited(world, late_per_minute=1)
    withheld.release_all(world.services)
    world.advance("1 minute")

    assert len(world.mails("stranger")) == 2


@GROUNDS
def test_an_operator_lets_out_or_drops_by_waking_the_tick(world: World) -> None:
    flood(limited(world, hour_limit=0), 2)

    on_tick.handler(world.services)({"breaker": "drop"}, _Here())
    world.advance("1 hour")

    assert world.mails("stranger") == list(parked(world.services)) == []


class _Here:
    """All the time of the world."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def test_one_gate_takes_so_many_and_another_one_goes_on(world: World) -> None:
    limited(world, form_limit=8)
    sources = networks()
    statuses = Counter(world.browser(next(sources)).ask_for(address=f"v{n}@a.example").status for n in range(12))
    elsewhere = world.browser(next(sources)).ask_for(FORM)

    assert statuses == {202: 8, 429: 4}
    assert elsewhere.status == 200


def test_a_reader_with_a_pass_opens_a_gate_that_is_flooded(world: World) -> None:
    reader = world.confirmed()
    limited(world, form_limit=0)

    assert world.browser().ask_for(FORM, "other@town.example").status == 429
    assert reader.post("/api/access", gate=FORM).status == 200


def test_the_form_s_counters_are_several(world: World) -> None:
    sources = networks()
    for number in range(16):
        world.browser(next(sources)).ask_for(address=f"v{number}@a.example")

    assert len({row[0] for row in world.dump()["counter"] if str(row[0]).startswith(f"form/{MAIL}/")}) == 4


def test_budgets_that_are_off_lift_all_of_them(world: World) -> None:
    world.lift_budgets()
    world.serve(replace(world.services, settings=replace(world.services.settings, form_limit=1, hour_limit=1)))
    for _ in range(25):
        world.browser().ask_for()
    world.settle()

    assert len(world.mails(ANNA)) == 25


def test_p7_thousands_of_forms_at_one_person_are_one_mail_a_day(world: World, posts: int, tally: Tally) -> None:
    """From a network of its own each, evenly over the day."""
    sources = networks()
    midnight = world.clock.now().replace(hour=0) + DAY
    answers: list[Answer] = []
    for number in range(posts):
        world.clock.move_to(midnight + DAY * number / posts)
        answers.append(world.browser(next(sources)).ask_for(MAIL, ANNA))
        if number % EACH == 0:
            world.settle()
    world.clock.move_to(midnight + DAY - MINUTE)
    world.settle()

    assert alike(answers)
    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]
    tally("forms at one person", forms=posts, mails=1)


def test_p7_thousands_of_strangers_trip_the_breaker_and_no_reader_notices(
    world: World, posts: int, tally: Tally, caplog: pytest.LogCaptureFixture
) -> None:
    """Within an hour, each stranger from a network and at a domain of their own."""
    reader = world.browser("203.0.113.9")
    reader.ask_for(MAIL, ANNA)
    world.settle()
    link, limit = world.mail(ANNA).link("/confirm"), world.services.settings.hour_limit
    sources, begin = networks(), world.clock.now() + HOUR
    answers: list[Answer] = []
    for number in range(posts):
        world.clock.move_to(begin + (HOUR - MINUTE) * number / posts)
        answers.append(world.browser(next(sources)).ask_for(MAIL, f"stranger{number}@town{number}.example"))
        if number % EACH == 0:
            world.settle()
    world.settle()

    assert alike(answers)
    assert len(world.mails("stranger")) == limit
    assert sum(1 for _ in withheld.waiting(world.services)) == posts - limit
    assert [record.message for record in caplog.records].count("breaker.open") == len(world.mails(MANAGER_ADDRESS)) == 1
    assert reader.post(link).status == 303
    tally("strangers typed in", forms=posts, mails=limit, withheld=posts - limit)
