"""How fast, how big, how soon? Our figures beside a floor that is measured in the same minute. Run by `make bench`.

`python -m tests.bench due` measures that part alone; the parts are the names in `PARTS`.
"""

from __future__ import annotations

import gzip
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML
from tests.bench import check, due, init, insights, notice, pages, waiting
from tests.bench.load import AT_ONCE, Round, fire, generator
from tests.bench.processes import ROOT, Running, floor, product, start, start_seconds

ROUNDS, SECONDS = 3, 4.0
GATE = "tutorials/seven-touch-points"
ASSETS = ("leadlight.js", "leadlight.css")


def main() -> None:
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(machine())
    for name in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory(prefix="leadlight-bench-") as folder:
            PARTS[name](console, Path(folder))


def visitors(console: Console, root: Path) -> None:
    """What a visitor waits for and a page loads."""
    console.print(
        f"POST /api/access at concurrency {AT_ONCE}, {ROUNDS} rounds of {SECONDS:.0f} s in turn, each row the median; "
        "WAL and synchronous=FULL in both."
    )
    built, plain = builds(root)
    kinds = product(root / "data"), floor(root / "floor.db")
    starts = [start_seconds(kind) for kind in kinds]
    ours, bare = start(kinds[0]), start(kinds[1])
    try:
        time.sleep(1)
        memory = [ours.resident_mb, bare.resident_mb]
        rounds = loads(ours, bare)
    finally:
        ours.end()
        bare.end()
    console.print(served(rounds, memory, starts))
    console.print(sizes(root / "data" / "site" / "assets"))
    console.print(f"Building this site: {built:.1f} s with leak check and bundle; {plain:.1f} s by MkDocs alone.")


def functions(console: Console, root: Path) -> None:
    """How soon Lambda's functions are up."""
    console.print(f"Starts under Lambda's runtime client, medians of {init.ROUNDS} in turn; AWS is moto on loopback:")
    console.print(init.starts())


def many_pages(console: Console, root: Path) -> None:
    """What the plugin adds to a build."""
    ours, bare = pages.build_seconds(root)
    gated = pages.PAGES // pages.GATED
    console.print(f"Building {pages.PAGES} pages, {gated} of them gated, medians of {pages.RUNS} in turn:")
    table = Table("", "with the plugin", "MkDocs Material alone", "ratio", box=None, header_style="bold")
    table.add_row("seconds", f"{ours:.1f}", f"{bare:.1f}", f"{ours / bare:.2f}")
    console.print(table)


def checked(console: Console, root: Path) -> None:
    """How soon every mistake is known."""
    ours, bare = check.check_seconds(root)
    mails = check.SEQUENCES * check.STEPS
    console.print(f"Checking {pages.PAGES} pages and {mails} mails, medians of {check.RUNS} in turn, whole processes:")
    table = Table("seconds", "leadlight check", "reading and parsing them", "ratio", box=None, header_style="bold")
    for label, one, floor_ in (
        ("by the clock", ours.wall, bare.wall),
        ("of a processor", ours.processor, bare.processor),
    ):
        table.add_row(label, f"{one:.2f}", f"{floor_:.2f}", f"{one / floor_:.2f}")
    console.print(table)


def follow_ups(console: Console, root: Path) -> None:
    """How many steps go out in a second."""
    found = due.measured(root)
    console.print(f"{due.STEPS} follow-ups due at once, medians of {due.RUNS} in turn; synchronous=FULL in both:")
    table = Table("steps per second", "Leadlight", "django-drip-campaigns", "ratio", box=None, header_style="bold")
    for name, ours in found.ours.items():
        theirs = found.drip.get(name)
        table.add_row(f"to {name}", f"{ours:.0f}", f"{theirs:.0f}" if theirs else "-", f"{ours / (theirs or ours):.2f}")
    console.print(table)
    console.print(
        f"{found.mails_per_connection:.0f} mails over each SMTP connection; a claim covered {found.sends_per_claim} "
        f"send at most.{f' {found.why_no_drip}.' if found.why_no_drip else ''}"
    )


def leads_waiting(console: Console, root: Path) -> None:
    """What waiting costs."""
    seen = waiting.waiting(root)
    table = Table(f"{seen.leads:,} leads waiting in SQLite", "", box=None, header_style="bold")
    for label, figure in (
        ("a tick with nothing due, ms", f"{seen.tick_ms:.2f}"),
        ("finding the first 100 of all, ms", f"{seen.first_100_ms:.2f}"),
        ("memory of the worker, MB", f"{seen.resident_mb:.0f}"),
        ("its peak, MB", f"{seen.peak_mb:.0f}"),
        ("on disk, MB", f"{seen.stored_mb:.0f}"),
    ):
        table.add_row(label, figure)
    console.print(table)


