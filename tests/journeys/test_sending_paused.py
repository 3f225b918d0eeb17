"""Too many mails come back: what nobody waits for waits, what somebody waits for goes out, and it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from tests.journeys.test_news import NEW, news_to, publish, reader
from tests.journeys.test_returns import entry_of, tell, with_mailer
from tests.world import ANNA, DAY, HOUR, MANAGER_ADDRESS, MINUTE, REP_ADDRESS, World

from leadlight import reputation
from leadlight.cli import main
from leadlight.errors import NotSent, Refused
from leadlight.handlers import measures, on_tick
from leadlight.model.due import DueKind
from leadlight.model.exchange import SENDING_NOTE
from leadlight.model.person import LeadId
from leadlight.record import all_leads, record_of
from leadlight.rules.next_action import in_words, why_stuck
from leadlight.rules.reputation import Counts, Fate, Paused, by_hour, counters, keys_of

BOTH = pytest.mark.grounds("local", "prompt")
BEN, CARA = "ben@example.org", "cara@example.net"
NOBODY = "1/step/course@v1/20260105T100000/01-hello"
WHY = "4 of 200 mails within a day came back for good (2.00 %)"


def told_of(world: World) -> Counts:
    """What was counted within a day."""
    now = world.clock.now()
    return sum(by_hour(world.services.store.counted(tuple(keys_of(now))), now, lifted=None), Counts())


def others(world: World, fate: Fate, *, times: int) -> None:
    """That became of the mails to so many other people."""
    (counter,) = counters(LeadId("other"), NOBODY, world.clock.now(), fate)
    for _ in range(times):
        assert world.services.store.count(replace(counter, limit=1000))


def bad_day(world: World) -> None:
    """Anna's first follow-up is the 200th mail of the day, and the fourth to come back. Ben is due two hours later."""
    world.confirmed(address=ANNA)
    world.clock.move_to(world.clock.now() + 2 * HOUR)
    world.confirmed(address=BEN)
    world.advance("22 hours")
    others(world, Fate.SENT, times=199)
    others(world, Fate.BOUNCED, times=3)
    tell(world, "bounced_permanent", entry_of(world, "/step/").key)


@BOTH
def test_follow_ups_wait_while_too_many_come_back_and_go_out_after_that(world: World) -> None:
    bad_day(world)
    world.advance("4 hours")

    assert world.follow_ups(BEN) == []
    paused = reputation.last_paused(world.services)
    assert paused is not None
    assert paused.why == WHY
    world.advance("1 day")
    assert world.follow_ups(BEN) == ["First: hello"]
    (sent,) = [mail for mail in world.ground.mails() if BEN.encode() in mail and b"List-Unsubscribe" in mail]
    assert sent


@BOTH
def test_what_somebody_waits_for_goes_out_all_the_same(world: World) -> None:
    bad_day(world)
    had = len(world.mails(REP_ADDRESS))

    world.confirmed(address=CARA)

    assert [mail.subject for mail in world.mails(CARA)] == [
        "Your link to “Mail guide”",
        "Mail guide: here is your way back",
    ]
    assert len(world.mails(REP_ADDRESS)) > had


def test_a_lead_that_waits_has_a_next_action_and_a_date(world: World) -> None:
    bad_day(world)
    world.advance("3 hours")

    rows = world.services.store.due_of(world.id_of(BEN))

    assert why_stuck(world.lead(BEN), rows, world.clock.now()) is None
    assert [row.at > world.clock.now() for row in rows if row.kind is DueKind.STEP] == [True]


def test_the_manager_is_told_once_of_each_pause(world: World) -> None:
    bad_day(world)
    world.advance("20 hours")

    (mail,) = world.mails(MANAGER_ADDRESS)

    assert mail.subject == "Follow-ups wait: too many mails came back"
    assert WHY in " ".join(mail.text.split())
    assert "Wednesday 7 January, 11:00" in mail.text
    assert mail.message["List-Unsubscribe"] is None


def test_a_manager_s_mail_that_could_not_go_out_comes_a_little_later(world: World) -> None:
    bad_day(world)
    mailer = world.services.mailer

    class Away:
        reports_later = False

        def send(self, *_: object, **__: object) -> str:
            raise NotSent("away")

        def was_sent(self, tag: str) -> bool | None:
            return None

    with_mailer(world, Away())
    on_tick.handle(world.services)
    with_mailer(world, mailer)
    on_tick.handle(world.services)
    none_yet = world.mails(MANAGER_ADDRESS)
    world.clock.move_to(world.clock.now() + 10 * MINUTE)
    on_tick.handle(world.services)

    assert none_yet == []
    assert len(world.mails(MANAGER_ADDRESS)) == 1


def test_each_minute_of_a_pause_is_counted_for_the_alarm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(measures, "count", lambda name, times=1: counted.append(name))
    world.confirmed()
    on_tick.handle(world.services)
    quiet = counted.count("SendingPaused")
    bad_day(world)

    on_tick.handle(world.services)

    assert (quiet, counted.count("SendingPaused")) == (0, 1)


def test_an_operator_may_end_it_and_what_was_counted_is_forgotten(world: World) -> None:
    bad_day(world)
    world.advance("3 hours")

    assert reputation.resume_sending(world.services) is not None
    world.advance("70 minutes")
    tell(world, "bounced_permanent", entry_of(world, "/step/").key, mail="ses-2")

    assert world.follow_ups(BEN) == ["First: hello"]
    assert reputation.now_paused(world.services) is None
    assert reputation.resume_sending(world.services) is None


