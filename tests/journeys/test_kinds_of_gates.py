"""Recordings, samples and the meter: what each kind of gate gives, to whom, and what is written down of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from standardwebhooks import Webhook
from tests.world import FILES, SETTINGS, Browser, World, built

from leadlight.errors import BadPlaybook, Leak, Problem
from leadlight.gate.check import check_sources
from leadlight.model.touch import Encounter, TouchKind
from leadlight.tokens import TokenUse

BOTH = pytest.mark.grounds("local", "prompt")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAGE = "---\ntitle: {title}\n{more}---\n# {title}\n\nOpen to all: {title}.\n\n<!-- more -->\n\n{rest}\n"
TALK, PLAY = "/api/files/talk/guide.mp3", "/api/files/talk/guide.mp3?play=yes"


def page(title: str, rest: str = "", front: str = "", **gate: object) -> str:
    more = (f"gate: {msgspec.json.encode(gate).decode()}\n" if gate else "") + front
    return PAGE.format(title=title, more=more, rest=rest)


def metered(word: str, **gate: object) -> str:
    return page(word, f"Withheld {word} words, and ![a {word}](pic/{word}.svg)", meter="2/month", **gate)


CHAPTERS = ["0:00 How it began", "1:03 Where velvet anvils broke"]
MORE = {
    "docs/talk.md": page("Talk", kind="audio", files=["downloads/guide.mp3", "downloads/guide.pdf"], chapters=CHAPTERS),
    "docs/open.md": page("Open", front="audio: {file: downloads/open.mp3, chapters: ['1:03 In the middle']}\n"),
    "docs/downloads/open.mp3": "ID3 for everybody",
    "docs/try.md": page("Try", kind="sample", trial="https://app.glass.example/start?plan=free#top"),
    "docs/at-once.md": page("At once", kind="sample", unlock="form", trial="https://app.glass.example/start"),
    **{f"docs/{word}.md": metered(word) for word in ("amber", "umber")},
    "docs/ochre.md": metered("ochre", files=["downloads/guide.pdf"]),
    **{f"docs/pic/{word}.svg": f"<svg><title>{word}</title></svg>" for word in ("amber", "umber", "ochre")},
}


@pytest.fixture(scope="module")
def world_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("more"), {**FILES, **MORE})


# --- recordings


@BOTH
def test_a_recording_answers_401_until_its_gate_is_open(world: World) -> None:
    stranger = world.browser()
    part = stranger.send("GET", TALK, headers={"range": "bytes=0-3"})

    assert [part.status, stranger.head(TALK).status, stranger.get(PLAY).status] == [401, 401, 401]
    assert b"ID3" not in part.body
    assert world.confirmed("talk").get(TALK).body == b"ID3 a recording"


@BOTH
def test_a_recording_is_played_from_its_chapters_and_saved_by_its_name(world: World) -> None:
    browser = world.confirmed("talk")
    html = browser.get("/api/content/talk").json["html"]

    assert f'<a href="{PLAY}#t=63" data-at="63"><time>1:03</time> <span>Where velvet anvils broke</span>' in html
    assert html.count("<audio") == 1
    assert "guide.pdf" in html
    assert browser.get(PLAY).headers.get("content-disposition", "inline") == "inline"


@BOTH
def test_listening_counts_once_a_day_however_often_the_player_asks(world: World) -> None:
    browser = world.confirmed("talk")
    for start in range(0, 12, 4):
        browser.send("GET", TALK, headers={"range": f"bytes={start}-{start + 3}"})
    browser.head(TALK)

    (touch,) = world.touches(TouchKind.DOWNLOADED)
    assert (touch.facts["file"], touch.encounter, touch.quality) == ("guide.mp3", Encounter.SUBJECT, 3)


def test_a_recording_for_everybody_has_a_player_below_the_title_of_its_page(world_bundle: Path) -> None:
    html = (world_bundle.parent / "site/open/index.html").read_text()

    assert html.index("</h1>") < html.index('<audio controls preload="none" src="../downloads/open.mp3">')
    assert '<a href="../downloads/open.mp3#t=63" data-at="63">' in html
    assert (world_bundle.parent / "site/downloads/open.mp3").read_text() == "ID3 for everybody"
    assert not (world_bundle.parent / "site/downloads/guide.mp3").exists()


def test_what_a_recording_tells_stands_in_no_public_file(tmp_path: Path, world_bundle: Path) -> None:
    public = [path.read_text("utf-8", "replace") for path in (world_bundle.parent / "site").rglob("*.html")]
    assert not any("velvet anvils" in text for text in public)

    shown = '{% extends "base.html" %}{% block footer %}{{ page and page.meta.gate }}{% endblock %}'
    theme, config = (
        "docs/theme/main.html",
        FILES["mkdocs.yml"].replace('"mkdocs"', '{"name":"mkdocs","custom_dir":"docs/theme"}'),
    )
    with pytest.raises(Leak, match="velvet anvils"):
        built(tmp_path, {**FILES, "mkdocs.yml": config, "docs/talk.md": MORE["docs/talk.md"], theme: shown})


# --- samples


@BOTH
def test_a_trial_begins_with_a_reference_that_its_use_is_told_by(world: World) -> None:
    world.serve(replace(world.services, settings=replace(SETTINGS, hook_secrets=(SECRET,))))
    browser = world.confirmed("try")
    assert ">Start the trial</a>" in browser.get("/api/content/try").json["html"]

    there = urlsplit(browser.get("/api/files/try/trial").location)
    said = parse_qs(there.query)
    assert (there.netloc, there.fragment, said["plan"]) == ("app.glass.example", "top", ["free"])
    assert told(world, "trial.used", lead=said["ref"][0]) == 202

    met = [touch.kind for touch in world.services.store.touches(world.id_of()) if touch.encounter is Encounter.PRODUCT]
    assert met == [TouchKind.DOWNLOADED, TouchKind.FACT]
    assert "Began the trial" in world.browser().get(world.briefing(), accept="text/html").text


@BOTH
def test_a_trial_leads_nowhere_else_and_to_nobody_else(world: World) -> None:
    assert world.browser().get("/api/files/try/trial").status == 401
    browser = world.confirmed("try")

    assert browser.get("/api/files/try/trial?to=https://evil.example").location.startswith("https://app.glass.example/")
    assert browser.get("/api/files/talk/trial").status == 401
    assert world.confirmed().get("/api/files/guides/mail/trial").status == 404


def test_whoever_only_typed_an_address_tries_without_a_reference(world: World) -> None:
    browser = world.browser()
    browser.ask_for("at-once")

    assert browser.get("/api/files/at-once/trial").location == "https://app.glass.example/start"
    assert [touch.quality for touch in world.touches(TouchKind.DOWNLOADED)] == [0]


def test_a_look_at_the_trial_by_head_is_no_touch(world: World) -> None:
    browser = world.confirmed("try")
    browser.head("/api/files/try/trial")

    assert world.touches(TouchKind.DOWNLOADED) == []


def test_a_trial_that_was_begun_is_counted_as_one_and_as_no_download(world: World) -> None:
    browser = world.confirmed("try")
    for _ in range(2):
        browser.get("/api/files/try/trial")
        world.jump("1 day")
    world.settle()

    told = {cell.partition("|")[2]: count for cell, count in world.services.store.totals().items()}
    assert (told["site|tried"], told["gate/try|tried"]) == (1, 1)
    assert "site|downloaded" not in told


# --- the meter


def read(browser: Browser, *words: str) -> list[int]:
    return [browser.get(f"/api/content/{word}?free=yes").status for word in words]


@BOTH
def test_two_pages_a_month_are_free_and_the_same_page_again_costs_nothing(world: World) -> None:
    stranger, before = world.browser(), world.dump()

    assert read(stranger, "amber", "amber", "umber", "ochre", "amber") == [200, 200, 200, 401, 200]
    world.jump("27 days")  # the first of the next month
    assert read(stranger, "ochre") == [200]
    assert world.dump() == before


def test_a_stranger_whom_the_meter_lets_read_on_is_one_more_and_nobody(world: World) -> None:
    for gate in ("amber", "guides/mail"):  # the second has no meter
        assert world.browser().post("/api/seen", gate=gate, what="free").status == 204
    world.confirmed().post("/api/seen", gate="umber", what="free")

    totals = world.services.store.totals()
    assert {cell: n for cell, n in totals.items() if cell.endswith("|free")} == {
        f"2026-W02|{about}|free": 1 for about in ("site", "gate/amber")
    }


@pytest.mark.grounds("local", "prompt", "hostile")
def test_with_a_pass_the_meter_counts_on_the_server(world: World) -> None:
    browser = world.confirmed()
    kept = dict(browser.cookies)

    assert read(browser, "amber", "umber", "ochre") == [200, 200, 401]
    assert browser.cookies == kept
    free = [touch.facts.get("free") for touch in world.touches(TouchKind.READ)]
    assert free == ["month/2026-01", "month/2026-01"]


def test_a_free_read_is_the_text_alone(world: World) -> None:
    stranger = world.browser()
    html = stranger.get("/api/content/ochre?free=yes").json["html"]

    assert "Withheld ochre words" in html
    assert "/api/question" not in html
    assert stranger.get("/api/files/ochre/ochre.svg").status == 200  # a picture comes with its page
    assert stranger.get("/api/files/ochre/guide.pdf").status == 401
    assert stranger.get("/api/files/amber/amber.svg").status == 401


def test_the_cookie_of_the_meter_is_closed_and_says_of_nobody_who_it_is(world: World) -> None:
    answer = world.browser().get("/api/content/amber?free=yes")
    (reads,) = [cookie for cookie in answer.cookies if cookie.startswith("__Host-leadlight_free=")]

    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(reads.replace(";", "").split())
    told = world.services.tokens.read(TokenUse.METER, reads.partition("=")[2].partition(";")[0])
    assert list(told) == ["month/2026-01"]


def test_a_look_by_head_uses_up_no_free_read(world: World) -> None:
    stranger = world.browser()
    answers = [stranger.head(f"/api/content/{word}?free=yes") for word in ("amber", "umber", "ochre")]

    assert [answer.cookies for answer in answers] == [(), (), ()]
    assert read(stranger, "amber", "umber") == [200, 200]


def test_without_a_script_the_free_page_comes_whole_and_afterwards_the_form(world: World) -> None:
    stranger = world.browser()
    first = stranger.get("/amber/_full?free=yes", accept="text/html")
    stranger.get("/umber/_full?free=yes")

    assert "Withheld amber words" in first.text
    assert "one of your free reads" in first.text
    assert stranger.get("/ochre/_full?free=yes").location == "/ochre/#leadlight-used-up"
    assert stranger.get("/amber/_full?free=yes").status == 200


def test_the_form_says_how_many_are_left_and_then_that_none_is(world: World, world_bundle: Path) -> None:
    stranger = world.browser()
    html = (world_bundle.parent / "site/ochre/index.html").read_text()
    assert "Read it now \u2013 2 free reads left this month" in html
    assert "You have used your 2 free reads this month; the other" in html
    read(stranger, "amber")

    free = stranger.get("/api/form/ochre").json["free"]
    assert free == {"left": 1, "read": False, "words": "Read it now \u2013 1 free read left this month"}
    assert "free" not in stranger.get("/api/form/guides/mail").json


def test_a_forged_cookie_of_the_meter_counts_for_nothing(world: World) -> None:
    stranger = world.browser()
    stranger.cookies["__Host-leadlight_free"] = "eyJtb250aC8yMDI2LTAxIjoiIn0.broken"

    assert read(stranger, "amber", "umber", "ochre") == [200, 200, 401]


def test_a_page_without_a_meter_opens_for_nobody_by_asking_for_a_free_read(world: World) -> None:
    assert read(world.browser(), "guides/mail", "guides/form") == [401, 401]
    assert world.browser().get("/guides/mail/_full?free=yes").location == "/guides/mail/#leadlight-used-up"


# --- what is written wrong


WRONG = [
    ("gate:\n  kind: audio", 3, "has no recording"),
    ("gate:\n  files: [downloads/guide.mp3]\n  chapters: ['0:00 A']", 4, "say `kind: audio` too"),
    ("gate:\n  kind: sample", 3, "has nothing to try"),
    ("gate:\n  trial: https://app.example", 3, "say `kind: sample` too"),
    ("gate:\n  kind: sample\n  trial: app.example", 4, "is no web address"),
    ("gate:\n  files: [downloads/trial]", 3, "no file can be called `trial`"),
    ("gate:\n  unlock: rep\n  meter: 2/month", 4, "a rep opens this page"),
    ("gate:\n  kind: waitlist\n  meter: 2/month", 4, "keeps nothing yet"),
    ("gate:\n  meter: 0/month", 3, "1 to 100"),
    ("audio:\n  file: downloads/opne.mp3", 3, "did you mean `downloads/open.mp3`?"),
    ("audio:\n  file: downloads/guide.pdf", 3, "is no recording"),
    ("audio:\n  file: downloads/open.mp3\n  chapters: [here]", 4, "is no chapter"),
    ("audio:\n  file: downloads/guide.mp3", 3, "keeps it for its readers"),
    ("audio: downloads/open.mp3", 2, "indented below it"),
]
"""What stands in front of a page, the line of the mistake, and what is said of it."""


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> list[Problem]:
    """All of one run over a site with all of these mistakes, each on a page of its own."""
    folder = tmp_path_factory.mktemp("wrong")
    half = "\n<!-- more -->\n\nWithheld words.\n"
    pages = {
        f"docs/wrong/{number}.md": f"---\n{front}\n---\n# A\n\nOpen.\n{'' if 'waitlist' in front else half}"
        for number, (front, _, _) in enumerate(WRONG)
    }
    for name, text in {**FILES, **pages, "docs/downloads/open.mp3": "ID3", "docs/downloads/trial": "x"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with pytest.raises(BadPlaybook) as bad:
        check_sources(folder / "mkdocs.yml")
    return list(bad.value.problems)


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_kind_that_does_not_fit_is_named_with_file_and_line(problems: list[Problem], number: int) -> None:
    _, line, what = WRONG[number]

    (found,) = [problem for problem in problems if problem.file.endswith(f"wrong/{number}.md")]
    assert (found.line, what in found.message) == (line, True), found


# --- parts


def told(world: World, name: str, **data: object) -> int:
    """Another system says so, signed."""
    body = json.dumps({"type": name, "data": data})
    now = world.services.clock.now()
    signature = Webhook(SECRET).sign("fact-1", now, body)
    headers = {
        "webhook-id": "fact-1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature,
    }  # fmt: skip
    return world.browser().send("POST", f"/api/hooks/{name}", body.encode(), headers).status
