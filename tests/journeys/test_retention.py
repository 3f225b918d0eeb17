"""Nobody is kept for longer than the playbook says, and nobody is forgotten while somebody still talks to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.journeys.desk import at_desk
from tests.world import ANNA, World

from leadlight.errors import LostKey
from leadlight.model.exchange import Change
from leadlight.model.lead import Stage
from leadlight.profile import profile_of
from leadlight.retention import keep_no_longer, last_round
from leadlight.rules.retention import IN_TURN
from leadlight.tombstones import is_erased

BOTH = pytest.mark.grounds("local", "tick")


def is_gone(world: World, address: str = ANNA) -> bool:
    """After the tick that finds it, and the next one, which does it."""
    world.settle()
    world.settle()
    return world.services.store.lead(world.id_of(address)) is None


@BOTH
def test_an_address_that_nobody_confirmed_goes_after_thirty_days(world: World) -> None:
    world.browser().ask_for()
    world.settle()

    world.advance("29 days")
    kept = not is_gone(world)
    world.advance("2 days")

    assert kept
    assert is_gone(world)
    assert is_erased(world.services, world.id_of())
    assert last_round(world.services).over


@BOTH
def test_who_is_in_somebodys_hands_is_not_forgotten(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.log(rep, objective="advance", achieved="yes", next_at="2028-01-14T10:00")

    world.jump("730 days")
    world.jump("5 days")

    assert not is_gone(world)


def test_a_form_in_somebody_elses_name_goes_and_the_reader_stays(world: World) -> None:
    world.confirmed(name="Anna")
    world.browser("203.0.113.9").ask_for(name="Somebody else", address=ANNA)
    world.settle()

    for _ in range(62):
        world.jump("1 day")
        world.settle()

    old, new = world.services.store.captures(world.id_of())
    assert profile_of(world.services, world.lead()).fields["name"] == "Anna"
    with pytest.raises(LostKey):
        profile_of(world.services, replace(world.lead(), confirmed=(new.id,)), only=new)
    assert old.confirmed_at


def test_whom_a_rep_wrote_down_is_still_known_by_name_months_later(world: World) -> None:
    pit = "pit@firm.example"
    assert at_desk(world).submit("/rep/leads", email=pit, name="Pit Pitch").status == 303

    for _ in range(IN_TURN + 31):
        world.jump("1 day")
        keep_no_longer(world.services)

    (noted,) = world.services.store.captures(world.id_of(pit))
    assert profile_of(world.services, world.lead(pit), only=noted).fields["name"] == "Pit Pitch"


@pytest.mark.parametrize(("stage", "days"), [(Stage.DISQUALIFIED, 365), (Stage.LAPSED, 365), (Stage.LOST, 730)])
def test_each_stage_has_its_time(world: World, stage: Stage, days: int) -> None:
    world.confirmed()
    world.advance("30 days")
    lead = world.lead()
    rows = tuple(row.key for row in world.services.store.due_of(lead.id))
    world.services.store.commit(Change(replace(lead, stage=stage, stage_at=world.clock.now()), undue=rows))

    world.jump(f"{days - 3} days")
    kept = not is_gone(world)
    world.jump("4 days")

    assert kept
    assert is_gone(world)
