"""A link that was changed in any way is no link of ours, however it was changed."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

import pytest
from itsdangerous import URLSafeTimedSerializer
from tests.rules.examples import MONDAY

from leadlight.errors import BadToken
from leadlight.tokens import Tokens, TokenUse

KEYS = ("o" * 32, "n" * 32)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/% \t\n\0é"
TOKENS = Tokens(KEYS, lambda: MONDAY)
FACTS = {"lead": "abcdefghijklmnopqrstuvwxyz", "gen": "1", "capture": "0123456789abcdef"}


def changed(token: str, dice: random.Random) -> str:
    """The token with one to three small changes, or put together anew."""
    text = token
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randrange(len(text) + 1)
        char = dice.choice(ALPHABET)
        text = dice.choice((
            text[:at] + char + text[at:],  # one more
            text[:at] + text[at + 1 :],  # one less
            text[:at] + char + text[at + 1 :],  # another
            text[:at] + text[at:].swapcase(),
            text[:at],
            text + char,
            ".".join(dice.sample(text.split("."), len(text.split(".")))),
        ))  # fmt: skip
    return text


def forged(count: int) -> Iterator[tuple[TokenUse, str]]:
    """So many changed tokens, of all uses in turn. The same ones each time."""
    dice, uses = random.Random(7), list(TokenUse)
    signed = {use: TOKENS.sign(use, FACTS) for use in uses}
    for number in range(count):
        use = uses[number % len(uses)]
        if (text := changed(signed[use], dice)) != signed[use]:
            yield use, text


def is_taken(use: TokenUse, text: str) -> bool:
    try:
        TOKENS.read(use, text)
    except BadToken:
        return False
    return True


def test_no_changed_token_is_taken(request: pytest.FixtureRequest) -> None:
    count = request.config.getoption("--forged")

    assert [text for use, text in forged(count) if is_taken(use, text)] == []


def test_one_signature_is_written_in_one_way() -> None:
    token = TOKENS.sign(TokenUse.CONFIRM, FACTS)
    head, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=")
    others = [f"{head}.{signature[:-1]}{last}{pad}" for last in ALPHABET[:64] for pad in ("", "=", "==")]
    same = [text for text in others if base64.urlsafe_b64decode(text.rpartition(".")[2].rstrip("=") + "=") == raw]

    assert len(same) > 3
    assert [text for text in same if is_taken(TokenUse.CONFIRM, text)] == [token]


@pytest.mark.parametrize("key", ["", "n" * 31, "x" * 32])
def test_nobody_signs_without_the_key(key: str) -> None:
    signed = URLSafeTimedSerializer([key], salt=f"leadlight.{TokenUse.CONFIRM}").dumps(FACTS)

    assert not is_taken(TokenUse.CONFIRM, str(signed))


def test_two_rotations_break_no_link() -> None:
    first = Tokens(("a" * 32,), lambda: MONDAY).sign(TokenUse.UNSUBSCRIBE, FACTS)
    rotated = [Tokens(("a" * 32, "b" * 32, "c" * 32)[:count], lambda: MONDAY) for count in (2, 3)]

    assert [each.read(TokenUse.UNSUBSCRIBE, first) for each in rotated] == [FACTS, FACTS]
