"""Is there anybody to take mail for a domain? Asked of DNS before an opt-in mail, where an installation wants it.

`leadlight serve --check-domains` wires it. It never says no because DNS did not answer: then the mail goes out, and
what comes back says the rest.
"""

from __future__ import annotations

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver

from leadlight.errors import OperatorMustFix

PATIENCE = 2.0
"""Seconds for each question; a mail waits no longer for DNS."""

NOWHERE = "."
"""The one MX of a domain that takes no mail (RFC 7505)."""


class Domains:
    """Whether domains take mail, by the name servers of this machine."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or _of_this_machine()

    def take_mail(self, domain: str) -> bool | None:
        """False if DNS says for sure that no server would take any (RFC 5321 § 5.1); None if it says nothing."""
        try:
            servers = self._asked(domain, "MX")
            if servers is not None:
                return servers != [NOWHERE]
            return any(self._asked(domain, kind) is not None for kind in ("A", "AAAA"))
        except NXDOMAIN:
            return False
        except (DNSException, UnicodeError):
            return None

    def _asked(self, domain: str, kind: str) -> list[str] | None:
        """The names or addresses; None where there are none of that kind."""
        try:
            found = self._resolver.resolve(domain, kind, lifetime=PATIENCE, search=False)
        except NoAnswer:
            return None
        return [str(getattr(one, "exchange", one)) for one in found]


def _of_this_machine() -> Resolver:
    try:
        return Resolver()
    except NoResolverConfiguration as error:
        raise OperatorMustFix("This machine names no name servers, so domains cannot be checked.") from error
