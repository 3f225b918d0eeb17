"""Each invariant sees what it names: a rehearsal in which all is well, and one thing in it changed by hand."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from tests.simulation.rehearsed import Theatre, project_in

from leadlight.local.mailer import Carried
from leadlight.model.due import DueKind, LedgerState
from leadlight.model.lead import Enrolment, Lead, Stage, Stop, StopReason
from leadlight.model.person import CallKind, CallWish
from leadlight.model.sequence import Cap, Channel, OpenHours
from leadlight.model.touch import Touch, TouchKind
from leadlight.simulate.browser import is_follow_up
from leadlight.simulate.invariants import INVARIANTS, Observed, violated

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """A lead in the middle of its sequence: two follow-ups are out, a third is planned."""
    theatre = Theatre(project_in(tmp_path_factory), tmp_path_factory.mktemp("well"))
    return theatre.play(days=8).seen


def at(seen: Observed, number: int, **changes: object) -> Observed:
    """The same, with one follow-up changed."""
    changed = replace(steps(seen)[number], **changes)  # type: ignore[arg-type]  # each caller names its fields
    return replace(seen, mails=tuple(changed if mail.tag == changed.tag else mail for mail in seen.mails))


def later(seen: Observed, number: int, span: timedelta) -> Observed:
    """The same, with one follow-up that was written and went out so much later."""
    mail = steps(seen)[number]
    message = deepcopy(mail.message)
    message.replace_header("Date", format_datetime(mail.at + span))
    return at(seen, number, at=mail.at + span, message=message)


def steps(seen: Observed) -> list[Carried]:
    return [mail for mail in seen.mails if is_follow_up(mail)]


def again(seen: Observed) -> Observed:
    return replace(seen, mails=(*seen.mails, steps(seen)[-1]))


def stopped(seen: Observed) -> Observed:
    stop = Stop(StopReason.UNSUBSCRIBED, steps(seen)[0].at + HOUR)
    return replace(seen, lead=replace(seen.lead, stops=(stop,)))


def at_night(seen: Observed) -> Observed:
    return later(seen, 1, 14 * HOUR)


def enrolment(seen: Observed, **changes: object) -> Observed:
    changed: Enrolment = replace(seen.lead.enrolments[0], **changes)  # type: ignore[arg-type]  # as above
    return replace(seen, lead=replace(seen.lead, enrolments=(changed,)))


def promised(seen: Observed, **changes: object) -> Observed:
    return enrolment(seen, promise=replace(seen.lead.enrolments[0].promise, **changes))  # type: ignore[arg-type]  # as above


def forgotten(seen: Observed) -> Observed:
    return replace(seen, touches=tuple(t for t in seen.touches if not t.id.endswith("01-hello")))


def never_sent(seen: Observed) -> Observed:
    return replace(seen, mails=tuple(mail for mail in seen.mails if not mail.tag.endswith("01-hello")))


def unknown_to_the_ledger(seen: Observed) -> Observed:
    skipped = [replace(e, state=LedgerState.SKIPPED) if e.key.endswith("01-hello") else e for e in seen.ledger]
    touches = tuple(t for t in seen.touches if t.kind is not TouchKind.SENT or not t.id.endswith("01-hello"))
    return replace(seen, ledger=tuple(skipped), touches=touches)


def adrift(seen: Observed) -> Observed:
    return replace(seen, rows=tuple(row for row in seen.rows if row.kind is not DueKind.STEP))


def all_done_and_no_look(seen: Observed) -> Observed:
    return replace(enrolment(seen, next_step=None, ended="all steps are done"), rows=())


def promoted_in_silence(seen: Observed) -> Observed:
    return replace(seen, lead=replace(seen.lead, stage=Stage.CUSTOMER))


def left_alone(seen: Observed) -> Observed:
    wish = CallWish(CallKind.NOW)
    touch = Touch("call.wanted/1", seen.lead.id, TouchKind.CALL_WANTED, seen.now, facts={"call": "now"})
    return replace(seen, lead=replace(seen.lead, call=wish), touches=(*seen.touches, touch))


def left_lying(seen: Observed) -> Observed:
    return replace(seen, now=seen.rows[0].at + 2 * HOUR)


def unconfirmed(seen: Observed) -> Observed:
    lead: Lead = replace(seen.lead, confirmed_at=steps(seen)[0].at + HOUR)
    return replace(seen, lead=lead)


def crowded(seen: Observed) -> Observed:
    first = steps(seen)[0]
    other = replace(first, at=first.at + HOUR, tag=first.tag.replace("/course@", "/talk@"))
    return replace(seen, mails=(*seen.mails, other))


def capped(seen: Observed) -> Observed:
    return replace(seen, team=replace(seen.team, at_most=(Cap(1, 7),)))


def in_disorder(seen: Observed) -> Observed:
    return replace(seen, mails=tuple(reversed(seen.mails)))


def by_rep(seen: Observed) -> Observed:
    changed = {
        version: replace(s, steps=tuple(replace(step, channel=Channel.REP) for step in s.steps))
        for version, s in seen.sequences.items()
    }
    return replace(seen, sequences=changed)


def in_another_window(seen: Observed) -> Observed:
    sundays = OpenHours((6,), seen.team.hours.start, seen.team.hours.end)
    changed = {
        version: replace(s, steps=tuple(replace(step, window=sundays) for step in s.steps))
        for version, s in seen.sequences.items()
    }
    return replace(seen, sequences=changed)


def without_a_way_out(seen: Observed) -> Observed:
    return at(seen, 0, message=next(mail for mail in seen.mails if not is_follow_up(mail)).message)


def nameless(seen: Observed) -> Observed:
    return at(seen, 0, data=b"Subject: Hello\r\n\r\n")


BROKEN: list[tuple[str, Callable[[Observed], Observed]]] = [
    ("no_follow_up_goes_out_twice", again),
    ("none_goes_out_after_a_stop", stopped),
    ("none_goes_out_outside_its_window", at_night),
    ("none_goes_out_outside_its_window", in_another_window),
    ("none_is_more_than_was_promised", lambda seen: promised(seen, mails=1)),
    ("none_is_more_than_was_promised", lambda seen: enrolment(seen, mails_sent=9)),
    ("none_goes_out_without_a_yes", lambda seen: replace(seen, captures=())),
    ("none_comes_after_the_promised_span", lambda seen: promised(seen, days=1)),
    ("none_goes_by_a_channel_nobody_promised", lambda seen: promised(seen, channels=("call",))),
    ("none_goes_by_a_channel_nobody_promised", by_rep),
    ("ledger_timeline_and_mailbox_agree", forgotten),
    ("ledger_timeline_and_mailbox_agree", never_sent),
    ("ledger_timeline_and_mailbox_agree", unknown_to_the_ledger),
    ("every_enrolment_comes_to_its_end", lambda seen: enrolment(seen, next_step=None)),
    ("every_enrolment_comes_to_its_end", lambda seen: enrolment(seen, next_step="01-hello", done=("01-hello",))),
    ("every_open_lead_has_a_next_action", adrift),
    ("every_open_lead_has_a_next_action", left_lying),
    ("nobody_without_a_plan_is_forgotten", all_done_and_no_look),
    ("a_wished_call_waits_for_somebody", left_alone),
    ("the_timeline_tells_the_stage", promoted_in_silence),
    ("an_unconfirmed_address_gets_the_opt_in_alone", unconfirmed),
    ("two_sequences_never_share_a_day", crowded),
    ("no_cap_is_exceeded", capped),
    ("steps_go_out_in_their_order", in_disorder),
    ("every_follow_up_can_be_ended_with_one_click", without_a_way_out),
    ("every_follow_up_can_be_ended_with_one_click", nameless),
]


def test_all_is_well_in_the_rehearsal_that_is_changed_below(well: Observed) -> None:
    assert violated(well) == ()
    assert len(steps(well)) == 2
    assert [row.kind for row in well.rows] == [DueKind.STEP]


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=lambda given: getattr(given, "__name__", str(given)))
def test_an_invariant_sees_what_it_names(well: Observed, name: str, change: Callable[[Observed], Observed]) -> None:
    seen = change(well)

    assert any(wrong.startswith(f"{name}: ") for wrong in violated(seen))


def test_every_invariant_is_tried(well: Observed) -> None:
    assert {invariant.__name__ for invariant in INVARIANTS} == {name for name, _ in BROKEN}


def test_a_send_that_was_claimed_before_the_stop_may_finish(well: Observed) -> None:
    stop = Stop(StopReason.UNSUBSCRIBED, steps(well)[1].at - timedelta(minutes=2))
    seen = replace(well, lead=replace(well.lead, stops=(stop,)))

    assert not any(wrong.startswith("none_goes_out_after_a_stop") for wrong in violated(seen))


def test_by_the_clock_of_then_a_mail_was_in_its_window(well: Observed) -> None:
    kathmandu = replace(well.hours[0], zone="Asia/Kathmandu")
    early = later(well, 1, -5 * HOUR)

    assert any("outside_its_window" in wrong for wrong in violated(early))
    assert not any("outside_its_window" in wrong for wrong in violated(replace(early, hours=(*early.hours, kathmandu))))


def test_a_mail_that_was_written_in_its_window_may_go_out_when_its_worker_wakes(well: Observed) -> None:
    slept = at(well, 1, at=steps(well)[1].at + 14 * HOUR)

    assert not any("outside_its_window" in wrong for wrong in violated(slept))


def test_what_a_lead_has_put_off_itself_is_not_late(well: Observed) -> None:
    late = promised(well, days=1)
    given = enrolment(late, put_off=timedelta(days=7))

    assert any("promised_span" in wrong for wrong in violated(late))
    assert not any("promised_span" in wrong for wrong in violated(given))
