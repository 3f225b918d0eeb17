"""The main job again, with the header that the distribution adds on AWS: does the site bear its own policy?"""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Route, expect
from tests.infra.template import resources
from tests.journeys.walks import New, unlock

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def policy() -> str:
    """The Content-Security-Policy of the template, for an installation of no name."""
    added = resources()["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    text: str = added["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::If"][2]["Fn::Sub"]
    return text.replace("${BundleBucket.RegionalDomainName}", "bundle.s3.eu-central-1.amazonaws.com")


def with_policy(route: Route) -> None:
    """The answer, with the header added."""
    answer = route.fetch(max_redirects=0)
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy()})


def test_a_page_is_unlocked_and_searched_under_the_security_policy(new: New) -> None:
    reader = new()
    reader.context.route("**/*", with_policy)

    tab = unlock(reader, f"reader.{secrets.token_hex(4)}@northwind.example")
    tab.keyboard.press("/")
    tab.keyboard.type("touch")

    expect(tab.locator(".md-search-result__item").first).to_be_visible()
