"""What the leak check finds, and what it leaves in peace."""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.site.conftest import SmallSite

from leadlight.errors import Leak
from leadlight.gate import leaks
from leadlight.gate.check import check_site
from leadlight.gate.config import read_config, theme_files
from leadlight.gate.leaks import Passage, Withheld

SENTENCE = "The ocelot raises prices in small quiet steps every spring."
PDF = b"%PDF-1.4\nworkbook about ocelots\n%%EOF\n"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.txt", text)
    return buffer.getvalue()


PLANTED: dict[str, tuple[str, str | bytes]] = {
    "HTML, with words marked in part": ("x.html", SENTENCE.replace("ocelot", "oce<b>lot</b>")),
    "a search index": ("search/search_index.json", json.dumps({"docs": [{"text": f"<p>{SENTENCE}</p>"}]})),
    "JSON with escapes": ("a.json", json.dumps(SENTENCE).replace("o", "\\u006f")),
    "a feed, escaped twice": ("feed.xml", f"<rss><description>{escape(escape(f'<p>{SENTENCE}'))}</description></rss>"),
    "a feed as CDATA": ("feed2.xml", f"<content><![CDATA[<p>{SENTENCE}</p>]]></content>"),
    "an attribute": ("y.html", f'<img alt="{SENTENCE}">'),
    "a meta description": ("z.html", f'<head><meta name="description" content="{SENTENCE[:45]}…"></head>'),
    "JavaScript": ("a.js", "const t='The \\x6fcelot raises prices\\nin small quiet steps'"),
    "a style sheet": ("a.css", f".x::after{{content:'{SENTENCE}'}}"),
    "base64 in an attribute": ("b.html", f'<img src="data:text/html;base64,{coded(SENTENCE)}">'),
    "base64 within base64": ("c.html", coded(f"<p>{coded(SENTENCE)}</p>")),
    "a data address with percent signs": ("d.html", f'<a href="data:text/plain,{quote(SENTENCE)}">x</a>'),
    "gzip": ("sitemap.xml.gz", gzip.compress(SENTENCE.encode())),
    "an archive": ("offline.zip", zipped(SENTENCE)),
    "UTF-16": ("a.txt", SENTENCE.encode("utf-16")),
    "the source itself": ("guide/pricing.md", f"# Pricing\n\n{SENTENCE}\n"),
    "a comment": ("e.html", f"<!-- {SENTENCE} -->"),
    "a heading": ("f.html", "<h3>Quiet wombat trick</h3>"),
    "a title": ("g.json", '[{"title": "The second lever"}]'),
    "an anchor of the page": ("guide/pricing/index.html", '<nav><a href="#marmots">1</a></nav>'),
    "an anchor from elsewhere": ("h.html", '<a href="../guide/pricing/#marmots">1</a>'),
    "an address in the search index": ("i.json", '{"location": "guide/pricing/#marmots"}'),
    "a link": ("j.html", '<a href="https://research.example/studies/ocelot-2026">study</a>'),
    "an alternative text": ("k.html", "<p>A wombat weighing coins beside the river</p>"),
    "code": ("l.html", "<code><i>def</i> <i>ocelot_margin</i>(cost, patience):\n  return cost * (1 + patience)</code>"),
    "a cell of a table": ("m.txt", "Early birds get the quiet seat"),
    "a footnote": ("n.txt", "the footnote about ocelots belongs to paying readers"),
    "a short sentence": ("o.txt", "Marmots? They said: announce the change to your oldest customers"),
    "the file under another name": ("assets/q.bin", PDF),
    "the file, inlined": ("p.html", f"<a href='data:;base64,{base64.b64encode(PDF * 1).decode()}'>x</a>"),
    "a step of a sequence": ("q.html", "<p>A pangolin writes this first mail about levers</p>"),
}


@pytest.mark.parametrize("where", PLANTED)
def test_p5_a_planted_leak_is_caught(where: str, small: SmallSite, tmp_path: Path) -> None:
    name, content = PLANTED[where]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    found = leaks.find(small.sources.withheld, said=small.sources.said, site=tmp_path)

    assert found, f"nobody noticed {where}"
    assert all(problem.file == str(path) for problem in found)


