"""Mail servers for tests, good and bad ones, on this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.ports import free_port


class Server:
    """An aiosmtpd handler that keeps what it accepts, and can be told to behave badly."""

    def __init__(self) -> None:
        self.accepted: list[Envelope] = []
        self.answers: dict[str, str] = {}  # by MAIL, DATA, an address, `DATA <address>`, `after <address>`
        self.after_data = "answer"  # answer · drop · hang
        self.silent_at = ""  # MAIL or RCPT, which it never answers
        self.lines: list[object] = []  # where each mail came from: one connection is one address
        self.offered = 0  # mails whose text it has seen
        self._ends: list[Callable[[], None]] = []
        self.logins: list[tuple[bytes, bytes, bool]] = []  # user, password, over TLS
        self.url = ""
        self.loop: asyncio.AbstractEventLoop | None = None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        self.lines.append(session.peer)
        self._ends.append(server.transport.abort)
        await self._maybe_silent("MAIL")
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        await self._maybe_silent("RCPT")
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.offered += 1
        reader = envelope.rcpt_tos[0]
        answer = self.answers.get(f"DATA {reader}") or self.answers.get("DATA", "250 queued as 4711")
        if answer.startswith("250"):
            self.accepted.append(envelope)
        after = self.answers.get(f"after {reader}", self.after_data)
        if after == "drop":
            server.transport.abort()
        if after == "hang":
            await asyncio.Event().wait()
        return answer

    async def _maybe_silent(self, command: str) -> None:
        if self.silent_at == command:
            await asyncio.Event().wait()

    def hang_up(self) -> None:
        """Ends every connection without a word, as servers do with those that were idle for long."""
        assert self.loop is not None
        for end in self._ends:
            self.loop.call_soon_threadsafe(end)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.loop).result(timeout=5)

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """aiosmtpd's authenticator."""
        self.logins.append((data.login, data.password, session.ssl is not None))
        return AuthResult(success=data.password == b"p@ss", handled=False)


@contextmanager
def smtp_server(*, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a free port."""
    port = free_port()
    server = Server()
    controller = Controller(
        server, hostname="127.0.0.1", port=port, tls_context=tls, authenticator=server.login,
        auth_require_tls=False, auth_required=False,
    )  # fmt: skip
    server.url = f"127.0.0.1:{port}"
    controller.start()
    server.loop = controller.loop
    try:
        yield server
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The contexts of a server with a certificate for 127.0.0.1, and of a client that trusts it."""
    key, day = ec.generate_private_key(ec.SECP256R1()), timedelta(days=1)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))
