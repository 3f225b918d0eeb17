"""The pages we serve ourselves: inert when opened, whole without a shell, deaf to what people type into them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from leadlight.model.site import SHELL_BODY, SHELL_TITLE
from leadlight.model.touch import Objective, WhyNot
from leadlight.pages import outcome, rep, visitor
from leadlight.playbook.briefed import BarView, BriefingView, ObjectionView
from leadlight.rules.said import AIMS

SHELL = f"<html><title>{SHELL_TITLE} - Site</title><main>{SHELL_BODY}</main></html>"
EVIL = "<script>alert('x')</script>\" onload=\"y"
SOMEBODY = rep.Briefing(
    BriefingView(
        who="Ada Brink", email="ada@example.org", phone="+49 30 123-45", dial="+493012345", title="Seven touch points",
        call="Call now", opening="You read about pace.", aim="Advance it",
    ),
    suggested_objective=Objective.ADVANCE,
)  # fmt: skip
NOBODY = rep.Briefing(
    BriefingView(
        who=EVIL, email=EVIL, title=EVIL, confirmed=False, company=EVIL, phone=EVIL, dial=EVIL, call=EVIL, hour=EVIL,
        state=EVIL, read=(EVIL,), said=((EVIL, EVIL),), needs=(EVIL,), answers=((EVIL, EVIL),), score=EVIL,
        objections=(ObjectionView(EVIL, EVIL),), bars=(BarView(EVIL, 3, 7, EVIL),), reasons=(EVIL,), aim=EVIL,
        opening=EVIL, owner=EVIL, clock=EVIL,
    ),
    suggested_objective=Objective.START, timeline=((EVIL, EVIL),), next_action=EVIL, hold=EVIL, language=EVIL,
    book=EVIL,
)  # fmt: skip


def asked(briefing: rep.Briefing, *, wrong: dict[str, str] | None = None) -> outcome.Asked:
    """The question of how it went, with everything that there may be on its page."""
    some = (outcome.Choice(briefing.who, briefing.who, briefing.who),)
    fields = outcome.Fields(
        zone="Europe/London", currency="EUR", moments=some, objections=some, needs=some, needs_shown=briefing.who,
        aims=some, authority=some, channel=some, satisfaction=some, stage=some, open=bool(wrong), wrong=wrong or {},
        typed=dict.fromkeys(("note", "value", "lost_to", "feedback"), briefing.who),
    )  # fmt: skip
    aims = tuple(outcome.Choice(o, AIMS[o], chosen=o is briefing.suggested_objective) for o in Objective)
    return outcome.Asked(briefing.who, aims, fields, hint=briefing.brief.opening)


def logged(briefing: rep.Briefing) -> outcome.After:
    """What was logged and what follows."""
    words = briefing.brief.opening
    coming = (outcome.Coming(words, "2026-01-05T10:00", words),)
    return outcome.After(briefing.who, "x", (words,), words, words, coming, more=2, changed=(words,), next_aim=words)


Page = Callable[[str, rep.Briefing, str], str]
PAGES: dict[str, Page] = {
    "confirm": lambda s, b, t: visitor.confirm(s, title=b.brief.title, token=t, page_url="/x/", minutes=1),
    "waiting": lambda s, b, t: visitor.waiting(
        s, gate_id=b.brief.title, title=b.brief.title, page_url="/x/", full_url="/x/_full", error=b.brief.opening
    ),
    "unsubscribe": lambda s, b, t: visitor.unsubscribe(s, token=t, done=False, company=b.brief.title),
    "problem": lambda s, b, t: visitor.problem(s, heading=b.who, message=b.brief.opening, link=("/x/", b.who)),
    "form_errors": lambda s, b, t: visitor.form_errors(
        s, page_url="/x/", fields={b.who: b.brief.opening}, labels={"x": b.who}
    ),
    "lead": lambda s, b, t: rep.lead(s, briefing=b, token=t),
    "claim": lambda s, b, t: rep.claim(s, briefing=b, token=t, approve=False),
    "approve": lambda s, b, t: rep.claim(s, briefing=b, token=t, approve=True),
    "outcome": lambda s, b, t: outcome.form(s, asked(b), token=t),
    "mended": lambda s, b, t: outcome.form(s, asked(b, wrong={"value": b.brief.opening}), token=t),
    "done": lambda s, b, t: outcome.done(s, logged(b), token=t),
    "added": lambda s, b, t: outcome.done(s, replace(logged(b), fields=asked(b).fields), token=t),
    "replied": lambda s, b, t: rep.replied(s, briefing=b, token=t),
    "elsewhere": lambda s, b, t: rep.elsewhere(s, token=t),
}
ACTING = {
    "confirm", "waiting", "unsubscribe", "lead", "claim", "approve", "outcome", "mended", "added", "replied",
    "elsewhere",
}  # fmt: skip
every_page = pytest.mark.parametrize("draw", PAGES.values(), ids=PAGES)


class Elements(HTMLParser):
    """Each start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@every_page
def test_a_page_stands_inside_the_shell_of_the_site(draw: Page) -> None:
    html = draw(SHELL, SOMEBODY, "t")

    assert html.startswith("<html><title>")
    assert html.endswith("</main></html>")
    assert SHELL_BODY not in html
    assert SHELL_TITLE not in html


