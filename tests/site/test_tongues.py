"""A site of several languages, by the plugin that most of them use: one gate each, and nothing leaks in any of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from leadlight.gate.config import build_here
from leadlight.gate.order import Order, Report
from leadlight.gate.tongues import with_versions
from leadlight.model.site import Gate, Manifest

PAGE = "---\ntitle: {title}\n{more}---\n# {title}\n\nOpen words of {title}, for anybody.\n\n<!-- more -->\n\n{rest}\n"
ENGLISH = "Marble otters count the closed shutters of every northern library."
POLISH = "Marmurowe wydry liczą zamknięte okiennice każdej północnej biblioteki."
I18N = {"languages": [{"locale": "en", "name": "English", "default": True}, {"locale": "pl", "name": "Polski"}]}
FILES = {
    "index.md": "# Home\n",
    "index.pl.md": "# Dom\n",
    "both.md": PAGE.format(title="Both", more="gate: {files: [a.pdf]}\n", rest=ENGLISH),
    "both.pl.md": PAGE.format(title="Obie", more="", rest=POLISH),
    "one.md": PAGE.format(
        title="One", more="gate: {unlock: form}\n", rest="Copper owls recite the long tables of the tide."
    ),
    "a.pdf": "%PDF english",
    "a.pl.pdf": "%PDF polski",
}
HOOK = "def on_post_page(output, page, config):\n    return output + ({text!r} if page.url == 'pl/' else '')\n"


def built(root: Path, **config: object) -> Report:
    for name, text in FILES.items():
        (root / "docs").mkdir(exist_ok=True)
        (root / "docs" / name).write_text(text)
    settings = {"site_name": "Two", "theme": "mkdocs", "plugins": [{"i18n": I18N}, "leadlight"], **config}
    (root / "mkdocs.yml").write_bytes(msgspec.json.encode(settings))  # JSON is YAML
    return build_here(Order(str(root / "mkdocs.yml"), str(root / "site")))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tongues")
    assert built(root).problems == ()
    return root


@pytest.fixture(scope="module")
def manifest(root: Path) -> Manifest:
    return msgspec.json.decode((root / "bundle" / "manifest.json").read_bytes(), type=Manifest)


def half(root: Path, gate: Gate) -> str:
    return (root / "bundle" / gate.half).read_text()


def test_a_translation_is_the_same_gate_and_needs_no_gate_of_its_own(root: Path, manifest: Manifest) -> None:
    gate = manifest.gates["both"]  # type: ignore[index]  # a gate's id is a text

    assert (gate.page, gate.variants["pl"].page) == ("both/", "pl/both/")
    assert (ENGLISH in half(root, gate), POLISH in half(root, gate.variants["pl"])) == (True, True)
    assert gate.wording != gate.variants["pl"].wording


def test_a_page_that_is_not_translated_has_its_form_in_the_language_around_it(root: Path, manifest: Manifest) -> None:
    page = (root / "site" / "pl" / "one" / "index.html").read_text()

    assert "Wyślij mi link" in page
    assert manifest.gates["one"].variants["pl"].page == "pl/one/"  # type: ignore[index]  # the same


def test_the_pages_that_we_serve_have_a_frame_in_each_language(root: Path, manifest: Manifest) -> None:
    frames = [(root / "bundle" / path).read_text() for path in (manifest.shell, manifest.shells["pl"])]

    assert ['lang="en"' in frames[0], 'lang="pl"' in frames[1]] == [True, True]


def test_p5_nothing_withheld_is_public_in_any_language(root: Path) -> None:
    public = [path.read_text("latin-1") for path in (root / "site").rglob("*") if path.is_file()]

    assert [text for text in public if "Marble otters" in text or "Marmurowe" in text or "%PDF" in text] == []


@pytest.mark.parametrize(("text", "origin"), [(POLISH, "both.pl.md"), (ENGLISH, "both.md")])
def test_p5_a_leak_in_another_language_is_found_and_named(tmp_path: Path, text: str, origin: str) -> None:
    (tmp_path / "hook.py").write_text(HOOK.format(text=text))
    report = built(tmp_path, hooks=["hook.py"])

    assert report.leak
    assert report.problems[0].file.endswith("site/pl/index.html")
    assert origin in report.problems[0].message


def test_a_title_is_followed_by_the_way_to_its_other_languages() -> None:
    found = with_versions("<h1>A</h1><p>B</p>", {"pl": "../pl/", "de": "../de/"})

    assert found.startswith('<h1>A</h1>\n<p class="leadlight-languages"')
    assert ">Deutsch</a> · <a" in found
    assert ">Ta strona jest dostępna po polsku</a>" in found
