"""What one confirmation opens: the page, the others of its path, what was waited for; and what a rep alone opens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.examples import MONDAY, lead

from leadlight.model.person import GateId
from leadlight.model.site import ConsentMode, Gate, GateKind, Unlock
from leadlight.rules.series import Yes, asks_a_rep, is_open, is_unwritten, opened_with, yes_to

PAGE = Gate("a/", "A", Unlock.EMAIL, (), (), ConsentMode.OPTIONAL, "", 9, 9, 1, "", "", series="course")
REPS, UNWRITTEN = replace(PAGE, unlock=Unlock.REP), replace(PAGE, kind=GateKind.WAITLIST)
GATES = {
    "one": PAGE, "two": PAGE, "form": replace(PAGE, unlock=Unlock.FORM), "rep": REPS, "next": UNWRITTEN,
    "alone": replace(PAGE, series=None), "strange": replace(PAGE, series="forgotten"),
}  # fmt: skip
KNOWN = {GateId(name): gate for name, gate in GATES.items()}
PATHS = {"course": tuple(GateId(name) for name in ("one", "rep", "two", "gone", "next", "form"))}


@pytest.mark.parametrize(
    ("gate", "opened"),
    [
        ("two", ("two", "one", "form")),
        ("rep", ("rep", "one", "two", "form")),
        ("alone", ("alone",)),
        ("strange", ("strange",)),
        ("gone", ("gone",)),
    ],
)
def test_a_confirmation_opens_the_page_and_what_is_written_of_its_path(gate: str, opened: tuple[str, ...]) -> None:
    assert opened_with(GateId(gate), PATHS, KNOWN) == opened


@pytest.mark.parametrize(
    ("granted", "waited", "open_ones"),
    [
        ((), (), set()),
        (("one",), (), {"one", "two", "form"}),
        ((), ("two",), {"one", "two", "form"}),  # it is written by now
        ((), ("next",), {"next"}),
        (("next",), (), set()),
        (("rep",), (), {"rep"}),
        ((), ("rep",), set()),
        (("alone",), (), {"alone"}),
        ((), ("alone",), {"alone"}),
        (("gone",), (), {"gone"}),
        ((), ("gone",), set()),
    ],
)
def test_what_is_open_to_a_lead(granted: tuple[str, ...], waited: tuple[str, ...], open_ones: set[str]) -> None:
    who = lead(grants={GateId(g): MONDAY for g in granted}, waits={GateId(g): MONDAY for g in waited})

    assert {gate for gate in (*KNOWN, GateId("gone")) if is_open(gate, who, PATHS, KNOWN)} == open_ones


@pytest.mark.parametrize(
    ("gate", "unwritten", "rep"),
    [
        (PAGE, False, False),
        (REPS, False, True),
        (UNWRITTEN, True, False),
        (replace(UNWRITTEN, unlock=Unlock.REP), True, False),
        (replace(UNWRITTEN, variants={"de": PAGE}), False, False),
        (replace(UNWRITTEN, variants={"de": REPS}), False, True),
        (replace(PAGE, variants={"de": UNWRITTEN}), False, False),
        (replace(PAGE, variants={"de": REPS}), False, True),
        (replace(UNWRITTEN, variants={"de": UNWRITTEN}), True, False),
    ],
)
def test_what_is_written_counts_in_whatever_language_it_is(gate: Gate, unwritten: bool, rep: bool) -> None:
    assert (is_unwritten(gate), asks_a_rep(gate)) == (unwritten, rep)


GERMAN = {
    GateId("a"): replace(PAGE, variants={"de": UNWRITTEN}),
    GateId("b"): replace(UNWRITTEN, variants={"de": REPS}),
}


@pytest.mark.parametrize(
    ("gate", "language", "does"),
    [
        ("a", "en", Yes.OPENS),
        ("a", "de", Yes.LISTS),
        ("b", "en", Yes.LISTS),
        ("b", "", Yes.LISTS),
        ("b", "de", Yes.ASKS),
        ("gone", "en", Yes.OPENS),
    ],
)
def test_a_yes_does_what_the_page_in_that_language_is(gate: str, language: str, does: Yes) -> None:
    assert yes_to(GateId(gate), GERMAN, language=language) is does


def test_what_a_rep_has_opened_a_yes_opens() -> None:
    rep = GateId("rep")

    assert yes_to(rep, KNOWN) is Yes.ASKS
    assert yes_to(rep, KNOWN, granted=[rep]) is Yes.OPENS
    assert yes_to(GateId("one"), KNOWN) is Yes.OPENS