@every_page
def test_a_page_is_whole_without_a_shell(draw: Page) -> None:
    html = draw("", SOMEBODY, "t")

    assert html.startswith("<!doctype html>")
    assert html.count("<h1>") == 1
    assert SHELL_BODY not in html


@every_page
def test_nothing_that_people_type_becomes_markup(draw: Page) -> None:
    page = Elements(draw("", NOBODY, EVIL))

    assert page.all("script") == []
    assert [a for _, a in page.found if "onload" in a] == []


@every_page
def test_a_page_asks_nobody_else_for_anything_and_acts_on_nothing_by_itself(draw: Page) -> None:
    html = draw("", SOMEBODY, "t")

    assert re.findall(r"https?://|url\(|@import|http-equiv|<img|<link", html) == []


@pytest.mark.parametrize("name", PAGES)
def test_what_acts_is_a_form_that_posts(name: str) -> None:
    forms = Elements(PAGES[name]("", SOMEBODY, "t")).all("form")

    assert bool(forms) == (name in ACTING)
    assert all(form["method"] == "post" for form in forms)


@pytest.mark.parametrize("name", ["confirm", "unsubscribe", "lead", "claim", "outcome", "replied", "elsewhere"])
def test_a_form_carries_its_token_in_the_address_and_the_body(name: str) -> None:
    page = Elements(PAGES[name]("", SOMEBODY, "a&b=+"))

    assert str(page.all("form")[0]["action"]).endswith("?token=a%26b%3D%2B")
    assert {"type": "hidden", "name": "token", "value": "a&b=+"} in page.all("input")


@every_page
def test_every_field_has_a_label(draw: Page) -> None:
    page = Elements(draw("", SOMEBODY, "t"))
    fields = [*page.all("select"), *page.all("textarea"), *page.all("input")]
    labelled = {label.get("for") for label in page.all("label")}

    bare = [f for f in fields if f.get("type") not in {"hidden", "radio"} and f.get("id") not in labelled]

    assert bare == []


def test_a_text_that_looks_like_a_mark_of_the_shell_stays_text() -> None:
    html = visitor.problem(SHELL, heading=SHELL_BODY, message=SHELL_TITLE, link=None)

    assert html.count('leadlight-page"') == 1
    assert f"<p>{SHELL_TITLE}</p>" in html


def test_a_wrong_code_is_said_beside_its_field() -> None:
    html = visitor.waiting("", gate_id="a/b", title="T", page_url="/x/", full_url="/x/_full", error="Four tries left.")

    code = next(f for f in Elements(html).all("input") if f["name"] == "code")
    assert code["aria-invalid"] == "true"
    assert f'id="{code["aria-describedby"]}"' in html


def test_a_finished_unsubscribe_asks_for_nothing_more() -> None:
    html = visitor.unsubscribe("", token="t", done=True, company="Northlight")

    assert "<form" not in html
    assert "Northlight sends you no further mails" in html


def test_each_reason_why_not_is_one_tap() -> None:
    html = outcome.form("", asked(SOMEBODY), token="t")

    taps = [b["value"] for b in Elements(html).all("button") if b.get("name") == "why_not"]
    assert taps == list(WhyNot)


def test_the_suggested_objective_is_chosen_already() -> None:
    html = outcome.form("", asked(SOMEBODY), token="t")

    chosen = [o["value"] for o in Elements(html).all("option") if "selected" in o]
    assert chosen == [Objective.ADVANCE]


def test_the_reason_that_a_link_has_named_comes_first() -> None:
    buttons = Elements(outcome.form("", replace(asked(SOMEBODY), why=WhyNot.NO_NEED), token="t")).all("button")

    assert [b.get("value") for b in buttons if b.get("name")][:2] == [WhyNot.NO_NEED, "yes"]


def test_what_is_to_be_mended_of_an_outcome_is_said_beside_its_field() -> None:
    html = outcome.form("", asked(SOMEBODY, wrong={"value": "Write 12000."}), token="t")

    field = next(f for f in Elements(html).all("input") if f["name"] == "value")
    assert field["value"] == "Ada Brink"
    assert f'id="{field["aria-describedby"]}">Write 12000.' in html
    assert "Not saved yet" in html


def test_the_enter_key_does_not_log_a_success() -> None:
    html = outcome.form("", asked(SOMEBODY), token="t")

    assert "disabled" in Elements(html).all("button")[0]


def test_the_number_can_be_dialled_from_the_briefing() -> None:
    links = Elements(rep.lead("", briefing=SOMEBODY, token="t")).all("a")

    assert links[0]["href"] == "tel:+493012345"


def test_an_unconfirmed_lead_is_marked_on_the_briefing() -> None:
    assert "Unconfirmed" in rep.lead("", briefing=NOBODY, token="t")
    assert "Unconfirmed" not in rep.lead("", briefing=SOMEBODY, token="t")


def test_approving_says_so_in_what_it_posts() -> None:
    page = Elements(rep.claim("", briefing=SOMEBODY, token="t", approve=True))

    assert {"type": "hidden", "name": "approve", "value": "yes"} in page.all("input")
