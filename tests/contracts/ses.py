"""SES's endpoint on this machine, in good and bad moods."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SENT = {"MessageId": "0102-accepted"}


class Server(ThreadingHTTPServer):
    """Notes each request. `mood` says what becomes of it: answer, hang, drop or break off in mid-answer."""

    daemon_threads = True

    def __init__(self) -> None:
        self.mood, self.status, self.code, self.body = "answer", 200, "", json.dumps(SENT)
        self.requests: list[dict[str, Any]] = []
        self.connections = 0
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), Endpoint)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def refuse(self, status: int, code: str, message: str = "no") -> None:
        """From now on the answer is an error, as SES words it."""
        self.status, self.code, self.body = status, code, json.dumps({"message": message})

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        server = self.server
        server.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if server.mood == "hang":
            server.over.wait(5)
        if server.mood in {"hang", "drop"}:
            self.close_connection = True
            return
        self.send_response(server.status)
        self.send_header("Content-Type", "application/json")
        if server.code:
            self.send_header("x-amzn-ErrorType", server.code)
        self.send_header("Content-Length", str(len(server.body)))
        self.end_headers()
        self.close_connection = server.mood == "break off"
        self.wfile.write(server.body.encode()[: -5 if self.close_connection else None])


@contextmanager
def ses_server() -> Iterator[Server]:
    """A server on a free port."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
