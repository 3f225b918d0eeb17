"""Whose lead it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.rules.examples import TEAM, lead

from leadlight.model.person import LeadId
from leadlight.rules.routing import owner_of


def test_who_has_a_lead_keeps_it() -> None:
    assert owner_of(lead(owner="mark"), TEAM).id == "mark"


def test_a_lead_goes_to_somebody_who_speaks_its_language() -> None:
    assert owner_of(lead(language="de"), TEAM).id == "olaf"


def test_a_language_that_only_a_manager_speaks_is_the_managers() -> None:
    swede = replace(TEAM.people[2], languages=("sv",))

    assert owner_of(lead(language="sv"), replace(TEAM, people=(*TEAM.people[:2], swede))).id == "mark"


def test_a_language_that_nobody_speaks_goes_to_somebody_all_the_same() -> None:
    assert owner_of(lead(language="ja"), TEAM).id in {"rita", "olaf"}


def test_leads_are_spread_over_the_reps_and_not_over_managers() -> None:
    owners = Counter(owner_of(replace(lead(), id=LeadId(f"lead{n}")), TEAM).id for n in range(400))

    assert owners.keys() == {"rita", "olaf"}
    assert min(owners.values()) > 150


def test_the_same_lead_always_gets_the_same_rep() -> None:
    assert len({owner_of(lead(), TEAM).id for _ in range(9)}) == 1


def test_a_manager_alone_does_it_all() -> None:
    assert owner_of(lead(), replace(TEAM, people=TEAM.people[2:])).id == "mark"
