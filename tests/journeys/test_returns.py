"""SES reports on our mails, late, twice, in any order: nothing goes out twice, and who left is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.mailers import Failing, Killed, Meanwhile, is_follow_up
from tests.world import ANNA, DAY, MANAGER_ADDRESS, MINUTE, World

from leadlight.errors import BadEvent, SendUnclear, StoreBusy
from leadlight.handlers import on_mail_event, on_tick
from leadlight.ledger import LEASE
from leadlight.model.due import LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import TouchKind
from leadlight.ports import Mailer, Store
from leadlight.rules.mail_events import mail_tag

BOTH = pytest.mark.grounds("local", "prompt")
"""Where what is stored, and what follows, is the matter."""

EVENTS = Path(__file__).parents[1] / "events"
FIRST = "/step/"


def report(world: World, name: str, key: str, *, mail: str = "ses-1", at: datetime | None = None) -> dict[str, Any]:
    """What SES says about that mail, `at` that time."""
    lead = world.lead()
    event: dict[str, Any] = json.loads((EVENTS / f"ses_{name}.json").read_text())
    sent = event["detail"]["mail"]
    sent["messageId"] = mail
    sent["tags"] |= {"lead": [lead.id], "touch": [mail_tag(key)]}
    for part in ("mail", "bounce", "complaint", "delivery"):
        if part in event["detail"]:
            event["detail"][part]["timestamp"] = (at or world.clock.now()).isoformat()
    return event


def tell(world: World, name: str, key: str, *, mail: str = "ses-1", at: datetime | None = None) -> None:
    """SES reports, twice as it may."""
    handle = on_mail_event.handler(world.services)
    for _ in range(2):
        handle(report(world, name, key, mail=mail, at=at), None)


def entry_of(world: World, part: str) -> LedgerEntry:
    """The ledger's newest entry of a mail with that in its key."""
    entries = [entry for entry in world.services.store.ledger(world.id_of()) if part in entry.key]
    return max(entries, key=lambda entry: entry.at)


def stops(world: World) -> list[StopReason]:
    return [stop.reason for stop in world.lead().stops]


def with_mailer(world: World, mailer: Mailer) -> None:
    world.services = world.services.with_mailer(mailer)


@dataclass
class Silent:
    """A carrier that has every mail, and can tell nobody what it had before, as SES."""

    mailer: Mailer
    reports_later: bool = True

    def send(self, message: EmailMessage, *, tag: str) -> str:
        return self.mailer.send(message, tag=tag)

    def was_sent(self, tag: str) -> bool | None:
        return None


def unclear(world: World, *, error: Callable[[], BaseException] = lambda: SendUnclear("no answer")) -> None:
    """The first follow-up is accepted, but the worker does not learn of it."""
    with_mailer(
        world, Failing(world.services.mailer, error, sends=True, tells=False, hits=is_follow_up, reports_later=True)
    )


@pytest.mark.parametrize("name", ["sent", "delivered", "bounced_transient"])
def test_a_parked_mail_that_the_carrier_had_is_a_sent_one(world: World, name: str) -> None:
    unclear(world)
    world.confirmed()
    world.advance("1 day")
    parked = entry_of(world, FIRST)
    sent = world.lead().enrolments[0].mails_sent

    tell(world, name, parked.key)

    assert parked.state is LedgerState.PARKED
    assert (entry_of(world, FIRST).state, entry_of(world, FIRST).message_id) == (LedgerState.SENT, "ses-1")
    (touch,) = [t for t in world.touches(TouchKind.SENT) if t.id == f"sent/{parked.key}"]
    assert touch.facts["step"] == "01-hello"
    assert world.lead().enrolments[0].mails_sent == sent == 1
    world.advance("60 days")
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


@BOTH
def test_a_report_that_comes_before_the_worker_parks_is_not_lost(world: World) -> None:
    unclear(world)

    def reported() -> None:
        tell(world, "sent", entry_of(world, FIRST).key)

    @dataclass
    class AndThen:
        """SES takes the mail and says so; then the connection breaks."""

        mailer: Mailer
        reports_later: bool = True

        def send(self, message: EmailMessage, *, tag: str) -> str:
            try:
                return self.mailer.send(message, tag=tag)
            except SendUnclear:
                reported()
                raise

        def was_sent(self, tag: str) -> bool | None:
            return None

    with_mailer(world, AndThen(world.services.mailer))
    world.confirmed()
    world.advance("1 day")

    assert entry_of(world, FIRST).state is LedgerState.SENT
    assert world.touches(TouchKind.PARKED) == []
    assert world.lead().enrolments[0].mails_sent == 1


