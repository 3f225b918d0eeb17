"""Where a server of a test may listen: asked by tests that start one, and tell it its port."""

from __future__ import annotations

import itertools
import os
import random
import socket

FIRST, EACH = 20_000, 1_000
"""Who asks the system for any port gets one above 32,767: such a server that starts meanwhile can never be in the way.
Each worker of a run has a thousand of its own."""

_turns = itertools.count(random.randrange(EACH))


def free_port() -> int:
    """A port of this machine that nobody listens at, nor will before whoever asked."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 12
    for turn in itertools.islice(_turns, EACH):
        port = FIRST + worker * EACH + turn % EACH
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")
