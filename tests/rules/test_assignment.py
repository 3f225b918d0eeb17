"""Whose a lead is from now on: who keeps it, whose colleagues came before, and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.contracts.examples import submit
from tests.rules.examples import MONDAY, OFFICE
from tests.rules.test_routing_fairly import bundle_of
from tests.world import SETTINGS

from leadlight.assignment import assigned, company_of
from leadlight.local.clock import StandingClock
from leadlight.model.exchange import Change
from leadlight.model.lead import Lead
from leadlight.model.person import GateId
from leadlight.model.team import Away, Company, Person, Team
from leadlight.model.touch import Touch
from leadlight.ports import Services
from leadlight.wiring.local import rehearsal

ANN, BOB, OLA = (Person(name, name.title(), f"{name}@acme.example") for name in ("ann", "bob", "ola"))
TEAM = Team(Company("Acme"), (ANN, BOB, OLA), OFFICE)
HOLIDAY = (Away(date(2026, 1, 1), date(2026, 1, 31)),)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    here = rehearsal(tmp_path, clock=StandingClock(MONDAY), random=Random(5).randbytes, settings=SETTINGS)
    with closing(here.store), closing(here.keys):
        yield here


def somebody(services: Services, **other: object) -> Lead:
    """A lead that is stored, with these facts."""
    return services.store.commit(Change(replace(submit().into(services.store), **other)))  # type: ignore[arg-type]  # named


def given(services: Services, lead: Lead, team: Team = TEAM, *, email: str = "") -> tuple[Lead, tuple[Touch, ...]]:
    return assigned(services, bundle_of(team), lead, fields={"email": email}, gate=GateId("guides/a"), now=MONDAY)


def why(touches: tuple[Touch, ...]) -> str:
    (touch,) = touches
    return touch.facts["why"]


def test_leads_take_turns(services: Services) -> None:
    owners = [given(services, somebody(services))[0].owner for _ in range(4)]

    assert owners == ["ann", "bob", "ola", "ann"]


def test_it_is_written_down_who_and_why(services: Services) -> None:
    lead, (touch,) = given(services, somebody(services))

    assert (touch.by, touch.facts) == ("ann", {"why": "next of 3 in turn"})
    assert lead.owner == "ann"


def test_a_returning_lead_keeps_its_rep_and_takes_no_turn(services: Services) -> None:
    lead = somebody(services, owner="ola")

    assert [given(services, lead) for _ in range(2)] == [(lead, ()), (lead, ())]
    assert given(services, somebody(services))[0].owner == "ann"


def test_a_lead_whose_rep_has_left_is_given_to_another(services: Services) -> None:
    lead, touches = given(services, somebody(services, owner="zoe"))

    assert lead.owner == "ann"
    assert why(touches) == "the rep before has left; next of 3 in turn"
    assert touches[0].facts["from"] == "zoe"


def test_a_lead_whose_rep_is_away_for_long_is_given_to_another(services: Services) -> None:
    team = replace(TEAM, people=(replace(ANN, away=HOLIDAY), BOB))
    lead, touches = given(services, somebody(services, owner="ann"), team)

    assert lead.owner == "bob"
    assert why(touches).startswith("the rep before is away for long; ")


def test_a_team_of_one_needs_no_routing(services: Services) -> None:
    team = replace(TEAM, people=(replace(ANN, away=HOLIDAY),))
    lead, touches = given(services, somebody(services), team)

    assert (lead.owner, touches) == ("ann", ())
    assert given(services, lead, team) == (lead, ())
    assert services.store.turn("route/ann") == 0


def test_where_only_one_fits_no_turn_is_taken(services: Services) -> None:
    team = replace(TEAM, people=(ANN, replace(BOB, capacity=0.0)))
    lead, touches = given(services, somebody(services), team)

    assert (lead.owner, why(touches)) == ("ann", "nobody else takes leads")


def test_a_colleague_of_a_known_company_gets_the_same_rep(services: Services) -> None:
    acme = company_of(services, "first@acme.com")
    somebody(services, owner="ola", company=acme)

    lead, touches = given(services, somebody(services), email="second@mail.acme.com")

    assert (lead.owner, lead.company) == ("ola", acme)
    assert why(touches) == "has a colleague of the same company"


def test_of_a_companys_reps_the_first_counts_who_is_still_there(services: Services) -> None:
    acme = company_of(services, "first@acme.com")
    team = replace(TEAM, people=(replace(ANN, away=HOLIDAY), BOB, OLA))
    for hours, owner in enumerate(("zoe", "ann", "ola", "bob")):
        somebody(services, owner=owner, company=acme, created_at=MONDAY + timedelta(hours=hours))

    assert given(services, somebody(services), team, email="x@acme.com")[0].owner == "ola"


def test_people_with_free_mail_are_no_colleagues(services: Services) -> None:
    first, _ = given(services, somebody(services, owner="ola"), email="first@gmail.com")

    lead, touches = given(services, somebody(services), email="second@gmail.com")

    assert first.company is lead.company is None
    assert why(touches) == "next of 3 in turn"


def test_a_lead_is_not_its_own_colleague(services: Services) -> None:
    lead = somebody(services, owner="zoe", company=company_of(services, "a@acme.com"))

    assert given(services, lead, email="a@acme.com")[0].owner == "ann"
