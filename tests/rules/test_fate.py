"""The word for every end that a try can have, and the touch that tells it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.contracts.examples import submit

from leadlight import fate
from leadlight.fate import (
    LAST_RETRY,
    RELEASED,
    Done,
    looked_up,
    not_sent,
    of_the_try_before,
    touch_of,
    unclear,
    waiting_for_word,
)
from leadlight.local.clock import StandingClock
from leadlight.local.inbox import MemoryInbox
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.touch import Touch, TouchKind
from leadlight.ports import Services
from leadlight.settings import Settings
from leadlight.wiring.local import rehearsal

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
ANNA = "anna@example.com"
DUE = Due(submit(ANNA).lead.id, 1, DueKind.STEP, "course@v1/20260105T100000/01", NOW)
ENTRY = LedgerEntry(DUE.lead_id, DUE.ledger_key, LedgerState.CLAIMED, "w", NOW + timedelta(minutes=3), NOW)
REPORT = Touch(f"accepted/{DUE.ledger_key}", DUE.lead_id, TouchKind.ACCEPTED, NOW, facts={"mail": "ses-1"})


@dataclass(frozen=True)
class Carrier:
    """Knows, or does not."""

    knows: bool | None
    reports_later: bool = False

    def send(self, message: EmailMessage, *, tag: str) -> str:
        raise AssertionError

    def was_sent(self, tag: str) -> bool | None:
        assert tag == f"{DUE.lead_id}/{DUE.ledger_key}"
        return self.knows


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """An installation in memory, an hour later."""
    clock = StandingClock(NOW + timedelta(hours=1))
    settings = Settings(site_url="https://glass.example", token_keys=("k" * 32,), lead_key=b"l" * 32)
    services = rehearsal(
        tmp_path, clock=clock, random=random.Random(1).randbytes, settings=settings,
        mailer=Carrier(None), inbox=MemoryInbox(clock.now),
    )  # fmt: skip
    yield services
    services.store.close()


def ends(told: fate.Told | None) -> tuple[object, ...]:
    """What the ledger says, after having said the same as the plan is told."""
    assert told is not None
    settled, done = told
    assert (settled.state, settled.at, settled.reason) == (done.state, done.at, done.reason)
    return settled.state, settled.at, settled.reason, settled.message_id


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (29, 60)]
)  # fmt: skip
def test_each_try_comes_twice_as_late_and_at_most_an_hour(tries: int, minutes: int) -> None:
    settled, done = not_sent(replace(ENTRY, attempts=tries), DUE, NOW, "451", may_repeat=False)

    assert done.due == replace(DUE, at=NOW + timedelta(minutes=minutes))
    assert ends((settled, done)) == (LedgerState.RELEASED, NOW, f"{RELEASED}451", None)


def test_a_follow_up_is_given_up_after_a_day_of_tries_and_what_was_asked_for_never() -> None:
    worn = replace(ENTRY, attempts=LAST_RETRY)
    settled, done = not_sent(worn, DUE, NOW, "451", may_repeat=False)

    assert ends((settled, done)) == (LedgerState.PARKED, NOW, f"given up after {LAST_RETRY} tries: 451", None)
    assert done.due == DUE
    assert not_sent(worn, DUE, NOW, "451", may_repeat=True)[0].state is LedgerState.RELEASED


def test_the_first_try_has_none_before_it(services: Services) -> None:
    submit(ANNA).into(services.store)
    services.store.append(REPORT)

    assert of_the_try_before(services.with_mailer(Carrier(True)), DUE, ENTRY, may_repeat=False) is None


@pytest.mark.parametrize(
    ("knows", "end"),
    [
        (True, (LedgerState.SENT, "found at the carrier")),
        (None, (LedgerState.PARKED, "nobody knows whether it was sent")),
        (False, None),
    ],
)
def test_a_try_that_nobody_settled_is_asked_about(
    services: Services, knows: bool | None, end: tuple[LedgerState, str] | None
) -> None:
    told = of_the_try_before(services.with_mailer(Carrier(knows)), DUE, replace(ENTRY, attempts=2), may_repeat=False)

    assert (told and ends(told)) == (end and (end[0], services.clock.now(), end[1], None))


def test_a_report_of_the_carrier_settles_a_try_before(services: Services) -> None:
    submit(ANNA).into(services.store)
    services.store.append(REPORT)

    told = of_the_try_before(services, DUE, replace(ENTRY, attempts=2), may_repeat=False)

    assert ends(told) == (LedgerState.SENT, services.clock.now(), "told by the carrier", "ses-1")


def test_nobody_wonders_about_what_may_repeat_or_was_certainly_not_sent(services: Services) -> None:
    again = replace(ENTRY, attempts=2)

    assert of_the_try_before(services, DUE, again, may_repeat=True) is None
    assert of_the_try_before(services, DUE, replace(again, reason=f"{RELEASED}451"), may_repeat=False) is None


@pytest.mark.parametrize(
    ("knows", "may_repeat", "state", "reason"),
    [
        (True, False, LedgerState.SENT, "found at the carrier"),
        (False, False, LedgerState.RELEASED, f"{RELEASED}it hung up"),
        (None, True, LedgerState.RELEASED, f"{RELEASED}it hung up"),
        (None, False, LedgerState.PARKED, "it hung up"),
    ],
)
def test_an_answer_that_does_not_count_leads_to_a_question(
    services: Services, knows: bool | None, may_repeat: bool, state: LedgerState, reason: str
) -> None:
    told = unclear(services.with_mailer(Carrier(knows)), DUE, ENTRY, "it hung up", may_repeat=may_repeat)

    assert ends(told) == (state, services.clock.now(), reason, None)


@pytest.mark.parametrize("later", [True, False])
def test_word_is_waited_for_where_the_carrier_reports_later(services: Services, later: bool) -> None:
    _, done = unclear(services.with_mailer(Carrier(None, later)), DUE, ENTRY, "x", may_repeat=False)

    assert done.waiting is later


def test_what_is_to_be_parked_is_sent_if_its_report_has_come_meanwhile() -> None:
    settled, done = looked_up(ENTRY, Done(DUE, LedgerState.PARKED, NOW, "x"), [REPORT])

    assert ends((settled, done)) == (LedgerState.SENT, NOW, "told by the carrier", "ses-1")
    assert done.due == DUE


def test_what_is_parked_again_knows_how_often_it_was_before() -> None:
    parked = Done(DUE, LedgerState.PARKED, NOW, "x")
    first = touch_of(parked)
    other = replace(first, id="other", facts={"what": "step/other"})
    skipped = replace(first, id="skipped", kind=TouchKind.SKIPPED)

    settled, again = looked_up(ENTRY, parked, [first, other, skipped])

    assert (settled, again) == (ENTRY, replace(parked, parked_before=1))
    assert touch_of(again).id == f"{first.id}/1"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (LedgerState.SENT, TouchKind.SENT),
        (LedgerState.PARKED, TouchKind.PARKED),
        (LedgerState.SKIPPED, TouchKind.SKIPPED),
    ],
)
def test_the_timeline_tells_what_became_of_it(state: LedgerState, kind: TouchKind) -> None:
    touch = touch_of(Done(DUE, state, NOW, "why", parked_before=0), step="01")

    assert touch == Touch(
        f"{kind.removeprefix('touch.')}/{DUE.ledger_key}", DUE.lead_id, kind, NOW,
        facts={"what": DUE.key, "step": "01", "reason": "why"},
    )  # fmt: skip


def test_what_has_no_reason_is_told_without_one() -> None:
    assert touch_of(Done(DUE, LedgerState.SENT, NOW)).facts == {"what": DUE.key}


def test_no_step_comes_before_the_look_for_word_and_nothing_else_waits_for_it() -> None:
    look = Due(DUE.lead_id, 1, DueKind.EVIDENCE, DUE.ref, NOW + timedelta(hours=1))
    early, late = replace(DUE, ref="early"), replace(DUE, ref="late", at=NOW + timedelta(hours=2))
    task = replace(DUE, kind=DueKind.TASK, ref="task")

    waiting = waiting_for_word(Done(DUE, LedgerState.PARKED, NOW), [early, late, task])

    assert waiting == (replace(early, at=look.at + timedelta(minutes=1)), late, task, look)
