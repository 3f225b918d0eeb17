"""A mail comes back as a mail: who cannot be reached is left alone, and nothing else that a server says stops plans."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from tests.world import ANNA, MANAGER_ADDRESS, REP_ADDRESS, SETTINGS, World

from leadlight.handlers import on_mail_event
from leadlight.local.inbox import MaildirInbox
from leadlight.model.lead import StopReason
from leadlight.model.touch import TouchKind

EVENTS = Path(__file__).parents[1] / "events"
BOTH = pytest.mark.grounds("local", "prompt")
DEAD = ["postfix", "exim", "exchange", "gmail"]


@pytest.fixture
def post(world: World, tmp_path: Path) -> Path:
    """Where mail for us comes in; Anna has had one follow-up, which is now said to come back."""
    inbox = MaildirInbox(tmp_path / "post")
    world.services = replace(world.services, inbox=inbox, settings=replace(SETTINGS, inbound_domain="in.glass.example"))
    world.confirmed()
    world.advance("1 day")
    return tmp_path / "post" / "new"


def come_back(world: World, post: Path, name: str, *, subject: str = "First", to: str = "") -> None:
    """The server's word on that mail of ours arrives, twice as it may."""
    mail = world.mail(subject=subject).message
    reply_to = mail["Reply-To"].addresses[0].addr_spec
    message_id = str(mail["Message-ID"]).strip("<>")
    text = (EVENTS / f"dsn_{name}.eml").read_text()
    for _ in range(2):
        (post / secrets.token_hex(8)).write_text(
            text.format(to=to or reply_to, reply_to=reply_to, message_id=message_id)
        )
    on_mail_event.take_in(world.services)


def stops(world: World) -> list[StopReason]:
    return [stop.reason for stop in world.lead().stops]


@pytest.mark.parametrize("name", DEAD)
@BOTH
def test_p3_a_mail_that_no_mailbox_takes_ends_all_mail_to_the_lead(world: World, post: Path, name: str) -> None:
    come_back(world, post, name)
    world.advance("60 days")

    assert stops(world) == [StopReason.BOUNCED]
    (touch,) = world.touches(TouchKind.BOUNCED)
    assert touch.facts["what"].endswith("/01-hello")
    assert world.follow_ups() == ["First: hello"]
    assert world.touches(TouchKind.REPLIED) == []


@pytest.mark.parametrize("name", DEAD)
def test_a_word_that_came_by_another_mailbox_counts_as_well(world: World, post: Path, name: str) -> None:
    come_back(world, post, name, to=REP_ADDRESS)

    assert stops(world) == [StopReason.BOUNCED]


@pytest.mark.parametrize(("name", "kind"), [("postfix_delayed", TouchKind.AUTO_REPLIED),
                                            ("postfix_expired", TouchKind.BOUNCED),
                                            ("policy", TouchKind.BOUNCED)])  # fmt: skip
def test_a_passing_failure_is_noted_and_stops_nobody(world: World, post: Path, name: str, kind: TouchKind) -> None:
    come_back(world, post, name)
    world.advance("60 days")

    assert len(world.touches(kind)) == 1
    assert stops(world) == []
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_without_the_mail_itself_the_address_of_the_answer_tells_whose_it_is(world: World, post: Path) -> None:
    raw = (EVENTS / "dsn_postfix.eml").read_text()
    reply_to = world.mail(ANNA, "First").message["Reply-To"].addresses[0].addr_spec
    (post / "one").write_text(raw.format(to=reply_to, reply_to="", message_id="unknown@elsewhere.example"))
    on_mail_event.take_in(world.services)

    assert stops(world) == [StopReason.BOUNCED]


def test_a_word_about_a_reps_mail_never_stops_the_lead(world: World, post: Path) -> None:
    reply_to = world.mail(ANNA, "First").message["Reply-To"].addresses[0].addr_spec
    message_id = str(world.mail(REP_ADDRESS).message["Message-ID"]).strip("<>")
    raw = (EVENTS / "dsn_postfix.eml").read_text()
    (post / "one").write_text(raw.format(to=reply_to, reply_to=reply_to, message_id=message_id))
    on_mail_event.take_in(world.services)
    world.settle()

    assert stops(world) == []
    assert "did not reach" in world.mail(MANAGER_ADDRESS).text


@pytest.mark.parametrize("name", DEAD)
def test_a_word_with_a_forged_address_is_about_nobody(world: World, post: Path, name: str) -> None:
    forged = f"reply+{world.id_of()}-1-aaaaaaaaaaaaaaaa@in.glass.example"
    message_id = str(world.mail(ANNA, "First").message["Message-ID"]).strip("<>")
    raw = (EVENTS / f"dsn_{name}.eml").read_text()
    (post / "one").write_text(raw.format(to=forged, reply_to=forged, message_id=message_id))
    on_mail_event.take_in(world.services)

    assert stops(world) == []


def test_no_address_of_the_returned_mail_is_kept(world: World, post: Path) -> None:
    come_back(world, post, "postfix")

    assert ANNA not in repr(world.dump())
