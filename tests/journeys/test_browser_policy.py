"""The main job again, with the header that the distribution adds on AWS: does the site bear its own policy?"""

from __future__ import annotations

import re
import secrets

import msgspec
import pytest
from playwright.sync_api import Route, expect
from tests.infra.template import resources
from tests.journeys.browser import AT_ONCE, Demo
from tests.journeys.walks import New, unlock

from leadlight.model.site import Manifest
from leadlight.publish.order import allowing

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def policy(demo: Demo) -> str:
    """The Content-Security-Policy of the template as a deploy of this site fills it in."""
    bundle = demo.maildir.parent / "bundle" / "manifest.json"
    inline = msgspec.json.decode(bundle.read_bytes(), type=Manifest).inline
    said = {**allowing(inline), "BundleBucket.RegionalDomainName": "bundle.s3.eu-central-1.amazonaws.com"}
    added = resources()["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    text: str = added["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::If"][2]["Fn::Sub"]
    return re.sub(r"\$\{([^}]+)\}", lambda found: said[found[1]], text)


def test_a_page_is_unlocked_and_searched_under_the_security_policy(new: New, demo: Demo) -> None:
    reader, added = new(), policy(demo)

    def with_policy(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": added})

    reader.context.route("**/*", with_policy)

    tab = unlock(reader, f"reader.{secrets.token_hex(4)}@northwind.example")
    tab.keyboard.press("/")
    tab.keyboard.type("touch")

    expect(tab.locator(".md-search-result__item").first).to_be_visible()
    assert "script-src 'self' 'sha256-" in added


def test_a_script_that_was_smuggled_into_a_page_does_not_run(new: New, demo: Demo) -> None:
    reader, ran = new(), "<script>document.title = 'taken'</script></body>"

    def smuggled(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        route.fulfill(response=answer, body=answer.text().replace("</body>", ran))

    reader.context.route(re.compile("/(sign-in|tutorials/.+/)$"), smuggled)

    for path in ("/sign-in", AT_ONCE):
        tab = reader.open(path)
        assert tab.title() != "taken"
    assert len(reader.complaints) == 2
    reader.complaints.clear()
