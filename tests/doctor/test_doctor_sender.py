"""What name servers say of a sender: whose domain it is, who may send for it, and what nobody can tell from here."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.patient import name_server

from leadlight.publish.doctor_dns import aligned, dmarc, organisation_of, policy
from leadlight.publish.doctor_finding import Chart, Finding, State
from leadlight.publish.doctor_sender import Way, senders

Zone = Mapping[tuple[str, str], list[str]]

SPF, KEY = '"v=spf1 a:mail.glass.example ~all"', '"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"'


def zone(**others: str) -> dict[tuple[str, str], list[str]]:
    """TXT records by name; `__` stands for a dot, `_` at the front stays."""
    return {(f"{name.replace('__', '.')}.", "TXT"): [f'"{text}"'] for name, text in others.items()}


WELL: Zone = {
    ("glass.example.", "TXT"): [SPF, '"some-site-verification=1"'],
    ("s1._domainkey.glass.example.", "TXT"): [KEY],
    ("_dmarc.glass.example.", "TXT"): ['"v=DMARC1; p=quarantine"'],
}
"""A domain where all is as it should be."""


def examined(records: Zone, address: str = "rita@glass.example", way: Way | None = None) -> dict[str, Finding]:
    chart = Chart()
    with name_server(records) as resolver:
        senders(chart, resolver, [address], way or Way("mail.glass.example", selector="s1"))
    return {each.check: each for each in chart.findings}


def test_a_domain_where_all_is_right_is_told_so() -> None:
    found = examined(WELL)

    assert {each.state for each in found.values()} == {State.OK}
    assert list(found) == ["spf", "dkim", "dmarc", "alignment"]
    assert found["alignment"].what == "DKIM and SPF speak for glass.example."


def test_without_a_selector_nobody_knows_whether_mails_are_signed() -> None:
    found = examined(WELL, way=Way("mail.glass.example"))

    assert found["dkim"].state is State.UNKNOWN
    assert "--dkim-selector" in found["dkim"].remedy
    assert found["alignment"].state is State.WARN


@pytest.mark.parametrize(
    ("records", "word"),
    [
        ([], "no SPF record"),
        ([SPF, '"v=spf1 -all"'], "2 SPF records"),
        (['"v=spf1 +all"'], "lets everybody send"),
        (['"v=spf1 mx all"'], "lets everybody send"),
        (['"v=spf10 a"'], "no SPF record"),
    ],
)
def test_an_spf_record_that_helps_nobody_fails(records: list[str], word: str) -> None:
    found = examined({**WELL, ("glass.example.", "TXT"): records})["spf"]

    assert found.state is State.FAIL
    assert word in found.what
    assert "a:mail.glass.example" in found.remedy


@pytest.mark.parametrize("records", [[], ['"v=DKIM1; p="'], ['"something else"']])
def test_a_key_that_is_not_there_or_withdrawn_fails(records: list[str]) -> None:
    found = examined({**WELL, ("s1._domainkey.glass.example.", "TXT"): records})

    assert found["dkim"].state is State.FAIL
    assert found["alignment"].state is State.WARN


def test_mails_that_come_back_elsewhere_do_not_speak_for_their_sender() -> None:
    records = {**WELL, ("in.other.example.", "TXT"): [SPF]}

    found = examined(records, way=Way("mail.glass.example", returns="in.other.example"))

    assert found["spf"].state is State.OK
    assert found["alignment"].state is State.WARN
    assert "in.other.example" in found["alignment"].what


def test_where_no_name_server_answers_that_is_all_that_is_said() -> None:
    found = examined({("glass.example.", "TXT"): ["broken"]})

    assert [(each.check, each.state) for each in found.values()] == [("dns", State.UNKNOWN)]


def test_one_question_that_nobody_answers_hides_no_other() -> None:
    found = examined({**WELL, ("_dmarc.glass.example.", "TXT"): ["broken"]})

    assert found["dmarc"].state is State.UNKNOWN
    assert found["spf"].state is found["dkim"].state is State.OK


def of(records: Zone, domain: str) -> tuple[str, str | None]:
    """Whose domain it is, and where the record stands that counts for it."""
    with name_server(records) as resolver:
        found = policy(resolver, domain)
        return organisation_of(resolver, domain), found.where if found else None


GOV = zone(_dmarc__gov="v=DMARC1; p=reject; psd=y", _dmarc__mine__gov="v=DMARC1; p=none")
"""As RFC 9989 has it in its example: a public suffix that has a record of its own."""


@pytest.mark.parametrize(
    ("records", "domain", "organisation", "where"),
    [
        ({}, "news.glass.example", "news.glass.example", None),
        (WELL, "news.glass.example", "glass.example", "glass.example"),
        (WELL | zone(_dmarc__news__glass__example="v=DMARC1; p=none"), "news.glass.example", "glass.example",
         "news.glass.example"),
        (WELL | zone(_dmarc__news__glass__example="v=DMARC1; p=none; psd=n"), "a.news.glass.example",
         "news.glass.example", "news.glass.example"),
        (GOV, "mine.gov", "mine.gov", "mine.gov"),
        (GOV, "a.mine.gov", "mine.gov", "mine.gov"),
        (GOV, "theirs.gov", "theirs.gov", "gov"),
        (WELL, "a.b.c.d.e.f.g.h.glass.example", "glass.example", "glass.example"),
        ({("_dmarc.glass.example.", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, "glass.example",
         "glass.example", None),
        (zone(_dmarc__glass__example="v=DMARC2; p=none"), "glass.example", "glass.example", None),
    ],
)  # fmt: skip
def test_the_way_up_the_tree_finds_whose_domain_it_is(
    records: Zone, domain: str, organisation: str, where: str | None
) -> None:
    assert of(records, domain) == (organisation, where)


def test_what_is_signed_for_the_organisation_speaks_for_a_part_that_has_a_policy_of_its_own() -> None:
    records = {**WELL, **zone(_dmarc__news__glass__example="v=DMARC1; p=none")}

    with name_server(records) as resolver:
        assert aligned(resolver, "glass.example", "news.glass.example", strict=False)
        assert not aligned(resolver, "glass.example", "news.glass.example", strict=True)
        assert not aligned(resolver, "notglass.example", "news.glass.example", strict=False)
        assert not aligned(resolver, "", "news.glass.example", strict=False)


def said_of(record: str, domain: str = "glass.example") -> Finding:
    with name_server(zone(_dmarc__glass__example=record)) as resolver:
        (found,) = dmarc(resolver, domain)
    return found


@pytest.mark.parametrize(
    ("record", "domain", "state", "word"),
    [
        ("v=DMARC1; p=reject", "glass.example", State.OK, "says p=reject."),
        ("v=DMARC1;p=reject;sp=none", "news.glass.example", State.OK, "says sp=none."),
        ("v=DMARC1; p=reject", "news.glass.example", State.OK, "says p=reject."),
        ("v=DMARC1; p=reject; t=y", "glass.example", State.OK, "p=reject, to be tried out only."),
        ("v=DMARC1; p=quarantine; pct=20", "glass.example", State.WARN, "pct=20, which is no longer read"),
        ("v=DMARC1; p=quarantine; pct=100", "glass.example", State.OK, "says p=quarantine."),
        ("v=DMARC1; rua=mailto:x@glass.example", "glass.example", State.FAIL, "has no policy"),
    ],
)
def test_what_a_dmarc_record_says_is_read_as_its_newest_standard_has_it(
    record: str, domain: str, state: State, word: str
) -> None:
    found = said_of(record, domain)

    assert found.state is state
    assert word in found.what