def test_a_report_that_comes_before_the_worker_settles_changes_nothing(world: World) -> None:
    mailer = world.services.mailer
    with_mailer(world, Meanwhile(mailer, lambda: tell(world, "sent", entry_of(world, FIRST).key), hits=is_follow_up))
    world.confirmed()

    world.advance("60 days")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]
    states = [entry.state for entry in world.services.store.ledger(world.id_of()) if FIRST in entry.key]
    assert LedgerState.PARKED not in states
    assert LedgerState.CLAIMED not in states


@pytest.mark.parametrize("told", ["before", "after"])
@BOTH
def test_a_mail_whose_worker_died_is_a_sent_one_as_soon_as_the_carrier_says_so(world: World, told: str) -> None:
    world.confirmed()
    unclear(world, error=Killed)
    world.jump("1 day")
    with pytest.raises(Killed):
        on_tick.handle(world.services)
    key = entry_of(world, FIRST).key

    if told == "before":
        tell(world, "sent", key)
    world.clock.move_to(world.clock.now() + LEASE + MINUTE)
    on_tick.handle(world.services)
    if told == "after":
        assert entry_of(world, FIRST).state is LedgerState.PARKED
        tell(world, "sent", key)

    assert entry_of(world, FIRST).state is LedgerState.SENT
    assert len(world.follow_ups()) == 1
    assert [t.id for t in world.touches(TouchKind.SENT) if FIRST in t.id] == [f"sent/{key}"]


def test_a_report_that_meets_the_tick_parking_the_mail_is_not_lost(world: World) -> None:
    world.confirmed()
    unclear(world, error=Killed)
    world.jump("1 day")
    with pytest.raises(Killed):
        on_tick.handle(world.services)
    key = entry_of(world, FIRST).key
    world.clock.move_to(world.clock.now() + LEASE + MINUTE)
    tick = world.services
    world.services = replace(tick, store=Overtaken(tick.store, lambda: on_tick.handle(tick)))

    tell(world, "sent", key)

    assert [t.id for t in world.touches(TouchKind.PARKED)] == [f"parked/{key}"]
    assert entry_of(world, FIRST).state is LedgerState.SENT


class Overtaken:
    """A store in which something else happens right before the first commit."""

    def __init__(self, store: Store, happens: Callable[[], object]) -> None:
        self._store, self._happens = store, [happens]

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def commit(self, change: Change) -> Lead:
        while self._happens:
            self._happens.pop()()
        return self._store.commit(change)


def test_an_opt_in_mail_that_the_carrier_had_is_not_sent_again(world: World) -> None:
    mailer = world.services.mailer
    with_mailer(world, Failing(mailer, lambda: SendUnclear("no answer"), sends=True, tells=False, hits=lambda _: True))
    world.browser().ask_for()
    world.settle()

    tell(world, "sent", entry_of(world, "/optin/").key)
    world.clock.move_to(world.clock.now() + DAY)
    on_tick.handle(world.services)

    assert len(world.mails(ANNA)) == 1
    assert entry_of(world, "/optin/").state is LedgerState.SENT


