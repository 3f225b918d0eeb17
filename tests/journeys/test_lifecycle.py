"""From the first form to the second sale, and to the end: each stage with its reasons, as touches and as events."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.world import ANNA, FORM, MAIL, Browser, World

from leadlight.handlers import on_due
from leadlight.model.criteria import Authority, Criteria, Criterion
from leadlight.model.due import Due, DueKind
from leadlight.model.event import Event
from leadlight.model.lead import Stage, StopReason
from leadlight.model.site import Manifest
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.profile import profile_of
from leadlight.rules.next_action import CLOSED, Action, next_action, why_stuck
from leadlight.views import score_view

BOTH = pytest.mark.grounds("local", "prompt")
PRIVATE = "a@gmail.com"  # too short to be anybody's


class Notes:
    """A bus that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Event] = []

    def publish(self, events: Sequence[Event]) -> None:
        self.told += events


def stages(world: World, address: str = ANNA) -> list[tuple[str, str, str]]:
    changes = world.touches(TouchKind.STAGE_CHANGED, address)
    return [(touch.facts["from"], touch.facts["to"], touch.facts["why"]) for touch in changes]


def log(world: World, rep: Browser, **values: str) -> None:
    """The rep writes down a contact of its own, an hour after the one before."""
    world.advance("1 hour")
    assert world.log(rep, **{"objective": "advance", "achieved": "yes", **values}).status == 303
    lead = world.lead()
    assert why_stuck(lead, world.services.store.due_of(lead.id), world.clock.now()) is None


def review(world: World) -> Due:
    return next(row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.REVIEW)


def silent(world: World) -> None:
    """The plan has gone through, and nobody has said a word."""
    world.confirmed()
    world.advance("60 days")


@BOTH
def test_a_lead_becomes_a_prospect_an_opportunity_a_customer_buys_again_and_is_lost(world: World) -> None:
    notes = Notes()
    world.serve(replace(world.services, bus=notes))
    world.confirmed()
    rep = world.taken()

    log(world, rep, authority="decides")
    log(world, rep, stage="opportunity", value="12000")
    log(world, rep, stage="customer", value="11500")
    log(world, rep, stage="customer", value="900")
    log(world, rep, achieved="no", why_not="lost", lost_to="Bigger & Sons")

    assert stages(world) == [
        ("lead", "prospect", "meets the criteria, decides, and has talked back: they spoke with a rep"),
        ("prospect", "opportunity", "a rep has written it down, worth 12,000"),
        ("opportunity", "customer", "a rep has written it down, worth 11,500"),
        ("customer", "repeat", "a rep has written it down, worth 900"),
        ("repeat", "lost", "a rep has written it down: competitor"),
    ]
    told = [event for event in notes.told if event.type == "lead.stage_changed"]
    assert [(e.facts["from"], e.facts["to"], e.facts["why"]) for e in told] == stages(world)
    assert "Bigger" not in str(notes.told)
    lead = world.lead()
    assert (lead.stage, lead.authority, lead.sales, lead.value) == (Stage.LOST, Authority.DECIDES, 2, 900)
    assert StopReason.DISQUALIFIED in [stop.reason for stop in lead.stops]


def test_a_lead_turns_hot_once_and_cools_in_silence(world: World) -> None:
    notes = Notes()
    world.serve(replace(world.services, bus=notes))
    reader = world.confirmed()
    for question in ("How much?", "How soon?"):
        reader.post("/api/question", gate="guides/mail", question=question)
        world.settle()
    world.advance("29 days")

    reader.post("/api/question", gate="guides/mail", question="Still there?")
    world.settle()

    assert [touch.facts["why"] for touch in world.touches(TouchKind.HEATED)] == ["they asked a question"] * 2
    assert [event.facts["why"] for event in notes.told if event.type == "lead.heated"] == ["they asked a question"] * 2
    assert world.lead().hot_since == world.clock.now()


@BOTH
def test_who_is_silent_for_long_has_lapsed_and_comes_back_with_a_new_form(world: World) -> None:
    silent(world)
    coming = next_action(world.lead(), world.services.store.due_of(world.id_of()))
    assert isinstance(coming, Action)
    assert (coming.what, coming.why) == ("review/lapse", "nothing more was promised: all steps are done")

    world.advance("200 days")
    assert stages(world)[0][:2] == ("lead", "lapsed")
    assert stages(world)[0][2] == "nothing was heard of them since 2026-01-05, and nothing is planned"
    assert world.services.store.due_of(world.id_of()) == ()
    assert why_stuck(world.lead(), (), world.clock.now()) is None

    world.confirmed(FORM)
    assert stages(world)[1] == ("lapsed", "lead", "they have come back: they confirmed a new form")
    assert world.lead().stage is Stage.LEAD


def test_a_look_that_comes_twice_changes_nothing_more(world: World) -> None:
    silent(world)
    row = review(world)
    world.clock.move_to(row.at)
    on_due.handle(world.services, row)
    before = world.dump()

    on_due.handle(world.services, row)

    assert world.dump() == before
    assert world.lead().stage is Stage.LAPSED


def test_who_was_heard_of_since_is_looked_at_later(world: World) -> None:
    reader = world.confirmed()
    world.advance("60 days")
    row = review(world)
    world.jump("30 days")
    assert reader.get("/api/content/guides/mail").status == 200
    read_at = world.clock.now()

    world.clock.move_to(row.at)
    on_due.handle(world.services, row)

    assert world.lead().stage is Stage.LEAD
    assert review(world).at == read_at + Criteria().lapse


