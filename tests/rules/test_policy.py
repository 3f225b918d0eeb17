"""Which scripts and styles a page may run is told by their hashes, and by nothing that came later."""

from __future__ import annotations

import pytest

from leadlight.model.inline import Inline
from leadlight.rules.policy import MOST, both, inline_of, policy, sources

ALERT = "<script>alert(1)</script>"
HASH = "sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="
"""Of `alert(1)`: `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`."""


def test_a_script_within_a_page_is_named_by_its_hash() -> None:
    assert inline_of([ALERT, ALERT.upper().replace("ALERT(1)", "alert(1)")]).scripts == (HASH,)


@pytest.mark.parametrize("element", ['<script src="x.js"></script>', '<script type="application/json">{}</script>'])
def test_files_and_data_need_no_hash(element: str) -> None:
    assert inline_of([element]) == Inline()


def test_lines_may_end_as_they_like() -> None:
    assert inline_of(["<style>a{}\r\nb{}</style>"]) == inline_of(["<style>a{}\nb{}</style>"])


def test_no_page_may_run_any_script_that_stands_in_it() -> None:
    found = policy(inline_of([ALERT]), attributes=False)

    assert f"script-src 'self' '{HASH}';" in found
    assert "unsafe" not in found


def test_pages_of_the_site_may_style_their_elements_and_no_more() -> None:
    assert policy(Inline(), attributes=True).count("'unsafe-inline'") == 1


def test_too_many_to_be_named_are_all_let_run() -> None:
    assert sources(f"sha256-{number}" for number in range(MOST + 1)) == "'unsafe-inline'"


def test_what_stands_in_either_may_run() -> None:
    assert both(Inline(scripts=("a",)), Inline(scripts=("b", "a"), styles=("c",))) == Inline(("a", "b"), ("c",))
