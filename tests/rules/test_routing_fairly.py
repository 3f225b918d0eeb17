"""Two thousand leads and a team of seven: everybody gets their share, and every lead a rep and a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from tests.conftest import Tally
from tests.world import SETTINGS

from leadlight.assignment import assigned
from leadlight.local.clock import StandingClock
from leadlight.model.lead import Lead
from leadlight.model.person import GateId, LeadId
from leadlight.model.site import MANIFEST_SCHEMA, Manifest, Theme
from leadlight.model.team import Away, Company, Hours, Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.rules.routing import facts_of, keeps, pool
from leadlight.wiring.local import rehearsal

LEADS = 2000
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
LONDON = Hours(zone="Europe/London", start=time(9), end=time(17), country="GB")
WARSAW = Hours(zone="Europe/Warsaw", start=time(8), end=time(16), country="PL")
NEW_YORK = Hours(zone="America/New_York", start=time(9), end=time(17), country="US")
ALONE = ("gmail.com", "", "web.de")


def person(name: str, **other: object) -> Person:
    return Person(name, name.title(), f"{name}@acme.example", **other)  # type: ignore[arg-type]  # named


def days(first: str, last: str) -> tuple[Away, ...]:
    return (Away(date.fromisoformat(first), date.fromisoformat(last)),)


WINTER = days("2026-01-19", "2026-01-30")
SEVEN = Team(
    Company("Acme"),
    (
        person("ada", capacity=2.0, away=days("2026-02-02", "2026-02-13")),
        person("ben", away=days("2026-03-09", "2026-03-09")),
        person("cleo", capacity=0.5, languages=("en", "fr")),
        person("dora", capacity=1.5, languages=("en", "pl"), hours=WARSAW, territories=("PL", "CZ")),
        person("emil", languages=("pl", "de"), hours=WARSAW, territories=("PL", "DE"), away=WINTER),
        person("finn", capacity=1.25, hours=NEW_YORK, territories=("US", "CA")),
        person("gia", capacity=0.75, hours=NEW_YORK, territories=("US",), away=days("2026-02-20", "2026-03-20")),
        person("mo", manager=True),
    ),
    LONDON,
)  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """A lead as it confirms, and when."""

    lead: Lead
    address: str
    at: datetime


def crowd(dice: Random) -> Iterator[Somebody]:
    """Leads from everywhere, at any hour of three months."""
    for number in range(LEADS):
        at = JANUARY + timedelta(minutes=dice.randrange(90 * 24 * 60))
        country = dice.choice(("GB", "GB", "PL", "DE", "US", "US", "CA", "FR", None))
        language = dice.choice({"PL": ("pl", "en"), "DE": ("de", "en"), "FR": ("fr", "en")}.get(country or "", ("en",)))
        lead = Lead(LeadId(f"lead{number:04}"), at, language=language, country=country)
        yield Somebody(lead, f"reader{number}@{dice.choice(ALONE)}", at)


def bundle_of(team: Team) -> Bundle:
    """A bundle that holds nothing but a team."""
    words = {"team": msgspec.json.encode(team).decode()}
    manifest = Manifest(MANIFEST_SCHEMA, "v1", "", "", "en", Theme(), {}, {}, {}, "team", "", "", at_hand=words)
    return Bundle(None, manifest)  # type: ignore[arg-type]  # no object is read


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    dice = Random(5)
    here = rehearsal(tmp_path, clock=StandingClock(JANUARY), random=dice.randbytes, settings=SETTINGS)
    with closing(here.store), closing(here.keys):
        yield here


def given(services: Services, bundle: Bundle, one: Somebody, *, gate: str = "guides/a") -> tuple[Lead, Sequence[Touch]]:
    return assigned(services, bundle, one.lead, fields={"email": one.address}, gate=GateId(gate), now=one.at)


def test_of_two_thousand_leads_each_rep_gets_a_fair_share_and_each_lead_a_reason(
    services: Services, tally: Tally
) -> None:
    bundle, got, fair = bundle_of(SEVEN), Counter[str](), Counter[str]()
    for one in crowd(Random(7)):
        lead, (touch,) = given(services, bundle, one)
        got[lead.owner or ""] += 1
        people, _ = pool(facts_of(one.lead), SEVEN, one.at)
        fair.update({p.id: p.capacity / sum(other.capacity for other in people) for p in people})  # type: ignore[dict-item]  # shares add up, too
        assert (touch.kind, touch.by) == (TouchKind.ROUTED, lead.owner)
        assert touch.facts["why"]

    off = {name: abs(got[name] - fair[name]) / fair[name] for name in fair}
    tally(
        "routed to seven reps", leads=sum(got.values()), worst_promille_off_their_share=round(1000 * max(off.values()))
    )
    assert (sum(got.values()), got.keys()) == (LEADS, fair.keys())
    assert len(got) == 7
    assert max(off.values()) <= 0.03


def test_the_same_leads_go_to_the_same_reps_again() -> None:
    def once() -> list[tuple[tuple[Person, ...], str]]:
        return [pool(facts_of(one.lead), SEVEN, one.at) for one in list(crowd(Random(7)))[:200]]

    assert once() == once()


def test_nobody_who_is_away_for_long_gets_a_lead_while_others_are_there() -> None:
    for one in list(crowd(Random(8)))[:400]:
        people, _ = pool(facts_of(one.lead), SEVEN, one.at)
        assert all(keeps(found, SEVEN, one.at) for found in people)
