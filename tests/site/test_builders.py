"""Other ways to build the same sources: several languages in one go, and a builder that does not know us."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from tests.site.conftest import SmallSite

from leadlight.errors import Leak, Problem
from leadlight.gate.check import check_site
from leadlight.model.site import Manifest

ENGLISH = "---\ngate: {}\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\nThe marmot sleeps until somebody pays it a visit.\n"
POLISH = (
    "---\ngate: {id: strona}\n---\n# Strona\n\nOtwarte.\n\n<!-- more -->\n\nŚwistak śpi, dopóki nikt go nie odwiedzi.\n"
)
LANGUAGES = [{"locale": "en", "default": True, "name": "English"}, {"locale": "pl", "name": "Polski"}]


def test_the_page_around_ours_loads_nothing_from_other_hosts(
    problems: Callable[..., tuple[Problem, ...]], tmp_path: Path
) -> None:
    scripts = ["https://cdn.example/x.js", "own.js"]

    assert problems({"page.md": ENGLISH, "own.js": ""}, extra_javascript=scripts, site_url="https://www.example/") == ()

    bundle = tmp_path / "bundle"
    manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes(), type=Manifest)
    shell = (bundle / manifest.shell).read_text()
    assert "cdnjs.cloudflare.com" in (tmp_path / "site/page/index.html").read_text()  # the theme loads it everywhere
    assert not re.search(r"""<(script|link)[^>]*(src|href)=["']?(https?:)?//(?!www\.example)""", shell)
    assert "/own.js" in shell
    assert "base.js" in shell
    assert "hljs.highlightAll()" in shell


def test_p5_every_language_of_a_site_is_gated(problems: Callable[..., tuple[Problem, ...]], tmp_path: Path) -> None:
    plugins = ["search", "leadlight", {"i18n": {"docs_structure": "suffix", "languages": LANGUAGES}}]
    pages = {"page.md": ENGLISH, "page.pl.md": POLISH, "alone.md": ENGLISH.replace("marmot", "heron")}

    assert problems(pages, plugins=plugins, theme={"name": "material", "font": False}) == ()

    gates = msgspec.json.decode((tmp_path / "bundle/manifest.json").read_bytes(), type=Manifest).gates
    assert {name: gate.page for name, gate in gates.items()} == {
        "alone": "alone/",
        "page": "page/",
        "strona": "pl/page/",
    }
    assert gates["strona"].language == "pl"
    assert 'data-gate="alone"' in (tmp_path / "site/pl/alone/index.html").read_text()


def test_p5_a_builder_that_does_not_know_the_plugin_is_found_out(small: SmallSite, tmp_path: Path) -> None:
    config = load_config(str(small.root / "mkdocs.yml"), site_dir=str(tmp_path), plugins=["search"], exclude_docs="")
    build(config)

    with pytest.raises(Leak) as found:
        check_site(small.root / "mkdocs.yml", tmp_path)

    leaking = {Path(leak.file).relative_to(tmp_path).as_posix() for leak in found.value.leaks}
    assert leaking == {
        "blog/posts/launch/index.html",
        "downloads/workbook.pdf",
        "guide/percent/index.html",
        "guide/pricing/index.html",
        "playbook/sequences/pricing/01-hello/index.html",
        "playbook/team.yml",
        "search/search_index.json",
    }
