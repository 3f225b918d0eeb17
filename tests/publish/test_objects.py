"""What may be kept, and for how long."""

from pathlib import Path

import pytest

from leadlight.publish.objects import (
    ASSET,
    HASHED,
    NEVER,
    OBJECT,
    PAGE,
    bundle_objects,
    cache_of,
    site_objects,
    type_of,
)


@pytest.mark.parametrize(
    ("name", "cache"),
    [
        ("index.html", PAGE),
        ("search_index.json", PAGE),
        ("feed_rss_created.xml", PAGE),
        ("sitemap.xml.gz", PAGE),
        ("bundle.a5f9d56c.min.js", HASHED),
        ("bundle.a5f9d56c.min.js.map", HASHED),
        ("1f75bcac8a3bd371f842a5d97198d9e3.css", ASSET),
        ("leadlight.js", ASSET),
        ("facade.svg", ASSET),
    ],
)
def test_a_browser_keeps_for_ever_only_what_has_a_hash_in_its_name(name: str, cache: str) -> None:
    assert cache_of(name) == cache


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("a.mp3", "audio/mpeg"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_a_type_depends_on_the_name_alone(name: str, kind: str) -> None:
    assert type_of(name) == kind


def test_the_manifest_is_last_and_never_kept(tmp_path: Path) -> None:
    for name in ("manifest.json", "zzz/1.json", "halves/1.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")

    objects = bundle_objects(tmp_path)

    assert [(each.key, each.cache) for each in objects] == [
        ("halves/1.json", OBJECT),
        ("zzz/1.json", OBJECT),
        ("manifest.json", NEVER),
    ]


def test_pages_come_after_what_they_refer_to(tmp_path: Path) -> None:
    for name in ("a.html", "z.css", "z.12345678.js"):
        (tmp_path / name).write_text("x")

    assert [each.key for each in site_objects(tmp_path)] == ["z.12345678.js", "z.css", "a.html"]
