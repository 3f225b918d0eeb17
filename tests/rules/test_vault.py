"""Who a person is: the same address the same id, sealed fields open with their own key only."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.errors import LostKey
from leadlight.model.person import LeadId, Sealed
from leadlight.vault import lead_id, normal_address, seal, six_digits, unseal

SECRET, ANNA, BO = b"s" * 32, LeadId("anna"), LeadId("bo")


@pytest.mark.parametrize("other", ["ANNA@EXAMPLE.COM", " anna@example.com ", "Anna@Example.com"])
def test_spelling_does_not_make_another_person(other: str) -> None:
    assert lead_id(other, SECRET) == lead_id("anna@example.com", SECRET)


@pytest.mark.parametrize("other", ["an.na@example.com", "anna+x@example.com", "anna@example.org"])
def test_dots_tags_and_domains_do(other: str) -> None:
    assert lead_id(other, SECRET) != lead_id("anna@example.com", SECRET)


def test_composed_letters_and_idn_domains_have_one_form() -> None:
    assert normal_address("jo\u0308rg@m\u00fcnchen.example") == "j\u00f6rg@xn--mnchen-3ya.example"


def test_an_id_is_128_bits_and_says_nothing_without_the_key() -> None:
    assert len(lead_id("anna@example.com", SECRET)) == 26
    assert lead_id("anna@example.com", SECRET) != lead_id("anna@example.com", b"t" * 32)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",)))
    )
)
def test_what_was_sealed_comes_back_whole(fields: dict[str, str]) -> None:
    sealed = seal(fields, key_id="k", secret=SECRET, owner=ANNA)

    assert unseal(sealed, secrets={"k": SECRET}, owner=ANNA) == fields


@pytest.mark.parametrize(
    ("secrets", "owner"),
    [({}, ANNA), ({"k": os.urandom(32)}, ANNA), ({"k": SECRET}, BO)],
    ids=["gone", "swapped", "moved"],
)
def test_without_its_own_key_and_owner_nothing_opens(secrets: dict[str, bytes], owner: LeadId) -> None:
    sealed = seal({"email": "anna@example.com"}, key_id="k", secret=SECRET, owner=ANNA)

    with pytest.raises(LostKey):
        unseal(sealed, secrets=secrets, owner=owner)


def test_a_changed_blob_does_not_open() -> None:
    sealed = seal({"email": "anna@example.com"}, key_id="k", secret=SECRET, owner=ANNA)

    with pytest.raises(LostKey):
        unseal(Sealed("k", sealed.blob[:-1] + b"\0"), secrets={"k": SECRET}, owner=ANNA)


def test_a_code_belongs_to_one_request() -> None:
    codes = {six_digits(f"capture{n}", "key") for n in range(200)}

    assert len(codes) > 195
    assert all(len(code) == 6 and code.isdigit() for code in codes)
