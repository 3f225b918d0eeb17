"""Three hundred pages and their playbook: how soon is every mistake known? Measured by `make bench`.

The floor is a process that reads the same files and parses their YAML with MkDocs' own reader, and does nothing else.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import pages

RUNS, SEQUENCES, STEPS = 5, 10, 5

FLOOR = """
import sys
from pathlib import Path
from mkdocs.utils.meta import get_data
from mkdocs.utils.yaml import yaml_load
docs = Path(sys.argv[1])
for path in docs.rglob("*.md"):
    get_data(path.read_text("utf-8-sig"))
for path in docs.rglob("*.yml"):
    with path.open("rb") as file:
        yaml_load(file)
"""

STEP = """---
subject: Part {step} of {name}
wait: 3 days
encounter: {encounter}
objective: advance
appeal: profit
only_if: lead.temperature != 'hot'
---

{{{{ lead.first_name or 'Hello' }}}},

we told you of [the page]({{{{ links.page }}}}). Here is what comes next, in a few lines and without a fuss.

{{{{ rep.first_name }}}}
"""
ENCOUNTERS = ("person", "subject", "company", "product")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one process: by the clock on the wall, and of a processor, which others at work do not lengthen."""

    wall: float
    processor: float


def check_seconds(folder: Path) -> tuple[Took, Took]:
    """Medians of several runs in turn: the whole command, and the floor."""
    site(folder)
    ours = [str(Path(sys.executable).with_name("leadlight")), "check", "-f", str(folder / "with.yml")]
    bare = [sys.executable, "-c", FLOOR, str(folder / "docs")]
    runs = [(_timed(ours), _timed(bare)) for _ in range(RUNS)]
    return _median([run[0] for run in runs]), _median([run[1] for run in runs])


def site(folder: Path) -> None:
    """The pages of the other benchmark, all with front matter, and conversations that they lead to."""
    pages.site(folder)
    docs = folder / "docs"
    for number, path in enumerate(sorted(docs.glob("page-*.md"))):
        gate = f"gate: {{unlock: email, form: read, sequence: talk-{number // pages.GATED % SEQUENCES}}}\n"
        text = path.read_text().removeprefix("---\ngate: {unlock: email, form: read}\n---\n")
        front = f"title: Page {number}\ntags: [one, two]\n{gate if number % pages.GATED == 0 else ''}"
        path.write_text(f"---\n{front}---\n{text}")
    for number in range(SEQUENCES):
        talk = docs / "playbook" / "sequences" / f"talk-{number}"
        talk.mkdir(parents=True)
        for step in range(STEPS):
            words = STEP.format(step=step, name=talk.name, encounter=ENCOUNTERS[step % 4])
            (talk / f"0{step + 1}-step.md").write_text(words)
    config = folder / "with.yml"
    config.write_text(config.read_text().replace('"Many pages"', '"Many pages","exclude_docs":"/playbook/"'))


def _median(runs: Sequence[Took]) -> Took:
    return Took(statistics.median(one.wall for one in runs), statistics.median(one.processor for one in runs))


def _timed(command: Sequence[str]) -> Took:
    began, used = time.perf_counter(), _used()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return Took(time.perf_counter() - began, _used() - used)


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime
