"""A mail comes back as a mail: who cannot be reached is left alone, and nothing else that a server says stops plans."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from tests.world import ANNA, MANAGER_ADDRESS, REP_ADDRESS, SETTINGS, Mail, World

from leadlight.handlers import on_mail_event
from leadlight.local.inbox import MaildirInbox
from leadlight.model.lead import StopReason
from leadlight.model.touch import TouchKind
from leadlight.rules.mail_events import mail_name

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


def name_of(mail: Mail) -> str:
    return str(mail.message["Message-ID"]).strip("<>")


def return_of(world: World, mail: Mail) -> str:
    """The address that this mail comes back to, which is in its envelope alone."""
    lead, name = world.lead(), name_of(mail).partition("@")[0]
    (key,) = [e.key for e in world.services.store.ledger(lead.id) if mail_name(lead.id, e.key) == name]
    return f"bounce+{world.services.tokens.sign_return(lead.id, lead.generation, key)}@in.glass.example"


def answers_to(world: World) -> str:
    """The address that everybody knows who got an answer in copy."""
    return str(world.mail(ANNA, "First").message["Reply-To"].addresses[0].addr_spec)


def come_back(world: World, post: Path, name: str, *, to: str = "", message_id: str = "") -> None:
    """A server's word arrives, twice as it may: on the follow-up, to its own address, unless said otherwise."""
    mail = world.mail(ANNA, "First")
    text = (EVENTS / f"dsn_{name}.eml").read_text().format(
        to=to or return_of(world, mail), reply_to=answers_to(world), message_id=message_id or name_of(mail)
    )  # fmt: skip
    for _ in range(2):
        (post / secrets.token_hex(8)).write_text(text)
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
@pytest.mark.parametrize("message_id", ["", "unknown@elsewhere.example"])
def test_p3_a_word_to_the_address_of_answers_stops_nobody(world: World, post: Path, name: str, message_id: str) -> None:
    come_back(world, post, name, to=answers_to(world), message_id=message_id)
    world.advance("60 days")

    assert stops(world) == []
    assert [touch.facts["reason"] for touch in world.touches(TouchKind.AUTO_REPLIED)]
    assert world.touches(TouchKind.BOUNCED) == world.touches(TouchKind.REPLIED) == []
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_a_word_to_the_address_of_answers_tells_the_manager_nothing_of_a_rep(world: World, post: Path) -> None:
    come_back(world, post, "postfix", to=answers_to(world), message_id=name_of(world.mail(REP_ADDRESS)))
    world.settle()

    assert world.touches(TouchKind.BOUNCED) == []
    assert world.mails(MANAGER_ADDRESS) == []


def test_a_word_about_another_mail_than_the_one_it_came_back_to_is_none(world: World, post: Path) -> None:
    come_back(world, post, "postfix", message_id=name_of(world.mail(REP_ADDRESS)))

    assert stops(world) == []
    assert world.touches(TouchKind.BOUNCED) == []


def test_a_word_that_names_no_address_of_ours_in_its_mail_came_to_nobody(world: World, post: Path) -> None:
    come_back(world, post, "postfix", to=REP_ADDRESS)

    assert stops(world) == []
    assert list(world.services.inbox.waiting()) == []


def test_a_machine_that_answers_to_the_envelope_is_noted_and_stops_nobody(world: World, post: Path) -> None:
    back = return_of(world, world.mail(ANNA, "First"))
    (post / "one").write_text(f"From: {ANNA}\nTo: {back}\nSubject: Away\n\nI am away until Monday.\n")
    on_mail_event.take_in(world.services)

    assert stops(world) == []
    assert len(world.touches(TouchKind.AUTO_REPLIED)) == 1


@pytest.mark.parametrize(("name", "kind"), [("postfix_delayed", TouchKind.AUTO_REPLIED),
                                            ("postfix_expired", TouchKind.BOUNCED),
                                            ("policy", TouchKind.BOUNCED)])  # fmt: skip
def test_a_passing_failure_is_noted_and_stops_nobody(world: World, post: Path, name: str, kind: TouchKind) -> None:
    come_back(world, post, name)
    world.advance("60 days")

    assert len(world.touches(kind)) == 1
    assert stops(world) == []
    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]


def test_without_the_mail_itself_the_address_it_came_back_to_tells_which_it_is(world: World, post: Path) -> None:
    come_back(world, post, "postfix", message_id="unknown@elsewhere.example")

    assert stops(world) == [StopReason.BOUNCED]


def test_a_word_about_a_reps_mail_never_stops_the_lead(world: World, post: Path) -> None:
    mail = world.mail(REP_ADDRESS)
    come_back(world, post, "postfix", to=return_of(world, mail), message_id=name_of(mail))
    world.settle()

    assert stops(world) == []
    assert "did not reach" in world.mail(MANAGER_ADDRESS).text


@pytest.mark.parametrize("name", DEAD)
def test_a_word_with_a_forged_address_is_about_nobody(world: World, post: Path, name: str) -> None:
    come_back(world, post, name, to=f"bounce+{world.id_of()}-1-aaaaaaaaaaaaaaaa@in.glass.example")

    assert stops(world) == []


def test_no_address_of_the_returned_mail_is_kept(world: World, post: Path) -> None:
    come_back(world, post, "postfix")

    assert ANNA not in repr(world.dump())
