"""A stand-in for Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) on loopback.

The real runtime client polls it as it polls AWS: it asks for the next event, posts an answer or an error, and says so
when it could not even begin. One function, one event at a time.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from uuid import uuid4

VERSION = "/2018-06-01/runtime"
PATIENCE = 60.0  # seconds that we wait for it
TIMEOUT = 120.0  # seconds that it is told it has
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:leadlight-test"


@dataclass(frozen=True)
class Reply:
    """What the function posted for one event. `failed` when it raised; `body` is JSON, decoded."""

    failed: bool
    body: Any
    seconds: float


@dataclass(frozen=True)
class Beginning:
    """How the function came up: `error` is what it posted instead of asking for its first event."""

    seconds: float  # from the start of the process to its first question
    error: dict[str, Any] | None = None


class RuntimeApi:
    """The API of one function's one environment."""

    def __init__(self) -> None:
        self.events: Queue[tuple[str, bytes] | None] = Queue()
        self.replies: Queue[tuple[str, bool, bytes]] = Queue()
        self.began: Queue[tuple[float, bytes | None]] = Queue()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.api = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        """As `AWS_LAMBDA_RUNTIME_API` holds it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def beginning(self, since: float) -> Beginning:
        """Waits until the function asks for its first event or gives up. `since` is by `time.perf_counter`."""
        at, error = self.began.get(timeout=PATIENCE)
        return Beginning(at - since, json.loads(error) if error else None)

    def invoke(self, event: object) -> Reply:
        """Hands out one event and waits for what becomes of it."""
        name, began = str(uuid4()), time.perf_counter()
        self.events.put((name, json.dumps(event).encode()))
        answered, failed, body = self.replies.get(timeout=PATIENCE)
        assert answered == name
        return Reply(failed, json.loads(body or b"null"), time.perf_counter() - began)

    def close(self) -> None:
        self.events.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    api: RuntimeApi

    def process_request(self, request: Any, client_address: Any) -> None:
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each answer waits for an acknowledgement
        super().process_request(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self) -> None:
        assert self.path == f"{VERSION}/invocation/next", self.path
        self.server.api.began.put((time.perf_counter(), None))
        item = self.server.api.events.get()
        if item is None:
            self.close_connection = True
            return
        name, event = item
        head = {
            "Lambda-Runtime-Aws-Request-Id": name,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + TIMEOUT) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }
        self._answer(200, event, head)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        *_, name, what = self.path.split("/")
        if (name, what) == ("init", "error"):
            self.server.api.began.put((time.perf_counter(), body))
        else:
            self.server.api.replies.put((name, what == "error", body))
        self._answer(202, b'{"status": "OK"}')

    def _answer(self, status: int, body: bytes, head: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(head or {}), "Content-Type": "application/json", "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing: the tests say what went wrong."""
