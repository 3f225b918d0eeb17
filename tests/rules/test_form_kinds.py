"""Each kind of question: what is taken as an answer, how it is kept, and what is said otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import MONDAY, enrolment, lead

from leadlight.errors import BadFields
from leadlight.model.person import GateId, Promise, Purpose
from leadlight.model.site import ConsentMode, Field, FieldType, Gate, GateKind, Unlock, Wording
from leadlight.rules.asking import Asked, asked_of_lead, asked_of_stranger
from leadlight.rules.countries import countries_in, offered
from leadlight.rules.form import Answers, read_answers, read_field
from leadlight.rules.phone import read_phone
from leadlight.vault import masked
from leadlight.visitor.known import Shown, Standing

SIZE = Field("size", FieldType.CHOICE, choices=("small", "large"))
LIKES = Field("likes", FieldType.MULTI_CHOICE, choices=("tea", "coffee", "water"))
COUNTRY = Field("country", FieldType.COUNTRY)
NEAR = Field("country", FieldType.COUNTRY, choices=("PL", "DE"))
SOURCE = Field("campaign", FieldType.HIDDEN)


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        (SIZE, " large ", "large"),
        (LIKES, "water, tea", "tea, water"),
        (LIKES, "tea, tea", "tea"),
        (LIKES, "water, coffee, tea", "tea, coffee, water"),
        (LIKES, "", ""),
        (COUNTRY, "PL", "PL"),
        (COUNTRY, "Poland", "PL"),
        (NEAR, "Germany", "DE"),
        (SOURCE, " spring ", "spring"),
        (SOURCE, "a\0b", ""),
        (SOURCE, "x" * 300, ""),
    ],
)
def test_an_answer_is_kept_as_its_kind_has_it(field: Field, text: str, kept: str) -> None:
    assert read_field(field, text) == kept


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (SIZE, "huge", "one of the offered answers"),
        (LIKES, "tea, beer", "one of the offered answers"),
        (replace(LIKES, required=True), "", "fill this in"),
        (COUNTRY, "Narnia", r"^Please choose one of the countries in the list\.$"),
        (NEAR, "GB", r"^Please choose one of the countries in the list\.$"),
    ],
)
def test_what_is_no_answer_is_said(field: Field, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_field(field, text)


@pytest.mark.parametrize(
    ("text", "region", "kept"),
    [
        ("020 7946 0123", "GB", "+44 20 7946 0123"),
        ("+48601234567", "GB", "+48 601 234 567"),
        ("0048 601 234 567", None, "+48 601 234 567"),
        ("601 234 567", "PL", "+48 601 234 567"),
        ("030 901820", None, "030 901820"),
    ],
)
def test_a_number_is_kept_as_dialled_from_abroad(text: str, region: str | None, kept: str) -> None:
    assert read_phone(text, region) == kept


@pytest.mark.parametrize(("text", "region"), [("12345", "PL"), ("+999 123456", None), ("555-0100", "US")])
def test_a_number_that_cannot_be_is_asked_for_with_its_code(text: str, region: str | None) -> None:
    with pytest.raises(ValueError, match=r"digits|its country code"):
        read_phone(text, region)


@pytest.mark.parametrize(("values", "kept"), [({"country": "PL"}, "+48"), ({}, "+49")])
def test_the_country_of_the_form_goes_before_that_of_the_clock(values: dict[str, str], kept: str) -> None:
    given = {"email": "a@b.example", "phone": "601 234 567", **values}
    answers = read_answers(gate(COUNTRY), given, zone="Europe/Berlin", region="DE", now=MONDAY)

    assert answers.fields["phone"].startswith(kept)


@pytest.mark.parametrize("country", [Field("country"), Field("land", FieldType.COUNTRY)])
def test_a_country_is_one_by_its_name_or_by_its_kind(country: Field) -> None:
    given = {"email": "a@b.example", "phone": "601 234 567", "note": "Germany", country.name: "Poland"}
    answers = read_answers(gate(Field("note"), country), given, zone="UTC", region="DE", now=MONDAY)

    assert answers.fields["phone"] == "+48 601 234 567"


@pytest.mark.parametrize(("address", "shown"), [("anna@x.example", "a…@x.example"), ("a@x.example", "a…@x.example")])
def test_a_masked_address_tells_neither_name_nor_length(address: str, shown: str) -> None:
    assert (masked(address), masked("")) == (shown, "")


def test_countries_are_offered_by_their_names_in_the_alphabet_of_the_page() -> None:
    assert [name for _, name in countries_in("pl", ("DE", "LV", "PL", "AT"))] == [
        "Austria",
        "Łotwa",
        "Niemcy",
        "Polska",
    ]
    assert dict(countries_in("en"))["CZ"] == "Czechia"
    assert countries_in("xx-nowhere", ("PL",)) == (("PL", "Poland"),)


def test_answers_are_offered_in_the_words_of_the_page_and_countries_by_their_names() -> None:
    assert offered(NEAR, "pl") == (("DE", "Niemcy"), ("PL", "Polska"))
    assert offered(replace(SIZE, shown={"small": "mały"}), "pl") == (("small", "mały"), ("large", "large"))


NAMES = [Field("email", FieldType.EMAIL), *(Field(name, required=name == "d") for name in "abcde")]
PROMISE = Promise(3, 14, ("mail",), "follow-up", "course", "v1")
WORDING = Wording("long", "en", {Purpose.FOLLOW_UP: "Write.", Purpose.NEWS: "News."}, PROMISE)
HERE = GateId("here")


def gate(*fields: Field, consent: ConsentMode = ConsentMode.OPTIONAL) -> Gate:
    return Gate("here/", "Here", Unlock.EMAIL, (), fields or (*NAMES, SOURCE), consent, "hash", 9, 9, 1, "", "")


@pytest.mark.parametrize(
    ("known", "given", "fields"),
    [
        ((), (), ("a", "b", "c")),
        (("a", "c"), (), ("b", "d", "e")),
        (("a", "b", "c", "d", "e"), (), ()),
        (("a", "b", "c", "campaign"), ("b",), ("b", "d", "e")),
    ],
)
def test_at_most_three_open_questions_are_asked(
    known: tuple[str, ...], given: tuple[str, ...], fields: tuple[str, ...]
) -> None:
    assert asked_of_lead(HERE, gate(), WORDING, replace(lead(), known=known), given).fields == fields


def test_a_stranger_is_asked_for_all_but_what_is_hidden() -> None:
    assert asked_of_stranger(gate(), WORDING) == Asked(("email", *"abcde"), follow_ups=True, news=True)


def test_who_has_agreed_is_not_asked_again() -> None:
    agreed = replace(lead(), purposes=(Purpose.FOLLOW_UP, Purpose.NEWS))
    alone = replace(WORDING, promise=replace(PROMISE, sequence=None))

    assert asked_of_lead(HERE, gate(), alone, agreed).follow_ups is False
    assert asked_of_lead(HERE, gate(), WORDING, agreed).follow_ups is True  # another sequence is another promise
    assert asked_of_lead(HERE, gate(), WORDING, agreed).news is False


@pytest.mark.parametrize(
    ("gate_id", "purposes", "asked"),
    [(HERE, (Purpose.FOLLOW_UP,), False), ("there", (Purpose.FOLLOW_UP,), True), (HERE, (), True)],
)
def test_who_gets_this_pages_mails_already_is_not_asked_for_them(
    gate_id: str, purposes: tuple[Purpose, ...], asked: bool
) -> None:
    mailed = lead(purposes=purposes, enrolments=(replace(enrolment(), gate=GateId(gate_id)),))

    assert asked_of_lead(HERE, gate(), WORDING, mailed).follow_ups is asked


def test_without_consent_a_promise_of_no_sequence_is_asked_for_and_no_news_where_none_are_offered() -> None:
    plain = replace(WORDING, wording={Purpose.FOLLOW_UP: "Write."}, promise=replace(PROMISE, sequence=None))

    asked = asked_of_lead(HERE, gate(), plain, lead(purposes=()))

    assert (asked.follow_ups, asked.news) == (True, False)


@pytest.mark.parametrize(
    ("kind", "unlock", "words"),
    [
        (GateKind.PAGE, Unlock.FORM, "Open the whole page"),
        (GateKind.PAGE, Unlock.REP, "Ask for the whole page"),
        (GateKind.WAITLIST, Unlock.EMAIL, "Put me on the list"),
    ],
)
def test_the_button_says_what_it_does(kind: GateKind, unlock: Unlock, words: str) -> None:
    here = replace(gate(), kind=kind, unlock=unlock)

    assert Shown(HERE, here, WORDING, Asked((), follow_ups=False, news=False), Standing.KNOWN, "").button == words


def read(known: tuple[str, ...], **values: str) -> Answers:
    asked = asked_of_lead(HERE, gate(), WORDING, replace(lead(), known=known), list(values))
    return read_answers(gate(), values, zone="UTC", now=MONDAY, asked=asked)


def test_of_a_known_lead_only_what_is_asked_is_required() -> None:
    assert read((), a="1").fields == {"a": "1"}  # `d` is the fourth, and comes next time
    with pytest.raises(BadFields) as wrong:
        read(("a",), b="2")
    assert list(wrong.value.fields) == ["d"]


def test_what_is_known_is_not_read_again() -> None:
    assert read(("a", "d"), a="other", b="2").fields == {"b": "2"}


def test_who_has_agreed_need_not_agree_again_where_mails_are_part_of_the_exchange() -> None:
    exchange = gate(consent=ConsentMode.REQUIRED)
    agreed, open_yet = (Asked((), follow_ups=asked, news=False, known=frozenset()) for asked in (False, True))

    assert read_answers(exchange, {}, zone="UTC", now=MONDAY, asked=agreed) == Answers("", {}, False, False, None, None)
    with pytest.raises(BadFields) as wrong:
        read_answers(exchange, {}, zone="UTC", now=MONDAY, asked=open_yet)
    assert list(wrong.value.fields) == ["consent"]