def test_who_waits_for_an_answer_does_not_lapse(world: World) -> None:
    reader = world.confirmed()
    world.advance("60 days")
    row = review(world)
    reader.post("/api/question", gate="guides/mail", question="Hello?")
    world.settle()

    world.clock.move_to(row.at + Criteria().lapse)
    on_due.handle(world.services, row)

    assert world.lead().stage is Stage.LEAD
    assert review(world).at > world.clock.now()


def test_a_question_brings_a_lapsed_lead_back(world: World) -> None:
    reader = world.confirmed()
    world.advance("250 days")
    assert world.lead().stage in CLOSED

    reader.post("/api/question", gate="guides/mail", question="Is it still to be had?")
    world.settle()

    assert stages(world)[-1] == ("lapsed", "lead", "they have come back: they asked a question")
    assert review(world).at > world.clock.now()


def test_who_was_disqualified_begins_anew_with_a_new_form(world: World) -> None:
    world.confirmed(FORM)
    rep = world.taken()
    log(world, rep, achieved="no", why_not="no-need")
    assert world.lead().stage is Stage.DISQUALIFIED
    world.advance("30 days")

    world.confirmed()
    world.advance("2 days")

    assert (world.lead().stage, world.lead().stops) == (Stage.LEAD, ())
    assert world.follow_ups() != []


def test_an_old_link_does_not_bring_back_whom_a_rep_has_given_up(world: World) -> None:
    world.confirmed()
    world.browser().ask_for(FORM)
    world.settle()
    link = world.mail(ANNA, "Form guide").link("/confirm")
    rep = world.taken()
    log(world, rep, achieved="no", why_not="lost")

    world.browser().post(link)

    assert world.lead().stage is Stage.LOST


def test_the_end_of_one_stage_ends_the_sequences_that_end_by_it(world: World) -> None:
    world.confirmed()
    rep = world.taken()

    log(world, rep, achieved="no", why_not="no-need")

    assert [row.kind for row in world.services.store.due_of(world.id_of())] == []
    assert all(enrolment.ended for enrolment in world.lead().enrolments)


@pytest.fixture
def choosy(tmp_path: Path, world_bundle: Path) -> Iterator[World]:
    """An installation that talks to firms only."""
    bundle = tmp_path / "choosy"
    shutil.copytree(world_bundle, bundle)
    firm = Criterion("a firm", "not company.free_mail", points=2, required=True)
    buyer = Criterion("buys", "answers.role == 'buyer'", points=1.5)
    reader = Criterion("has read it", "'guides/mail' in read", points=1)
    (bundle / "criteria" / "own.json").write_bytes(msgspec.json.encode(Criteria(fit=(firm, buyer, reader))))
    manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes(), type=Manifest)
    (bundle / "manifest.json").write_bytes(msgspec.json.encode(replace(manifest, criteria="criteria/own.json")))
    world = World(tmp_path / "data", bundle)
    yield world
    world.close()


@pytest.mark.parametrize(("address", "stage"), [(ANNA, Stage.PROSPECT), (PRIVATE, Stage.LEAD)])
def test_a_prospect_meets_the_criteria_of_the_playbook(choosy: World, address: str, stage: Stage) -> None:
    choosy.confirmed(address=address)
    rep = choosy.taken()

    choosy.log(rep, objective="start", achieved="yes", authority="uses")

    assert choosy.lead(address).stage is stage
    assert [why for _, _, why in stages(choosy, address)] == [
        "meets the criteria (a firm), is to use it, and has talked back: they spoke with a rep"
    ] * (stage is Stage.PROSPECT)


def test_a_word_of_their_own_makes_a_prospect_once_the_rep_is_told_of_it(choosy: World) -> None:
    reader = choosy.confirmed()
    choosy.log(choosy.taken(), objective="start", achieved="no", why_not="not-reached", authority="decides")

    reader.post("/api/question", gate=MAIL, question="Does it hold in summer?")
    assert choosy.lead().stage is Stage.LEAD  # the visitor's function opens no profile
    choosy.settle()

    assert choosy.lead().stage is Stage.PROSPECT


def test_a_rep_sees_the_points_with_every_reason(choosy: World) -> None:
    reader = choosy.confirmed(role="buyer")
    assert reader.get("/api/content/guides/mail").status == 200
    services, lead = choosy.services, replace(choosy.lead(), value=12_000.0)
    touches, profile = services.store.touches(lead.id), profile_of(services, lead)

    found = score_view(services, open_bundle(services.files), lead, touches, profile, choosy.clock.now())

    assert found.reasons == (
        ("+4", "met the subject twice, last today"),
        ("+2", "a firm"),
        ("+1.5", "buys"),
        ("+1", "has read it"),
    )
    assert (found.points, found.temperature, found.band, found.value) == ("8.5", "warm", "high", "12,000 EUR")


def test_an_older_bundle_without_criteria_works_with_the_defaults(tmp_path: Path, world_bundle: Path) -> None:
    bundle = tmp_path / "older"
    shutil.copytree(world_bundle, bundle)
    manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes())
    del manifest["criteria"], manifest["knowledge"]
    (bundle / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    world = World(tmp_path / "data", bundle)

    world.confirmed()
    found = open_bundle(world.services.files)
    world.close()

    assert (found.criteria, found.knowledge.buyers) == (Criteria(), {})
