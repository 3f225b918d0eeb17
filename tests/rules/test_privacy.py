"""The privacy notice and the record of processing say what the site does: what is new shows up, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.rules.playbooks import TEAM, write

from leadlight.model.criteria import RETENTION
from leadlight.model.data_map import DATA_MAP
from leadlight.model.person import Purpose
from leadlight.playbook.front import GateFront, read_gate
from leadlight.playbook.privacy import MARK as MARKED
from leadlight.playbook.privacy import notice, noticed, plain
from leadlight.playbook.processing import BASES, COOKIES, KEPT_FOR, METERED, PURPOSES, Processing, processing_of
from leadlight.playbook.record import record
from leadlight.playbook.source import Playbook, load
from leadlight.visitor import meter, my_data, passes
from leadlight.words import words_of

FORM = """\
    title: {en: The guide, pl: Poradnik}
    consent: optional
    fields:
      - {name: email, type: email, label: {en: E-mail, pl: E-mail}}
      - {name: size, label: {en: Size, pl: Rozmiar}, buys: {en: Examples that fit., pl: Pasujące przykłady.}}
    wording:
      content: {en: We mail you a link., pl: Wyślemy link.}
      follow-up: {en: You may write | to me., pl: Możecie pisać.}
    """
MARK = "<!-- leadlight: privacy -->"
ROOT, START = Path(__file__).parents[2], "functions/leadlight/publish/start"


def playbook(tmp_path: Path, form: str = FORM, criteria: str = "") -> Playbook:
    files = {"team.yml": TEAM, "forms/guide.yml": form, **({"criteria.yml": criteria} if criteria else {})}
    return load(write(tmp_path / "playbook", files), language="en")


def gate(tmp_path: Path, *lines: str) -> GateFront:
    path = tmp_path / "page.md"
    path.write_text("---\ngate:\n  form: guide\n" + "".join(f"  {line}\n" for line in lines) + "---\n# Page\n")
    front = read_gate(path, "page.md")
    assert front is not None
    return front


def of(tmp_path: Path, *, form: str = FORM, criteria: str = "", language: str = "en") -> Processing:
    return processing_of(playbook(tmp_path, form, criteria), [gate(tmp_path)], language)


def both(found: Processing, language: str = "en") -> tuple[str, str]:
    return notice(found, language), record(found, site="Acme")


def test_each_field_and_purpose_of_a_form_is_named_with_its_words(tmp_path: Path) -> None:
    for text in both(of(tmp_path)):
        assert "Examples that fit." in text
        assert "We mail you a link." in text
        assert "You may write &#124; to me." in text
        assert "consent, Art. 6 (1) (a) GDPR" in text


def test_a_new_field_and_a_new_purpose_show_up_by_themselves(tmp_path: Path) -> None:
    more = FORM.replace(
        "    wording:", "      - {name: shoe, label: {en: Shoe size}, buys: {en: Socks.}}\n    wording:"
    )
    more += "  news: {en: Tell me what is new.}\n"
    before, after = both(of(tmp_path / "a")), both(of(tmp_path / "b", form=more))

    for old, new in zip(before, after, strict=True):
        assert "Socks." in new
        assert "Tell me what is new." in new
        assert "Socks." not in old


def test_a_hidden_field_is_told_with_what_it_says(tmp_path: Path) -> None:
    hidden = FORM.replace("    wording:", "      - {name: product, type: hidden, value: ovens}\n    wording:")

    assert "“ovens”" in notice(of(tmp_path, form=hidden), "en")


def test_all_that_the_data_map_has_is_in_both(tmp_path: Path) -> None:
    for text in both(of(tmp_path)):
        assert all(row.what in text and row.why in text and row.until in text for row in DATA_MAP)


def test_retention_is_the_playbooks_own(tmp_path: Path) -> None:
    found = of(tmp_path, criteria="retention: {lost: 90 days}\n")

    for text in both(found):
        assert re.search(r"somebody who has decided otherwise \| 90 days", text)
        assert re.search(r"an address that nobody has confirmed \| 30 days", text)


def test_every_stage_purpose_and_basis_has_words() -> None:
    assert set(KEPT_FOR) == set(RETENTION)
    assert set(PURPOSES) == set(BASES) == set(Purpose)


def test_the_company_and_the_way_to_it_are_named(tmp_path: Path) -> None:
    for text in both(of(tmp_path)):
        assert "Acme" in text
        assert "ann@acme.example" in text


def test_the_cookies_are_those_that_are_set(tmp_path: Path) -> None:
    names = {passes.LEAD_PASS, passes.HINT, my_data.COOKIE, "leadlight_gate_…", "leadlight_tab_…"}

    assert {cookie.name for cookie in COOKIES} == names
    assert {cookie.name for cookie in METERED} == {meter.READS, meter.HINT}
    plain_site, metered = of(tmp_path), processing_of(playbook(tmp_path), [gate(tmp_path, "meter: 2/month")], "en")
    assert meter.READS not in notice(plain_site, "en")
    assert meter.READS in notice(metered, "en")


def test_a_form_that_no_page_asks_with_is_not_told_of(tmp_path: Path) -> None:
    found = processing_of(playbook(tmp_path), [], "en")

    assert found.asks == ()
    assert "The guide" not in notice(found, "en")


def test_a_polish_page_has_it_in_polish(tmp_path: Path) -> None:
    text = notice(of(tmp_path, language="pl"), "pl")

    assert "## Twoje prawa" in text
    assert "Możecie pisać." in text
    assert "2 lata" in text
    assert not [line for line in text.splitlines() if line.startswith("## ") and line in notice(of(tmp_path), "en")]


@pytest.mark.parametrize("text", [row.what for row in DATA_MAP] + list(KEPT_FOR.values()) + list(PURPOSES.values()))
def test_what_tables_say_is_translated(text: str) -> None:
    assert words_of("pl").gettext(text) != text


def test_the_notice_takes_the_place_of_its_line_alone(tmp_path: Path) -> None:
    book, front = playbook(tmp_path), gate(tmp_path)
    said = noticed(f"# Privacy\n\n{MARK}\n\nAfter \\1.\n", book, [front], "en")

    assert said.startswith("# Privacy\n\n## Who answers for your data")
    assert said.endswith("After \\1.\n")
    assert noticed(f"Write `{MARK}` there.\n", book, [front], "en") == f"Write `{MARK}` there.\n"


@pytest.mark.parametrize("page", ["content/privacy.md", "content/privacy.pl.md", f"{START}/content/privacy.md"])
def test_our_own_site_and_each_new_one_ask_for_the_notice(page: str) -> None:
    assert MARKED.search((ROOT / page).read_text("utf-8"))


def test_what_marketers_write_is_shown_to_the_letter() -> None:
    assert plain("<script>\n[a](b) | `c`") == "&lt;script&gt; \\[a\\](b) &#124; \\`c\\`"


def test_spans_are_said_as_people_count(tmp_path: Path) -> None:
    found = replace(of(tmp_path), retention={"lead": timedelta(days=365), "lost": timedelta(days=45)})

    assert "| somebody who has confirmed | 1 year |" in notice(found, "en")
    assert "| ktoś, kto zdecydował inaczej | 45 dni |" in notice(found, "pl")
