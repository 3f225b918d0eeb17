"""A thousand follow-ups due at one moment: how many go out in a second? Measured by `make bench`.

The leads come in by the real handlers, once; each run does their first step on a fresh copy of that installation.
"""

from __future__ import annotations

import logging
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from tests.bench.campaigns import drips
from tests.bench.sink import sink
from tests.ground import LocalGround
from tests.world import MAIL, SETTINGS, Mail, World, built

from leadlight.handlers import on_change, on_tick
from leadlight.local.clock import StandingClock
from leadlight.local.mailer import MaildirMailer
from leadlight.local.smtp import SmtpMailer
from leadlight.model.due import DueKind, LedgerState
from leadlight.ports import Mailer, Services

STEPS, RUNS = 1000, 3
MOST = 8
"""Sends that one claim may cover at the very most. Ours covers one."""

Made = Callable[[Path, "Prepared"], Mailer]


class NullMailer:
    """Takes every mail and forgets it."""

    reports_later = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        return tag

    def was_sent(self, tag: str) -> bool | None:
        return None


class LastMail(NullMailer):
    """Keeps the last mail to somebody who has to confirm."""

    last: EmailMessage | None = None

    def send(self, message: EmailMessage, *, tag: str) -> str:
        if "/confirm" in str(message.get_body(("plain",))):
            self.last = message
        return tag


class Watching:
    """A carrier that looks, at each send, how many steps are claimed and not settled."""

    reports_later = False

    def __init__(self, services: Services) -> None:
        self._services, self.most = services, 0
        self.leads = [lead.id for lead in services.store.leads()]

    def send(self, message: EmailMessage, *, tag: str) -> str:
        entries = (entry for lead in self.leads for entry in self._services.store.ledger(lead))
        self.most = max(self.most, sum(entry.state is LedgerState.CLAIMED for entry in entries))
        return tag

    def was_sent(self, tag: str) -> bool | None:
        return None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An installation with that many leads whose first step is due at `at`."""

    data: Path
    bundle: Path
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Due steps per second by the name of the carrier; `drip` is empty where it could not be installed."""

    ours: dict[str, float]
    drip: dict[str, float]
    why_no_drip: str
    mails_per_connection: float
    sends_per_claim: int


def prepared(folder: Path, leads: int) -> Prepared:
    """Made in memory where there is some: a thousand forms wait for the disk several times each."""
    shelf = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shelf if shelf.is_dir() else None) as fast:
        bundle = built(folder / "built")
        world, post = World(Path(fast), bundle), LastMail()
        world.services = replace(world.services, mailer=post)
        world.lift_budgets()
        for number in range(leads):
            browser = world.browser()
            assert browser.ask_for(MAIL, f"reader{number}@bench.example", company="Bench").status == 202
            on_change.drain(world.services)
            assert post.last
            assert browser.post(Mail(post.last).link("/confirm")).status == 303
            on_change.drain(world.services)
        on_tick.handle(world.services)  # what else was due: only follow-ups are left
        rows = world.services.store.due(until=world.later("60 days"), limit=10 * leads)
        steps = [due for due in rows if due.kind is DueKind.STEP]
        assert len(steps) == leads, len(steps)
        world.close()
        shutil.copytree(fast, folder / "data")
    return Prepared(folder / "data", bundle, max(due.at for due in steps))


def per_second(there: Prepared, folder: Path, mailer: Made) -> float:
    """One run."""
    data = folder / "run"
    shutil.copytree(there.data, data)
    services = opened(there, data)
    services = replace(services, mailer=mailer(data, there))
    began = time.perf_counter()
    on_tick.handle(services)
    took = time.perf_counter() - began
    sent = [e for lead in services.store.leads() for e in services.store.ledger(lead.id) if e.state is LedgerState.SENT]
    services.store.close()
    shutil.rmtree(data)
    assert len(sent) >= STEPS, f"{len(sent)} of {STEPS} steps went out"
    return STEPS / took


def opened(there: Prepared, data: Path) -> Services:
    """The services of a copy, at the moment when everything is due."""
    ground = LocalGround(data, there.bundle, StandingClock(there.at + timedelta(seconds=1)), SETTINGS)
    return replace(ground.services, settings=replace(SETTINGS, budgets=False))


def covered(folder: Path) -> int:
    """The most sends that one claim covered: fewer leads, since each send looks at all of them."""
    there = prepared(folder / "few", 40)
    services = opened(there, there.data)
    watching = Watching(services)
    on_tick.handle(replace(services, mailer=watching))
    services.store.close()
    assert 0 < watching.most <= MOST, watching.most
    return watching.most


def measured(folder: Path) -> Figures:
    """All carriers in turn, and django-drip-campaigns over the same ones; medians."""
    logging.getLogger("leadlight").setLevel(logging.ERROR)  # a line for each step would be all that is to be read
    there = prepared(folder, STEPS)
    with sink() as server:
        carriers: dict[str, Made] = {
            "null": lambda data, there: NullMailer(),
            "Maildir": lambda data, there: MaildirMailer(data / "out", lambda: there.at),
            "SMTP": lambda data, there: SmtpMailer(f"smtp://{server.url}"),
        }
        server.counted()
        runs = [{name: per_second(there, folder, made) for name, made in carriers.items()} for _ in range(RUNS)]
        came = server.counted()
        theirs, why = drips(folder / "drip", STEPS, RUNS, server.url)
    ours = {name: statistics.median(run[name] for run in runs) for name in carriers}
    return Figures(ours, theirs, why, came.mails / came.connections, covered(folder))
