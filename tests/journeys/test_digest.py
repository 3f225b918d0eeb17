"""What our own people get by the calendar: the morning digest, the weekly pulse."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.world import REP_ADDRESS, World
from tests.world_sale import compiled

from leadlight.digest import NEXT
from leadlight.errors import NotSent
from leadlight.handlers import on_mail_event, on_tick
from leadlight.local.mailer import Carried
from leadlight.simulate.carrier import bounced

WARSAW = {"zone": "Europe/Warsaw", "days": "mon-fri", "from": "09:00", "to": "17:00", "country": "PL"}


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team in Warsaw, whose mornings begin at 8."""
    return compiled(tmp_path_factory.mktemp("morning"), hours=WARSAW, notices={"digest": "08:00"})


def at(world: World, text: str) -> None:
    """It is that time in UTC, and everything happens that is due; the minute's tick comes by."""
    world.clock.move_to(datetime.fromisoformat(text).replace(tzinfo=UTC))
    world.settle()
    on_tick.handle(world.services)


def digests(world: World, to: str = REP_ADDRESS) -> list[str]:
    return [subject for subject in world.subjects(to) if subject.startswith("Today:")]


def with_question(world: World) -> None:
    """Somebody has asked, and nobody has answered."""
    reader = world.confirmed(name="Anna Nowak", company="Acme", phone="+44 20 7946 0999")
    reader.post("/api/question", gate="guides/mail", question="And for teams of three?")
    world.settle()


def test_a_digest_comes_at_eight_by_the_reps_clock_and_says_whom_to_call_because(world: World) -> None:
    with_question(world)

    at(world, "2026-01-07T06:59")
    assert digests(world) == []
    at(world, "2026-01-07T07:00")

    assert digests(world) == ["Today: 1 to call"]
    mail = world.mail(REP_ADDRESS, "Today:")
    assert "Anna Nowak" in mail.text
    assert "because they asked a question, and nobody has answered" in " ".join(mail.text.split())
    assert "tel:+442079460999" in mail.html


def test_summer_time_moves_the_digest_with_the_clock(world: World) -> None:
    world.clock.move_to(datetime(2026, 3, 26, 12, tzinfo=UTC))
    with_question(world)

    at(world, "2026-03-27T07:00")
    at(world, "2026-03-30T05:59")
    assert len(digests(world)) == 1
    at(world, "2026-03-30T06:00")

    assert len(digests(world)) == 2


@pytest.mark.parametrize("day", ["2026-01-06", "2026-01-10", "2026-01-11"])
def test_no_digest_comes_on_a_holiday_or_a_weekend(world: World, day: str) -> None:
    with_question(world)

    at(world, f"{day}T10:00")

    assert digests(world) == []


def test_a_morning_that_was_missed_is_made_up_for_while_the_rep_works(world: World) -> None:
    with_question(world)
    carrier, handed = world.services.mailer, list[str]()

    class Counting:  # a Maildir takes each mail once, whoever sends it twice
        reports_later = False

        def send(self, message: object, *, tag: str) -> str:
            handed.append(tag)
            return carrier.send(message, tag=tag)

    world.serve(replace(world.services, mailer=Counting()))
    at(world, "2026-01-07T13:00")
    world.services.store.set_note(NEXT, "2026-01-01T00:00:00+00:00 before")  # a build makes it look again
    at(world, "2026-01-07T13:30")
    at(world, "2026-01-08T20:00")

    assert len([tag for tag in handed if "/digest/rita/" in tag]) == 1


def test_nothing_to_say_is_no_mail(world: World) -> None:
    world.confirmed()

    at(world, "2026-01-07T07:00")

    assert digests(world) == []


def test_a_digest_that_the_carrier_did_not_take_comes_later_and_once(world: World) -> None:
    with_question(world)
    world.clock.move_to(datetime(2026, 1, 7, 7, tzinfo=UTC))

    class Down:
        reports_later = False

        def send(self, *_: object, **__: object) -> str:
            raise NotSent("down")

    on_tick.handle(replace(world.services, mailer=Down()))
    for minutes in range(0, 40, 5):
        world.clock.move_to(datetime(2026, 1, 7, 7, tzinfo=UTC) + timedelta(minutes=minutes))
        world.settle()

    assert len(digests(world)) == 1


