"""Where a visit came from, as a short label that holds nothing of a person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.rules.source import cleaned, label, landing

HERE = "glass.example"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("", "direct"),
        ("utm_source=Google&utm_campaign=Spring+2026", "google/spring-2026"),
        ("utm_source=google", "google"),
        ("utm_source=google&referrer=https://news.example/x?y=1", "google"),
        ("referrer=https://News.example/a/b?q=anna@example.com", "news.example"),
        ("referrer=news.example", "news.example"),
        (f"referrer=https://{HERE}/other/", "direct"),
        ("utm_campaign=spring", "spring"),
        ("utm_source=qr&utm_campaign=rita", "rita"),
        ("referrer=http://[", "direct"),
        ("utm_source=" + "x" * 60, "x" * 40),
        ("color=red", "direct"),
    ],
)
def test_a_campaign_names_the_source_else_the_site_that_linked(told: str, expected: str) -> None:
    assert label(landing(told, host=HERE)) == expected


@pytest.mark.parametrize(
    ("text", "shown"), [("Ads/Spring/Week 2", "ads/spring-week-2"), ("/ spring", "spring"), ("ads/!", "ads"), ("/", "")]
)
def test_a_label_has_two_parts_at_most(text: str, shown: str) -> None:
    assert cleaned(text) == shown


def test_an_address_in_a_campaigns_parameter_is_no_address_any_more() -> None:
    found = landing("utm_source=mail&utm_content=anna%40example.com", host=HERE)

    assert found == {"utm_source": "mail", "utm_content": "anna-example.com"}


@given(st.text(max_size=200))
def test_whatever_is_told_the_label_is_short_and_plain(text: str) -> None:
    shown = cleaned(text)

    assert re.fullmatch(r"([a-z0-9._-]{1,40}(/[a-z0-9._-]{1,40})?)?", shown)
    assert cleaned(shown) == shown


@given(st.text(max_size=200))
def test_no_landing_is_too_odd_to_be_read(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9._-]{1,40}(/[a-z0-9._-]{1,40})?", label(landing(text, host=HERE)))
