"""Pictures and other files that only a withheld half asks for are withheld with it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.world import World

from leadlight.errors import Leak, Problem
from leadlight.gate.build import build_site
from leadlight.gate.check import check_site
from leadlight.gate.gather import Site, gather
from leadlight.gate.links import redirected
from leadlight.model.site import Gate, Manifest
from leadlight.model.touch import TouchKind

Build = Callable[..., tuple[Problem, ...]]

HALF = """
![Markdown](img/a.png "A title") and ![by reference][later], [the data](data/rows.csv), ![with spaces](<img/b c.png>)
<img src="../img/html.png" alt=""> and ![both](img/both.png)

<video poster="../img/poster.png"><source src="/media/clip.mp4"></video>
<img srcset="../img/small.png 1x, ../img/large.png 2x" style="background: url('../img/back.png')">

![shown above too](img/open.png) ![on another page](img/elsewhere.png) ![of the sheet](img/sheet.png) ![logo](logo.png)
![of a card](img/card.png)

```markdown
![only an example](img/example.png)
```

[later]: img/later.png
"""
PAGE = "---\nimage: img/card.png\ngate: {gate}\n---\n# Page\n\nOpen. ![]({picture})\n\n<!-- more -->\n"
FIRST = PAGE.format(gate="{unlock: form}", picture="img/open.png") + HALF
SECOND = PAGE.format(gate="{unlock: form, files: [work.pdf]}", picture="../img/open.png")
SECOND += "\n![](../img/both.png) [work](../work.pdf)\n"
OTHER = '# Other\n\n<img src="../img/elsewhere.png">\n'
PRIVATE = {
    "a.png", "later.png", "rows.csv", "b c.png", "html.png", "both.png", "poster.png", "clip.mp4",
    "small.png", "large.png", "back.png",
}  # fmt: skip
PUBLIC = {"open.png", "elsewhere.png", "sheet.png", "logo.png", "card.png", "example.png", "unasked.png"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inline")
    texts = {"index.md": "# Home\n", "first.md": FIRST, "sub/second.md": SECOND, "other.md": OTHER}
    texts["site.css"] = "body { background: url(img/sheet.png) }"
    paths = {"a", "b c", "html", "both", "poster", "small", "large", "back", "later"}
    paths |= {name.removesuffix(".png") for name in PUBLIC - {"logo.png"}}
    texts |= {f"img/{name}.png": f"picture {name}" for name in paths}
    texts |= {"logo.png": "logo", "data/rows.csv": "1,2", "media/clip.mp4": "clip", "work.pdf": "work"}
    for name, text in texts.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings = {"site_name": "S", "theme": "mkdocs", "extra": {"logo": "logo.png"}, "plugins": ["search", "leadlight"]}
    settings |= {"site_url": "https://s.example/", "extra_css": ["site.css"]}
    (folder / "mkdocs.yml").write_bytes(msgspec.json.encode(settings))
    build_site(folder / "mkdocs.yml", folder / "site", folder / "bundle")
    return folder


def gate_of(root: Path, name: str) -> Gate:
    return msgspec.json.decode((root / "bundle/manifest.json").read_bytes(), type=Manifest).gates[name]  # type: ignore[index]  # a plain name will do


def half_of(root: Path, name: str) -> str:
    return (root / "bundle" / gate_of(root, name).half).read_text()


def test_p5_what_only_a_withheld_half_asks_for_is_not_published(root: Path) -> None:
    published = {path.name for path in (root / "site").rglob("*")}

    assert published & PRIVATE == set()


def test_what_anything_public_asks_for_stays_public(root: Path) -> None:
    published = {path.name for path in (root / "site").rglob("*")}

    assert published >= PUBLIC


def test_a_private_picture_lies_in_the_bundle_and_is_no_download(root: Path) -> None:
    gate = gate_of(root, "first")

    assert set(gate.file_objects) == PRIVATE
    assert gate.files == ()
    assert (root / "bundle" / gate.file_objects["a.png"].path).read_text() == "picture a"
    assert "a.png" not in half_of(root, "first").partition("leadlight-after")[2]


def test_the_half_asks_its_own_gate_whatever_the_notation(root: Path) -> None:
    half = half_of(root, "first")

    missing = [name for name in PRIVATE if f"../api/files/first/{name.replace(' ', '%20')}" not in half]
    assert missing == []


def test_a_picture_of_two_gates_opens_with_either(root: Path) -> None:
    second = gate_of(root, "sub/second")

    assert set(second.file_objects) == {"both.png", "work.pdf"}
    assert second.files == ("work.pdf",)
    assert "../../api/files/sub/second/both.png" in half_of(root, "sub/second")


def test_a_picture_is_served_to_its_readers_and_counts_as_no_download(root: Path, tmp_path: Path) -> None:
    world = World(tmp_path, root / "bundle")
    stranger, reader = world.browser(), world.browser()
    assert reader.ask_for("sub/second").status == 200

    answers = [each.get("/api/files/sub/second/both.png") for each in (stranger, reader)]
    reader.get("/api/files/sub/second/work.pdf")

    assert [answer.status for answer in answers] == [401, 200]
    assert answers[1].body == b"picture both"
    assert [touch.facts["file"] for touch in world.touches(TouchKind.DOWNLOADED)] == ["work.pdf"]
    world.close()


def test_p5_a_private_picture_under_another_name_is_a_leak(root: Path, tmp_path: Path) -> None:
    (tmp_path / "thumb.bin").write_text("picture a")

    with pytest.raises(Leak, match=r"is the withheld file img/a\.png"):
        check_site(root / "mkdocs.yml", tmp_path)


def test_a_copy_made_on_purpose_is_no_leak(tmp_path: Path) -> None:
    for name in ("a.png", "copy.png", "mkdocs.yml"):
        (tmp_path / name).write_text("picture")
    (tmp_path / "x.md").write_text("---\ngate: {}\n---\n# X\n\nOpen.\n\n<!-- more -->\n\n![](a.png)\n")

    found = gather(Site(tmp_path / "mkdocs.yml", tmp_path, tmp_path / "playbook"))

    assert found.inline == {"x.md": ("a.png",)}
    assert hashlib.sha256(b"picture").hexdigest() not in found.withheld.files


def test_two_pictures_of_one_name_are_refused(problems: Build, tmp_path: Path) -> None:
    half = "---\ngate: {}\n---\n# X\n\nOpen.\n\n<!-- more -->\n\n![](a/x.png) ![](b/x.png)\n"

    found = problems({"x.md": half, "a/x.png": "1", "b/x.png": "2"})

    assert "two files of one name, `a/x.png` and `b/x.png`; rename one" in found[0].message
    assert (found[0].file.rpartition("/")[2], found[0].line) == ("x.md", 2)


def test_a_picture_that_a_hook_shows_in_public_is_not_silently_missing(problems: Build, tmp_path: Path) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text("def on_page_markdown(markdown, **_):\n    return markdown.replace('PICTURE', '![](x.png)')\n")
    half = "---\ngate: {}\n---\n# X\n\nOpen.\n\n<!-- more -->\n\n![](x.png)\n"

    found = problems({"x.md": half, "y.md": "# Y\n\nPICTURE\n", "x.png": "1"}, hooks=[str(hook)])

    assert "shows `x.png` in public" in found[0].message


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<img src="../a.png#only-dark">', '<img src="../api/f/a.png#only-dark">'),
        ("<a href='https://s.example/a.png'>", "<a href='../api/f/a.png'>"),
        ("<img src=/a.png>", "<img src=../api/f/a.png>"),
        ('<img src="https://t.example/a.png">', '<img src="https://t.example/a.png">'),
        ('<a href="mailto:a.png@x.example">', '<a href="mailto:a.png@x.example">'),
        ('<img src="a.png" alt="../a.png">', '<img src="a.png" alt="../a.png">'),
    ],
)
def test_only_links_to_the_file_are_turned(html: str, wanted: str) -> None:
    assert redirected(html, "page/", {"a.png": "api/f/a.png"}, "https://s.example/") == wanted
