"""The report on a real installation: what people did there, under the names that the playbook gives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.world import World
from tests.world_sale import compiled

from leadlight import figures
from leadlight.gathered import LINES
from leadlight.model.figures import Figures, Funnel
from leadlight.model.report import Report
from leadlight.playbook.bundle import open_bundle
from leadlight.report import report
from leadlight.rights.erasing import erase
from leadlight.topics import topics_at_hand, topics_of


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("told"))


def told(world: World) -> Report:
    return report(world.services, open_bundle(world.services.files))


@pytest.mark.grounds("local", "prompt")
def test_who_confirms_and_talks_is_in_the_report(world: World) -> None:
    world.confirmed(name="Anna")
    world.log(world.taken(), objective="advance", achieved="no", why_not="objection", minutes="20", channel="call")
    world.settle()

    found = told(world)

    assert [found.site.count(what) for what in (Funnel.SUBMITTED, Funnel.CONFIRMED, Funnel.TALKED)] == [1, 1, 1]
    assert [row.title for row in found.funnels if row.about == "gate/guides/mail"] == ["Mail guide"]
    assert [(row.title, row.contacts, row.minutes) for row in found.people if row.contacts] == [("Rita Rep", 1, 20)]
    assert [(row.title, row.contacts) for row in found.contacts] == [("Advance, by call", 1)]
    assert [(row.title, row.named.count) for row in found.why_not if row.named.count] == [("Objection", 1)]


def test_every_step_and_page_of_the_playbook_has_a_row_under_its_name(world: World) -> None:
    found = told(world)

    assert "Second" in {row.title for row in found.steps}
    assert {"Mail guide", "Rep guide"} <= {row.title for row in found.pages}
    assert not any("{" in row.title for row in found.steps)


def test_what_reps_have_said_stands_under_what_it_is_about(world: World) -> None:
    world.confirmed(name="Anna")
    world.log(
        world.taken(), objective="start", achieved="yes", feedback="Prices first", feedback_aim="page:guides/mail"
    )

    (topic,) = topics_of(world.services, told(world).period)

    assert (topic.aim, topic.about, topic.lines[0].text) == (
        "page:guides/mail",
        "the page “Mail guide”",
        "Prices first",
    )


def said(world: World) -> None:
    """A rep has a word for those who write, and it was counted."""
    world.confirmed(name="Anna")
    world.log(world.taken(), objective="start", achieved="yes", feedback="Prices first", feedback_aim="product")
    world.settle()


@pytest.mark.grounds("local", "prompt")
def test_lines_lie_together_as_each_lead_has_them_and_are_counted(world: World) -> None:
    said(world)
    found = told(world)

    at_hand = topics_at_hand(world.services, open_bundle(world.services.files), found.period)

    assert at_hand == topics_of(world.services, found.period) != ()
    assert [(row.title, row.given, row.done) for row in found.lines] == [("The product", 1, 0)]
    assert not [touch for touch in world.services.store.touches(LINES) if world.id_of() in repr(touch)]


@pytest.mark.grounds("local", "prompt")
def test_with_a_lead_the_words_of_its_line_are_gone_and_the_count_stays(world: World) -> None:
    said(world)
    period, bundle = told(world).period, open_bundle(world.services.files)

    erase(world.services, world.id_of(), how="operator")
    world.advance("2 days")

    (topic,) = topics_at_hand(world.services, bundle, period)
    assert [line.text for line in topic.lines] == [""]
    assert [touch.sealed for touch in world.services.store.touches(LINES)] == [None]
    assert [row.given for row in told(world).lines] == [1]


def test_lines_of_before_lie_together_once_everybody_is_counted_anew(world: World) -> None:
    said(world)
    period, bundle = told(world).period, open_bundle(world.services.files)
    store = world.services.store
    before = store.figures(world.id_of())
    assert before
    store.keep_figures(
        Figures(world.id_of(), {n: c for n, c in before.cells.items() if "|feedback/" not in n}), before=before
    )
    with store._db.writing() as db:
        db.execute("DELETE FROM touch WHERE lead_id = ?", (LINES,))

    figures.rebuild(world.services)

    assert topics_at_hand(world.services, bundle, period) == topics_of(world.services, period)