def test_on_aws_the_tick_ends_it(world: World) -> None:
    class Here:
        def get_remaining_time_in_millis(self) -> int:
            return 600_000

    bad_day(world)

    on_tick.handler(world.services)({"resume": "sending"}, Here())

    assert reputation.now_paused(world.services) is None


def test_the_command_ends_it_and_says_why_it_was(world: World) -> None:
    until = datetime(2100, 1, 1, tzinfo=UTC)  # the command goes by this machine's clock
    world.services.store.set_note(SENDING_NOTE, str(Paused(until, until - DAY, WHY)))

    told, again = (
        CliRunner().invoke(main, ["leads", "resume", "--sending", "--data", str(world.data)]) for _ in range(2)
    )

    assert WHY in told.output
    assert (again.exit_code, again.output) == (0, "Nothing waits for that.\n")


def test_one_reader_who_complains_pauses_nothing_and_a_second_one_does(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    others(world, Fate.SENT, times=199)
    key = entry_of(world, "/step/").key

    for mail in ("ses-1", "ses-2"):
        tell(world, "complained", key, mail=mail)
    alone = reputation.last_paused(world.services)
    others(world, Fate.COMPLAINED, times=1)
    reputation.look(world.services)

    paused = reputation.last_paused(world.services)
    assert alone is None
    assert paused is not None
    assert paused.why == "2 readers called a mail of ours spam, of 200 mails within a day (1.00 %)"


@pytest.mark.parametrize("name", ["bounced_transient", "bounced_undetermined", "complained_not_spam", "delivered"])
def test_what_is_no_one_s_fault_pauses_nothing(world: World, name: str) -> None:
    world.confirmed()
    world.advance("1 day")
    others(world, Fate.SENT, times=199)
    others(world, Fate.BOUNCED, times=3)

    tell(world, name, entry_of(world, "/step/").key)

    assert world.services.store.note(SENDING_NOTE) is None


@BOTH
def test_a_mail_and_its_end_are_counted_once_however_often_they_are_told(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    key = entry_of(world, "/step/").key

    for name in ("sent", "bounced_permanent", "delivered", "complained", "bounced_permanent", "complained"):
        tell(world, name, key)

    assert told_of(world) == Counts(sent=1, bounced=1, complained=1)


def test_opt_in_mails_that_bounce_are_not_counted(world: World) -> None:
    world.browser().ask_for()
    world.settle()

    tell(world, "bounced_permanent", entry_of(world, "/optin/").key)

    assert told_of(world) == Counts()


def test_an_address_that_is_refused_at_once_counts_as_sent_and_bounced(world: World) -> None:
    world.confirmed()
    mailer = world.services.mailer

    class Refusing:
        reports_later = False

        def send(self, *_: object, **__: object) -> str:
            raise Refused("550 5.1.1")

        def was_sent(self, tag: str) -> bool | None:
            return mailer.was_sent(tag)

    with_mailer(world, Refusing())
    world.clock.move_to(world.clock.now() + timedelta(days=1))
    on_tick.handle(world.services)

    assert told_of(world) == Counts(sent=1, bounced=1)


def test_many_who_waited_do_not_go_out_at_once(world: World) -> None:
    world.serve(replace(world.services, settings=replace(world.services.settings, late_per_minute=2)))
    bad_day(world)
    readers = [f"reader{number}@example.com" for number in range(6)]
    for address in readers:
        world.confirmed(address=address)
    world.advance("60 hours")

    minutes = sorted(
        f"{touch.at:%d %H:%M}"
        for address in readers
        for touch in world.services.store.touches(world.id_of(address))
        if touch.id.startswith("sent/1/step/") and touch.id.endswith("01-hello")
    )

    assert len(minutes) == len(readers)
    assert max(minutes.count(minute) for minute in minutes) <= 2


def test_the_doctor_says_that_they_wait_and_why(world: World) -> None:
    until = datetime(2100, 1, 1, tzinfo=UTC)
    world.services.store.set_note(SENDING_NOTE, str(Paused(until, until - DAY, WHY)))

    told = CliRunner().invoke(main, ["doctor", "--data", str(world.data)]).output

    assert f"Follow-ups and news wait until 2100-01-01 00:00 UTC: {WHY}." in told
    assert "leads resume --sending" in told


def test_whoever_looks_at_a_lead_is_told_until_when_it_waits_and_why(world: World) -> None:
    bad_day(world)
    world.advance("3 hours")

    coming = record_of(world.services, world.lead(BEN)).next

    assert in_words(coming).startswith("2026-01-07 11:00 step/course@")
    assert in_words(coming).endswith(f"; until then nothing: {WHY}")
    assert (world.lead(BEN), coming) in all_leads(world.services)


def test_news_wait_as_well(world: World) -> None:
    publish(world, {})
    reader(world)
    world.advance("1 hour")
    until = world.clock.now() + DAY
    world.services.store.set_note(SENDING_NOTE, str(Paused(until, world.clock.now(), WHY)))
    publish(world, NEW)

    world.advance("22 hours")
    before = news_to(world)
    world.advance("2 days")

    assert (before, news_to(world)) == ([], ["New: How to light a lamp"])