def report_shown(console: Console, root: Path) -> None:
    """How long the marketer waits for the report."""
    seen = insights.measured(root)
    table = Table(f"{seen.leads:,} leads of a year, {seen.touches:,} touches", "", box=None, header_style="bold")
    for label, figure in (
        (f"the report's page in all, ms ({seen.kilobytes} KB of HTML)", seen.whole),
        (f"of that: reading the totals, {seen.cells:,} cells", seen.totals),
        ("of that: the report", seen.report),
        ("of that: the page with its charts", seen.page),
        ("the first page of a process, with all that it loads", seen.first),
        ("the floor: counting the touches anew, the funnel by week alone", seen.counted),
    ):
        table.add_row(label, f"{figure:.0f}")
    console.print(table)


def machine() -> str:
    """What this ran on, and what else was running."""
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, load {load} before, Linux {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load by {generator()}."
    )


def loads(ours: Running, bare: Running) -> tuple[Round, Round]:
    """The median round of each, one after the other in turn, the other one held still meanwhile."""
    found: tuple[list[Round], list[Round]] = ([], [])
    for number in range(-1, ROUNDS):  # the first warms up
        for which, running, other in ((0, ours, bare), (1, bare, ours)):
            with other.held():
                seconds = SECONDS if number >= 0 else 1.0
                found[which].append(fire(running.port, seconds=seconds, gate=GATE, name=f"r{number + 1}"))
    return median(found[0][1:]), median(found[1][1:])


def median(rounds: Sequence[Round]) -> Round:
    """The round in the middle, by what was accepted per second."""
    if any(one.refused for one in rounds):
        raise SystemExit(f"Some posts were refused, so these figures mean nothing: {rounds}")
    return sorted(rounds, key=lambda one: one.per_second)[len(rounds) // 2]


def served(rounds: tuple[Round, Round], memory: Sequence[float], starts: Sequence[float]) -> Table:
    """What a visitor and an operator feel."""
    table = Table("", "Leadlight", "bare FastAPI + SQLite", "ratio", box=None, header_style="bold")
    rows: Sequence[tuple[str, str, Callable[[Round], float]]] = (
        ("accepted posts per second", "{:.0f}", lambda one: one.per_second),
        ("half wait at most, ms", "{:.1f}", lambda one: one.p50_ms),
        ("99 of 100 wait at most, ms", "{:.1f}", lambda one: one.p99_ms),
    )
    for label, form, value in rows:
        ours, bare = (value(one) for one in rounds)
        table.add_row(label, form.format(ours), form.format(bare), f"{ours / bare:.2f}")
    for label, form, (ours, bare) in (
        ("idle memory, MB", "{:.0f}", memory),
        ("start to first 200, s", "{:.2f}", starts),
    ):
        table.add_row(label, form.format(ours), form.format(bare), f"{ours / bare:.2f}")
    return table


def sizes(assets: Path) -> Table:
    """What each page with a gate loads on top."""
    table = Table("", "bytes", "gzip -9", box=None, header_style="bold")
    files = [(assets / name).read_bytes() for name in ASSETS]
    for name, data in zip(ASSETS, files, strict=True):
        table.add_row(name, str(len(data)), str(len(gzip.compress(data, 9))))
    table.add_row("together", str(sum(map(len, files))), str(sum(len(gzip.compress(data, 9)) for data in files)))
    return table


def builds(root: Path) -> tuple[float, float]:
    """Seconds to build this repository's site: by us into `data`, and by MkDocs without our plugin."""
    config = YAML(typ="safe").load((ROOT / "mkdocs.yml").read_text())
    config["plugins"] = [plugin for plugin in config["plugins"] if "leadlight" not in plugin]
    config["docs_dir"] = str(ROOT / config["docs_dir"])
    (root / "mkdocs.yml").write_bytes(msgspec.json.encode(config))
    ours = _timed(_built_into(root / "data"))
    plain = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(root / "mkdocs.yml"), "-d", str(root / "plain")]
    return ours, _timed(plain)


def _built_into(data: Path) -> list[str]:
    """The command that builds this repository's site for a server that keeps its data there."""
    leadlight = str(Path(sys.executable).with_name("leadlight"))
    return [leadlight, "build", "--site-dir", str(data / "site"), "--bundle-dir", str(data / "bundle")]


def _timed(command: Sequence[str]) -> float:
    """The better of two: the first warms the file cache for all."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return min(times)


def reps_told(console: Console, root: Path) -> None:
    """How soon the rep has the mail."""
    data = root / "data"
    subprocess.run(_built_into(data), cwd=ROOT, check=True, capture_output=True)
    found = notice.measured(data, GATE)
    table = Table(f"{found.times} confirmations, one after the other", "", box=None, header_style="bold")
    for label, figure in (
        ("from the press to the rep's mail in the Maildir, half at most, ms", found.p50_ms),
        ("99 of 100 at most, ms", found.p99_ms),
        ("the longest, ms", found.most_ms),
        ("the visitor's own answer, half at most, ms", found.answer_ms),
    ):
        table.add_row(label, f"{figure:.0f}")
    console.print(table)


PARTS: dict[str, Callable[[Console, Path], None]] = {
    "visitors": visitors,
    "functions": functions,
    "pages": many_pages,
    "check": checked,
    "due": follow_ups,
    "waiting": leads_waiting,
    "notice": reps_told,
    "insights": report_shown,
}

if __name__ == "__main__":
    main()
