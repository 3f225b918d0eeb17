"""What leaves our functions for AWS: only SES learns who it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ground_aws import Account
from tests.journeys.test_replies import answer, post, receive  # noqa: F401 `post` is a fixture
from tests.world import ANNA, MAIL, World

pytestmark = pytest.mark.grounds("prompt")

PERSONAL = (
    "anna.nowak", "Anna Nowak", "Acmeworks", "20 7946", "2079460", "Zanzibar", "elsewhere", "prices.pdf", "moonlight",
    "198.51.100",
)  # fmt: skip
SENDING = "before-send.sesv2.SendEmail"
TAG = re.compile(r'"Name": "(\w+)", "Value": "([0-9a-z]+)"')

Asked = list[tuple[str, str]]


@pytest.fixture(scope="module")
def wire(account: Account) -> Asked:
    """Every request of every client, as it leaves: the operation, and its address, headers and body."""
    asked: Asked = []

    def listen(event_name: str, request: Any, **_: object) -> None:
        asked.append((event_name, f"{request.url} {dict(request.headers)} {request.body!r}"))

    account.session.get_component("event_emitter").register_first("before-send", listen)
    return asked


@pytest.fixture
def conversation(wire: Asked, world: World, post: Path) -> Iterator[Asked]:  # noqa: F811 the fixture
    """Everything that a lead can tell us, and a rep writes down about it; what was asked of AWS meanwhile."""
    reader = world.confirmed(name="Anna Nowak", company="Acmeworks", phone="+44 20 7946 0999", call="now")
    reader.post("/api/question", gate=MAIL, question="Is Zanzibar served?")
    reader.post("/api/call", gate=MAIL, call="now", phone="+44 20 7946 0777")
    world.settle()
    message = answer(world, "By moonlight?", sender="boss@elsewhere.example")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="prices.pdf")
    receive(world, post, message)
    world.settle()
    world.log(world.taken(), achieved="no", why_not="wrong-time", note="Loves moonlight")
    yield wire
    wire.clear()


def test_p9_p11_nobody_but_ses_is_told_a_name_an_address_or_a_word(conversation: Asked) -> None:
    told = [(operation, word) for operation, text in conversation for word in PERSONAL if word in text]

    assert {"CreateSchedule", "PutEvents", "TransactWriteItems"} <= {
        name.rpartition(".")[2] for name, _ in conversation
    }
    assert {(operation, word) for operation, word in told if operation != SENDING} == set()


def test_p11_tags_of_mails_are_ids(world: World, wire: Asked) -> None:
    world.confirmed()

    tags = {tag for operation, text in wire if operation == SENDING for tag in TAG.findall(text)}
    assert {name for name, _ in tags} == {"lead", "touch"}
    assert {value for name, value in tags if name == "lead"} == {world.id_of(ANNA)}
