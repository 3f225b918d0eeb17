"""How is a site built from outside MkDocs? Called by the command line; MkDocs runs in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leadlight.errors import BadPlaybook, Leak, Problem
from leadlight.gate.order import Order, Report
from leadlight.model.site import Manifest


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made and where, and what MkDocs warned of."""

    manifest: Manifest
    site_dir: Path
    bundle_dir: Path
    warnings: tuple[str, ...]


def build_site(
    config: Path,
    site_dir: Path | None,
    bundle_dir: Path | None,
    *,
    site_url: str | None = None,
    strict: bool | None = None,
) -> Built:
    """Builds the site and merges what is withheld into the bundle. What is None is as mkdocs.yml has it.

    `strict` makes MkDocs' warnings errors.
    Raises `BadPlaybook` for what is wrong in the sources and `Leak` for what would be public.
    """
    site, kept = (str(folder.resolve()) if folder else None for folder in (site_dir, bundle_dir))
    report = _run(Order(str(config), site, kept, site_url, strict))
    if report.problems:
        raise (Leak if report.leak else BadPlaybook)(report.problems)
    bundle = Path(report.bundle_dir)
    manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes(), type=Manifest)
    return Built(manifest, Path(report.site_dir), bundle, report.warnings)


def _run(order: Order) -> Report:
    """MkDocs in a process of its own, so that no plugin can disturb ours."""
    with tempfile.TemporaryDirectory(prefix="leadlight-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "leadlight.gate", msgspec.json.encode(order).decode(), str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own module
        if not report.exists():  # another plugin, or MkDocs itself, broke
            last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
            raise BadPlaybook([Problem(order.config_file, 0, f"MkDocs stopped: {last}. `mkdocs build` shows where.")])
        return msgspec.json.decode(report.read_bytes(), type=Report)
