"""P7: the opt-in mail is no weapon. Forms sent to flood one person, one company, or everybody, and what comes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.conftest import Tally
from tests.journeys.floods import alike, ask, flood, limited, networks
from tests.world import ANNA, DAY, FORM, HOUR, MAIL, MANAGER_ADDRESS, MINUTE, Answer, World

from leadlight import withheld
from leadlight.model.touch import TouchKind
from leadlight.rules.budgets import PER_MONTH, for_strangers

GROUNDS = pytest.mark.grounds("local", "prompt")
EACH = 100
"""After so many forms everything that is due happens."""


@pytest.fixture
def posts(request: pytest.FixtureRequest) -> int:
    """How many forms a campaign sends."""
    return int(request.config.getoption("--posts"))


@GROUNDS
def test_p7_an_address_typed_in_from_everywhere_gets_one_mail_that_day(world: World) -> None:
    sources = networks()
    answers = [ask(world, ANNA, next(sources)) for _ in range(8)]
    world.advance("5 hours")

    assert world.subjects(ANNA) == ["Your link to “Mail guide”"]
    assert alike(answers)


@pytest.mark.parametrize(
    "many",
    [
        ["vera@town.example", "vera+1@town.example", "Vera+2@town.example"],
        ["vera.ek@gmail.com", "veraek@gmail.com", "v.e.r.a.ek+shop@googlemail.com"],
    ],
)
def test_p7_a_mailbox_with_many_addresses_gets_one_mail_that_day(world: World, many: list[str]) -> None:
    for address, source in zip(many, networks(), strict=False):
        ask(world, address, source)

    assert len(world.mails()) == 1


def test_p7_dots_make_a_difference_where_they_do(world: World) -> None:
    for address, source in zip(["vera.ek@town.example", "veraek@town.example"], networks(), strict=False):
        ask(world, address, source)

    assert len(world.mails()) == 2


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
def test_p7_one_domain_gets_so_many_and_others_go_on(world: World) -> None:
    limited(world, hour_limit=99, domain_limit=2)
    answers = [*flood(world, 4, domain="mail.victim.example"), ask(world, ANNA, "203.0.113.9")]

    assert len(world.mails("victim.example")) == 2
    assert len(world.mails(ANNA)) == 1
    assert world.subjects(MANAGER_ADDRESS) == ["Held back: opt-in mails to victim.example"]
    assert alike(answers)


def test_the_manager_hears_once_a_day_that_a_domain_has_had_its_share(world: World) -> None:
    limited(world, hour_limit=99, domain_limit=2)
    flood(world, 4, domain="mail.victim.example")
    world.jump("2 hours")
    ask(world, "late@victim.example")

    (mail,) = world.mails(MANAGER_ADDRESS)
    assert "at victim.example" in " ".join(mail.text.split())
    assert "Today 2 mails" in mail.text
    assert "leadlight leads breaker --release" in mail.text


def test_the_next_day_the_manager_hears_of_it_again(world: World) -> None:
    limited(world, hour_limit=99, domain_limit=0)
    for _ in range(2):
        ask(world, "stranger@victim.example")
        world.jump("1 day")

    assert len(world.mails(MANAGER_ADDRESS)) == 2


def test_of_many_domains_the_manager_hears_five_times_a_day(world: World) -> None:
    limited(world, hour_limit=99, domain_limit=1)
    sources = networks()
    for number in range(14):
        ask(world, f"stranger{number}@town{number // 2}.example", next(sources))

    mails = [" ".join(mail.text.split()) for mail in world.mails(MANAGER_ADDRESS)]

    assert len(mails) == withheld.CROWDS
    assert ["This is the last one today" in mail for mail in mails] == [False] * (withheld.CROWDS - 1) + [True]


@GROUNDS
def test_p7_a_flood_from_one_network_leaves_the_hour_to_others(world: World) -> None:
    limited(world, hour_limit=20)
    answers = [ask(world, f"stranger{number}@town{number}.example") for number in range(7)]
    answers.append(ask(world, ANNA, "203.0.113.9"))

    assert len(world.mails("stranger")) == 5
    assert len(world.mails(ANNA)) == 1
    assert world.subjects(MANAGER_ADDRESS) == ["Held back: opt-in mails for one network"]
    assert alike(answers)


def test_p7_a_customer_s_whole_site_of_ipv6_shares_as_one_network(world: World) -> None:
    limited(world, hour_limit=20)
    for number in range(7):
        ask(world, f"stranger{number}@town{number}.example", f"2001:db8:1:{number:x}::7")

    assert len(world.mails("stranger")) == 5


def test_who_has_confirmed_before_gets_the_mail_in_an_hour_that_strangers_have_used_up(world: World) -> None:
    world.confirmed()
    limited(world, hour_limit=10)
    world.jump("1 hour")
    flood(world, 11)
    had = len(world.mails(ANNA))
    ask(world, ANNA, gate=FORM)

    assert len(world.mails("stranger")) == 9
    assert len(world.mails(ANNA)) == had + 1


def test_a_domain_of_free_mail_has_room_for_more(world: World) -> None:
    flood(limited(world, hour_limit=99, domain_limit=1), 3, domain="gmail.com")

    assert len(world.mails("gmail.com")) == 3


def test_no_counter_names_a_domain_or_a_network(world: World) -> None:
    limited(world, domain_limit=1)
    for number in range(2):
        ask(world, f"stranger{number}@quartz.example")

    assert "Held back: opt-in mails to quartz.example" in world.subjects(MANAGER_ADDRESS)
    assert "quartz" not in repr(world.dump()["counter"])
    assert "198.51.100" not in repr(world.dump()["counter"])


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
    link, an_hour = world.mail(ANNA).link("/confirm"), world.services.settings.hour_limit
    limit = for_strangers(an_hour)
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
    assert f"more than {limit} " in world.mail(MANAGER_ADDRESS).subject
    assert reader.post(link).status == 303
    tally("strangers typed in", forms=posts, mails=limit, withheld=posts - limit)
