"""A page's `gate:`: never overlooked, since a page whose gate is not seen would be public."""

import doctest
from pathlib import Path
from types import ModuleType

import pytest

from leadlight.errors import BadPlaybook
from leadlight.model.site import Unlock
from leadlight.playbook import front, palette, spans
from leadlight.playbook.front import GateFront, gate_id, read_gate
from leadlight.playbook.source import load, unknown_names
from leadlight.playbook.spans import Meter


def gate_of(folder: Path, text: str, src_uri: str = "tutorials/zt.md") -> GateFront | None:
    path = folder / src_uri
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_gate(path, src_uri)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(BadPlaybook) as caught:
        gate_of(folder, text)
    return str(caught.value)


def test_a_page_without_a_gate_is_left_alone(tmp_path: Path) -> None:
    assert gate_of(tmp_path, "# Hello\n") is None
    assert gate_of(tmp_path, "---\ntitle: x\ndate: 2026-01-05\ntags: [a]\n---\n# Hello\n") is None
    assert gate_of(tmp_path, "---\ntitle: [broken\n---\n# Hello\n") is None


def test_a_gate_needs_no_keys(tmp_path: Path) -> None:
    gate = gate_of(tmp_path, "---\ngate: {}\n---\n# Hello\n")

    assert gate is not None
    assert (gate.id, gate.form, gate.unlock) == ("tutorials/zt", "short", None)
    assert (gate.teaser, gate.files, gate.quality) == (None, (), 3)


def test_every_key_arrives_as_its_type(tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/zt.pdf").write_bytes(b"%PDF")
    keys = "  teaser: 35%\n  meter: 2/month\n  unlock: form\n  files: [downloads/zt.pdf]\n  topics: [vpn]\n  id: zt\n"
    gate = gate_of(tmp_path, f"\ufeff---\r\ntitle: x\ngate:\n{keys}---\n# Hello\n".replace("\r", ""))

    assert gate is not None
    assert (gate.id, gate.teaser, gate.meter, gate.unlock) == ("zt", 35, Meter(2, "month"), Unlock.FORM)
    assert (gate.files, gate.topics) == (("downloads/zt.pdf",), ("vpn",))
    assert (gate.file, gate.line) == ("tutorials/zt.md", 3)


@pytest.mark.parametrize(
    ("src_uri", "name"),
    [
        ("x/index.md", "x"),
        ("x/README.md", "x"),
        ("x/page.pl.md", "x/page"),
        ("x/index.pl.md", "x"),
        ("index.md", "index"),
        ("a b/c.md", "a b/c"),
        ("release-1.10.md", "release-1.10"),
    ],
)
def test_the_id_is_the_source_path(src_uri: str, name: str) -> None:
    assert gate_id(src_uri) == name


@pytest.mark.parametrize("key", ["gates", "Gate", "gat", "gated"])
def test_a_misspelt_gate_is_no_public_page(tmp_path: Path, key: str) -> None:
    found = complaint(tmp_path, f"---\ntitle: x\n{key}:\n  form: short\n---\n# Hello\n")

    assert f"tutorials/zt.md:3: unknown key `{key}`; did you mean `gate`?" in found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("unlcok: email", "tutorials/zt.md:3: unknown key `unlcok`; did you mean `unlock`?"),
        ("unlock: emial", "zt.md:3: `unlock` cannot be `emial`; did you mean `email`?"),
        ("teaser: 0.35", "zt.md:3: `teaser`: write a percentage between 1% and 99%"),
        ("teaser: 135%", "zt.md:3: `teaser`: write a percentage"),
        ("meter: two", "zt.md:3: `meter`: write free reads per time"),
        ("quality: 9", "zt.md:3: `quality` cannot be 9; write a number of 5 at most"),
        ("files: [../secret.pdf]", "must be a path inside the docs folder"),
        ("files: [downloads/none.pdf]", "there is no file `downloads/none.pdf`"),
        ("id: ../x", "is no gate id"),
    ],
)
def test_a_wrong_key_is_named_with_its_cure(tmp_path: Path, line: str, expected: str) -> None:
    assert expected in complaint(tmp_path, f"---\ngate:\n  {line}\n---\n# Hello\n")


@pytest.mark.parametrize(
    "text",
    [
        "---\ngate:\nunlock: email\n---\n# Keys not indented\n",
        "---\ngate: true\n---\n# No keys\n",
        "\n\n---\ngate: {}\n---\n# Empty line first\n",
        "---\ngate: {}\n\n# Never ended\n",
        "---\ngate:\n\tform: short\n---\n# A tab\n",
    ],
)
def test_a_gate_that_cannot_be_read_stops_the_build(tmp_path: Path, text: str) -> None:
    assert "tutorials/zt.md:" in complaint(tmp_path, text)


@pytest.mark.parametrize(
    "odd",
    [
        "date: 2026-13-45",
        "a: &a [*a]",
        "a: b: c",
        "? [x]: y",
        "x: !ENV [A, b]",
        "a: &a {b: c}\nd:\n  <<: *a",
        "- list",
        "%",
        "a: 1\na: 2",
        "\x00",
    ],
)
def test_odd_front_matter_of_a_page_without_gate_is_its_own_affair(tmp_path: Path, odd: str) -> None:
    assert gate_of(tmp_path, f"---\n{odd}\n---\n# Hello\n") is None


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_bytes(b"---\ngate: {}\n---\n\xff\xfe")

    with pytest.raises(BadPlaybook, match=r"x\.md: this file is not UTF-8"):
        read_gate(tmp_path / "x.md", "x.md")


@pytest.mark.parametrize("module", [spans, front, palette])
def test_the_examples_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_two_files_of_a_gate_cannot_share_a_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.pdf").write_bytes(b"%PDF")

    assert "two files of this gate are called `x.pdf`" in complaint(
        tmp_path, "---\ngate: {files: [a/x.pdf, b/x.pdf]}\n---\n"
    )


def test_names_that_the_playbook_lacks_are_told(tmp_path: Path) -> None:
    gate = gate_of(tmp_path, "---\ngate:\n  form: shrot\n  sequence: zt\n  buyer: cto\n---\n")
    assert gate is not None

    found = [str(problem) for problem in unknown_names(gate, load(tmp_path / "none", language="en"))]

    assert found == [
        "tutorials/zt.md:3: `form: shrot` is not in the playbook; did you mean `short`?",
        "tutorials/zt.md:4: `sequence: zt` is not in the playbook",
    ]
