"""A made-up lead that buys: what a persona file may say of it, and what a rehearsal shows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.simulation.rehearsed import MONDAY
from tests.world_sale import shared

from leadlight.local.files import LocalFiles
from leadlight.playbook.bundle import open_bundle
from leadlight.simulate.casting import casting
from leadlight.simulate.persona import read_story
from leadlight.simulate.rehearsal import Rehearsal, rehearse

PERSONA = """
opens: guides/mail
does:
  - on: day 11
    what: accepts
  - on: day 12
    what: buys
    text: "5000"
  - on: day 17
    what: is-unhappy
world:
  - rep: takes over on day 18 and logs achieved/relate on day 19
  - scanner
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


@pytest.fixture(scope="module")
def played(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    path = tmp_path_factory.mktemp("persona") / "anna.yml"
    path.write_text(PERSONA)
    story = read_story(path, open_bundle(LocalFiles(bundle)).manifest, opens=None)
    return rehearse(bundle, story, start=MONDAY, until=MONDAY + timedelta(days=40))


def test_a_persona_that_buys_meets_what_the_sale_begins(played: Rehearsal) -> None:
    told = [(entry.what, entry.why) for entry in played.timeline]

    assert played.violations == ()
    assert ("offer-answered", "accepted") in told
    assert ("satisfaction", "no") in told
    assert [why.partition(":")[0] for what, why in told if what == "stage-changed"] == [
        "from lead to opportunity",
        "from opportunity to customer",
    ]


def test_nothing_goes_out_between_a_complaint_and_the_outcome(played: Rehearsal) -> None:
    said = next(entry.at for entry in played.timeline if entry.what == "satisfaction")
    heard = [entry.at for entry in played.timeline if entry.what == "outcome"][-1]
    sent = [entry.at for entry in played.timeline if entry.what == "sent" and entry.step.startswith("thanks/")]

    assert heard > said
    assert not [at for at in sent if said < at < heard]


def test_a_sequence_that_a_sale_begins_has_a_reader_who_buys(bundle: Path) -> None:
    (person,) = casting(bundle, "thanks", None).story.people

    assert [deed.verb for deed in person.does] == ["buys", "is-satisfied"]
    assert casting(bundle, None, None).unreached == ()
