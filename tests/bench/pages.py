"""Three hundred pages, every tenth behind a gate: what does the plugin add to a build? Measured by `make bench`.

The floor is plain MkDocs with the same theme and the same pages.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from tests.world_site import FIELDS, TEAM, WORDING

PAGES, GATED, RUNS = 300, 10, 3
WORDS = "Whoever reads this page wants to know what comes next and what it costs, and asks for neither. " * 12


def build_seconds(folder: Path) -> tuple[float, float]:
    """Medians of several builds in turn: with the plugin, and without it."""
    site(folder)
    leadlight = str(Path(sys.executable).with_name("leadlight"))
    out = ["--site-dir", str(folder / "site"), "--bundle-dir", str(folder / "bundle")]
    ours = [leadlight, "build", "-f", str(folder / "with.yml"), *out]
    bare = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(folder / "bare.yml"), "-d", str(folder / "plain")]
    runs = [(_timed(ours), _timed(bare)) for _ in range(RUNS)]
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def site(folder: Path) -> None:
    """The sources, with one configuration for each."""
    docs = folder / "docs"
    (docs / "playbook" / "forms").mkdir(parents=True)
    (docs / "index.md").write_text("# Home\n")
    for number in range(PAGES):
        gate = "---\ngate: {unlock: email, form: read}\n---\n" if number % GATED == 0 else ""
        more = f"\n\n<!-- more -->\n\nThe rest of {number}. {WORDS}\n" if gate else "\n"
        parts = "".join(f"\n\n## Part {part} of page {number}\n\n{WORDS}" for part in range(5))
        (docs / f"page-{number:03}.md").write_text(f"{gate}# Page {number}{parts}{more}")
    form = {"title": "Read on", "button": "Read on", "consent": "required", "fields": FIELDS, "wording": WORDING}
    (docs / "playbook" / "forms" / "read.yml").write_bytes(msgspec.json.encode(form))
    (docs / "playbook" / "team.yml").write_bytes(msgspec.json.encode(TEAM))
    config = {"site_name": "Many pages", "theme": {"name": "material"}, "docs_dir": str(docs)}
    (folder / "with.yml").write_bytes(msgspec.json.encode({**config, "plugins": ["search", "leadlight"]}))
    bare = {**config, "plugins": ["search"], "exclude_docs": "/playbook/"}
    (folder / "bare.yml").write_bytes(msgspec.json.encode(bare))


def _timed(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began
