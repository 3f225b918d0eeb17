"""People from a supplier's list: looked at first, taken in once, told to their rep, and never written to by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from tests.journeys.lists import installed, listed
from tests.world import ANNA, DAY, REP_ADDRESS, World

from leadlight.cli.importing import Teller, tell
from leadlight.errors import StoreBusy
from leadlight.imports import Basis, Fate, Read, Supply, dry_run, take_in
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.profile import profile_of
from leadlight.rules.stop import stopped
from leadlight.rules.table import Row
from leadlight.tombstones import bury

LIST = "E-Mail;Name;Company;Phone;Country;Budget\nanna.nowak@example.com;Anna Nowak;Acme;+44 20 7946 0999;pl;12 k\n"
SUPPLY = Supply("fair", Basis.LEGITIMATE_INTEREST, "mark", 20)


def taken(world: World, *rows: dict[str, str], supply: Supply = SUPPLY) -> list[Read]:
    """What becomes of these rows, each read as row 2, 3, 4 …"""
    numbered = [Row(number, values) for number, values in enumerate(rows, start=2)]
    reads = list(take_in(world.services, open_bundle(world.services.files), numbered, supply))
    world.settle()
    return reads


def task(world: World, address: str = ANNA) -> Due:
    (row,) = (row for row in world.services.store.due_of(world.id_of(address)) if row.kind is DueKind.TASK)
    return row


@pytest.mark.grounds("local", "prompt")
def test_who_is_taken_in_has_a_rep_a_source_a_basis_and_a_task_and_no_mail(world: World) -> None:
    taken(world, {"email": ANNA, "name": "Anna Nowak", "country": "PL"})

    lead, (capture,) = world.lead(), world.services.store.captures(world.id_of())
    assert (lead.owner, lead.source, lead.country) == ("rita", "import/fair", "PL")
    assert (capture.consent.how, capture.consent.legal_basis, capture.consent.purposes) == (
        "import", "legitimate-interest", (),
    )  # fmt: skip
    assert task(world).at > world.clock.now()
    world.advance("60 days")
    assert world.mails(ANNA) == []


@pytest.mark.grounds("local", "prompt", "hostile")
def test_the_rep_hears_of_them_on_the_day_of_the_task_and_not_before(world: World) -> None:
    taken(world, {"email": ANNA, "name": "Anna Nowak", "company": "Acme", "notes": "Met at the stand"})
    assert world.mails(REP_ADDRESS) == []

    world.advance("2 days")

    mail = world.mail(REP_ADDRESS)
    assert "Anna Nowak" in mail.subject
    assert "Still open" not in mail.subject
    assert "Met at the stand" in mail.text
    page = world.browser().get(mail.link("/rep/lead"), accept="text/html").text
    assert "fair, kept by legitimate-interest" in page


def test_one_mail_is_all_that_a_rep_gets_of_somebody_who_asked_for_nothing(world: World) -> None:
    taken(world, {"email": ANNA})

    world.advance("90 days")

    assert len(world.mails()) == 1


def test_tasks_are_spread_over_working_days_by_the_rate_and_over_the_day(world: World) -> None:
    taken(world, *({"email": f"p{n}@example.com"} for n in range(7)), supply=replace(SUPPLY, per_day=2))

    at = [task(world, f"p{n}@example.com").at for n in range(7)]

    days = Counter(moment.date() for moment in at)
    assert sorted(days.values()) == [1, 2, 2, 2]
    assert min(days) == world.clock.now().date() + DAY
    assert all(day.weekday() < 5 for day in days)
    assert len(set(at)) > 4


def test_another_list_shares_the_days_of_the_first(world: World) -> None:
    two = replace(SUPPLY, per_day=2)
    taken(world, {"email": "a@example.com"}, {"email": "b@example.com"}, supply=two)

    taken(world, {"email": ANNA}, supply=replace(two, source="other"))

    assert task(world).at.date() == world.clock.now().date() + 2 * DAY


def test_the_same_list_again_takes_nobody_in_twice(world: World) -> None:
    taken(world, {"email": ANNA})
    before = world.dump()

    (read,) = taken(world, {"email": ANNA})

    assert read.fate is Fate.BEFORE
    assert world.dump() == before


def test_two_runs_at_once_take_nobody_in_twice(world: World) -> None:
    row, bundle = Row(2, {"email": ANNA}), open_bundle(world.services.files)
    reads = []

    def meanwhile() -> None:
        """The other run is faster, right before ours stores."""
        world.services.keys.fresh()
        reads.extend(taken(world, {"email": ANNA}))

    slow = replace(world.services, keys=Slow(world.services.keys, meanwhile))

    (read,) = take_in(slow, bundle, [row], SUPPLY)

    assert [found.fate for found in reads] == [Fate.TAKEN]
    assert read.fate is Fate.BEFORE
    assert len(world.services.store.captures(world.id_of())) == 1


class Slow:
    """Keys that let something else happen before the first is handed out."""

    def __init__(self, keys: object, meanwhile: object) -> None:
        self._keys, self._meanwhile = keys, [meanwhile]

    def fresh(self) -> object:
        while self._meanwhile:
            self._meanwhile.pop()()  # type: ignore[operator]  # what the test has put there
        return self._keys.fresh()  # type: ignore[attr-defined]  # it stands in for `Keys`

    def __getattr__(self, name: str) -> object:
        return getattr(self._keys, name)


def test_an_address_twice_in_the_list_is_named_with_its_first_row(world: World) -> None:
    rows = ({"email": ANNA}, {"email": "b@example.com"}, {"email": "ANNA.Nowak@example.com"})

    wet = taken(world, *rows)[2]

    assert (wet.row, wet.fate, wet.why) == (4, Fate.TWICE, "the same address as in row 2")


def test_a_dry_run_says_the_same_and_changes_nothing(world: World) -> None:
    rows = [{"email": ANNA}, {"email": "b"}, {"email": ANNA}]
    before = world.dump()

    dry = list(dry_run(world.services, [Row(n, row) for n, row in enumerate(rows, start=2)], SUPPLY))

    assert world.dump() == before
    assert [(read.row, read.fate) for read in dry] == [(read.row, read.fate) for read in taken(world, *rows)]


def test_who_is_a_lead_already_keeps_what_they_have_said(world: World) -> None:
    world.confirmed(name="Anna Nowak")
    before = world.dump()

    (read,) = taken(world, {"email": ANNA, "name": "Somebody Else"})

    assert read.fate is Fate.KNOWN
    assert world.dump() == before


@pytest.mark.parametrize("reason", [StopReason.UNSUBSCRIBED, StopReason.BOUNCED, StopReason.COMPLAINED])
def test_who_has_left_is_not_revived(world: World, reason: StopReason) -> None:
    world.confirmed()
    lead = world.lead()
    world.services.store.commit(Change(stopped(lead, reason, world.clock.now())))
    before = world.dump()

    (read,) = taken(world, {"email": ANNA})

    assert (read.fate, read.why) == (Fate.STOPPED, f"a lead already, and stopped: {reason}: left alone")
    assert world.dump() == before


def test_reimport_of_an_erased_address_is_refused(world: World) -> None:
    bury(world.services, world.id_of(), world.clock.now())

    (read,) = taken(world, {"email": "Anna.Nowak@EXAMPLE.com"})

    assert read.fate is Fate.ERASED
    assert world.services.store.lead(world.id_of()) is None


def test_what_an_erased_person_asks_for_themselves_starts_anew(world: World) -> None:
    bury(world.services, world.id_of(), world.clock.now())

    world.confirmed()

    assert world.lead().confirmed_at is not None


def test_the_lists_words_are_sealed_and_the_profile_until_they_say_more(world: World) -> None:
    taken(world, {"email": ANNA, "name": "Anna Nowak", "budget": "12 k"})
    assert "Nowak" not in repr(world.dump())
    assert profile_of(world.services, world.lead()).fields["budget"] == "12 k"

    world.confirmed(name="Anna Kowalska")

    found = profile_of(world.services, world.lead())
    assert (found.name, found.fields["budget"]) == ("Anna Kowalska", "12 k")


def test_who_is_taken_in_and_then_asks_for_a_page_keeps_the_rep(world: World) -> None:
    taken(world, {"email": ANNA})

    world.confirmed()

    assert (world.lead().owner, world.lead().source) == ("rita", "import/fair")
    assert len(world.touches(TouchKind.IMPORTED)) == 1


# ------------------------------------------------------------------------------------------------- the command itself


def test_without_yes_the_command_says_what_would_be_and_writes_nothing(world: World) -> None:
    installed(world)

    said = listed(world, LIST)

    assert said.exit_code == 0, said.output
    assert "1 lead to be taken in; 1 row." in said.output
    assert "Add --yes" in said.output
    assert world.services.store.lead(world.id_of()) is None


def test_with_yes_it_writes_and_every_other_column_is_an_answer(world: World) -> None:
    installed(world)

    assert listed(world, LIST, "--yes", "--by", "mark").exit_code == 0

    fields = profile_of(world.services, world.lead()).fields
    assert (fields["phone"], fields["country"], fields["budget"]) == ("+44 20 7946 0999", "pl", "12 k")
    assert world.touches(TouchKind.IMPORTED)[0].by == "mark"


def test_each_bad_row_is_named_and_the_others_are_taken_in(world: World) -> None:
    installed(world)
    rows = ["email,phone,country", "a@example.com,,", "b@example,,", "c@example.com,call me,", "d@example.com,,Narnia"]

    said = listed(world, "\n".join([*rows, ",,", "e@example.com,,DE"]), "--yes")

    assert said.exit_code == 1
    named = [line for line in said.output.splitlines() if line.startswith("row ")]
    assert [line.split(":")[:2] for line in named] == [
        ["row 3", " email"], ["row 4", " phone"], ["row 5", " country"],
    ]  # fmt: skip
    assert "2 leads taken in; 5 rows." in said.output


def test_for_a_program_it_says_each_problem_and_a_sum_as_json(world: World) -> None:
    installed(world)

    said = listed(world, "email\nb\nanna.nowak@example.com\n", "--json")

    problem, total = [msgspec.json.decode(line) for line in said.stdout.splitlines()]
    assert (problem["row"], list(problem["wrong"])) == (2, ["email"])
    assert total == {"rows": 2, "written": False, "fates": {"taken": 1, "to be mended": 1}}


def test_a_store_that_gives_up_says_how_far_it_came_and_what_to_do() -> None:
    said: list[str] = []

    def reads() -> Iterator[Read]:
        yield Read(2, Fate.TAKEN)
        raise StoreBusy("SQLite: database is locked.")

    with pytest.raises(SystemExit):
        tell(reads(), Teller(said.append, lambda: None), as_json=False)

    assert said == [
        "It ended after row 2. SQLite: database is locked.",
        "Run it again: it goes on from there, and nobody is taken in twice.",
    ]


def test_a_name_that_is_no_name_and_a_person_that_is_nobody_are_refused(world: World) -> None:
    installed(world)

    assert listed(world, LIST, source="My List!").exit_code == 2
    assert "rita, mark" in listed(world, LIST, "--by", "zed").output
