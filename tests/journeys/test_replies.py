"""A reader answers one of our mails. The plan stops, the rep reads it at once; a machine's answer changes nothing."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.world import ANNA, REP_ADDRESS, SETTINGS, World

from leadlight.errors import Conflict, StoreBusy
from leadlight.handlers import on_mail_event
from leadlight.local.inbox import MaildirInbox
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import Encounter, TouchKind
from leadlight.ports import Store
from leadlight.profile import sealed_fields
from leadlight.replies import PER_DAY, QUALITY_OF_READING

BOTH = pytest.mark.grounds("local", "prompt")
"""Where what is stored, and what follows, is the matter."""

DOMAIN = "in.glass.example"
SECRET = "Marzipan is what we need most."
EVENT = Path(__file__).parents[1] / "events" / "inbound_object_created.json"


@pytest.fixture
def post(world: World, tmp_path: Path) -> Path:
    """Where mail for us comes in, at an installation that has a domain for it; Anna has had one follow-up."""
    inbox = tmp_path / "post"
    world.services = replace(
        world.services, inbox=MaildirInbox(inbox), settings=replace(SETTINGS, inbound_domain=DOMAIN)
    )
    world.confirmed()
    world.advance("1 day")
    return inbox / "new"


def answer(world: World, text: str = SECRET, *, sender: str = ANNA, **headers: str) -> EmailMessage:
    """What the reader's mail program makes of an answer to the first follow-up."""
    asked = world.mail(ANNA, "First").message
    message = EmailMessage()
    message["From"] = f"Anna Nowak <{sender}>"
    message["To"] = str(asked["Reply-To"])
    message["Subject"] = f"Re: {asked['Subject']}"
    message["Message-ID"] = f"<{secrets.token_hex(8)}@example.com>"
    message["In-Reply-To"] = str(asked["Message-ID"])
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"{text}\n\nOn Tue, 6 Jan 2026 at 10:00, Rita Rep wrote:\n> Hello there\n")
    return message


def arrive(post: Path, message: EmailMessage | bytes) -> str:
    """The mail lies in the inbox, under a key."""
    key = secrets.token_hex(8)
    (post / key).write_bytes(message if isinstance(message, bytes) else message.as_bytes())
    return key


def notice(world: World, key: str) -> None:
    """S3 says that a mail was stored, as EventBridge passes it on."""
    event = json.loads(EVENT.read_text())
    event["detail"]["object"]["key"] = key
    on_mail_event.handler(world.services)(event, None)


def receive(world: World, post: Path, message: EmailMessage | bytes) -> None:
    notice(world, arrive(post, message))


def stops(world: World) -> list[StopReason]:
    return [stop.reason for stop in world.lead().stops]


def test_follow_ups_and_the_way_back_are_answered_to_an_address_of_ours(world: World, post: Path) -> None:
    for subject in ("First", "way back"):
        reply_to = world.mail(ANNA, subject).message["Reply-To"].addresses[0]

        assert reply_to.display_name == "Rita Rep"
        assert reply_to.domain == DOMAIN
        assert len(reply_to.username) <= 64


def test_without_a_domain_for_it_answers_go_to_the_rep(world: World) -> None:
    world.confirmed()
    world.advance("1 day")

    assert world.mail(ANNA, "First").message["Reply-To"].addresses[0].addr_spec == REP_ADDRESS


@BOTH
def test_p3_an_answer_stops_the_plan_and_the_rep_reads_it_at_once(world: World, post: Path) -> None:
    receive(world, post, answer(world))
    world.settle()

    mail = world.mail(REP_ADDRESS, "answered “Mail guide”")
    assert SECRET in mail.text
    assert "Answer them first" in mail.text
    assert ANNA in mail.text
    assert "Hello there" not in mail.text
    assert stops(world) == [StopReason.REPLIED]
    world.advance("60 days")
    assert world.follow_ups() == ["First: hello"]