def test_a_worker_that_dies_with_the_mail_in_its_hand_loses_no_digest(world: World) -> None:
    with_question(world)
    at(world, "2026-01-07T06:59")
    world.clock.move_to(datetime(2026, 1, 7, 7, tzinfo=UTC))

    class Dies:
        reports_later = False

        def send(self, *_: object, **__: object) -> str:
            raise SystemExit

    with pytest.raises(SystemExit):
        on_tick.handle(replace(world.services, mailer=Dies()))
    world.settle()
    assert digests(world) == []
    at(world, "2026-01-07T07:10")

    assert len(digests(world)) == 1


def test_two_workers_at_once_send_one_digest(world: World) -> None:
    with_question(world)
    world.clock.move_to(datetime(2026, 1, 7, 7, tzinfo=UTC))
    mailer = world.services.mailer

    class Beside:
        reports_later = False

        def send(self, message: object, *, tag: str) -> str:
            on_tick.handle(world.services)
            return mailer.send(message, tag=f"{tag}/beside")

    on_tick.handle(replace(world.services, mailer=Beside()))

    assert len(digests(world)) == 1


def test_opening_the_links_of_a_digest_changes_nothing(world: World) -> None:
    with_question(world)
    at(world, "2026-01-07T07:00")
    before = world.dump()

    links = world.mail(REP_ADDRESS, "Today:").links
    for link in links:
        world.browser().get(link)

    assert any("/rep/lead" in link for link in links)
    assert world.dump() == before


def test_the_manager_hears_on_monday_how_many_conversations_began(world: World) -> None:
    for number in range(3):
        world.confirmed(address=f"anna{number}@example.com")

    at(world, "2026-01-12T06:59")
    assert not [mail for mail in world.mails("mark") if "conversation" in mail.subject]
    at(world, "2026-01-12T07:00")
    at(world, "2026-01-13T07:00")

    (mail,) = [mail for mail in world.mails("mark") if "conversation" in mail.subject]
    assert mail.subject == "3 new conversations last week"
    assert "0, 0, 0, 0, 3" in mail.text


def test_a_tick_with_nothing_to_do_reads_one_note_for_all_of_this(world: World) -> None:
    with_question(world)
    asked: list[str] = []
    store = world.services.store
    note = store.note

    def noted(name: str) -> str | None:
        asked.append(name)
        return note(name)

    store.note = noted  # type: ignore[method-assign]
    on_tick.handle(world.services)

    assert [name for name in asked if name.startswith(("rounds", "digest", "pulse", "feedback"))] == ["rounds"]


def test_a_digest_that_comes_back_is_an_error_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    message = EmailMessage()
    message["Message-ID"] = "<digest@glass.example>"
    mail = Carried(world.clock.now(), "team/1/digest/rita/2026-01-07", message, b"")

    with caplog.at_level("INFO", logger="leadlight"):
        on_mail_event.handle_report(world.services, bounced(mail, world.clock.now()))

    assert [(record.levelname, record.message) for record in caplog.records] == [("ERROR", "mail.bounced")]


@pytest.mark.parametrize("tick", ["2026-01-07T07:00", "2026-01-07T08:30"])
def test_a_step_agreed_for_nine_stands_in_that_mornings_digest_however_late_it_comes(world: World, tick: str) -> None:
    world.confirmed(name="Anna Nowak", zone="Europe/London")
    world.log(world.taken(), objective="start", achieved="yes", next_at="2026-01-07T09:00+01:00")
    world.clock.move_to(datetime(2026, 1, 7, 6, tzinfo=UTC))

    at(world, tick)

    text = " ".join(world.mail(REP_ADDRESS, "Today: 1 due today").text.split())
    assert re.search(r"Anna Nowak: your next step at 09:00 \(08:[03]0 in London", text)
    assert "Times are by your clock, in Warsaw." in text


def test_a_digest_says_what_time_it_is_where_they_are(world: World) -> None:
    world.confirmed(name="Anna Nowak", zone="Asia/Tokyo").post("/api/question", gate="guides/mail", question="Why?")
    world.settle()

    at(world, "2026-01-07T07:00")

    text = " ".join(world.mail(REP_ADDRESS, "Today:").text.split())
    assert "nobody has answered (16:00 in Tokyo now, 8 hours ahead of you)" in text
