"""Small leads, steps and hours for the tests of pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from leadlight.model.lead import Enrolment, Lead
from leadlight.model.person import Capture, CaptureId, Consent, GateId, LeadId, Promise, Purpose, Sealed
from leadlight.model.sequence import Sequence, Step, Wait, WaitUnit
from leadlight.model.team import Company, Hours, Person, Team
from leadlight.model.touch import Encounter, Objective

MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OFFICE = Hours(zone="UTC", start=time(9), end=time(17))
ALWAYS = Hours(days=(0, 1, 2, 3, 4, 5, 6), start=time(0), end=time(23, 59, 59))
PROMISE = Promise(mails=3, days=30, channels=("mail",), purpose="", sequence="course", version="v1")


def step(slug: str, *, days: int = 1, objective: Objective = Objective.START, **other: object) -> Step:
    wait = Wait(days, WaitUnit.DAYS)
    return Step(slug, "Hi", "Text", wait, Encounter.SUBJECT, objective, **other)  # type: ignore[arg-type]  # named


COURSE = Sequence(
    "course", "v1", (step("01", objective=Objective.START), step("02", days=2, objective=Objective.ADVANCE), step("03"))
)


def enrolment(sequence: str = "course", **other: object) -> Enrolment:
    given = {"next_step": "01", "last_at": MONDAY, **other}
    return Enrolment(sequence, "v1", GateId("guide"), MONDAY, PROMISE, **given)  # type: ignore[arg-type]  # the same


def lead(**other: object) -> Lead:
    given = {"purposes": (Purpose.CONTENT, Purpose.FOLLOW_UP), "confirmed_at": MONDAY, **other}
    return Lead(LeadId("anna"), MONDAY, **given)  # type: ignore[arg-type]  # the same


def capture(*purposes: Purpose, at: datetime = MONDAY) -> Capture:
    consent = Consent(purposes or (Purpose.CONTENT, Purpose.FOLLOW_UP), "hash", PROMISE, at, "form")
    return Capture(CaptureId("c"), LeadId("anna"), 1, GateId("guide"), at, Sealed("k", b""), consent, "en")


TEAM = Team(
    Company("Glass"),
    (
        Person("rita", "Rita", "rita@glass.example"),
        Person("olaf", "Olaf", "olaf@glass.example", languages=("en", "de")),
        Person("mark", "Mark", "mark@glass.example", manager=True),
    ),
    OFFICE,
)

ALL_WEEK = replace(TEAM, hours=ALWAYS)
"""The same at work day and night, so that no window is in the way."""
