"""What Lambda calls: one module per function, each building its parts at init. Named in `infra/template.yaml`."""

from __future__ import annotations

import gc
from typing import TypeVar

Handler = TypeVar("Handler")

gc.disable()  # what init makes stays; looking for garbage in it again and again would take an eighth of the time


def ready(handler: Handler) -> Handler:
    """The handler, once all is built. Rubbish is collected again from here on, but not looked for in what init made."""
    gc.freeze()
    gc.enable()
    return handler
