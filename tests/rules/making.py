"""Makers of the nouns that tests of rules need, with everything that does not matter filled in."""

from dataclasses import replace
from datetime import UTC, datetime

from leadlight.model.lead import Enrolment, Lead
from leadlight.model.person import GateId, LeadId, Promise, Purpose
from leadlight.model.sequence import Sequence, Step, Wait, WaitUnit, Window
from leadlight.model.site import Company, Hours, Person, Team
from leadlight.model.touch import Encounter, Objective

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
HOURS = Hours(zone="Europe/London")
TEAM = Team(Company("Acme"), (Person("ann", "Ann", "ann@example.com"), Person("bo", "Bo", "bo@example.com")))
PROMISE = Promise(mails=3, days=10, channels=("mail",), purpose="", sequence="tour", version="v1")


def step(slug: str, *, days: int = 2, objective: Objective = Objective.START, **more: object) -> Step:
    made = Step(slug, "Subject", "Body", Wait(days, WaitUnit.DAYS), Encounter.SUBJECT, objective)
    return replace(made, window=Window.ANY, **more)


TOUR = Sequence(
    "tour",
    "v1",
    (step("01-a"), step("02-b", objective=Objective.ADVANCE), step("03-c", objective=Objective.CLOSE)),
)


def enrolment(**more: object) -> Enrolment:
    made = Enrolment("tour", "v1", GateId("page"), MONDAY, PROMISE, "01-a", MONDAY)
    return replace(made, **more)


def lead(**more: object) -> Lead:
    made = Lead(
        LeadId("abc"), MONDAY, confirmed_at=MONDAY, purposes=(Purpose.CONTENT, Purpose.FOLLOW_UP),
        enrolments=(enrolment(),),
    )  # fmt: skip
    return replace(made, **more)
