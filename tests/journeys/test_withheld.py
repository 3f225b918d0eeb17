"""What becomes of opt-in mails that are held back, and who hears of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from tests.ground import Here
from tests.journeys.floods import alike, ask, flood, limited
from tests.world import ANNA, FORM, MAIL, MANAGER_ADDRESS, World

from leadlight import budgets, withheld
from leadlight.errors import StoreBusy
from leadlight.handlers import on_tick
from leadlight.model.due import Due, LedgerState
from leadlight.model.exchange import Change, Dossier
from leadlight.model.lead import Lead
from leadlight.ports import Store
from leadlight.record import parked, stuck
from leadlight.rules.budgets import BREAKER_OPEN
from leadlight.rules.next_action import in_words, next_action
from leadlight.welcome import send_opt_in

GROUNDS = pytest.mark.grounds("local", "prompt")


@GROUNDS
def test_p7_the_breaker_withholds_what_an_hour_has_no_room_for(world: World) -> None:
    answers = flood(limited(world, hour_limit=3), 6)

    assert len(world.mails("stranger")) == 3
    assert [entry.reason for entry in parked(world.services)] == [BREAKER_OPEN] * 3
    assert alike(answers)
    assert budgets.is_open(world.services)


@GROUNDS
def test_the_manager_hears_of_it_once_however_long_it_goes_on(world: World) -> None:
    limited(world, hour_limit=3)
    for _ in range(2):
        flood(world, 5)
        world.jump("1 hour")

    (mail,) = world.mails(MANAGER_ADDRESS)
    assert mail.subject == "Held back: more than 3 opt-in mails were asked for in an hour"
    assert "Monday, 5 January, 10:00" in mail.text


def test_p12_a_worker_that_dies_while_it_withholds_a_mail_loses_nothing(world: World) -> None:
    limited(world, hour_limit=0)
    world.browser().ask_for()
    (row,) = world.services.store.due_of(world.id_of())
    with pytest.raises(StoreBusy):
        send_opt_in(replace(world.services, store=Dying(world.services.store)), row)
    world.advance("10 minutes")

    assert [entry.reason for entry in parked(world.services)] == [BREAKER_OPEN]
    assert len(world.mails(MANAGER_ADDRESS)) == 1


class Dying:
    """A store whose answer to a commit never comes, and that does not do it either."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def commit(self, change: Change) -> Lead:
        raise StoreBusy("gone")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


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

    flood(limited(world, hour_limit=3), 6)

    assert counted["MailWithheld"] == 3
    assert not counted["MailParked"]
    assert [record.levelname for record in caplog.records if record.message == "breaker.open"] == ["ERROR"]


def test_links_that_were_mailed_before_go_on_working(world: World) -> None:
    ask(world, ANNA)
    flood(limited(world, hour_limit=3), 6)

    assert world.browser().post(world.mail(ANNA).link("/confirm")).status == 303
    world.settle()
    assert "Mail guide" in world.mail(ANNA).subject


def test_the_breaker_closes_by_itself_with_the_hour(world: World) -> None:
    flood(limited(world, hour_limit=3), 6)
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


def test_what_is_let_out_at_several_times_comes_drop_by_drop_all_the_same(world: World) -> None:
    limited(world, hour_limit=0, late_per_minute=1)
    for number in range(4):
        ask(world, f"stranger{number}@town{number}.example")
        withheld.release_all(world.services)
    sent = []
    for _ in range(4):
        sent.append(len(world.mails("stranger")))
        world.advance("1 minute")

    assert sent == [1, 2, 3, 4]


def test_those_of_one_page_are_let_out_without_a_look_at_each_of_the_others(world: World) -> None:
    flood(limited(world, hour_limit=0), 2)
    ask(world, ANNA, gate=FORM)
    store = Reading(world.services.store)

    count = withheld.release_all(replace(world.services, store=store), gate=FORM, may_go_on=lambda: not store.reads)

    assert count == 1


def test_of_rows_that_do_not_name_their_page_each_try_lets_out_some(world: World) -> None:
    flood(limited(world, hour_limit=0), 2)
    for row in withheld.waiting(world.services):
        lead = world.services.store.lead(row.lead_id)
        assert lead is not None
        world.services.store.commit(Change(lead, due=(replace(row, gate=""),)))
    counts = []
    for _ in range(3):
        store = Reading(world.services.store)
        there = replace(world.services, store=store)
        counts.append(withheld.release_all(there, gate=MAIL, may_go_on=lambda store=store: not store.reads))

    assert counts == [1, 1, 0]


class Reading:
    """A store that counts how many leads are read for their page."""

    def __init__(self, store: Store) -> None:
        self._store, self.reads = store, 0

    def dossier(self, due: Due) -> Dossier | None:
        self.reads += 1
        return self._store.dossier(due)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@GROUNDS
def test_an_operator_lets_out_or_drops_by_waking_the_tick(world: World) -> None:
    flood(limited(world, hour_limit=0), 2)

    on_tick.handler(world.services)({"breaker": "drop"}, Here())
    world.advance("1 hour")

    assert world.mails("stranger") == list(parked(world.services)) == []
