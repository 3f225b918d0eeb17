"""The form where a page breaks off and what follows once it is open: small, honest, whole without a script."""

from __future__ import annotations

import gzip
import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import leadlight
from leadlight.gate.published import proof_name, published
from leadlight.model.person import Promise, Purpose
from leadlight.model.site import ConsentMode, Field, FieldType, Form
from leadlight.rules.countries import offered
from leadlight.words import words_of

ASSETS = Path(leadlight.__file__).parent / "gate" / "assets"
JINJA = Environment(
    loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
)
JINJA.install_gettext_translations(words_of("en"), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
EMAIL = Field("email", FieldType.EMAIL, "Work e-mail", required=True)
WORDS = {Purpose.CONTENT: "We send you the page.", Purpose.FOLLOW_UP: "Ada may write to me about it."}
EVIL = "\"><script>alert('x')</script>"
EACH_KIND = (
    EMAIL,
    Field("name"),
    Field("size", FieldType.CHOICE, "How many?", choices=("1", "2"), buys="Then the examples fit."),
    Field("why", FieldType.TEXTAREA, "Why?"),
    Field("country", FieldType.COUNTRY, "Country", choices=("PL", "DE")),
    Field("likes", FieldType.MULTI_CHOICE, "Likes", choices=("a", "b"), shown={"a": "Apples"}, help="Tick some."),
    Field("campaign", FieldType.HIDDEN, choices=("spring",)),
)


class Page(HTMLParser):
    """Start tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *tags: str, **attributes: str) -> list[dict[str, str | None]]:
        return [a for tag, a in self.found if tag in tags and attributes.items() <= a.items()]


def draw(template: str = "form.html", **changes: object) -> Page:
    fields = changes.pop("fields", (EMAIL,))
    form = Form("short", fields, ConsentMode.OPTIONAL, WORDS, "Read the other half", "Send it")  # type: ignore[arg-type]  # kwargs are objects
    context: dict[str, object] = {
        "gate_id": "tutorials/zero", "title": "Zero", "unlock": "email", "form": form, "fields": fields,
        "consent": "optional", "wording": WORDS, "wording_hash": "abc", "promise_text": "4 mails in 3 weeks",
        "promise": Promise(4, 21, ("mail",), "follow-up", None, None), "withheld_percent": 63, "withheld_words": 1800,
        "minutes": 9, "files": (("a b.pdf", "240 kB", "application/pdf"), ("talk.mp3", "4 MB", "audio/mpeg")),
        "page_url": "/tutorials/zero/", "full_url": "/tutorials/zero/_full", "language": "en", "several": False,
        "kind": "page", "trial": "", "recording": "", "free_left": "", "used_up": "", "following": None,
        "offered": partial(offered, language="en"), "privacy": "",
    }  # fmt: skip
    return Page(JINJA.get_template(template).render(context | changes))


def test_script_and_style_weigh_at_most_six_kilobytes_together() -> None:
    packed = [len(gzip.compress(published(name).encode(), mtime=0)) for name in ("leadlight.js", "leadlight.css")]

    assert sum(packed) <= 6 * 1024


def test_what_proves_something_is_loaded_by_need_and_weighs_at_most_four_kilobytes() -> None:
    script = published("leadlight.js")

    assert script.count(f'import("./{proof_name()}")') == script.count("leadlight-proof") == 1
    assert len(published(proof_name()).encode()) <= 4 * 1024


def test_the_script_is_published_without_what_only_its_readers_here_need() -> None:
    script, source = published("leadlight.js"), (ASSETS / "leadlight.js").read_text()
    code = [line for line in source.splitlines() if not line.strip().startswith("//")]

    assert len(script.splitlines()) == len(code) < len(source.splitlines())


@pytest.mark.parametrize("name", ["leadlight.js", "leadlight-proof.js", "leadlight.css", "form.html", "after.html"])
def test_the_front_end_asks_no_third_party_for_anything(name: str) -> None:
    text = (ASSETS / name).read_text().replace('import("./leadlight-proof.js")', "").replace("import.meta.url", "")

    assert re.findall(r"https?:|[\"'(]//|@import|url\(|\bimport\b", text) == []


def test_the_form_posts_without_a_script() -> None:
    access = draw().all("form")[0]

    assert (access["method"], access["action"]) == ("post", "/api/access")


def test_the_form_names_its_gate_and_the_words_it_showed() -> None:
    hidden = {field["name"]: field.get("value") for field in draw(fields=EACH_KIND).all("input", type="hidden")}

    assert {name: value for name, value in hidden.items() if name not in {"zone", "ticket", "fresh"}} == {
        "gate": "tutorials/zero",
        "wording": "abc",
        "campaign": "spring",
    }


@pytest.mark.parametrize("wording", [WORDS, {"content": WORDS["content"]}], ids=["follow-ups", "none"])
def test_the_form_asks_the_browser_for_its_clock_only_where_mails_may_follow(wording: dict[str, str]) -> None:
    asked = draw(wording=wording).all("input", name="zone")

    assert len(asked) == ("follow-up" in wording)


def test_the_page_has_words_for_what_browsers_would_say_in_their_own_language() -> None:
    page = draw(consent="required")
    said = {field["name"]: field.get("data-wrong", "") for field in page.all("input")}

    assert "whole address" in said["email"]
    assert "Tick the box" in said["consent"]
    assert "Six digits" in said["code"]


def test_the_form_says_how_much_is_withheld() -> None:
    page = draw()

    assert "The other 63\u202f%, about 9 minutes, with 2 downloads" in page.text
    assert "4 mails in 3 weeks" in page.text


def test_one_minute_and_one_download_are_counted_in_the_singular() -> None:
    page = draw(minutes=1, files=(("a.pdf", "1 kB", "application/pdf"),))

    assert "about 1 minute, with 1 download" in page.text
    assert "downloads" not in page.text


def test_required_consent_is_named_as_an_exchange() -> None:
    page = draw(consent="required")

    assert "This is an exchange" in page.text
    assert "required" in page.all("input", name="consent")[0]


def test_optional_consent_may_be_left_out() -> None:
    page = draw(consent="optional")

    assert "yours either way" in page.text
    assert "required" not in page.all("input", name="consent")[0]


def test_there_is_no_box_for_what_happens_either_way() -> None:
    page = draw(consent="optional", kind="waitlist", wording={Purpose.CONTENT: "We write once."})

    assert page.all("input", name="consent") == []
    assert page.text.count("We write once.") == 1
    assert "either puts you on the list" in page.text


def test_a_form_that_promises_no_mails_speaks_of_no_link_in_them() -> None:
    page = draw(promise=Promise(0, 0, (), "", None, None), promise_text="no follow-up, just this one mail")

    assert "What follows: no follow-up, just this one mail." in page.text
    assert "Each mail has a link" not in page.text


@pytest.mark.parametrize("consent", ["required", "optional"])
def test_no_box_is_ticked_before_the_visitor_does(consent: str) -> None:
    boxes = draw(consent=consent, wording=WORDS | {Purpose.NEWS: "News, too."}).all("input", type="checkbox")

    assert len(boxes) == 2
    assert not any("checked" in box for box in boxes)


def test_the_exact_words_of_each_purpose_stand_in_the_form() -> None:
    page = draw(wording=WORDS | {Purpose.NEWS: "News, too."})

    assert all(words in page.text for words in [*WORDS.values(), "News, too."])


def test_news_is_not_asked_for_unless_the_form_has_words_for_it() -> None:
    assert draw().all("input", name="news") == []


def test_nobody_is_called_who_says_nothing() -> None:
    chosen = [radio["value"] for radio in draw().all("input", name="call") if "checked" in radio]

    assert chosen == ["no"]


def test_a_call_can_be_wished_on_a_form_without_a_phone_field() -> None:
    assert len(draw(fields=(EMAIL,)).all("input", name="phone")) == 1


def test_a_phone_field_of_the_form_is_asked_for_once() -> None:
    free = draw(fields=(EMAIL, Field("phone", FieldType.PHONE)))
    demanded = draw(fields=(EMAIL, Field("phone", FieldType.PHONE, required=True)))

    assert len(free.all("input", name="phone")) == len(demanded.all("input", name="phone")) == 1
    assert "required" in demanded.all("input", name="phone")[0]


@pytest.mark.parametrize("template", ["form.html", "after.html"])
def test_every_field_has_a_label_and_every_description_exists(template: str) -> None:
    page = draw(template, fields=EACH_KIND)
    ids = [a["id"] for _, a in page.found if a.get("id")]
    labelled = {label.get("for") for label in page.all("label")}
    fields = [
        f for f in page.all("input", "select", "textarea") if f.get("type") not in {"hidden", "radio", "checkbox"}
    ]

    assert {f["id"] for f in fields} <= labelled
    assert {i for _, a in page.found for i in (a.get("aria-describedby") or "").split()} <= set(ids)
    assert len(ids) == len(set(ids))


def test_nothing_that_a_marketer_writes_becomes_markup() -> None:
    page = draw(
        fields=(EMAIL, Field(EVIL, label=EVIL, buys=EVIL)), gate_id=EVIL, title=EVIL, promise_text=EVIL,
        wording={Purpose.FOLLOW_UP: EVIL}, full_url=EVIL, files=((EVIL, EVIL, EVIL),),
    )  # fmt: skip

    assert len(page.all("script")) == 1


def test_the_field_for_programs_is_out_of_a_persons_way() -> None:
    trap = draw().all("input", name="homepage")[0]
    around = draw().all("div", **{"class": "leadlight-trap"})[0]

    assert (trap["tabindex"], trap["autocomplete"], around["aria-hidden"]) == ("-1", "off", "true")
    assert "Please leave this empty" in draw().text


def test_a_form_that_asks_for_a_homepage_sets_no_trap_by_that_name() -> None:
    page = draw(fields=(EMAIL, Field("homepage")))

    assert [field.get("tabindex") for field in page.all("input", name="homepage")] == [None]


def test_the_form_is_no_search_result() -> None:
    assert "data-search-exclude" in draw().all("section")[0]
    assert "data-search-exclude" in draw("after.html").all("section")[0]


def test_the_place_for_the_withheld_half_follows_the_form() -> None:
    assert draw().found[-1] == ("div", {"class": "leadlight-rest", "data-leadlight-rest": None})
    assert draw().all("section")[0]["data-content"] == "/api/content/tutorials/zero"


def test_somebody_without_a_script_finds_the_whole_page() -> None:
    assert draw().all("a") == [{"href": "/tutorials/zero/_full"}]


def test_downloads_are_plain_links_and_audio_can_be_listened_to() -> None:
    page = draw("after.html")

    assert [a["href"] for a in page.all("a")] == [f"/api/files/tutorials/zero/{n}" for n in ("a%20b.pdf", "talk.mp3")]
    assert [(p["src"], p["preload"]) for p in page.all("audio")] == [("/api/files/tutorials/zero/talk.mp3", "none")]


def test_a_question_and_a_call_can_be_posted_from_the_open_page() -> None:
    forms = draw("after.html").all("form", method="post")

    assert [str(form["action"]).partition("#")[0] for form in forms] == ["/api/question", "/api/call"]


def test_somebody_without_a_script_is_told_that_it_was_sent() -> None:
    page = draw("after.html")

    notes = {str(form["action"]).partition("#")[2] for form in page.all("form")}
    assert notes <= {str(p.get("id")) for p in page.all("p")}


def test_the_script_answers_for_each_form_of_the_templates() -> None:
    script = (ASSETS / "leadlight.js").read_text()
    forms = [form for form in draw().all("form") + draw("after.html").all("form") if "data-fresh" not in form]

    assert "[data-fresh]" in script
    assert all(f"\n  {form['data-leadlight']}: async (" in script for form in forms)
