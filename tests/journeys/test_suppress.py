"""A list of those who want no mail: leads stop, strangers are marked, and a person's own new yes begins anew."""

from __future__ import annotations

import pytest
from tests.journeys.lists import installed, run
from tests.world import ANNA, MAIL, World

from leadlight.errors import BadFields
from leadlight.imports import Basis, Fate, Supply, take_in
from leadlight.model.lead import StopReason
from leadlight.model.person import Purpose
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.rep.adding import UNWANTED, add_lead
from leadlight.rules.table import Row
from leadlight.suppressions import Read, Told, dry_run, keep_out


def suppressed(world: World, *addresses: str, source: str = "old-tool") -> list[Read]:
    """What becomes of these addresses, read as rows 2, 3, 4 …"""
    rows = [Row(number, {"email": address}) for number, address in enumerate(addresses, start=2)]
    reads = list(keep_out(world.services, open_bundle(world.services.files), rows, source))
    world.settle()
    return reads


def imported(world: World, address: str = ANNA) -> Fate:
    supply = Supply("fair", Basis.LEGITIMATE_INTEREST, "", 20)
    (read,) = take_in(world.services, open_bundle(world.services.files), [Row(2, {"email": address})], supply)
    return read.fate


@pytest.mark.grounds("local", "prompt")
def test_a_lead_on_the_list_gets_no_further_mail(world: World) -> None:
    world.confirmed(follow_up="yes")
    before = len(world.mails(ANNA))

    (read,) = suppressed(world, "Anna.Nowak@EXAMPLE.com")

    world.advance("60 days")
    assert read.fate is Told.STOPPED
    assert len(world.mails(ANNA)) == before
    assert [stop.reason for stop in world.lead().stops] == [StopReason.UNSUBSCRIBED]
    assert world.touches(TouchKind.UNSUBSCRIBED)[0].facts["how"] == "list/old-tool"


@pytest.mark.grounds("local", "prompt")
def test_a_stranger_on_the_list_leaves_a_mark_without_an_address_and_no_list_brings_them_in(world: World) -> None:
    (read,) = suppressed(world, ANNA)

    assert read.fate is Told.MARKED
    assert world.services.store.lead(world.id_of()) is None
    assert imported(world) is Fate.STOPPED
    assert imported(world, "b@example.com") is Fate.TAKEN


def test_no_rep_brings_in_who_is_on_the_list(world: World) -> None:
    suppressed(world, ANNA)
    rita = open_bundle(world.services.files).team.people[0]

    with pytest.raises(BadFields) as wrong:
        add_lead(world.services, rita, {"email": ANNA, "name": "Anna"})

    assert wrong.value.fields == {"email": UNWANTED}


def test_a_form_that_nobody_has_confirmed_takes_nobody_from_the_list(world: World) -> None:
    suppressed(world, ANNA)
    world.browser().ask_for(MAIL, ANNA)
    world.advance("1 day")
    rita = open_bundle(world.services.files).team.people[0]

    with pytest.raises(BadFields) as wrong:
        add_lead(world.services, rita, {"email": ANNA, "name": "Anna"})

    assert wrong.value.fields == {"email": UNWANTED}
    assert imported(world) is Fate.STOPPED
    assert [read.fate for read in suppressed(world, ANNA)] == [Told.BEFORE]


def test_who_is_on_the_list_and_confirms_a_form_of_their_own_may_be_added_by_a_rep(world: World) -> None:
    suppressed(world, ANNA)
    world.advance("1 day")
    world.confirmed()
    rita = open_bundle(world.services.files).team.people[0]

    assert add_lead(world.services, rita, {"email": ANNA, "name": "Anna"}).lead == world.id_of()


def test_who_is_on_the_list_and_confirms_a_form_of_their_own_begins_anew(world: World) -> None:
    suppressed(world, ANNA)

    world.confirmed(follow_up="yes")

    assert Purpose.FOLLOW_UP in world.lead().purposes
    assert world.lead().stops == ()


def test_a_form_sent_before_the_list_and_confirmed_after_it_brings_no_follow_ups(world: World) -> None:
    browser = world.browser()
    browser.ask_for(MAIL, ANNA, follow_up="yes")
    world.settle()
    suppressed(world, ANNA)

    assert browser.post(world.mail(ANNA, "Your link").link("/confirm")).status == 303

    assert Purpose.FOLLOW_UP not in world.lead().purposes


@pytest.mark.parametrize("known", [True, False])
def test_the_same_list_again_leaves_alone_who_has_agreed_anew_since(world: World, known: bool) -> None:
    if known:
        world.confirmed(follow_up="yes")
    suppressed(world, ANNA)
    world.advance("2 days")
    world.confirmed(follow_up="yes")

    (read,) = suppressed(world, ANNA)

    assert read.fate in {Told.BEFORE, Told.ANEW}
    assert Purpose.FOLLOW_UP in world.lead().purposes


def test_a_list_by_another_name_is_a_newer_word(world: World) -> None:
    suppressed(world, ANNA)
    world.confirmed(follow_up="yes")

    (read,) = suppressed(world, ANNA, source="old-tool-2")

    assert read.fate is Told.STOPPED
    assert world.lead().stops


def test_a_dry_run_of_the_list_says_the_same_and_changes_nothing(world: World) -> None:
    world.confirmed()
    addresses = [ANNA, "b@example.com", "nobody", "", "b@example.com", ANNA]
    before = world.dump()

    rows = [Row(number, {"email": address}) for number, address in enumerate(addresses, start=2)]
    dry = list(dry_run(world.services, rows, "old-tool"))

    assert world.dump() == before
    assert [read.fate for read in dry] == [read.fate for read in suppressed(world, *addresses)]


def test_the_command_looks_first_names_bad_rows_and_writes_with_yes(world: World) -> None:
    installed(world)
    path = world.data / "cleaned.csv"
    path.write_text("Email Address,UNSUB_TIME\nanna.nowak@example.com,2025-11-03\nnobody,\n", "utf-8")

    dry = run(world, "suppress", str(path), "--source", "old-tool")
    assert imported(world, "c@example.com") is Fate.TAKEN
    wet = run(world, "suppress", str(path), "--source", "old-tool", "--yes")

    assert "Nothing is written yet" in dry.output
    assert "row 3: email: " in wet.output
    assert "1  not known, marked" in wet.output
    assert wet.exit_code == 1
    assert imported(world) is Fate.STOPPED
