"""What a lead, its plan and the ledger look like once somebody knows, or never will, whether a parked mail was sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests.world import DAY, HOUR, MAIL, MINUTE, MONDAY, World

from leadlight.errors import NotParked
from leadlight.evidence import AT_ONCE, Word, _follows, hear, look_again, resolve, sent_after_all
from leadlight.fate import RELEASED, Done
from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import Enrolment, Lead, Stop, StopReason
from leadlight.model.person import GateId, LeadId, Promise, Purpose
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.rules.evidence import HEARD
from leadlight.rules.mail_events import Report, ReportKind
from leadlight.rules.reputation import Fate, counters
from leadlight.rules.steps import step_ref

PARKED = MONDAY
STARTED, NEXT = PARKED - DAY, PARKED + 2 * DAY
NEVER_HAD = "the carrier reported on later mails, and never on this one"
NOT_SENT = "mark says that it was not sent"


def parked(world: World, *others: Enrolment, slug: str = "01-hello", next_at: datetime = NEXT, **now: Any) -> Due:
    """A step of Anna's is parked, which she is past by now; returns the row that looks for word of it.

    `now` is what is different about her enrolment, `others` are more of them.
    """
    world.browser().ask_for()
    store, before = world.services.store, world.lead()
    step = Due(before.id, before.generation, DueKind.STEP, step_ref(course(world), slug), PARKED)
    enrolment = replace(course(world), **now)
    ahead = None if enrolment.ended else enrolment.next_step
    following = (replace(step, ref=step_ref(enrolment, ahead), at=next_at),) if ahead else ()
    look = replace(step, kind=DueKind.EVIDENCE, at=PARKED + HOUR)
    lead = store.commit(Change(before, due=(step,), undue=tuple(row.key for row in store.due_of(before.id))))
    claim = store.claim(step, lead=lead, owner="w", now=PARKED, lease_until=PARKED + HOUR, may_repeat=False)
    told = Touch(
        f"parked/{claim.key}", lead.id, TouchKind.PARKED, PARKED, None, Objective.START, facts={"what": step.key}
    )
    agreed = replace(
        lead, confirmed_at=STARTED, purposes=(Purpose.FOLLOW_UP,), mailed=(STARTED, PARKED),
        enrolments=(enrolment, *others),
    )  # fmt: skip
    settled = replace(claim, state=LedgerState.PARKED, reason="no answer")
    store.commit(Change(agreed, touches=(told,), due=(*following, look), undue=(step.key,), settle=(settled,)))
    world.clock.move_to(look.at)
    return look


def course(world: World) -> Enrolment:
    """Anna is past the first step."""
    bundle = open_bundle(world.services.files)
    wording = bundle.wording(bundle.gate(MAIL).wording)
    assert wording is not None
    assert wording.promise is not None
    return Enrolment(
        "course", bundle.manifest.sequences["course"].version, GateId(MAIL), STARTED, wording.promise, "02-company",
        PARKED, mails_sent=1, done=("01-hello",), mailed_at=PARKED,
    )  # fmt: skip


def entry(world: World) -> LedgerEntry:
    (found,) = (e for e in world.services.store.ledger(world.id_of()) if "/step/" in e.key)
    return found


def rows(world: World) -> dict[str, datetime]:
    return {row.key: row.at for row in world.services.store.due_of(world.id_of())}


def row_of(look: Due, slug: str) -> str:
    return f"step/{look.ref.rpartition('/')[0]}/{slug}"


def changed(world: World, **changes: Any) -> None:
    world.services.store.commit(Change(replace(world.lead(), **changes)))


def heard(world: World, at: datetime) -> None:
    """Word has come of a mail that was sent then."""
    hear(world.services, Report(ReportKind.ACCEPTED, LeadId("ben"), "tag", "id", at, sent_at=at))


def unsent(world: World) -> LedgerState:
    """Mark says so."""
    return resolve(world.services, world.lead(), entry(world).key, Word.UNSENT, by="mark")


def found(world: World, what: str, why: str) -> list[Touch]:
    """What the timeline tells if that was found out now."""
    key = entry(world).key
    facts = {"what": key.removeprefix("1/"), "found": what, "reason": why}
    told = Touch(f"resolved/{key}/1/{what}", world.id_of(), TouchKind.RESOLVED, world.clock.now(), facts=facts)
    return [told]


def test_a_look_at_what_is_no_question_any_more_is_thrown_away(world: World) -> None:
    look = parked(world)
    sent = replace(entry(world), state=LedgerState.SENT)
    world.services.store.commit(Change(world.lead(), resolve=(sent,)))

    assert look_again(world.services, look) is None
    assert rows(world) == {row_of(look, "02-company"): NEXT}
    assert (entry(world), world.touches(TouchKind.RESOLVED)) == (sent, [])


def test_a_look_that_was_moved_meanwhile_changes_nothing(world: World) -> None:
    look = parked(world)
    heard(world, PARKED + MINUTE)
    before = world.dump()

    assert look_again(world.services, replace(look, at=look.at - MINUTE)) is None
    assert world.dump() == before


@pytest.mark.parametrize(
    ("after", "next_after"), [(HOUR, 2 * HOUR), (DAY - HOUR / 2, DAY), (DAY - MINUTE / 4, DAY + MINUTE * 3 / 4)]
)
def test_while_word_may_come_the_look_moves_on_to_the_day_s_end(
    world: World, after: timedelta, next_after: timedelta
) -> None:
    look = parked(world)
    world.clock.move_to(PARKED + after)
    before = entry(world)

    assert look_again(world.services, look) is None
    assert rows(world) == {look.key: PARKED + next_after, row_of(look, "02-company"): NEXT}
    assert (entry(world), world.touches(TouchKind.RESOLVED)) == (before, [])


def test_after_a_day_of_silence_a_person_is_asked_and_nothing_else_changes(world: World) -> None:
    look = parked(world)
    world.clock.move_to(PARKED + DAY)
    before = entry(world), world.lead().enrolments

    assert look_again(world.services, look) is None
    why = "no word came within a day: a person has to say what is true"
    assert world.touches(TouchKind.RESOLVED) == found(world, "silent", why)
    assert rows(world) == {row_of(look, "02-company"): NEXT}
    assert (entry(world), world.lead().enrolments) == before


def test_the_look_tells_that_it_has_let_go_of_what_the_carrier_never_had(world: World) -> None:
    look = parked(world)
    heard(world, PARKED + MINUTE)

    told = look_again(world.services, look)

    assert told == Done(look, LedgerState.RELEASED, PARKED + HOUR, NEVER_HAD)
    assert world.touches(TouchKind.RESOLVED) == found(world, "unsent", f"{NEVER_HAD}; it is sent again")


def test_what_was_not_sent_is_the_next_step_again_and_does_not_count(world: World) -> None:
    look, before = parked(world), entry(world)
    now = world.clock.now()

    assert unsent(world) is LedgerState.RELEASED
    assert rows(world) == {row_of(look, "01-hello"): now}
    assert world.lead().enrolments == (
        replace(course(world), next_step="01-hello", last_at=now, mails_sent=0, done=(), wait=AT_ONCE, mailed_at=None),
    )
    assert world.lead().mailed == (STARTED,)
    assert entry(world) == replace(before, state=LedgerState.RELEASED, at=now, reason=RELEASED + NOT_SENT)
    assert world.touches(TouchKind.RESOLVED) == found(world, "unsent", f"{NOT_SENT}; it is sent again")


def test_a_sequence_that_is_over_goes_on_with_its_last_step(world: World) -> None:
    done = ("01-hello", "02-company", "03-call")
    look = parked(world, slug="04-offer", next_step=None, ended="all steps are done", done=(*done, "04-offer"))
    now = world.clock.now()

    assert unsent(world) is LedgerState.RELEASED
    (enrolment,) = world.lead().enrolments
    assert (enrolment.next_step, enrolment.ended, enrolment.done) == ("04-offer", None, done)
    assert rows(world)[row_of(look, "04-offer")] == now


def left_out(world: World, look: Due, before: LedgerEntry) -> bool:
    """Whether it is, as everything left out is: told, settled, looked for no more, and the plan as it was."""
    now, why = world.clock.now(), f"{NOT_SENT}; the plan has gone on without it"
    assert entry(world) == replace(before, state=LedgerState.SKIPPED, at=now, reason=NOT_SENT)
    assert world.touches(TouchKind.RESOLVED) == found(world, "unsent", why)
    return look.key not in rows(world) and row_of(look, "01-hello") not in rows(world)


def test_what_belongs_to_no_sequence_of_the_lead_is_left_out(world: World) -> None:
    look, before = parked(world), entry(world)
    changed(world, enrolments=())
    lead = world.lead()

    assert unsent(world) is LedgerState.SKIPPED
    assert left_out(world, look, before)
    assert world.lead() == replace(lead, revision=lead.revision + 1)


@pytest.mark.parametrize(
    "gone_on",
    [
        {"version": "other"},
        {"done": ("01-hello", "02-company")},
        {"ended": "a new version has ended it"},
    ],
)
def test_what_the_sequence_has_passed_is_left_out_and_does_not_count(world: World, gone_on: dict[str, Any]) -> None:
    look, before = parked(world, **gone_on), entry(world)

    assert unsent(world) is LedgerState.SKIPPED
    assert left_out(world, look, before)
    assert world.lead().enrolments == (replace(course(world), mails_sent=0, mailed_at=None, **gone_on),)
    assert world.lead().mailed == (STARTED,)


def test_what_another_sequence_has_followed_is_left_out(world: World) -> None:
    over: dict[str, Any] = {"next_step": None, "ended": "all steps are done"}
    other = replace(course(world), sequence="tale", promised_at=STARTED, ended="all steps are done")
    look, before = parked(world, other, **over), entry(world)

    assert unsent(world) is LedgerState.SKIPPED
    assert left_out(world, look, before)
    assert world.lead().enrolments == (replace(course(world), mails_sent=0, mailed_at=None, **over), other)


def test_nobody_who_has_stopped_us_gets_it(world: World) -> None:
    look, before = parked(world), entry(world)
    changed(world, stops=(Stop(StopReason.UNSUBSCRIBED, PARKED),))

    assert unsent(world) is LedgerState.SKIPPED
    assert left_out(world, look, before)


@pytest.mark.parametrize(("next_at", "state"), [(HOUR, LedgerState.SKIPPED), (HOUR + MINUTE, LedgerState.RELEASED)])
def test_it_is_too_late_once_the_next_step_may_be_on_its_way(
    world: World, next_at: timedelta, state: LedgerState
) -> None:
    look = parked(world, next_at=PARKED + next_at)

    assert unsent(world) is state
    assert (row_of(look, "02-company") in rows(world)) is (state is LedgerState.SKIPPED)


@pytest.mark.parametrize(("after", "state"), [(3 * DAY, LedgerState.RELEASED), (3 * DAY + MINUTE, LedgerState.SKIPPED)])
def test_what_grows_stale_is_left_out_after_that(world: World, after: timedelta, state: LedgerState) -> None:
    past: dict[str, Any] = {"next_step": "03-call", "done": ("01-hello", "02-company")}
    parked(world, slug="02-company", next_at=PARKED + 5 * DAY, **past)
    world.clock.move_to(PARKED + after)

    assert unsent(world) is state


def test_what_never_grows_stale_is_sent_however_late(world: World) -> None:
    past: dict[str, Any] = {"next_step": "04-offer", "done": ("01-hello", "02-company", "03-call")}
    parked(world, slug="03-call", next_at=PARKED + 90 * DAY, **past)
    world.clock.move_to(PARKED + 60 * DAY)

    assert unsent(world) is LedgerState.RELEASED


def test_what_the_timeline_calls_left_out_stays_so(world: World) -> None:
    look, before = parked(world), entry(world)
    world.services.store.append(Touch(f"skipped/{before.key}", look.lead_id, TouchKind.SKIPPED, PARKED))

    assert unsent(world) is LedgerState.SKIPPED
    assert left_out(world, look, before)


PROMISE = Promise(4, 30, ("mail",), "follow-up", "course", "v1")
ENDED = Enrolment("course", "v1", GateId(MAIL), STARTED, PROMISE, None, PARKED)
TALE = replace(ENDED, sequence="tale")


@pytest.mark.parametrize(
    ("other", "follows"),
    [
        (replace(TALE, promised_at=STARTED), True),
        (replace(TALE, promised_at=STARTED, last_at=PARKED - MINUTE), False),
        (replace(TALE, promised_at=None), False),
        (replace(TALE, started_at=PARKED), True),
        (replace(TALE, started_at=PARKED - MINUTE), False),
        (replace(ENDED, promised_at=STARTED, started_at=PARKED), False),
    ],
)
def test_a_sequence_follows_that_took_over_the_promise_or_began_anew(other: Enrolment, follows: bool) -> None:
    assert _follows(other, ENDED, PARKED) is follows


def test_what_a_person_calls_sent_stands_where_it_was_parked(world: World) -> None:
    look, before = parked(world), entry(world)
    lead, why = world.lead(), "mark says that it was sent"

    assert resolve(world.services, lead, before.key, Word.SENT, by="mark") is LedgerState.SENT
    (was,) = world.touches(TouchKind.PARKED)
    facts = {"what": row_of(look, "01-hello"), "reason": why}
    assert world.touches(TouchKind.SENT) == [replace(was, id=f"sent/{before.key}", kind=TouchKind.SENT, facts=facts)]
    assert entry(world) == replace(before, state=LedgerState.SENT, reason=why)
    assert rows(world) == {row_of(look, "02-company"): NEXT}
    assert world.lead() == replace(lead, revision=lead.revision + 1)


KEY = "1/step/course@v1/20260104T100000/01-hello"
UNKNOWN = LedgerEntry(LeadId("anna"), KEY, LedgerState.PARKED, "w", PARKED + HOUR, PARKED)
OF_IT = Touch(f"parked/{KEY}", UNKNOWN.lead_id, TouchKind.PARKED, PARKED, facts={"what": KEY[2:], "step": "01-hello"})


def test_what_a_carrier_calls_sent_has_the_carrier_s_id() -> None:
    of_another = replace(OF_IT, id="parked/2", at=PARKED + MINUTE, facts={"what": "step/2"})
    of_other_kind = replace(OF_IT, id="skipped/1", at=PARKED + MINUTE, kind=TouchKind.SKIPPED)
    lead = Lead(UNKNOWN.lead_id, STARTED)

    change = sent_after_all(lead, UNKNOWN, (OF_IT, of_another, of_other_kind), "told", mail="ses-1")

    facts = {"what": KEY[2:], "step": "01-hello", "reason": "told", "mail": "ses-1"}
    touch = replace(OF_IT, id=f"sent/{KEY}", kind=TouchKind.SENT, facts=facts)
    sent = replace(UNKNOWN, state=LedgerState.SENT, message_id="ses-1", reason="told")
    counts = counters(lead.id, KEY, PARKED, Fate.SENT)
    assert replace(change, nonce="") == Change(
        lead, touches=(touch,), undue=(f"evidence/{KEY[7:]}",), resolve=(sent,), counts=counts, nonce=""
    )


def test_what_was_sent_is_told_though_nothing_tells_that_it_was_parked() -> None:
    change = sent_after_all(Lead(UNKNOWN.lead_id, STARTED), UNKNOWN, (), "told")

    facts = {"what": KEY[2:], "reason": "told"}
    assert change.touches == (Touch(f"sent/{KEY}", LeadId("anna"), TouchKind.SENT, PARKED, facts=facts),)
    assert change.resolve == (replace(UNKNOWN, state=LedgerState.SENT, reason="told"),)


def test_who_speaks_of_a_mail_that_is_no_question_is_told_which_are(world: World) -> None:
    parked(world)

    with pytest.raises(NotParked, match=r"No mail 1/step/none is parked\. `leadlight leads parked` shows") as raised:
        resolve(world.services, world.lead(), "1/step/none", Word.SENT, by="mark")

    assert raised.value.key == "1/step/none"


@pytest.mark.parametrize(
    ("later", "noted"),
    [(MINUTE, MINUTE), (MINUTE - timedelta(seconds=1), timedelta(0)), (-HOUR, timedelta(0))],
)
def test_that_reports_come_is_noted_once_a_minute(world: World, later: timedelta, noted: timedelta) -> None:
    heard(world, PARKED)
    heard(world, PARKED + later)

    assert world.services.store.note(HEARD) == (PARKED + noted).isoformat(timespec="microseconds")


def test_a_report_that_does_not_say_when_the_mail_was_sent_notes_nothing(world: World) -> None:
    hear(world.services, Report(ReportKind.ACCEPTED, LeadId("ben"), "tag", "id", PARKED))

    assert world.services.store.note(HEARD) is None


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's clock shows another zone's time."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_what_is_noted_of_reports_can_be_compared_wherever_we_are(world: World) -> None:
    heard(world, datetime(2026, 1, 5, 12, 0, tzinfo=timezone(timedelta(hours=2))))

    assert world.services.store.note(HEARD) == "2026-01-05T10:00:00.000000+00:00"
