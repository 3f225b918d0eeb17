"""Paths, whole sections and waitlists: one yes opens a path, a folder has one gate, and what was waited for arrives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.journeys.control import path_of
from tests.journeys.deploys import Deployed, bundle_of
from tests.world import ANNA, FILES, World, built

from leadlight.errors import BadPlaybook
from leadlight.model.exchange import Change
from leadlight.model.person import GateId
from leadlight.model.site import GateKind, Unlock
from leadlight.model.touch import TouchKind

BERT = "bert@example.net"
BOTH = pytest.mark.grounds("local", "prompt")
PAGE = """---
title: {title}
{more}---
# {title}

Open to all: {title}.

<!-- more -->

Withheld {word} words here.
"""


def page(title: str, word: str, **gate: object) -> str:
    more = f"gate: {msgspec.json.encode(gate).decode()}\n" if gate else ""
    return PAGE.format(title=title, word=word, more=more)


MORE = {
    "docs/path/one.md": page("Lamp one", "amber", series="lamps", part=1),
    "docs/path/two.md": page("Lamp two", "umber", series="lamps", part=2),
    "docs/path/three.md": page("Lamp three", "ochre", series="lamps", part=3, unlock="rep"),
    "docs/section/.gate.yml": "form: open\nunlock: email\n",
    "docs/section/index.md": "# All about glass\n\nA list that stands open.\n",
    "docs/section/blowing.md": page("Blowing", "crimson"),
    "docs/section/deeper/cutting.md": page("Cutting", "scarlet"),
    "docs/section/open.md": "---\ngate: false\n---\n# Open\n\nNo gate here.\n",
    "docs/soon.md": "---\ntitle: Soon\ngate: {kind: waitlist}\n---\n# Soon\n\nThis is what it will be about.\n",
}


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("kinds"), {**FILES, **MORE})


@BOTH
def test_one_yes_opens_every_page_of_a_path_but_those_that_a_rep_opens(world: World) -> None:
    browser = world.confirmed("path/one")

    answers = {part: browser.get(f"/api/content/path/{part}").status for part in ("one", "two", "three")}
    assert answers == {"one": 200, "two": 200, "three": 401}


def test_each_page_of_a_path_leads_to_the_next_one(world: World) -> None:
    browser = world.confirmed("path/one")

    first, second = (browser.get(f"/api/content/path/{part}").json["html"] for part in ("one", "two"))
    assert '<a href="/path/two/">Lamp two</a>' in first
    assert '<a href="/path/three/">Lamp three</a>' in second
    assert "/path/" not in world.confirmed("section/blowing").get("/api/content/section/blowing").json["html"]


def test_a_page_that_joins_the_path_later_is_open_to_who_has_it(world: World) -> None:
    browser = world.confirmed("path/one")
    manifest = bundle_of(world).manifest
    new = replace(manifest.gates[GateId("section/blowing")], series="lamps")
    gates = {**manifest.gates, GateId("path/new"): new}
    path = {"lamps": (*manifest.series["lamps"], GateId("path/new"))}
    newer = replace(manifest, gates=gates, series=path, version="newer")
    world.serve(replace(world.services, files=Deployed(world.services.files, newer, {})))

    assert browser.get("/api/content/path/new").status == 200
    assert world.browser().get("/api/content/path/new").status == 401


def test_a_section_has_one_gate_for_all_its_pages_but_its_index_and_those_that_say_no(world: World) -> None:
    gates = bundle_of(world).manifest.gates

    assert {gate for gate in gates if gate.startswith("section")} == {"section/blowing", "section/deeper/cutting"}
    assert gates[GateId("section/deeper/cutting")].unlock is Unlock.EMAIL
    assert gates[GateId("section/blowing")].form == "open"


@pytest.mark.parametrize(
    ("gate", "mail", "button"),
    [
        ("soon", "This puts you on the list:", "Put me on the list"),
        ("path/three", "One of us opens it for you", "Ask for the whole page"),
        ("path/one", "This opens it:", "Open the whole page"),
    ],
)
def test_a_yes_is_asked_for_by_what_it_does(world: World, gate: str, mail: str, button: str) -> None:
    browser = world.browser()
    browser.ask_for(gate)
    world.settle()
    asked = world.mail(ANNA, "Your link")

    assert mail in asked.text
    assert f"<button>{button}</button>" in browser.get(asked.link("/confirm")).text


def test_the_way_back_to_what_a_rep_has_opened_asks_nobody_again(world: World) -> None:
    browser = world.confirmed("path/three")
    world.taken()

    back = browser.get(world.mail(ANNA, "way back").link("/confirm")).text
    assert "This opens it here" in back
    assert "<button>Open the whole page</button>" in back


@pytest.mark.grounds("local", "tick")
def test_who_waits_for_a_page_is_told_once_when_it_is_there_and_it_is_open(world: World) -> None:
    browser = world.confirmed("soon", consent=False)
    assert "You are on the list" in browser.get("/api/content/soon").json["html"]
    world.advance("1 day")

    written(world)
    world.advance("2 days")
    written(world)
    world.advance("2 days")

    told = [subject for subject in world.subjects(ANNA) if subject.startswith("It is there")]
    assert told == ["It is there: Soon"]


@pytest.mark.grounds("local", "tick")
def test_a_page_that_a_rep_opens_is_closed_to_who_waited_until_the_rep_does(world: World) -> None:
    browser = world.confirmed("soon", consent=False)
    written(world, unlock=Unlock.REP)
    world.advance("3 days")

    assert browser.get("/api/content/soon").status == 401
    assert told(world) == []
    assert browser.get("/api/form/soon").json["waits"]

    world.taken()
    world.advance("2 days")
    assert browser.get("/api/content/soon").status == 200
    assert told(world) == ["It is there: Soon"]


def test_who_has_not_confirmed_does_not_read_what_a_rep_opens(world: World) -> None:
    change(world, "at once", unlock=Unlock.FORM)
    browser = world.browser()
    browser.ask_for("soon")
    assert browser.get("/api/content/soon").status == 200

    written(world, unlock=Unlock.REP)
    assert browser.get("/api/content/soon").status == 401


def test_a_list_for_a_page_that_a_rep_will_open_is_a_list_all_the_same(world: World) -> None:
    change(world, "rep", unlock=Unlock.REP)
    browser = world.confirmed("soon", consent=False)
    world.taken()

    assert "You are on the list" in browser.get("/api/content/soon").json["html"]
    assert (set(world.lead().waits), set(world.lead().grants)) == ({"soon"}, set())


def test_the_same_page_can_be_waited_for_a_second_time(world: World) -> None:
    world.confirmed("soon", consent=False)
    written(world)
    world.advance("3 days")
    change(world, "anew", kind=GateKind.WAITLIST)
    world.advance("1 day")
    world.confirmed("soon", BERT, consent=False)
    written(world, "again")
    world.advance("3 days")

    assert [told(world), told(world, BERT)] == [["It is there: Soon"], ["It is there: Soon"]]


def test_who_has_read_what_was_there_before_does_not_wait_for_what_comes(world: World) -> None:
    written(world, "before")
    browser = world.confirmed("soon", consent=False)
    world.advance("1 day")
    change(world, "rewritten", kind=GateKind.WAITLIST)
    world.advance("1 day")
    during = browser.get("/api/content/soon").status
    written(world, "after")
    world.advance("3 days")

    assert (during, browser.get("/api/content/soon").status) == (401, 200)
    assert told(world) == []


def test_who_waits_in_another_language_is_told_when_it_is_there_in_that(world: World) -> None:
    gate = bundle_of(world).manifest.gates[GateId("soon")]
    polish = replace(gate, language="pl", title="Wkrótce")
    change(world, "both", variants={"pl": polish})
    world.confirmed("soon", consent=False)
    world.services.store.commit(Change(replace(world.lead(), language="pl")))
    world.advance("1 day")
    written(world)
    world.advance("20 days")
    before = told(world, says="Już jest")
    change(world, "polish", variants={"pl": replace(polish, kind=GateKind.PAGE)})
    world.advance("3 days")

    assert (before, told(world, says="Już jest")) == ([], ["Już jest: Wkrótce"])


@BOTH
def test_no_mail_says_that_a_page_is_open_which_nobody_has_written(world: World) -> None:
    world.confirmed("soon", consent=False)

    assert [subject for subject in world.subjects(ANNA) if "way back" in subject] == []
    assert [t.facts["reason"] for t in world.touches(TouchKind.SKIPPED)][-1] == "the page is not written yet"


@BOTH
def test_who_is_on_a_list_has_a_way_off_it_from_the_first_mail_on(world: World) -> None:
    world.confirmed("soon", consent=False)
    control = path_of(world.mail(ANNA, "Your link").link("/preferences"))
    shown = world.browser().get(control, accept="text/html").text
    assert world.browser().submit(control, do="stop").status == 200

    written(world)
    world.advance("3 days")

    assert "You are on the list for “Soon”" in shown
    assert told(world) == []


def test_what_a_waitlist_says_stands_open_and_nothing_is_called_withheld(world: World) -> None:
    gate = bundle_of(world).manifest.gates[GateId("soon")]

    assert (gate.kind, gate.form, gate.withheld_words) == (GateKind.WAITLIST, "waitlist", 0)


@pytest.mark.parametrize(
    ("pages", "where", "what"),
    [
        ({"docs/a.md": page("A", "a", series="solo")}, "docs/a.md", "has this page alone"),
        (
            {f"docs/{name}.md": page(name, name, series="two", part=1) for name in ("a", "b")},
            "docs/b.md",
            "is part 1 of `two` already",
        ),
        ({"docs/s/.gate.yml": "unlcok: form\n", "docs/s/a.md": page("A", "a")}, "docs/s/.gate.yml", "unlock"),
        ({"docs/s/.gate.yml": "id: one\n", "docs/s/a.md": page("A", "a")}, "docs/s/.gate.yml", "for one page"),
        ({"docs/a.md": page("A", "a", chapters=["here it begins"])}, "docs/a.md", "is no chapter"),
        ({"docs/a.md": "---\nannounce: maybe\n---\n# A\n"}, "docs/a.md", "neither `true` nor `false`"),
    ],
)
def test_what_is_written_wrong_is_named_with_its_file(
    tmp_path: Path, pages: dict[str, str], where: str, what: str
) -> None:
    with pytest.raises(BadPlaybook) as bad:
        built(tmp_path, {**FILES, **pages})

    problem = bad.value.problems[0]
    assert problem.file.endswith(where)
    assert problem.line > 0
    assert what in problem.message


def told(world: World, address: str = ANNA, says: str = "It is there") -> list[str]:
    return [subject for subject in world.subjects(address) if subject.startswith(says)]


def written(world: World, version: str = "written", **gate: object) -> None:
    """The page that people wait for has been written, and published."""
    change(world, version, **{"kind": GateKind.PAGE, **gate})


def change(world: World, version: str, **gate: object) -> None:
    """A deploy in which the gate `soon` is another."""
    manifest = bundle_of(world).manifest
    other = replace(manifest.gates[GateId("soon")], **gate)  # type: ignore[arg-type]  # fields of a gate
    newer = replace(manifest, gates={**manifest.gates, GateId("soon"): other}, version=version)
    world.serve(replace(world.services, files=Deployed(world.services.files, newer, {})))
