"""What the reports of a carrier say of a mail on which none has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadlight.model.due import Due, DueKind, LedgerEntry, LedgerState
from leadlight.model.person import LeadId
from leadlight.rules.evidence import (
    AGAIN,
    AT_LAST,
    FIRST_LOOK,
    Verdict,
    evidence_key,
    look_for,
    next_look,
    step_ref_of,
    verdict,
)

PARKED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
REF = "tale@v1/20260105T100000/01-hello"


@pytest.mark.parametrize(
    ("heard_of", "after", "expected"),
    [
        (PARKED + SECOND, FIRST_LOOK - SECOND, Verdict.OPEN),
        (PARKED + SECOND, FIRST_LOOK, Verdict.UNSENT),
        (PARKED, FIRST_LOOK, Verdict.OPEN),
        (PARKED - SECOND, FIRST_LOOK, Verdict.OPEN),
        (None, FIRST_LOOK, Verdict.OPEN),
        (None, AT_LAST - SECOND, Verdict.OPEN),
        (None, AT_LAST, Verdict.SILENT),
        (PARKED, AT_LAST + SECOND, Verdict.SILENT),
        (PARKED + SECOND, AT_LAST, Verdict.UNSENT),
    ],
)
def test_silence_counts_only_once_a_later_mail_was_reported_on(
    heard_of: datetime | None, after: timedelta, expected: Verdict
) -> None:
    assert verdict(PARKED, heard_of=heard_of, now=PARKED + after) is expected


def test_the_first_look_is_an_hour_after_the_parking() -> None:
    step = Due(LeadId("anna"), 2, DueKind.STEP, REF, PARKED - FIRST_LOOK)

    assert look_for(step, PARKED) == Due(LeadId("anna"), 2, DueKind.EVIDENCE, REF, PARKED + FIRST_LOOK)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (FIRST_LOOK, FIRST_LOOK + AGAIN),
        (AT_LAST - 2 * SECOND, AT_LAST - 2 * SECOND + timedelta(minutes=1)),
        (AT_LAST - timedelta(minutes=30), AT_LAST),
    ],
)
def test_looks_are_an_hour_apart_until_the_last_one(after: timedelta, expected: timedelta) -> None:
    assert next_look(PARKED + after, PARKED) == PARKED + expected


def test_the_entry_names_its_step_and_the_look_for_it() -> None:
    key = f"2/step/{REF}"
    entry = LedgerEntry(LeadId("anna"), key, LedgerState.PARKED, "me", PARKED, PARKED)

    assert (step_ref_of(entry), evidence_key(entry)) == (REF, f"evidence/{REF}")
