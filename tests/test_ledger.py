"""What the ledger and the rows look like after one due thing: sent, left out, put off, left by a worker that died."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from tests.world import DAY, HOUR, MANAGER_ADDRESS, MINUTE, World

from leadlight.errors import NotSent, Refused, SendUnclear
from leadlight.fate import RELEASED, Done
from leadlight.ledger import LEASE, Instead, Prepare, Ready, _doubt, carry_out
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.ports import Mailer, Services
from leadlight.rules.epoch import Mark

REF = "course@v1/20260105T100000/01"


@dataclass(frozen=True)
class Says:
    """A carrier that always gives the same answer."""

    answer: Exception
    knows: bool | None = False
    reports_later: bool = False
    asked: list[str] = field(default_factory=list)

    def send(self, message: EmailMessage, *, tag: str) -> str:
        self.asked.append(tag)
        raise self.answer

    def was_sent(self, tag: str) -> bool | None:
        return self.knows


@pytest.fixture
def row(world: World) -> Due:
    """A follow-up that is due now, of a lead that has nothing else to come."""
    world.browser().ask_for()
    world.settle()
    lead = world.lead()
    due = Due(lead.id, lead.generation, DueKind.STEP, REF, world.clock.now())
    others = tuple(other.key for other in world.services.store.due_of(lead.id))
    world.services.store.commit(Change(lead=lead, due=(due,), undue=others))
    return due


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = MANAGER_ADDRESS, "anna@example.com", "<one@glass.example>"
    message.set_content("Hello.")
    return message


def ready() -> Prepare:
    return lambda dossier: Ready(mail())


def instead(*rows: Due, reason: str = "not now", later: bool = False, alone: bool = False) -> Prepare:
    return lambda dossier: Instead(reason, Change(lead=dossier.lead, due=rows), later=later, alone=alone)


def concluded(lead: Lead, done: Done) -> Change:
    return Change(lead=lead)


def done(world: World, row: Due, prepare: Prepare, services: Services | None = None) -> Done | None:
    return carry_out(services or world.services, row, may_repeat=False, prepare=prepare, conclude=concluded)


def with_carrier(world: World, carrier: Mailer) -> Services:
    return world.services.with_mailer(carrier)


def rows(world: World) -> tuple[Due, ...]:
    return world.services.store.due_of(world.id_of())


def entry(world: World) -> LedgerEntry:
    (found,) = (e for e in world.services.store.ledger(world.id_of()) if e.key.endswith(REF))
    return found


def begun(world: World, row: Due, *, ago: timedelta = timedelta(0)) -> None:
    """A worker has claimed it so long ago, and was never heard of again."""
    at = world.clock.now() - ago
    world.services.store.claim(
        row, lead=world.lead(), owner="gone", now=at, lease_until=at + LEASE, may_repeat=False
    )  # fmt: skip


def test_what_is_accepted_is_noted_with_its_id(world: World, row: Due) -> None:
    told = done(world, row, ready())

    assert told is not None
    assert (told.state, told.at, rows(world)) == (LedgerState.SENT, world.clock.now(), ())
    assert entry(world).state is LedgerState.SENT
    assert entry(world).message_id


def test_a_row_that_is_left_of_what_was_sent_is_thrown_away(world: World, row: Due) -> None:
    done(world, row, ready())
    world.services.store.commit(Change(lead=world.lead(), due=(row,)))
    before = len(world.mails())

    assert done(world, row, ready()) is None
    assert (rows(world), len(world.mails())) == ((), before)


def test_a_row_from_before_an_erasure_is_thrown_away_undone(world: World, row: Due) -> None:
    older = replace(row, generation=row.generation - 1)
    world.services.store.commit(Change(lead=world.lead(), due=(older,)))

    assert done(world, older, ready()) is None
    assert rows(world) == ()
    assert world.mails("anna@example.com")[1:] == []


def test_what_is_left_out_is_told_with_its_reason_and_its_row_gives_way(world: World, row: Due) -> None:
    following = replace(row, ref=f"{REF}2", at=row.at + DAY)

    told = done(world, row, instead(following), replace(world.services, request="r1"))

    assert told == Done(row, LedgerState.SKIPPED, world.clock.now(), "not now")
    assert rows(world) == (replace(following, request="r1"),)


def test_what_is_put_off_is_not_told_as_left_out(world: World, row: Due) -> None:
    moved = replace(row, at=row.at + DAY)

    assert done(world, row, instead(moved, later=True)) is None
    assert rows(world) == (moved,)


def test_nobody_leaves_out_what_a_worker_is_at(world: World, row: Due) -> None:
    begun(world, row)

    assert done(world, row, instead()) is None
    assert (entry(world).state, rows(world)) == (LedgerState.CLAIMED, (row,))


@pytest.mark.parametrize(
    ("later", "state", "reason"),
    [(False, LedgerState.SKIPPED, "not now"), (True, LedgerState.RELEASED, f"{RELEASED}not now")],
)
def test_a_dead_worker_s_claim_has_a_last_word_once_its_lease_is_over(
    world: World, row: Due, later: bool, state: LedgerState, reason: str
) -> None:
    begun(world, row, ago=LEASE)

    done(world, row, instead(later=later))

    assert (entry(world).state, entry(world).reason, entry(world).at) == (state, reason, world.clock.now())
    assert entry(world).owner == "gone"
    assert rows(world) == ()


def test_what_a_dead_worker_has_sent_is_told_though_it_would_be_left_out_now(world: World, row: Due) -> None:
    begun(world, row, ago=LEASE)

    told = done(world, row, instead(), with_carrier(world, Says(NotSent("no"), knows=True)))

    assert told == Done(row, LedgerState.SENT, world.clock.now(), "found at the carrier")
    assert (entry(world).state, rows(world)) == (LedgerState.SENT, ())


def test_a_row_that_is_moved_alone_is_free_again_afterwards(world: World, row: Due) -> None:
    moved = replace(row, at=row.at + HOUR)

    assert done(world, row, instead(moved, alone=True), replace(world.services, request="r1")) is None
    assert rows(world) == (replace(moved, request="r1"),)
    assert (entry(world).state, entry(world).reason) == (LedgerState.RELEASED, f"{RELEASED}not now")
    assert (entry(world).at, entry(world).attempts) == (world.clock.now(), 1)


def test_a_row_that_was_let_go_may_be_moved_alone_once_more(world: World, row: Due) -> None:
    moved = replace(row, at=row.at + HOUR)
    done(world, row, instead(moved, alone=True))

    done(world, moved, instead(row, alone=True))

    assert rows(world) == (row,)
    assert (entry(world).state, entry(world).attempts) == (LedgerState.RELEASED, 2)


@pytest.mark.parametrize("ago", [LEASE - MINUTE, LEASE, LEASE + MINUTE])
def test_nobody_moves_alone_what_another_worker_has_begun(world: World, row: Due, ago: timedelta) -> None:
    begun(world, row, ago=ago)

    assert done(world, row, instead(replace(row, at=row.at + HOUR), alone=True)) is None
    assert (entry(world).state, rows(world)) == (LedgerState.CLAIMED, (row,))


def test_a_row_that_cannot_be_moved_alone_is_let_go_where_it_is(world: World, row: Due) -> None:
    old = world.lead()
    world.services.store.commit(Change(lead=old))
    moved = Change(lead=old, due=(replace(row, at=row.at + HOUR),))

    assert done(world, row, lambda dossier: Instead("late", moved, alone=True)) is None
    assert (entry(world).state, rows(world)) == (LedgerState.RELEASED, (row,))


@pytest.mark.parametrize(
    ("answer", "knows", "state", "reason"),
    [
        (NotSent("451 later"), None, LedgerState.RELEASED, f"{RELEASED}451 later"),
        (SendUnclear("it hung up"), None, LedgerState.PARKED, "it hung up"),
        (SendUnclear("it hung up"), False, LedgerState.RELEASED, f"{RELEASED}it hung up"),
        (SendUnclear("it hung up"), True, LedgerState.SENT, "found at the carrier"),
        (Refused("550 nobody"), None, LedgerState.SKIPPED, "refused: 550 nobody"),
    ],
)
def test_each_answer_of_a_carrier_has_its_word(
    world: World, row: Due, answer: Exception, knows: bool | None, state: LedgerState, reason: str
) -> None:
    told = done(world, row, ready(), with_carrier(world, Says(answer, knows=knows)))

    assert told is not None
    assert (told.state, told.reason) == (state, reason)
    assert (entry(world).state, entry(world).reason) == (state, reason)
    assert [kept.kind for kept in rows(world)] == ([DueKind.STEP] if state is LedgerState.RELEASED else [])


@pytest.mark.parametrize("slept", [timedelta(0), LEASE])
def test_whoever_prepared_within_the_lease_may_send(world: World, row: Due, slept: timedelta) -> None:
    def slowly(dossier: object) -> Ready:
        world.clock.move_to(world.clock.now() + slept)
        return Ready(mail())

    told = done(world, row, slowly)

    assert told is not None
    assert told.state is LedgerState.SENT


BEFORE, AFTER = timedelta(minutes=-1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("knows", "doubtful", "state", "why"),
    [
        (True, AFTER, LedgerState.SENT, "found at the carrier, after a restore"),
        (None, AFTER, LedgerState.PARKED, "it may have gone out before the restore"),
        (None, timedelta(0), LedgerState.PARKED, "it may have gone out before the restore"),
        (None, BEFORE, None, None),
        (False, AFTER, None, None),
    ],
)
def test_after_a_restore_a_step_of_the_doubtful_days_is_asked_about(
    world: World, row: Due, knows: bool | None, doubtful: timedelta, state: LedgerState | None, why: str | None
) -> None:
    world.clock.move_to(row.at + HOUR)
    services, mark = with_carrier(world, Says(NotSent("no"), knows=knows)), Mark(row.at, row.at + doubtful)
    old = replace(row, ref=REF.replace("20260105", "20260101"))

    told = _doubt(services, old, mark, Ready(mail()), may_repeat=False)

    expected = Done(old, state, world.clock.now(), why, counts_from=row.at) if state else None
    assert told == expected


@pytest.mark.parametrize("planned", [None, datetime.fromisoformat("2026-01-05T09:00Z")])
def test_after_a_restore_the_next_step_counts_from_the_plan(world: World, row: Due, planned: datetime | None) -> None:
    services, mark = with_carrier(world, Says(NotSent("no"), knows=True)), Mark(row.at, row.at)

    told = _doubt(services, row, mark, Ready(mail(), planned), may_repeat=False)

    assert told is not None
    assert told.counts_from == (planned or row.at)


@pytest.mark.parametrize("alone", [True, False])
def test_after_a_restore_what_is_left_out_anyway_is_not_doubted(world: World, row: Due, alone: bool) -> None:
    services, mark = with_carrier(world, Says(NotSent("no"), knows=None)), Mark(row.at, row.at)
    prepared = Instead("late", Change(lead=world.lead()), alone=alone)

    told = _doubt(services, row, mark, prepared, may_repeat=False)

    assert (told is not None) is alone


def test_what_may_repeat_or_was_never_restored_is_not_doubted(world: World, row: Due) -> None:
    services = with_carrier(world, Says(NotSent("no"), knows=None))
    doubtful = Mark(row.at, row.at)

    assert _doubt(services, row, doubtful, Ready(mail()), may_repeat=True) is None
    assert _doubt(services, row, Mark(row.at), Ready(mail()), may_repeat=False) is None
    assert _doubt(services, row, None, Ready(mail()), may_repeat=False) is None
    assert _doubt(services, row, doubtful, Ready(mail()), may_repeat=False) is not None
