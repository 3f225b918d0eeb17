"""What only an AWS account has: schedules, a stream, SES with its events. The other journeys happen there as well."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.ground_aws import AwsGround, time_of
from tests.journeys.mailers import Failing, is_follow_up
from tests.world import ANNA, MAIL, World

from leadlight.aws.mailer import tags_of
from leadlight.errors import SendUnclear
from leadlight.handlers import edge, on_mail_event
from leadlight.local.mailer import MaildirMailer
from leadlight.model.due import LedgerState
from leadlight.ports import Mailer

pytestmark = pytest.mark.grounds("prompt")

EVENTS = Path(__file__).parents[1] / "events"


def ground(world: World) -> AwsGround:
    assert isinstance(world.ground, AwsGround)
    return world.ground


@dataclass
class Both:
    """Hands each mail to two carriers."""

    one: Mailer
    other: Mailer

    def send(self, message: EmailMessage, *, tag: str) -> str:
        self.one.send(message, tag=tag)
        return self.other.send(message, tag=tag)

    def was_sent(self, tag: str) -> bool | None:
        return self.other.was_sent(tag)


def test_ses_carries_the_very_bytes_that_a_maildir_gets(world: World, tmp_path: Path) -> None:
    maildir = MaildirMailer(tmp_path / "mail", world.clock.now)
    world.services = world.services.with_mailer(Both(maildir, world.services.mailer))

    world.confirmed(name="Zoë Ångström", company="Łódź & Söhne")
    world.advance("30 days")

    kept = sorted(path.read_bytes() for path in (tmp_path / "mail" / "new").iterdir())
    assert len(kept) == 7
    assert sorted(ground(world).mails()) == kept


def test_a_lead_has_one_schedule_and_it_is_for_its_next_step(world: World) -> None:
    world.confirmed()

    for _ in range(3):
        (schedule,) = ground(world).schedules()
        due = min(row.at for row in world.services.store.due_of(world.id_of()))
        assert timedelta(0) <= time_of(schedule) - due < timedelta(seconds=1)
        world.clock.move_to(time_of(schedule))
        world.settle()


def test_a_stop_takes_the_schedule_back(world: World) -> None:
    world.confirmed()
    world.advance("2 days")
    assert len(list(ground(world).schedules())) == 1

    world.browser().post(world.mail(ANNA, "First").link("/unsubscribe"))
    world.settle()

    assert list(ground(world).schedules()) == []


def test_a_schedule_that_fires_for_a_row_long_done_does_nothing(world: World) -> None:
    world.confirmed()
    (schedule,) = ground(world).schedules()
    world.advance("3 days")
    before = (world.dump(), world.follow_ups())

    ground(world).fire(world.services, schedule)

    assert (world.dump(), world.follow_ups()) == before


def test_a_schedule_that_fires_early_does_nothing(world: World) -> None:
    world.confirmed()
    (schedule,) = ground(world).schedules()

    ground(world).fire(world.services, schedule)

    assert world.follow_ups() == []


def test_a_parked_mail_is_settled_by_what_ses_says(world: World) -> None:
    world.confirmed()
    lost = Failing(world.services.mailer, SendUnclear, sends=True, tells=False, hits=is_follow_up)
    world.services = world.services.with_mailer(lost)
    world.advance("2 days")
    (parked,) = [e for e in world.services.store.ledger(world.id_of()) if e.state is LedgerState.PARKED]

    on_mail_event.handler(world.services)(sent_event(f"{parked.lead_id}/{parked.key}"), None)

    (entry,) = [e for e in world.services.store.ledger(world.id_of()) if e.key == parked.key]
    assert entry.state is LedgerState.SENT
    assert len(world.follow_ups()) == len(set(world.follow_ups()))


def test_the_log_shows_which_mail_followed_from_which_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    log = StringIO()
    monkeypatch.setattr(edge.logger.registered_handler, "stream", log)
    world.browser().ask_for()
    (row,) = world.services.store.due_of(world.id_of())
    world.settle()

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (sent,) = [line for line in lines if line["message"] == "touch.sent"]
    assert sent["correlation_id"] == row.request != ""


def test_a_page_published_a_moment_ago_takes_submits(world: World) -> None:
    world.browser().ask_for()
    world.services.files._checked -= 3  # type: ignore[attr-defined]  # seconds later, yet within the minute

    with ground(world).published(with_new_gate):
        answer = world.browser().ask_for("guides/new")

    assert answer.status == 202


def with_new_gate(manifest: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "gates": {**manifest["gates"], "guides/new": manifest["gates"][MAIL]}}


def test_the_log_shows_which_request_all_the_mails_of_a_conversation_follow_from(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = StringIO()
    world.confirmed()
    row = min(world.services.store.due_of(world.id_of()), key=lambda row: row.at)
    monkeypatch.setattr(edge.logger.registered_handler, "stream", log)
    world.advance("30 days")

    sent = [json.loads(line) for line in log.getvalue().splitlines()]
    mails = [line["correlation_id"] for line in sent if line["message"].startswith("touch.")]
    assert len(mails) == 5
    assert set(mails) == {row.request} != {""}


def test_what_another_thread_works_for_is_not_what_this_one_logs(world: World) -> None:
    with ThreadPoolExecutor(1) as another:
        another.submit(world.browser().ask_for).result()
        world.settle()

        of_another = another.submit(edge.logger.thread_safe_get_current_keys).result()
        assert of_another["correlation_id"]
        assert "correlation_id" not in edge.logger.thread_safe_get_current_keys()


def sent_event(tag: str) -> dict[str, object]:
    """SES's word that it has sent the mail of that tag."""
    event = json.loads((EVENTS / "ses_sent.json").read_text())
    event["detail"]["mail"]["tags"] |= {name: [value] for name, value in tags_of(tag).items()}
    return dict(event)
