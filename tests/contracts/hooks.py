"""Receivers of webhooks for tests, good and bad ones, on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver(ThreadingHTTPServer):
    """Verifies each request as the library does and keeps what it takes. `mood` is a status, `hang`, or `elsewhere`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.mood: int | str = 204
        self.secret = SECRET
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.taken: list[dict[str, Any]] = []
        self.forged = 0
        self.asked, self.over = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), Endpoint)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks/leadlight?of=us"

    @property
    def ids(self) -> list[str]:
        """The ids of all requests, taken or not."""
        return [headers["webhook-id"] for headers in self.headers]


class Endpoint(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        receiver, body = self.server, self.rfile.read(int(self.headers["Content-Length"]))
        receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
        receiver.paths.append(self.path)
        receiver.asked.set()
        if receiver.mood == "hang":
            receiver.over.wait(5)
            return
        status = 302 if receiver.mood == "elsewhere" else int(receiver.mood)
        if status < 300:
            try:
                receiver.taken.append(Webhook(receiver.secret).verify(body, dict(self.headers)))
            except WebhookVerificationError:
                receiver.forged += 1
                status = 401
        self.send_response(status)
        if status == 302:
            self.send_header("Location", receiver.url)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One on a free port."""
    with Receiver() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            found.over.set()
            found.shutdown()
            thread.join()