def test_reports_on_a_mail_that_is_settled_change_nothing(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    before = world.dump()

    for name in ("sent", "delivered", "delayed", "rejected", "complained_not_spam"):
        tell(world, name, entry_of(world, FIRST).key)

    assert {**world.dump(), "note": []} == {**before, "note": []}  # but for the note that reports come


@pytest.mark.parametrize("name", ["bounced_permanent", "bounced_suppressed"])
@BOTH
def test_p3_a_hard_bounce_ends_all_mail_to_the_lead(world: World, name: str) -> None:
    world.confirmed()
    world.advance("1 day")
    tell(world, name, entry_of(world, FIRST).key)
    had = len(world.mails(ANNA))

    world.browser().ask_for()
    world.advance("20 days")

    assert len(world.mails(ANNA)) == had
    assert stops(world) == [StopReason.BOUNCED]
    assert world.lead().enrolments[0].ended == "stopped: bounced"
    assert world.services.store.due_of(world.id_of()) == ()
    assert len(world.touches(TouchKind.BOUNCED)) == 1


def test_an_opt_in_mail_that_bounces_is_the_last_one_for_a_month(world: World) -> None:
    world.lift_budgets()
    world.browser().ask_for()
    world.settle()
    tell(world, "bounced_permanent", entry_of(world, "/optin/").key)

    for wait in ("1 day", "28 days", "2 days"):
        world.advance(wait)
        world.browser().ask_for()
        world.settle()

    assert len(world.mails(ANNA)) == 2
    assert world.lead().confirmed_at is None


def test_passing_bounces_end_the_plan_at_the_third_mail(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    key = entry_of(world, FIRST).key

    after: list[list[StopReason]] = []
    for mail in ("ses-1", "ses-2", "ses-3"):
        world.clock.move_to(world.clock.now() + DAY)
        tell(world, "bounced_undetermined", key, mail=mail)
        after.append(stops(world))

    assert after == [[], [], [StopReason.BOUNCED]]


@BOTH
def test_a_complaint_takes_every_agreement_back_but_the_page(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    tell(world, "complained", entry_of(world, FIRST).key)
    world.advance("60 days")

    assert world.lead().purposes == (Purpose.CONTENT,)
    assert stops(world) == [StopReason.COMPLAINED]
    assert len(world.touches(TouchKind.COMPLAINED)) == 1
    assert world.follow_ups() == ["First: hello"]


def test_who_complained_and_a_month_later_says_yes_anew_is_written_to_again(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    tell(world, "complained", entry_of(world, FIRST).key)
    world.advance("31 days")

    world.confirmed()
    world.advance("60 days")

    assert stops(world) == []
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


@pytest.mark.parametrize("name", ["complained", "bounced_permanent"])
def test_a_report_that_is_older_than_a_new_yes_stops_nothing(world: World, name: str) -> None:
    world.confirmed()
    world.advance("1 day")
    key, then = entry_of(world, FIRST).key, world.clock.now()
    world.clock.move_to(then + timedelta(hours=1))
    world.confirmed()

    tell(world, name, key, at=then)

    assert stops(world) == []
    assert Purpose.FOLLOW_UP in world.lead().purposes


def test_a_form_sent_before_the_complaint_and_confirmed_after_it_agrees_to_nothing_more(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    browser = world.browser()
    browser.ask_for()
    world.settle()
    tell(world, "complained", entry_of(world, FIRST).key)

    browser.post(world.mail(ANNA, "Your link").link("/confirm"))
    world.advance("60 days")

    assert world.lead().purposes == (Purpose.CONTENT,)
    assert stops(world) == [StopReason.COMPLAINED]


@pytest.mark.parametrize("name", ["bounced_permanent", "complained"])
def test_a_reps_mail_that_fails_never_stops_the_lead(world: World, name: str) -> None:
    world.confirmed()

    tell(world, name, entry_of(world, "/notify/").key)
    world.advance("60 days")

    assert stops(world) == []
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_the_manager_is_told_once_when_a_rep_cannot_be_reached(world: World) -> None:
    world.confirmed()

    tell(world, "bounced_permanent", entry_of(world, "/notify/").key)
    world.settle()
    tell(world, "bounced_permanent", entry_of(world, "/manager/").key, mail="ses-2")
    world.settle()

    (mail,) = world.mails(MANAGER_ADDRESS)
    assert "Rita Rep" in mail.text
    assert "did not reach" in mail.text


@BOTH
def test_what_nobody_knows_is_dropped(world: World) -> None:
    world.confirmed()
    before = world.dump()
    handle = on_mail_event.handler(world.services)
    unknown = report(world, "bounced_permanent", "1/step/none@v/01")
    gone = report(world, "bounced_permanent", "1/step/none@v/01")
    gone["detail"]["mail"]["tags"]["lead"] = ["nobody"]

    handle(unknown, None)
    handle(gone, None)

    assert world.dump() == before


@pytest.mark.parametrize(
    "event", [{}, {"source": "aws.ses"}, {"source": "aws.s3", "detail": {}}, {"source": "aws.ec2"}]
)
def test_what_cannot_be_read_is_put_aside(world: World, event: dict[str, Any]) -> None:
    with pytest.raises(BadEvent):
        on_mail_event.handler(world.services)(event, None)


def test_a_store_that_is_busy_makes_the_event_come_again(world: World) -> None:
    class Busy:
        def __getattr__(self, name: str) -> object:
            raise StoreBusy

    event = report_of_nobody()
    handle = on_mail_event.handler(replace(world.services, store=Busy()))  # type: ignore[arg-type]  # it plays dead

    with pytest.raises(StoreBusy):
        handle(event, None)


def report_of_nobody() -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / "ses_sent.json").read_text())
    return event
