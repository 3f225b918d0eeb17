"""What of our own scripts and styles does a site publish, and by which names? Called by the plugin."""

from __future__ import annotations

import hashlib
from functools import cache

from leadlight.gate.player import ASSETS

PROOF = "leadlight-proof.js"


def published(name: str) -> str:
    """The text of one as browsers get it: without the lines that are for its readers here."""
    if name == proof_name():
        return _lean(PROOF)
    return _lean(name).replace(f"./{PROOF}", f"./{proof_name()}")


@cache
def proof_name() -> str:
    """What the one is called that is loaded once there is something to prove: by its content, for browsers keep it."""
    return f"leadlight-proof.{hashlib.sha256(_lean(PROOF).encode()).hexdigest()[:12]}.js"


def _lean(name: str) -> str:
    lines = (ASSETS / name).read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("//"))
