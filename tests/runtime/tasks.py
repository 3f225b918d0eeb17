"""The folders that Lambda gives to a function, made once per process."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.packed import archives, folder
from tests.runtime.environment import Environment, installed, unpacked

from leadlight.publish.wheels import Arch

HERE: Arch = "arm64" if platform.machine() == "aarch64" else "x86_64"

Start = Callable[..., Environment]

_same: dict[tuple[str, int, int], Path] = {}


@cache
def task_root(function: str) -> Path:
    """What `/var/task` holds on Lambda."""
    return unpacked(archives(HERE)[function].path, folder(f"leadlight-{function}-"), _same)


@cache
def client() -> Path:
    """What `/var/runtime` holds."""
    return installed(folder("leadlight-client-"))
