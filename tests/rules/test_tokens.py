"""Links and cookies: ours only, for one purpose only, for their time only."""

from __future__ import annotations

import pytest
from tests.rules.examples import DAY, MONDAY

from leadlight.errors import BadToken, ExpiredToken
from leadlight.tokens import LIFE, Tokens, TokenUse

OLD, NEW = "o" * 32, "n" * 32


def at(days: float, *keys: str) -> Tokens:
    return Tokens(keys or (OLD,), lambda: MONDAY + days * DAY)


@pytest.mark.parametrize("use", TokenUse)
def test_what_was_signed_is_read_until_its_time_is_over(use: TokenUse) -> None:
    token = at(0).sign(use, {"lead": "anna", "gen": 1})
    life = LIFE[use] / DAY

    assert at(life).read(use, token) == {"lead": "anna", "gen": "1"}
    with pytest.raises(ExpiredToken):
        at(life + 0.001).read(use, token)


@pytest.mark.parametrize("use", TokenUse)
def test_a_token_is_worthless_for_any_other_purpose(use: TokenUse) -> None:
    token = at(0).sign(use, {"lead": "anna"})

    for other in set(TokenUse) - {use}:
        with pytest.raises(BadToken):
            at(0).read(other, token)


def test_an_old_key_still_opens_and_the_newest_signs() -> None:
    old = at(0, OLD).sign(TokenUse.REP, {"id": "a"})
    new = at(0, OLD, NEW).sign(TokenUse.REP, {"id": "b"})

    assert at(0, OLD, NEW).read(TokenUse.REP, old) == {"id": "a"}
    assert at(0, NEW).read(TokenUse.REP, new) == {"id": "b"}
    with pytest.raises(BadToken):
        at(0, NEW).read(TokenUse.REP, old)


def test_an_expired_token_can_still_tell_whose_it_was() -> None:
    token = at(0).sign(TokenUse.REP, {"rep": "rita"})

    assert at(400).read(TokenUse.REP, token, even_expired=True) == {"rep": "rita"}
    with pytest.raises(BadToken):
        at(400).read(TokenUse.REP, token[:-2] + "zz", even_expired=True)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "\0", "\ud800", "é" * 20, "x" * 10_000])
def test_anything_else_is_no_token(text: str) -> None:
    with pytest.raises(BadToken):
        at(0).read(TokenUse.CONFIRM, text)


LEAD = "abcdefghijklmnopqrstuvwxyz"


def test_the_address_of_an_answer_fits_into_a_local_part() -> None:
    token = at(0).sign_short(LEAD, 12)

    assert len(f"reply+{token}") <= 64
    assert token == token.lower()
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_short_token_holds_for_ever_in_any_case_and_with_every_key() -> None:
    token = at(0, OLD).sign_short(LEAD, 2)

    assert at(5000, OLD, NEW).read_short(token.upper()) == (LEAD, "2")
    with pytest.raises(BadToken):
        at(0, NEW).read_short(token)


def test_what_a_mail_comes_back_to_fits_into_a_local_part() -> None:
    token = at(0).sign_return(LEAD, 12, "12/step/welcome@1/first")

    assert len(f"bounce+{token}") <= 64
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_token_of_return_holds_for_its_mail_alone_in_any_case_and_with_every_key() -> None:
    token = at(0, OLD).sign_return(LEAD, 2, "2/step/one")

    assert at(5000, OLD, NEW).is_return_of(token.upper(), LEAD, 2, "2/step/one")
    assert not at(0, OLD).is_return_of(token, LEAD, 2, "2/step/two")
    assert not at(0, OLD).is_return_of(token, LEAD, 3, "2/step/one")
    assert not at(0, NEW).is_return_of(token, LEAD, 2, "2/step/one")
    assert not at(0, OLD).is_return_of(at(0, OLD).sign_short(LEAD, 2), LEAD, 2, "2/step/one")
    with pytest.raises(BadToken):
        at(0, OLD).read_short(token)


@pytest.mark.parametrize("change", [("-2-", "-3-"), ("abc", "abd"), ("-2-", "-2-a"), ("-2-", "-"), ("-2-", "-2-ü")])
def test_a_short_token_that_was_changed_is_none(change: tuple[str, str]) -> None:
    token = at(0).sign_short(LEAD, 2).replace(*change)

    with pytest.raises(BadToken):
        at(0).read_short(token)
