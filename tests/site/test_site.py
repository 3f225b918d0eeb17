"""What a visitor gets, and what waits in the bundle: facts of one built site."""

import json
import re
from pathlib import Path

import msgspec
from tests.site.conftest import SmallSite

from leadlight.gate.merge import merge
from leadlight.model.site import SHELL_BODY, SHELL_TITLE, Wording

SECRETS = re.compile(r"ocelot|wombat|marmot|capybara|heron|stork|pangolin|Ada Lovelace", re.IGNORECASE)


def test_p5_nothing_withheld_stands_in_any_public_file(small: SmallSite) -> None:
    telling = [
        p.name for p in small.site.rglob("*") if p.is_file() and SECRETS.search(p.read_bytes().decode("latin-1"))
    ]

    assert telling == []


def test_p5_neither_playbook_nor_gated_files_are_published(small: SmallSite) -> None:
    names = {path.name for path in small.site.rglob("*")}

    assert not names & {"playbook", "team.yml", "01-hello.md", "workbook.pdf", "downloads"}


def test_the_open_half_stays_searchable_and_in_the_feed(small: SmallSite) -> None:
    found = [(small.site / name).read_text() for name in ("search/search_index.json", "feed_rss_created.xml")]

    assert all("A teaser that everybody may read" in text for text in found)


def test_the_words_of_the_form_are_not_searchable(small: SmallSite) -> None:
    titles = [doc["title"] for doc in json.loads((small.site / "search/search_index.json").read_text())["docs"]]

    assert "The first lever" in titles
    assert all("<form" not in doc for doc in titles)
    assert "Check your mail" not in (small.site / "search/search_index.json").read_text()


def test_the_form_stands_where_the_page_breaks_off(small: SmallSite) -> None:
    page = small.page("guide/pricing")

    places = [page.index(part) for part in ("Tabs of the open half", '<section class="leadlight"', 'class="footnote"')]
    assert places == sorted(places)
    assert 'data-gate="guide/pricing"' in page
    assert "data-leadlight-rest" in page


def test_the_form_says_how_much_is_withheld(small: SmallSite) -> None:
    gate = small.built.manifest.gates["guide/pricing"]

    assert (gate.withheld_percent, gate.withheld_words, gate.minutes) == (70, 107, 1)
    assert "The other 70" in small.page("guide/pricing")


def test_no_button_leads_to_the_whole_source(small: SmallSite) -> None:
    assert "edit/main" in small.page("")
    assert "guide/pricing.md" not in small.page("guide/pricing")


def test_search_engines_learn_that_the_rest_is_paid_for_with_an_address(small: SmallSite) -> None:
    data = json.loads(re.findall(r"ld\+json\">(.*?)</script>", small.page("guide/pricing"))[0])

    assert data["isAccessibleForFree"] is False
    assert data["hasPart"]["cssSelector"] == ".leadlight-rest"


def test_an_open_page_is_left_alone(small: SmallSite) -> None:
    assert "ld+json" not in small.page("")
    assert "<section" not in small.page("")


def test_the_half_opens_with_everything_after_the_mark(small: SmallSite) -> None:
    half = small.half("guide/pricing")

    assert half["html"].startswith('<h2 id="the-second-lever">')
    assert "The footnote about ocelots" in half["html"]
    assert half["title"] == "Pricing for people"
    assert "leadlight-after" in half["html"]


def test_no_id_is_there_twice_when_the_halves_come_together(small: SmallSite) -> None:
    ids = re.findall(r'\bid="([^"]+)"', small.whole("guide/pricing"))

    assert len(ids) == len(set(ids))


def test_the_contents_of_the_half_name_every_heading(small: SmallSite) -> None:
    anchors = re.findall(r'href="#([^"]+)"', small.half("guide/pricing")["toc"])

    assert anchors == ["the-first-lever", "the-second-lever", "the-third-lever", "marmots"]


def test_the_public_contents_name_only_open_headings(small: SmallSite) -> None:
    sidebar = re.findall(r'<a href="#([^"]+)" class="md-nav__link"', small.page("guide/pricing"))

    assert set(sidebar) == {"the-first-lever"}


def test_the_whole_page_reads_without_javascript_and_is_not_indexed(small: SmallSite) -> None:
    whole = small.whole("guide/pricing")

    assert "Tabs of the open half" in whole
    assert "Marmots never bargain" in whole
    assert 'content="noindex"' in whole
    assert '<section class="leadlight"' not in whole


def test_links_to_a_gated_file_go_through_the_gate(small: SmallSite) -> None:
    assert 'href="../../api/files/guide/pricing/workbook.pdf"' in small.half("guide/pricing")["html"]
    assert 'api/files/launch/workbook.pdf"' in small.half("launch")["html"]


def test_a_gated_file_lies_in_the_bundle_under_its_hash(small: SmallSite) -> None:
    file = small.built.manifest.gates["guide/pricing"].file_objects["workbook.pdf"]
    data = (small.root / "bundle" / file.path).read_bytes()

    assert (file.size, file.type) == (len(data), "application/pdf")
    assert data == (small.root / "docs/downloads/workbook.pdf").read_bytes()


def test_a_post_is_gated_where_the_blog_puts_it(small: SmallSite) -> None:
    assert small.built.manifest.gates["launch"].page == "blog/2026/01/05/we-launch/"
    assert "The open part of a post" in small.page("blog")


def test_the_words_that_a_visitor_agrees_to_are_kept_under_their_hash(small: SmallSite) -> None:
    gate = small.built.manifest.gates["guide/pricing"]
    path = small.root / "bundle" / small.built.manifest.wordings[gate.wording]

    wording = msgspec.json.decode(path.read_bytes(), type=Wording)

    assert wording.promise.mails in {0, 1}
    assert f'value="{gate.wording}"' in small.page("guide/pricing")


def test_the_shell_carries_the_theme_and_no_place_of_its_own(small: SmallSite) -> None:
    shell = (small.root / "bundle" / small.built.manifest.shell).read_text()

    assert shell.count(SHELL_TITLE) == shell.count(SHELL_BODY) == 1
    assert 'href="/assets/leadlight.css"' in shell
    assert "../" not in shell
    assert 'content="noindex"' in shell


def test_the_palette_carries_through(small: SmallSite) -> None:
    assert small.built.manifest.theme.primary == "#009485"
    assert small.built.manifest.theme.accent == "#ff6e42"


def test_a_build_adds_to_the_bundle_and_takes_nothing_away(small: SmallSite, tmp_path: Path) -> None:
    old = tmp_path / "halves" / "old.json"
    old.parent.mkdir()
    old.write_text("{}")

    merge(small.root / "bundle", tmp_path)

    assert old.exists()
    assert (tmp_path / "manifest.json").read_bytes() == (small.root / "bundle" / "manifest.json").read_bytes()
    assert not list(tmp_path.rglob("*.new"))
