"""A worker dies right after it has handed over a mail, and the lead changes before anybody finds out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.journeys.mortal import build

from leadlight import links
from leadlight.handlers import on_tick
from leadlight.links import confirm as confirm_link
from leadlight.links import unsubscribe as unsubscribe_link
from leadlight.local.clock import MovableClock
from leadlight.local.keys import SqliteKeys
from leadlight.model.due import LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import TouchKind
from leadlight.pausing import resume_lead
from leadlight.plan import replanned
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Mailer, Services
from leadlight.rep.link import visit
from leadlight.rep.taking import take_over
from leadlight.rules.stop import stopped
from leadlight.visitor import access, confirm, talk
from leadlight.wiring.local import Place, local


class Died(BaseException):
    """The process is gone: no handler of errors runs."""


@dataclass(frozen=True)
class LastMail:
    """Hands one mail over and dies before it can say so."""

    mailer: Mailer
    reports_later: bool = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        self.mailer.send(message, tag=tag)
        raise Died

    def was_sent(self, tag: str) -> bool | None:
        return self.mailer.was_sent(tag)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dead")).data / "bundle"


@pytest.fixture
def services(bundle: Path, tmp_path: Path) -> Iterator[Services]:
    services = local(Place(tmp_path, bundle, "http://127.0.0.1:1"), demo=True)
    assert isinstance(services.clock, MovableClock)
    services.clock.move_to(a_monday_at_ten(services.clock.now()))
    access.request_access(
        services, {"gate": "mailed", "email": "anna@example.com", "consent": "true"}, network="192.0.2.0/24"
    )
    yield services
    services.store.close()
    assert isinstance(services.keys, SqliteKeys)
    services.keys.close()


def a_monday_at_ten(now: datetime) -> datetime:
    """The next one: what is told here must not depend on the hour at which it is tried."""
    return datetime.combine((now + timedelta(days=7 - now.weekday())).date(), time(10), UTC)


def die_sending(services: Services) -> None:
    with pytest.raises(Died):
        on_tick.handle(services.with_mailer(LastMail(services.mailer)))


def later(services: Services, **span: int) -> None:
    assert isinstance(services.clock, MovableClock)
    services.clock.move_to(services.clock.now() + timedelta(**span))


def the_lead(services: Services) -> Lead:
    (lead,) = services.store.leads()
    return lead


def say_yes(services: Services) -> None:
    (capture,) = services.store.captures(the_lead(services).id)
    confirm.confirm(services, confirm_link(services, capture).partition("token=")[2])


def leave(services: Services) -> None:
    talk.unsubscribe(services, unsubscribe_link(services, the_lead(services)).partition("token=")[2])


def sent_steps(services: Services) -> list[str]:
    touches = services.store.touches(the_lead(services).id)
    return [t.facts["what"].rpartition("/")[2] for t in touches if t.kind is TouchKind.SENT and "/step/" in t.id]


def test_a_mail_whose_worker_died_is_told_though_the_lead_has_left_since(services: Services) -> None:
    say_yes(services)
    on_tick.handle(services)
    later(services, days=2)
    die_sending(services)
    leave(services)

    later(services, hours=1)
    on_tick.handle(services)

    assert sent_steps(services) == ["01-first"]
    assert services.store.due_of(the_lead(services).id) == ()


def test_leaving_before_a_step_was_begun_leaves_nothing_of_it(services: Services) -> None:
    say_yes(services)
    on_tick.handle(services)
    leave(services)

    assert services.store.due_of(the_lead(services).id) == ()


def test_an_opt_in_mail_whose_worker_died_is_settled_though_its_link_was_used_since(services: Services) -> None:
    die_sending(services)
    say_yes(services)

    later(services, hours=1)
    on_tick.handle(services)

    ledger = services.store.ledger(the_lead(services).id)
    assert {entry.state for entry in ledger} == {LedgerState.SENT}


@dataclass(frozen=True)
class NoMail:
    """Dies before the mail is handed over."""

    mailer: Mailer
    reports_later: bool = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        raise Died

    def was_sent(self, tag: str) -> bool | None:
        return self.mailer.was_sent(tag)


def test_p13_a_step_begun_by_a_dead_worker_comes_after_all_once_the_rep_lets_go(services: Services) -> None:
    say_yes(services)
    on_tick.handle(services)
    later(services, days=2)
    with pytest.raises(Died):
        on_tick.handle(services.with_mailer(NoMail(services.mailer)))
    hold(services)
    later(services, hours=1)
    on_tick.handle(services)

    for _ in range(8):
        later(services, days=1)
        on_tick.handle(services)

    assert sent_steps(services)[0] == "01-first"


def test_p13_a_step_begun_by_a_dead_worker_comes_after_all_once_an_answer_is_seen_to(services: Services) -> None:
    say_yes(services)
    on_tick.handle(services)
    later(services, days=2)
    with pytest.raises(Died):
        on_tick.handle(services.with_mailer(NoMail(services.mailer)))
    answered = replanned(
        open_bundle(services.files), stopped(the_lead(services), StopReason.REPLIED, services.clock.now()),
        services.clock.now(),
    )  # fmt: skip
    services.store.commit(Change(answered.lead, answered.touches, answered.due, answered.undue))
    later(services, hours=1)
    on_tick.handle(services)

    resume_lead(services, the_lead(services))
    later(services, days=1)
    on_tick.handle(services)

    assert sent_steps(services) == ["01-first"]


def hold(services: Services) -> None:
    """The rep takes over by the mailed link."""
    lead = the_lead(services)
    token = links.rep_token(services, lead, open_bundle(services.files).team.people[0].id, cause="test")
    take_over(services, visit(services, token, {}))
