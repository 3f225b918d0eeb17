"""Links and cookies: signed, for one purpose, for a time, and rotatable. What is sealed opens for its owner only."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.errors import BadToken, ExpiredToken, LostKey
from leadlight.model.person import LeadId
from leadlight.tokens import LIFE, Tokens, TokenUse
from leadlight.vault import lead_id, normal_address, seal, six_digits, unseal

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
KEY = bytes(32)


def tokens(*keys: str, now: datetime = NOW) -> Tokens:
    return Tokens(keys or ("k" * 64,), lambda: now)


@pytest.mark.parametrize("use", TokenUse)
def test_a_token_says_what_was_signed(use: TokenUse) -> None:
    assert tokens().read(use, tokens().sign(use, {"lead": "abc", "gen": 1})) == {"lead": "abc", "gen": "1"}


@pytest.mark.parametrize("use", [use for use in TokenUse if use is not TokenUse.CONFIRM])
def test_a_token_of_another_purpose_is_worthless(use: TokenUse) -> None:
    text = tokens().sign(use, {"lead": "abc"})

    with pytest.raises(BadToken):
        tokens().read(TokenUse.CONFIRM, text)


@pytest.mark.parametrize("use", TokenUse)
def test_a_token_works_until_its_life_is_over_and_says_when(use: TokenUse) -> None:
    text = tokens().sign(use, {"lead": "abc"})
    end = NOW + LIFE[use]

    assert tokens(now=end).read(use, text) == {"lead": "abc"}
    with pytest.raises(ExpiredToken) as expired:
        tokens(now=end + timedelta(seconds=1)).read(use, text)
    assert expired.value.expired_at == end


def test_two_rotations_break_no_valid_link() -> None:
    text = tokens("first").sign(TokenUse.CONFIRM, {"lead": "abc"})

    assert tokens("first", "second", "third").read(TokenUse.CONFIRM, text) == {"lead": "abc"}


def test_a_key_that_is_gone_opens_nothing() -> None:
    text = tokens("first").sign(TokenUse.CONFIRM, {"lead": "abc"})

    with pytest.raises(BadToken):
        tokens("second").read(TokenUse.CONFIRM, text)


@given(st.text(max_size=300))
def test_no_text_that_we_did_not_sign_is_a_token(text: str) -> None:
    with pytest.raises(BadToken):
        tokens().read(TokenUse.CONFIRM, text)


@given(st.integers(0, 200), st.characters(categories=("L", "N")))
def test_a_changed_token_says_nothing_else(at: int, char: str) -> None:
    text = tokens().sign(TokenUse.CONFIRM, {"lead": "abc"})
    changed = text[: at % len(text)] + char + text[at % len(text) + 1 :]

    try:
        facts = tokens().read(TokenUse.CONFIRM, changed)
    except BadToken:
        return
    assert facts == {"lead": "abc"}  # base64 has slack: another text, the same token


@pytest.mark.parametrize(
    ("typed", "same"),
    [("Anna@Example.com", "anna@example.com"), (" anna@example.com ", "anna@example.com"),
     ("anna@bücher.example", "anna@xn--bcher-kva.example")],
)  # fmt: skip
def test_one_address_is_one_lead_however_it_is_typed(typed: str, same: str) -> None:
    assert lead_id(typed, KEY) == lead_id(same, KEY)


@pytest.mark.parametrize("other", ["an.na@example.com", "anna+x@example.com", "anna@example.org"])
def test_dots_and_tags_are_part_of_an_address(other: str) -> None:
    assert lead_id(other, KEY) != lead_id("anna@example.com", KEY)


def test_a_lead_id_tells_nothing_without_the_key() -> None:
    assert lead_id("anna@example.com", KEY) != lead_id("anna@example.com", bytes([1] * 32))
    assert len(lead_id("anna@example.com", KEY)) == 26


@given(st.emails())
def test_normalising_twice_is_normalising_once(address: str) -> None:
    assert normal_address(normal_address(address)) == normal_address(address)


def test_what_is_sealed_opens_with_its_key() -> None:
    sealed = seal({"email": "anna@example.com"}, key_id="1", secret=KEY, owner=LeadId("abc"))

    assert unseal(sealed, secrets={"1": KEY}, owner=LeadId("abc")) == {"email": "anna@example.com"}
    assert b"anna" not in sealed.blob


def test_what_is_sealed_opens_for_no_other_lead() -> None:
    sealed = seal({"email": "anna@example.com"}, key_id="1", secret=KEY, owner=LeadId("abc"))

    with pytest.raises(LostKey):
        unseal(sealed, secrets={"1": KEY}, owner=LeadId("xyz"))


def test_what_is_sealed_is_gone_with_its_key() -> None:
    sealed = seal({"email": "anna@example.com"}, key_id="1", secret=KEY, owner=LeadId("abc"))

    with pytest.raises(LostKey):
        unseal(sealed, secrets={}, owner=LeadId("abc"))


def test_a_code_has_six_digits_and_belongs_to_one_request() -> None:
    codes = {six_digits(f"capture-{n}", "key") for n in range(200)}

    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(codes) > 190
