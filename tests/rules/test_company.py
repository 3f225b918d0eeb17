"""Which company is behind a mail address."""

import pytest

from leadlight.model.person import LeadId
from leadlight.rules.company import company_domain, mail_domain
from leadlight.rules.disposable import is_disposable
from leadlight.vault import company_id, lead_id

KEY = b"lead key for tests, 32 bytes long"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("anna@acme.com", "acme.com"),
        ("anna@mail.eu.acme.com", "acme.com"),
        ("ANNA@ACME.COM", "acme.com"),
        ("anna@acme.co.uk", "acme.co.uk"),
        ("anna@pc7.acme.com.pl", "acme.com.pl"),
        ("anna@m\u00fcnchen.example", "xn--mnchen-3ya.example"),
        ("anna@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("anna@acme.com.", "acme.com"),
        ('"a@b"@acme.com', "acme.com"),
        ("anna@ACME.BOX", "acme.box"),
        ("anna@acme.x", "acme.x"),
        ("anna@gmail.com", None),
        ("anna@Gmx.DE", None),
        ("anna@wp.pl", None),
        ("anna@yahoo.co.uk", None),
        ("anna@proton.me", None),
        ("ANNA@CABLE.COMCAST.COM", None),  # this host alone is free mail
        ("x7@privaterelay.appleid.com", None),
        ("anna@localhost", None),
        ("anna@com", None),
        ("anna@co.uk", None),
        ("anna@127.0.0.1", None),
        ("anna@[192.0.2.1]", None),
        ("anna@acme..com", None),
        ("anna", None),
        ("", None),
    ],
)
def test_an_address_tells_its_company_or_that_there_is_none(address: str, domain: str | None) -> None:
    assert company_domain(address) == domain


@pytest.mark.parametrize(
    ("address", "domain", "is_everybodys"),
    [
        ("anna@mail.acme.com.", "acme.com", False),
        ("anna@localhost.", "localhost", False),
        ('"a@b"@acme.co.uk', "acme.co.uk", False),
        ("anna@Gmx.DE", "gmx.de", True),
        ("anna@proton.me", "proton.me", True),
        ("anna@cable.comcast.com", "comcast.com", True),
        ("anna@acme..com", "", False),
        ("anna@", "", False),
    ],
)
def test_a_mail_is_a_burden_to_one_domain(address: str, domain: str, is_everybodys: bool) -> None:
    assert mail_domain(address) == (domain, is_everybodys)


@pytest.mark.parametrize(
    ("address", "disposable"),
    [
        ("anna@Mail.Mailinator.com.", True),
        ('"x@mailinator.com"@acme.com', False),
        ('"x@y"@mailinator.com', True),
        ("anna@mailinator.com.acme.com", False),
        ("anna@com", False),
    ],
)
def test_a_throw_away_address_is_known_by_its_domain_alone(address: str, disposable: bool) -> None:
    assert is_disposable(address) is disposable


def test_a_company_has_an_id_of_its_own_that_only_the_key_gives() -> None:
    acme = company_id("acme.com", KEY)

    assert acme == company_id("acme.com", KEY) != company_id("acme.com", KEY[::-1])
    assert acme != company_id("acme.net", KEY)
    assert LeadId(acme) != lead_id("acme.com", KEY)
    assert len(acme) == 26
