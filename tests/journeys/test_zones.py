"""Leads elsewhere: what browser and form tell about the place, and when they are written to."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.world import ANNA, FORM, MAIL, World

from leadlight.model.due import DueKind

pytestmark = pytest.mark.grounds("local", "prompt")

NEPAL, YORK = "Asia/Kathmandu", "America/New_York"


def next_step(world: World) -> datetime:
    return next(row.at for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.STEP)


def place(world: World) -> tuple[str | None, str | None]:
    lead = world.lead()
    return lead.zone, lead.country


def test_the_browsers_clock_tells_zone_and_country(world: World) -> None:
    world.confirmed(zone="Asia/Katmandu")  # as browsers still call it

    assert place(world) == ("Asia/Katmandu", "NP")


def test_a_country_in_the_form_tells_the_zone_where_no_script_runs(world: World) -> None:
    world.browser().submit("/api/access", gate=MAIL, email=ANNA, consent="true", country="nepal", zone="")
    world.settle()
    world.browser().post(world.mail(ANNA, "Your link").link("/confirm"))

    assert place(world) == (NEPAL, "NP")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "0", "<b>"])
def test_a_zone_that_is_none_is_no_fault_of_the_visitors(world: World, zone: str) -> None:
    world.confirmed(zone=zone, country="Narnia")

    assert place(world) == (None, None)


def test_a_lead_in_kathmandu_gets_its_mail_at_nine_there(world: World) -> None:
    world.confirmed(zone=NEPAL, country="")

    world.clock.move_to(next_step(world))
    world.settle()

    sent = world.mail(ANNA, "First").message["Date"].datetime.astimezone(ZoneInfo(NEPAL))
    assert (sent.weekday(), sent.hour, sent.minute) == (1, 15, 45)  # Monday 10:00 UTC is 15:45, and a day later


def test_over_night_there_the_mail_waits_for_the_morning_there(world: World) -> None:
    world.clock.move_to(world.later("6 hours"))  # Monday 16:00 UTC, 21:45 in Kathmandu
    world.confirmed(zone=NEPAL)

    assert next_step(world).astimezone(ZoneInfo(NEPAL)).isoformat() == "2026-01-07T09:00:00+05:45"


def test_who_moves_is_written_to_by_the_new_clock(world: World) -> None:
    world.clock.move_to(world.later("6 hours"))
    world.confirmed(zone=NEPAL)

    world.confirmed(FORM, zone=YORK)

    assert place(world) == (YORK, "US")
    assert next_step(world).astimezone(ZoneInfo(YORK)).isoformat() == "2026-01-06T11:00:00-05:00"


def test_a_form_that_says_nothing_moves_nobody(world: World) -> None:
    world.confirmed(zone=NEPAL)

    world.confirmed(FORM)

    assert place(world) == (NEPAL, "NP")


def test_an_unconfirmed_form_moves_nobody(world: World) -> None:
    world.confirmed(zone=NEPAL)

    world.browser().ask_for(FORM, zone=YORK)
    world.settle()

    assert place(world) == (NEPAL, "NP")


def test_an_older_yes_that_comes_late_does_not_move_a_lead_back(world: World) -> None:
    older = world.browser()
    older.ask_for(zone=NEPAL)
    world.settle()
    link = world.mail(ANNA, "Your link").link("/confirm")
    world.clock.move_to(world.later("5 minutes"))
    world.confirmed(FORM, zone=YORK)

    assert older.post(link).status == 303
    assert place(world) == (YORK, "US")
