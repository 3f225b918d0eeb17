"""P8, consent is provable: each yes with its words, form, mail and end; and nothing nurtures without one."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from tests.journeys.control import dates, press, say_yes
from tests.journeys.lists import installed, listed, run
from tests.world import MAIL, MONDAY, World

from leadlight.model.lead import Lead
from leadlight.model.person import Purpose
from leadlight.playbook.bundle import open_bundle
from leadlight.rights.export import export_of
from leadlight.rights.receipts import as_plain, receipts_of
from leadlight.rules.receipts import Receipt

BOTH = pytest.mark.grounds("local", "prompt")


def given(world: World, lead: Lead | None = None) -> tuple[Receipt, ...]:
    return receipts_of(world.services, open_bundle(world.services.files), lead or world.lead())


def of(world: World, purpose: Purpose | None) -> Receipt:
    """The newest one for that purpose."""
    return [one for one in given(world) if one.purpose is purpose][-1]


@BOTH
def test_p8_a_receipt_has_the_exact_words_where_when_and_how(world: World) -> None:
    world.confirmed(news=True)
    found = of(world, Purpose.NEWS)
    wording = open_bundle(world.services.files).wording(found.version)

    assert wording is not None
    assert found.words == wording.wording[Purpose.NEWS] == "Tell me what is new."
    assert found.sha256 == hashlib.sha256(b"Tell me what is new.").hexdigest()
    assert (found.form, found.language, found.page, found.how) == (wording.form, "en", MAIL, "form")
    assert (found.at, found.network, found.legal_basis) == (MONDAY, "198.51.100.0/24", "consent")
    assert found.confirmed_at == MONDAY
    assert found.mail
    assert found.withdrawn_at is None


def test_p8_what_follows_stands_in_the_receipt_as_it_stood_in_the_form(world: World) -> None:
    world.confirmed()
    services, found = world.services, of(world, Purpose.FOLLOW_UP)

    plain = as_plain(services, open_bundle(services.files), found)

    assert plain["follows"].startswith("3 mails in ")
    assert plain["page"].startswith("http")
    assert plain["promise"]["mails"] == 3


def test_p8_a_yes_that_nobody_confirmed_says_so(world: World) -> None:
    world.browser().ask_for(MAIL)
    world.settle()

    assert {one.confirmed_at for one in given(world)} == {None}
    assert not any(one.holds(world.clock.now()) for one in given(world))


def test_p8_what_was_taken_back_says_when_and_by_what(world: World) -> None:
    world.confirmed(news=True)
    world.advance("3 hours")
    press(world, "purposes", **{"follow-up": "yes"})
    found = of(world, Purpose.NEWS)

    assert found.withdrawn_at == MONDAY + timedelta(hours=3)
    assert found.withdrawn_by.startswith("preferred/")
    assert of(world, Purpose.FOLLOW_UP).withdrawn_at is None


def test_p8_unsubscribing_ends_follow_ups_and_news_and_not_the_page(world: World) -> None:
    world.confirmed(news=True)
    press(world, "stop")
    ended = {one.purpose for one in given(world) if one.withdrawn_at}

    assert ended == {Purpose.FOLLOW_UP, Purpose.NEWS}


@BOTH
def test_p8_a_yes_by_mail_is_a_receipt_of_its_own(world: World) -> None:
    world.confirmed()
    press(world, "stop")
    world.advance("1 hour")
    press(world, "purposes", **{"follow-up": "yes"})
    say_yes(world)
    found = of(world, Purpose.FOLLOW_UP)

    assert (found.how, found.withdrawn_at) == ("mail", None)
    assert "You may write to me about it." in found.words
    assert found.sha256 == hashlib.sha256(found.words.encode()).hexdigest()
    assert found.mail


def test_p8_a_wish_for_a_call_is_a_receipt_and_no_ends_it(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")
    assert of(world, Purpose.PHONE).words == "(chosen in the form: call now)"

    press(world, "no-calls")

    assert all(one.withdrawn_at for one in given(world) if one.purpose is Purpose.PHONE)


@BOTH
def test_p8_each_follow_up_went_out_while_its_yes_held(world: World) -> None:
    world.confirmed()
    world.advance("2 days")
    press(world, "stop")
    world.advance("1 day")
    press(world, "purposes", **{"follow-up": "yes"})
    say_yes(world)
    world.advance("60 days")
    yes = [one for one in given(world) if one.purpose is Purpose.FOLLOW_UP]

    assert len(yes) == 2
    assert dates(world)
    assert all(any(one.holds(at) for one in yes) for at in dates(world))


def test_p8_nobody_on_a_list_gets_a_follow_up_by_its_legal_basis_alone(world: World) -> None:
    installed(world)
    listed(world, "email\nben@far.example\n", "--yes")
    world.advance("60 days")
    lead = next(lead for lead in world.services.store.leads())
    (found,) = given(world, lead)

    assert (found.purpose, found.how) == (None, "import")
    assert found.legal_basis
    assert world.follow_ups("ben@far.example") == []


def test_the_export_has_the_receipts(world: World) -> None:
    world.confirmed()
    document = export_of(world.services, world.lead().id) or {}

    assert [one["purpose"] for one in document["receipts"]] == ["content", "follow-up"]
    assert document["receipts"][1]["words"] == "You may write to me about it."


def test_an_operator_reads_them_with_the_lead(world: World) -> None:
    installed(world)
    world.confirmed()
    lead = world.lead().id
    text, told = run(world, "show", lead).stdout, json.loads(run(world, "show", lead, "--json").stdout)

    assert "agreed       2026-01-05T10:00  follow-up: confirmed 2026-01-05T10:00" in text
    assert "“You may write to me about it.”" in text
    assert "  basis      consent, by form" in text
    assert told["receipts"][1]["sha256"] in text
