"""A mail server has a bad day in the middle of a batch: only the mail that it is about waits, parks or stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.contracts.smtp import Server, smtp_server
from tests.world import ANNA, MANAGER_ADDRESS, REP_ADDRESS, World

from leadlight.local.smtp import SmtpMailer
from leadlight.model.due import LedgerEntry, LedgerState
from leadlight.model.lead import StopReason
from leadlight.model.touch import TouchKind

BOB, CARL = "bob@example.com", "carl@example.com"
STEP = "/step/"


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def batch(world: World, server: Server) -> Iterator[World]:
    """Three leads whose first follow-up is due at the same moment, and from now on a mail server."""
    for address in (ANNA, BOB, CARL):
        world.confirmed(address=address)
    mailer = SmtpMailer(f"smtp://{server.url}", timeout=1)
    world.services = world.services.with_mailer(mailer)
    yield world
    mailer.close()


def test_every_mail_leaves_under_an_address_of_its_own(world: World, server: Server) -> None:
    mailer = SmtpMailer(f"smtp://{server.url}", timeout=1)
    settings = replace(world.services.settings, inbound_domain="in.glass.example")
    world.services = replace(world.services.with_mailer(mailer), settings=settings)
    for address in (ANNA, BOB):
        world.browser().ask_for(address=address)
    world.settle()
    mailer.close()

    senders = [envelope.mail_from for envelope in server.accepted]
    assert len(senders) >= 2
    assert len(set(senders)) == len(senders)
    assert all(re.fullmatch(r"bounce\+[a-z0-9-]{44,57}@in\.glass\.example", sender) for sender in senders)


def step_of(world: World, address: str) -> LedgerEntry:
    """What the ledger says of that lead's first follow-up."""
    return next(e for e in world.services.store.ledger(world.id_of(address)) if e.key.endswith("/01-hello"))


def arrived(server: Server) -> list[str]:
    return [to for envelope in server.accepted for to in envelope.rcpt_tos]


@pytest.mark.parametrize(
    ("at", "answer", "state"),
    [
        (BOB, "451 4.7.1 try again later", LedgerState.RELEASED),
        (BOB, "554 5.7.1 policy", LedgerState.RELEASED),
        (BOB, "550 5.1.1 no such user", LedgerState.SKIPPED),
        (f"DATA {BOB}", "451 4.3.0 try again later", LedgerState.RELEASED),
        (f"DATA {BOB}", "554 transaction failed", LedgerState.RELEASED),
        (f"DATA {BOB}", "554 5.1.1 no such user", LedgerState.SKIPPED),
        (f"after {BOB}", "drop", LedgerState.PARKED),
        (f"after {BOB}", "hang", LedgerState.PARKED),
    ],
)
def test_p2_only_the_mail_that_a_server_stumbles_over_waits_parks_or_stops(
    batch: World, server: Server, at: str, answer: str, state: LedgerState
) -> None:
    server.answers[at] = answer
    batch.jump("1 day")
    batch.settle()

    states = [step_of(batch, address).state for address in (ANNA, BOB, CARL)]
    assert states == [LedgerState.SENT, state, LedgerState.SENT]
    assert {ANNA, CARL} <= set(arrived(server))
    assert len(server.lines) == 3  # one request for each of the three attempts
    assert [step_of(batch, address).attempts for address in (ANNA, BOB, CARL)] == [1, 1, 1]


def test_p2_each_attempt_is_one_request_and_the_mail_goes_out_once(batch: World, server: Server) -> None:
    server.answers[BOB] = "451 later"
    batch.jump("1 day")
    batch.settle()
    batch.jump("5 minutes")
    batch.settle()
    server.answers.clear()
    batch.jump("10 minutes")
    batch.settle()

    assert (step_of(batch, BOB).state, step_of(batch, BOB).attempts) == (LedgerState.SENT, 3)
    assert len(server.lines) == 2 + 3
    assert sorted(arrived(server)) == [ANNA, BOB, CARL]


def test_p3_an_address_that_the_server_refuses_for_good_stops_the_lead(batch: World, server: Server) -> None:
    server.answers[BOB] = "550 5.1.1 no such user"
    batch.jump("1 day")
    batch.settle()
    asked = len(server.lines)
    batch.advance("60 days")

    assert [stop.reason for stop in batch.lead(BOB).stops] == [StopReason.BOUNCED]
    (touch,) = batch.touches(TouchKind.BOUNCED, BOB)
    assert touch.facts["what"].endswith("/01-hello")
    assert BOB not in repr(touch)
    assert all(enrolment.ended for enrolment in batch.lead(BOB).enrolments)
    assert batch.services.store.due_of(batch.id_of(BOB)) == ()
    assert asked == 3


def test_p2_while_the_server_is_away_everybody_waits_and_nobody_loses(batch: World) -> None:
    with smtp_server() as gone:
        away = SmtpMailer(f"smtp://{gone.url}", timeout=1)
    good = batch.services
    batch.services = good.with_mailer(away)
    batch.jump("1 day")
    batch.settle()
    waiting = [step_of(batch, address).state for address in (ANNA, BOB, CARL)]
    batch.services = good
    batch.jump("5 minutes")
    batch.settle()

    assert waiting == [LedgerState.RELEASED] * 3
    assert [step_of(batch, address).state for address in (ANNA, BOB, CARL)] == [LedgerState.SENT] * 3


def test_a_refused_opt_in_stops_the_lead_as_well(world: World, server: Server) -> None:
    server.answers[ANNA] = "550 5.1.1 no such user"
    world.services = world.services.with_mailer(SmtpMailer(f"smtp://{server.url}", timeout=30))
    world.browser().ask_for()
    world.settle()

    assert [stop.reason for stop in world.lead().stops] == [StopReason.BOUNCED]
    assert world.services.store.due_of(world.id_of()) == ()
    assert world.touches(TouchKind.SENT) == []


def test_a_rep_whose_mailbox_is_gone_costs_no_lead_its_plan_and_the_manager_is_told(
    world: World, server: Server
) -> None:
    good = world.services.mailer
    server.answers[REP_ADDRESS] = "550 5.1.1 no such user"
    world.browser().ask_for()
    world.settle()
    world.browser().post(world.mail(ANNA).link("/confirm"))
    world.services = world.services.with_mailer(SmtpMailer(f"smtp://{server.url}", timeout=30))
    world.settle()
    world.services = world.services.with_mailer(good)
    world.settle()

    assert world.lead().stops == ()
    assert MANAGER_ADDRESS in arrived(server)
    assert REP_ADDRESS not in arrived(server)


def test_p2_a_manager_whose_mailbox_is_gone_is_tried_again_and_again(world: World, server: Server) -> None:
    server.answers |= {REP_ADDRESS: "550 5.1.1 no such user", MANAGER_ADDRESS: "550 5.1.1 no such user"}
    world.browser().ask_for()
    world.settle()
    world.browser().post(world.mail(ANNA).link("/confirm"))
    world.services = world.services.with_mailer(SmtpMailer(f"smtp://{server.url}", timeout=30))
    world.settle()

    (entry,) = [e for e in world.services.store.ledger(world.id_of()) if "/manager/" in e.key]
    assert entry.state is LedgerState.RELEASED
    assert any("/bounced/" in row.key for row in world.services.store.due_of(world.id_of()))
