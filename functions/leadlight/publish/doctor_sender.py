"""Will mailbox providers believe mail that leaves by a server of one's own? Called by `doctor_here`, with `--smtp`.

Only what name servers say can be looked at from here: which server signs, and with which name, a mail shows that it has
sent. So what cannot be known is `unknown`, and says how to find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dns.resolver import Resolver

from leadlight.publish import doctor_dns
from leadlight.publish.doctor_finding import Chart, Finding, State, fail, ok, warn


@dataclass(frozen=True, slots=True)
class Way:
    """How mails leave: by which server, where they come back to (empty: to their sender), and under which selector the
    server signs, if somebody said so."""

    server: str
    returns: str = ""
    selector: str = ""


def senders(chart: Chart, resolver: Resolver, addresses: Iterable[str], way: Way) -> None:
    """All about the mails that come from these addresses, domain by domain."""
    domains = dict.fromkeys(address.rpartition("@")[2].lower() for address in addresses if "@" in address)
    if chart.ask("dns", lambda: [doctor_dns.texts(resolver, domain) for domain in list(domains)[:1]]) is None:
        return  # nobody answers: one unknown says as much as ten
    for domain in domains:
        returns = way.returns or domain
        chart.note("spf", _spf(resolver, returns, way.server))
        signs = chart.ask("dkim", lambda domain=domain: _signs(chart, resolver, domain, way))  # type: ignore[misc]  # mypy cannot type lambda defaults
        chart.note("dmarc", doctor_dns.dmarc(resolver, domain))
        chart.note("alignment", _alignment(resolver, domain, returns, signs=bool(signs)))


def _spf(resolver: Resolver, domain: str, server: str) -> Iterator[Finding]:
    found = doctor_dns.spf_records(resolver, domain)
    wanted = f"{domain} TXT “v=spf1 a:{server} ~all”, or the `include:` that its operator names"
    if len(found) > 1:
        what = f"{domain} has {len(found)} SPF records, so receivers believe none of them."
        yield fail("spf", what, f"Keep one: {wanted}.")
    elif not found:
        yield fail("spf", f"{domain} has no SPF record.", f"Set {wanted}.")
    elif "+all" in found[0].lower().split() or "all" in found[0].lower().split():
        what = f"The SPF record of {domain} lets everybody send: “{found[0]}”."
        yield fail("spf", what, f"Set {wanted}.")
    else:
        yield ok("spf", f"{domain} says who may send: “{found[0]}”. That has to name {server}.")


def _signs(chart: Chart, resolver: Resolver, domain: str, way: Way) -> bool:
    """Whether there is a key by which mails can be signed for the domain; noted."""
    if not way.selector:
        what = f"Nobody can tell from here whether {way.server} signs mails for {domain}."
        remedy = (
            f"Look into a mail that it has sent for “DKIM-Signature: … d={domain}; s=…”, "
            "and name what follows s= with --dkim-selector."
        )
        chart.findings.append(Finding("dkim", State.UNKNOWN, what, remedy))
        return False
    name = f"{way.selector}._domainkey.{domain}"
    keys = [text for text in doctor_dns.texts(resolver, name) if "p=" in text.replace(" ", "")]
    if keys and keys[0].replace(" ", "").rpartition(";")[2] != "p=":
        chart.findings.append(ok("dkim", f"There is a key for {domain} at {name}."))
        return True
    what = f"There is no key at {name}, so a signature of {domain} proves nothing."
    chart.findings.append(fail("dkim", what, f"Set the TXT record that the operator of {way.server} shows for it."))
    return False


def _alignment(resolver: Resolver, domain: str, returns: str, *, signs: bool) -> Iterator[Finding]:
    """Whether DKIM or SPF speaks for the domain that readers see."""
    found = doctor_dns.policy(resolver, domain)
    strict = found is not None and found.tags.get("aspf") == "s"
    by_spf = doctor_dns.aligned(resolver, returns, domain, strict=strict)
    if signs:
        yield ok("alignment", f"{'DKIM and SPF speak' if by_spf else 'DKIM speaks'} for {domain}.")
    elif by_spf:
        what = f"SPF speaks for {domain}; whether DKIM does is not known. Without it, what is forwarded fails DMARC."
        yield warn("alignment", what, f"Have the server sign with d={domain}.")
    else:
        what = f"Mails of {domain} come back to {returns}, which does not speak for it: only DKIM could."
        yield warn("alignment", what, f"Have the server sign with d={domain}, or take replies below {domain}.")
