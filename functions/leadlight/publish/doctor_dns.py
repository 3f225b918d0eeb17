"""What do name servers say of a domain that sends mail? Asked by the other `doctor_*` modules.

SPF (RFC 7208), DMARC as RFC 9989 has it: the way up the DNS tree finds whose domain it is, without a list of suffixes;
`pct` is gone, and `t=y` says that a policy is only tried out. Whatever is not there is told from what nobody answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver

from leadlight.publish.doctor_finding import Finding, fail, ok, warn

DEEPEST = 8
"""Labels of a domain beyond which the way up leaves some out (RFC 9989 § 4.10): else anybody could make it long."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The DMARC record that counts for a domain: where it stands, what it says, and whose domain it is."""

    where: str
    tags: Mapping[str, str]
    organisation: str


def here() -> Resolver:
    """This machine's resolver; one that it never set up answers nothing, which is a finding and no crash."""
    try:
        return Resolver()
    except NoResolverConfiguration:
        return Resolver(configure=False)


def policy(resolver: Resolver, domain: str) -> Policy | None:
    """The record of the domain itself, else that of its organisation, else of the suffix above; None without any."""
    found = _records_above(resolver, domain)
    organisation = _organisation(domain, found)
    where = next((name for name in (domain, organisation, *found) if name in found), None)
    return Policy(where, found[where], organisation) if where else None


def organisation_of(resolver: Resolver, domain: str) -> str:
    """Whose domain it is: two are aligned if that is the same (relaxed alignment, RFC 9989 § 4.4)."""
    return _organisation(domain, _records_above(resolver, domain))


def aligned(resolver: Resolver, by: str, domain: str, *, strict: bool) -> bool:
    """Whether what is signed or sent for `by` speaks for `domain`."""
    if strict or by == domain:
        return by == domain
    return bool(by) and organisation_of(resolver, by) == organisation_of(resolver, domain)


def _records_above(resolver: Resolver, domain: str) -> Mapping[str, Mapping[str, str]]:
    """The valid records from the domain up, in that order; two in one place count as none."""
    found = {}
    for name in walk(domain):
        records = [text for text in texts(resolver, f"_dmarc.{name}") if _is_dmarc(text)]
        if len(records) == 1:
            found[name] = _tags(records[0])
    return found


def _organisation(domain: str, found: Mapping[str, Mapping[str, str]]) -> str:
    """Where `psd=n` says so, or one below `psd=y`, else the highest that has a record (RFC 9989 § 4.10.2)."""
    for name, tags in found.items():
        if tags.get("psd") == "n":
            return name
        if tags.get("psd") == "y" and name != domain:
            return ".".join(domain.split(".")[-len(name.split(".")) - 1 :])
    return list(found)[-1] if found else domain


def walk(domain: str) -> Iterator[str]:
    """
    >>> list(walk("news.glass.example"))
    ['news.glass.example', 'glass.example', 'example']
    >>> len(list(walk("a.b.c.d.e.f.g.h.i.j.example")))
    8
    """
    labels = domain.split(".")
    yield domain
    for count in range(min(len(labels), DEEPEST) - 1, 0, -1):
        yield ".".join(labels[-count:])


def _is_dmarc(text: str) -> bool:
    return text.partition(";")[0].replace(" ", "") == "v=DMARC1"


def _tags(record: str) -> Mapping[str, str]:
    pairs = (tag.partition("=") for tag in record.split(";"))
    return {key.strip().lower(): value.strip().lower() for key, _, value in pairs if value}


def dmarc(resolver: Resolver, domain: str) -> Iterator[Finding]:
    """Whether the domain that readers see has a policy."""
    found = policy(resolver, domain)
    wanted = f"_dmarc.{domain} TXT “v=DMARC1; p=none; rua=mailto:dmarc@{domain}”"
    if found is None:
        what = f"{domain} has no DMARC record; Google and Yahoo turn much such mail away."
        yield fail("dmarc", what, f"Set {wanted}, and p=quarantine once the reports are clean.")
        return
    below = found.where != domain and "sp" in found.tags
    said = found.tags.get("sp" if below else "p")
    if said is None:
        yield fail("dmarc", f"The DMARC record at _dmarc.{found.where} has no policy.", f"Set {wanted}.")
    elif found.tags.get("pct", "100") != "100":
        what = f"_dmarc.{found.where} says pct={found.tags['pct']}, which is no longer read (RFC 9989)."
        yield warn("dmarc", what, "Take pct out; t=y in its place asks for the policy to be tried out only.")
    else:
        tried = ", to be tried out only" if found.tags.get("t") == "y" else ""
        yield ok("dmarc", f"_dmarc.{found.where} says {'sp' if below else 'p'}={said}{tried}.")


def spf_records(resolver: Resolver, domain: str) -> list[str]:
    """All that look like one. Two are an error, as bad as a wrong one (RFC 7208 § 4.5)."""
    return [text for text in texts(resolver, domain) if text.lower().split(" ")[0] == "v=spf1"]


def texts(resolver: Resolver, name: str) -> list[str]:
    """The TXT records of a name; a long one comes in pieces."""
    return [b"".join(each.strings).decode("utf-8", "replace") for each in records(resolver, name, "TXT")]


def mail_servers(resolver: Resolver, name: str) -> list[str]:
    """The mail servers of a name, the first choice first."""
    found = sorted(
        (each.preference, each.exchange.to_text(omit_final_dot=True)) for each in records(resolver, name, "MX")
    )
    return [host.lower() for _, host in found]


def records(resolver: Resolver, name: str, kind: str) -> list[Any]:
    """Nothing where there is nothing; raises `DNSException` where nobody knows."""
    try:
        return list(resolver.resolve(name, kind))
    except (NXDOMAIN, NoAnswer):
        return []