@BOTH
def test_what_was_said_is_sealed(world: World, post: Path, caplog: pytest.LogCaptureFixture,
                                 capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        receive(world, post, answer(world))

    (touch,) = world.touches(TouchKind.REPLIED)
    assert sealed_fields(world.services, touch)["text"] == SECRET
    assert touch.facts["from"] == "lead"
    assert "Marzipan" not in repr(world.dump()) + caplog.text + "".join(capsys.readouterr())
    assert ANNA not in caplog.text


def test_the_briefing_shows_what_was_said(world: World, post: Path) -> None:
    receive(world, post, answer(world))
    world.settle()

    assert SECRET in world.browser().get(world.briefing()).text


@BOTH
def test_an_answer_that_comes_twice_is_one(world: World, post: Path) -> None:
    message = answer(world)
    key = arrive(post, message)
    notice(world, key)
    notice(world, key)
    receive(world, post, message)
    world.settle()

    assert len(world.touches(TouchKind.REPLIED)) == 1
    assert len([subject for subject in world.subjects(REP_ADDRESS) if "answered" in subject]) == 1
    assert list(world.services.inbox.waiting()) == []


@pytest.mark.parametrize("header", [{"Auto_Submitted": "auto-replied"}, {"Return_Path": "<>"}])
def test_a_machines_answer_is_noted_and_changes_nothing(world: World, post: Path, header: dict[str, str]) -> None:
    receive(world, post, answer(world, **header))
    world.advance("60 days")

    (touch,) = world.touches(TouchKind.AUTO_REPLIED)
    assert touch.facts["reason"]
    assert stops(world) == []
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_our_own_mail_that_comes_back_makes_no_loop(world: World, post: Path) -> None:
    own = world.mail(ANNA, "First").message
    own.replace_header("To", str(own["Reply-To"]))

    receive(world, post, own)
    receive(world, post, answer(world, sender=REP_ADDRESS))

    assert world.touches(TouchKind.REPLIED) == []
    assert stops(world) == []


def test_an_answered_mail_was_read_and_counts_as_a_meeting_with_its_subject(world: World, post: Path) -> None:
    receive(world, post, answer(world))
    (read,) = (touch for touch in world.touches(TouchKind.READ) if "step" in touch.facts)

    assert (read.facts["step"], read.encounter, read.quality) == ("01-hello", Encounter.PERSON, QUALITY_OF_READING)


def test_an_answer_by_somebody_else_shows_nobody_reading(world: World, post: Path) -> None:
    receive(world, post, answer(world, sender="boss@example.com"))

    assert world.touches(TouchKind.READ) == []


def test_an_answer_by_somebody_else_stops_but_counts_for_nothing(world: World, post: Path) -> None:
    receive(world, post, answer(world, sender="boss@example.com"))
    world.settle()

    (touch,) = world.touches(TouchKind.REPLIED)
    assert (touch.facts["from"], touch.quality) == ("other", 0)
    assert stops(world) == [StopReason.REPLIED]
    mail = world.mail(REP_ADDRESS, "in the place of")
    assert "boss@example.com" in mail.text
    assert "boss@" not in repr(world.dump())


def test_an_address_in_capitals_and_of_an_older_key_is_understood(world: World, post: Path) -> None:
    message = answer(world)
    message.replace_header("To", str(message["To"]).upper())
    tokens = type(world.services.tokens)((*SETTINGS.token_keys, "n" * 32), world.clock.now)
    world.services = replace(world.services, tokens=tokens)

    receive(world, post, message)

    assert stops(world) == [StopReason.REPLIED]


@pytest.mark.parametrize("to", ["reply+{}-1-aaaaaaaaaaaaaaaa@in.glass.example", "info@in.glass.example", ""])
def test_a_mail_for_nobody_is_not_kept(world: World, post: Path, to: str) -> None:
    message = answer(world)
    message.replace_header("To", to.format(world.id_of()))

    receive(world, post, message)

    assert stops(world) == []
    assert [path for path in post.parent.rglob("*") if path.is_file()] == []


def test_what_is_attached_is_named_and_not_passed_on(world: World, post: Path) -> None:
    message = answer(world)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")

    receive(world, post, message)
    world.settle()

    mail = world.mail(REP_ADDRESS, "answered")
    assert "plan.pdf" in mail.text
    assert not list(mail.message.iter_attachments())


def test_a_mail_stays_until_what_it_says_is_stored(world: World, post: Path) -> None:
    world.services = replace(world.services, store=Unwilling(world.services.store))
    key = arrive(post, answer(world))

    with pytest.raises(Conflict):
        notice(world, key)

    assert list(world.services.inbox.waiting()) == [key]


class Unwilling:
    """A store where somebody else is always faster."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def commit(self, change: Change) -> Lead:
        raise Conflict


def test_without_events_everything_that_waits_is_taken_in(world: World, post: Path) -> None:
    for message in (b"\xff\0", answer(world), b""):
        arrive(post, message)

    assert on_mail_event.take_in(world.services) == 3
    assert on_mail_event.take_in(world.services) == 0
    assert stops(world) == [StopReason.REPLIED]


def test_a_local_installation_takes_in_what_waits_by_itself(world: World, post: Path) -> None:
    arrive(post, answer(world))

    world.advance("1 minute")

    assert stops(world) == [StopReason.REPLIED]
    assert SECRET in world.mail(REP_ADDRESS, "answered").text


def test_a_store_that_is_busy_leaves_the_mail_where_it_is(world: World, post: Path) -> None:
    class Busy:
        def __getattr__(self, name: str) -> object:
            raise StoreBusy

    key = arrive(post, answer(world))

    on_mail_event.take_in(replace(world.services, store=Busy()))  # type: ignore[arg-type]  # it plays dead

    assert list(world.services.inbox.waiting()) == [key]


def test_no_loop_of_mails_buries_the_rep(world: World, post: Path) -> None:
    for _ in range(PER_DAY + 2):
        receive(world, post, answer(world))

    assert len(world.touches(TouchKind.REPLIED)) == PER_DAY


def test_p3_an_answer_counts_however_many_a_machine_has_sent_before(world: World, post: Path) -> None:
    for _ in range(PER_DAY + 2):
        receive(world, post, answer(world, Auto_Submitted="auto-replied"))

    receive(world, post, answer(world))

    assert stops(world) == [StopReason.REPLIED]


def test_a_new_yes_goes_on_where_the_answer_stopped(world: World, post: Path) -> None:
    receive(world, post, answer(world))
    world.advance("1 day")

    world.confirmed()
    world.advance("60 days")

    assert stops(world) == []
    assert world.follow_ups() == ["First: hello", "Second"]  # the last is not for who is hot, as who answered


def test_an_answer_after_leaving_does_not_bring_the_mails_back(world: World, post: Path) -> None:
    message = answer(world)
    world.browser().post(world.mail(ANNA, "First").link("/unsubscribe"))
    receive(world, post, message)

    world.advance("60 days")

    assert stops(world) == [StopReason.UNSUBSCRIBED, StopReason.REPLIED]
    assert world.follow_ups() == ["First: hello"]
