"""The worker of the local server: beside visitors who wait for an answer, by wake-up calls, with webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contracts.examples import due
from tests.contracts.hooks import receiver
from tests.journeys.mortal import build

from leadlight.local.bus import WebhookBus
from leadlight.local.keys import SqliteKeys
from leadlight.local.scheduler import LocalScheduler
from leadlight.model.person import LeadId
from leadlight.ports import Services
from leadlight.serve import TICK, Worker
from leadlight.visitor import access
from leadlight.wiring.local import Place, local

Installation = Callable[..., Services]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("worker")).data / "bundle"


@pytest.fixture
def installation(bundle: Path, tmp_path: Path) -> Iterator[Installation]:
    """A demo in which somebody has just opened a page: the opt-in mail and the rep's are due."""
    opened: list[Services] = []

    def start(*webhooks: str) -> Services:
        place = Place(tmp_path / "own", bundle, "http://127.0.0.1:1")
        opened.append(local(place, demo=True, webhooks=webhooks))
        values = {"gate": "opened", "email": "anna@example.com", "consent": "true"}
        access.request_access(opened[-1], values, network="192.0.2.0/24")
        return opened[-1]

    yield start
    for services in opened:
        assert isinstance(services.keys, SqliteKeys)
        assert isinstance(services.bus, WebhookBus)
        with closing(services.store), closing(services.keys), closing(services.bus):
            pass


def mails(tmp_path: Path) -> int:
    """Those about a lead: what the team gets by the calendar depends on the day that the test runs."""
    there = (tmp_path / "own" / "mail" / "new").iterdir()
    return sum("Monday" not in path.read_text("utf-8", "replace") for path in there)


def test_visitors_go_first_but_hold_up_no_mail_for_ever(installation: Installation, tmp_path: Path) -> None:
    services = installation()
    worker = Worker(services)
    with worker.visited():
        worker.move_clock(services.clock.now())

    assert mails(tmp_path) == 2


def test_it_waits_until_the_next_wake_up_and_no_longer_than_a_tick(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadlight.serve.TICK", 600.0)
    services = installation()
    assert isinstance(services.scheduler, LocalScheduler)
    worker, now = Worker(services), services.clock.now()
    pauses = [worker._pause()]
    for ahead in (timedelta(days=1), timedelta(minutes=5), -timedelta(days=1)):
        services.scheduler.wake(due(LeadId("anna"), at=now + ahead))
        pauses.append(worker._pause())

    assert pauses[:2] == [600, 600]
    assert 0 < pauses[2] <= 300
    assert pauses[3] == 0


def test_a_wake_up_that_has_come_is_not_asked_for_again(installation: Installation) -> None:
    services = installation()
    worker = Worker(services)
    services.scheduler.wake(due(LeadId("anna"), at=services.clock.now()))

    worker.move_clock(services.clock.now())

    assert worker._pause() == TICK


def test_a_receiver_that_does_not_answer_holds_up_no_mail(installation: Installation, tmp_path: Path) -> None:
    with receiver() as crm:
        crm.mood = "hang"
        services = installation(crm.url)
        worker = Worker(services)

        worker.move_clock(services.clock.now() + timedelta(days=1))

        assert mails(tmp_path) == 2
        assert crm.headers == []


@contextmanager
def working(services: Services) -> Iterator[None]:
    worker = Worker(services)
    worker.start()
    worker.wake()
    try:
        yield
    finally:
        worker.stop()


def test_a_running_worker_tells_the_receivers(installation: Installation) -> None:
    with receiver() as crm:
        crm.mood = 500
        with working(installation(crm.url)):
            assert crm.asked.wait(60)

    assert len(crm.headers) >= 1


def test_while_one_receiver_hangs_the_mails_go_out(installation: Installation, tmp_path: Path) -> None:
    with receiver() as crm:
        crm.mood = "hang"
        services = installation(crm.url)
        with working(services):
            assert crm.asked.wait(60)
            Worker(services).move_clock(services.clock.now())

        assert mails(tmp_path) == 2


def test_the_secret_of_webhooks_is_made_once_and_for_its_owner_only(bundle: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "own", bundle, "http://127.0.0.1:1")
    without = secret_after(place)
    first = secret_after(place, "https://crm.example/hook")
    again = secret_after(place, "https://crm.example/other")

    assert without is None
    assert first == again
    assert first is not None
    assert first.startswith("whsec_")
    assert place.webhook_secret.stat().st_mode & 0o077 == 0


def secret_after(place: Place, *webhooks: str) -> str | None:
    """What the file holds after a start."""
    services = local(place, webhooks=webhooks)
    assert isinstance(services.keys, SqliteKeys)
    services.store.close()
    services.keys.close()
    return place.webhook_secret.read_text() if place.webhook_secret.exists() else None


def test_a_receiver_verifies_with_what_that_file_holds(installation: Installation, tmp_path: Path) -> None:
    with receiver() as crm:
        services = installation(crm.url)
        crm.secret = (tmp_path / "own" / "webhook-secret").read_text()
        Worker(services).move_clock(services.clock.now())
        assert isinstance(services.bus, WebhookBus)
        services.bus.deliver()

    assert [said["type"] for said in crm.taken][:2] == ["lead.captured", "content.unlocked"]
    assert crm.forged == 0