INNOCENT = {
    "what the open half says too": "<p>Prices are set by people who listen.</p><h2>The first lever</h2>",
    "an open footnote": "A note that everybody may read. This note serves both halves of the page.",
    "the description": "Three levers, explained",
    "a link that an open page has": '<a href="guide/pricing/#the-third-lever">the third lever</a>',
    "words in another order": "every spring steps quiet small in prices raises ocelot the",
    "one word of a heading": "<h2>Trick</h2><h2>Wholesale discounts</h2>",
    "a heading of one word elsewhere": '<h2 id="marmots">Marmots</h2>',
}


@pytest.mark.parametrize("what", INNOCENT)
def test_what_is_said_in_public_is_no_leak(what: str, small: SmallSite, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(INNOCENT[what])

    assert leaks.find(small.sources.withheld, said=small.sources.said, site=tmp_path) == []


def test_a_leak_names_file_phrase_and_origin(small: SmallSite, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(SENTENCE)

    first = leaks.find(small.sources.withheld, said=small.sources.said, site=tmp_path)[0]

    assert first.message.startswith(
        "says “the ocelot raises prices in small quiet steps every spring”, which is withheld in "
    )
    assert first.message.endswith("guide/pricing.md:30")


def test_ideographs_are_words_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<p>这个秘密价格每年春天悄悄上涨</p>")
    withheld = Withheld((Passage("这个秘密价格每年春天悄悄上涨。", "x.md:1"),))

    assert leaks.find(withheld, said=(), site=tmp_path)


def test_what_every_page_repeats_is_looked_at_for_every_page(small: SmallSite, tmp_path: Path) -> None:
    pages = [tmp_path / name / "index.html" for name in ("a", "b", "guide/pricing")]
    for page in pages:
        page.parent.mkdir(parents=True)
        page.write_text(f'<ul><li>Home</li><li><a href="#marmots">1</a></li><li>{SENTENCE}</li><li>End</li></ul>')

    found = leaks.find(small.sources.withheld, said=small.sources.said, site=tmp_path)

    assert {leak.file for leak in found if "says" in leak.message} == {str(page) for page in pages}
    assert {leak.file for leak in found if "points to" in leak.message} == {str(pages[2])}


def test_files_of_the_theme_are_not_read(small: SmallSite, tmp_path: Path) -> None:
    (tmp_path / "bundle.js").write_text(SENTENCE)
    known = {hashlib.sha256(SENTENCE.encode()).hexdigest()}

    assert leaks.find(small.sources.withheld, said=(), site=tmp_path, known=known) == []


def test_a_page_may_withhold_words_that_our_api_is_described_by(small: SmallSite) -> None:
    ours = hashlib.sha256((small.site / "openapi.json").read_bytes()).hexdigest()

    assert ours in theme_files(read_config(small.root / "mkdocs.yml"))


def test_the_check_needs_no_bundle_to_know_what_is_withheld(small: SmallSite, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(SENTENCE)

    with pytest.raises(Leak, match=r"feed\.xml: says “the ocelot raises"):
        check_site(small.root / "mkdocs.yml", tmp_path)


@pytest.fixture
def hooked(tmp_path: Path) -> Path:
    """A hook that keeps the Markdown of every page, as exporters for language models do."""
    hook = tmp_path / "hook.py"
    hook.write_text(
        "import pathlib\nkept = []\n"
        "def on_page_markdown(markdown, **_):\n    kept.append(markdown)\n"
        "def on_post_build(config):\n    pathlib.Path(config.site_dir, 'llms.txt').write_text('\\n'.join(kept))\n"
    )
    return hook


def test_a_hook_that_republishes_the_markdown_fails_the_build(
    hooked: Path, problems: Callable[..., tuple[object, ...]]
) -> None:
    page = "---\ngate: {}\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\n" + SENTENCE

    found = problems({"page.md": page}, hooks=[str(hooked)])

    assert "llms.txt: says “the ocelot raises prices in small quiet" in str(found[0])
