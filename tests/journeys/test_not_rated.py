"""A lead objects to being rated by points (Art. 21 GDPR): at once, without a reason, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.journeys.control import dates, page, press, say_yes, words
from tests.world import ANNA, World

from leadlight.briefing import latest_case, view_of
from leadlight.model.lead import Lead, Temperature
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.playbook.context import ScoreView
from leadlight.profile import profile_of
from leadlight.views import score_view

BOTH = pytest.mark.grounds("local", "prompt")


def score(world: World) -> ScoreView:
    """How promising they are, as a rep is told."""
    services, lead = world.services, world.lead()
    touches, profile = services.store.touches(lead.id), profile_of(services, lead)
    return score_view(services, open_bundle(services.files), lead, touches, profile, services.clock.now())


@BOTH
def test_who_objects_has_no_points_from_that_moment_on(world: World) -> None:
    world.confirmed()
    before = score(world)

    shown = words(press(world, "not-rated"))

    assert before.points != "0"
    assert (score(world).points, score(world).reasons, score(world).rated) == ("0", (), False)
    assert "You get no more points. Nothing else changes for you." in shown
    assert "You get no points, as you asked." in page(world)
    assert world.touches(TouchKind.PREFERRED)[-1].facts["purposes"] == "rating"


def test_nothing_else_changes_for_who_objects(world: World) -> None:
    """The same reader twice, on the same days: one objects and one does not."""
    world.confirmed()
    world.confirmed(address="ben@far.example")
    before = world.lead()
    press(world, "not-rated")

    assert replace(world.lead(), unscored=False, revision=0) == replace(before, revision=0)
    world.advance("60 days")

    assert dates(world) == dates_of(world, "ben@far.example")
    assert world.follow_ups() == world.follow_ups("ben@far.example")


def dates_of(world: World, address: str) -> list[object]:
    return [mail.message["Date"].datetime for mail in world.mails(address) if mail.message["List-Unsubscribe"]]


def test_their_own_word_still_makes_hot(world: World) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")
    press(world, "not-rated")

    assert score(world).temperature is Temperature.HOT
    assert score(world).hot == "they want a call"


def test_reps_read_that_they_asked_us_not_to(world: World) -> None:
    world.confirmed()
    press(world, "not-rated")
    services, lead = world.services, world.lead()
    bundle = open_bundle(services.files)
    case = latest_case(services, lead, tuple(services.store.touches(lead.id)))

    brief = view_of(services, bundle, case, reader=bundle.team.people[0])

    assert (brief.score, brief.reasons) == ("not rated: they asked us not to", ())
    assert "cold" not in brief.state


def test_only_their_own_mailbox_lifts_the_objection(world: World) -> None:
    world.confirmed()
    press(world, "not-rated")

    assert "Look into your mail" in words(press(world, "rated"))
    assert world.lead().unscored
    say_yes(world)

    lead: Lead = world.lead()
    assert not lead.unscored
    assert score(world).rated
    assert "by points for what I read" in world.touches(TouchKind.PREFERRED)[-1].facts["words"]


def test_who_was_never_against_it_gets_no_mail_about_it(world: World) -> None:
    world.confirmed()
    before = len(world.mails(ANNA))

    press(world, "rated")

    assert len(world.mails(ANNA)) == before
