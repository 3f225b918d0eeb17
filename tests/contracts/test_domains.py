"""What DNS says of a domain's mail, by a name server of our own on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.resolver import Resolver

from leadlight.local.domains import Domains

ZONE = {
    ("mail.example.", "MX"): "10 mx.mail.example.",
    ("plain.example.", "A"): "192.0.2.1",
    ("newer.example.", "AAAA"): "2001:db8::1",
    ("never.example.", "MX"): "0 .",
    ("never.example.", "A"): "192.0.2.1",
    ("empty.example.", "TXT"): '"nothing else"',
}


def answer(raw: bytes) -> bytes:
    asked = dns.message.from_wire(raw)
    name, kind = asked.question[0].name.to_text(), dns.rdatatype.to_text(asked.question[0].rdtype)
    reply = dns.message.make_response(asked)
    if name == "broken.example.":
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif (name, kind) in ZONE:
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
    elif name not in {known for known, _ in ZONE}:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply.to_wire()


@pytest.fixture(scope="module")
def domains() -> Iterator[Domains]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                raw, sender = server.recvfrom(4096)
                if not raw:
                    return
                server.sendto(answer(raw), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        yield Domains(resolver)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", server.getsockname())
        thread.join()


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.example", True),
        ("plain.example", True),
        ("newer.example", True),
        ("never.example", False),
        ("empty.example", False),
        ("nowhere.example", False),
        ("broken.example", None),
        ("a" * 64 + ".example", None),
    ],
)
def test_a_domain_takes_mail_where_dns_names_somebody_for_it(
    domains: Domains, domain: str, expected: bool | None
) -> None:
    assert domains.take_mail(domain) is expected
