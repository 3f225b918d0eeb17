"""Does each address lead to the right place, and is nothing kept that is not for everybody?"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.infra.reach import SOURCE
from tests.infra.template import of_type, resources

from leadlight.handlers.request import DOOR, VIEWER

CONTENT = SOURCE.parent / "content"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

ROUTE = re.compile(r"get|post|put|delete")
SAMPLES = {".+": "tutorials/zero-trust", ".*": "/tutorials/zero-trust/", "<name>": "trial.used"}
"""What a regular expression in a route may stand for."""

FIXED = ("/preferences", "/my-data", "/answer", "/sign-in", "/sign-out", "/rep/desk", "/rep/leads")
"""Addresses that the product promises, whether or not their pages are built already."""


def routes(handler: str) -> list[str]:
    """The addresses that a handler's router knows, with something in place of what varies."""
    tree = ast.parse((SOURCE / "leadlight" / "handlers" / f"{handler}.py").read_text("utf-8"))
    decorators = [d for node in tree.body if isinstance(node, ast.FunctionDef) for d in node.decorator_list]
    found = [
        ast.literal_eval(d.args[0])
        for d in decorators
        if isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute) and ROUTE.fullmatch(d.func.attr)
    ]
    return [address for route in found for address in samples(route)]


def samples(route: str) -> list[str]:
    """A route as people ask for it."""
    filled = route
    for pattern, sample in SAMPLES.items():
        filled = filled.replace(pattern, sample)
    return [filled, "/_full", "/x.html_full"] if route == ".*_full" else [filled]


def config() -> dict[str, Any]:
    """The distribution's."""
    found: dict[str, Any] = resources()["Distribution"]["Properties"]["DistributionConfig"]
    return found


def behaviour(address: str) -> dict[str, Any]:
    """The one that CloudFront takes: the first whose pattern fits, where `*` is anything and `?` one character."""
    for one in config()["CacheBehaviors"]:
        pattern = re.escape(one["PathPattern"]).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(pattern, address):
            found: dict[str, Any] = one
            return found
    default: dict[str, Any] = config()["DefaultCacheBehavior"]
    return default


def integration(address: str) -> str:
    """Which function API Gateway asks: the most exact route, else `$default`."""
    for route in of_type(resources(), "AWS::ApiGatewayV2::Route").values():
        pattern = re.escape(route["RouteKey"].removeprefix("ANY ")).replace(r"\{proxy\+\}", ".+")
        if re.fullmatch(pattern, address):
            return str(route["Target"]["Fn::Sub"])
    return "integrations/${VisitorIntegration}"


@pytest.mark.parametrize(
    "address",
    [
        *routes("on_visitor_request"),
        *routes("on_rep_request"),
        *routes("on_desk"),
        *routes("on_insights"),
        *routes("on_fact"),
        *FIXED,
    ],
)
def test_what_is_not_a_file_goes_to_the_api_and_is_never_kept(address: str) -> None:
    chosen = behaviour(address)

    assert chosen["TargetOriginId"] == "api"
    assert chosen["CachePolicyId"] == CACHING_DISABLED
    assert chosen["OriginRequestPolicyId"] == {"Ref": "ApiRequest"}
    assert "POST" in chosen["AllowedMethods"]


@pytest.mark.parametrize("address", routes("on_visitor_request"))
def test_visitors_reach_the_visitors_function(address: str) -> None:
    assert integration(address) == "integrations/${VisitorIntegration}"


@pytest.mark.parametrize(
    "address",
    [
        *routes("on_rep_request"),
        *routes("on_desk"),
        *routes("on_insights"),
        *routes("on_fact"),
        *routes("on_my_data"),
        "/sign-out",
        "/rep/desk",
    ],
)
def test_reps_reach_the_reps_function(address: str) -> None:
    assert integration(address) == "integrations/${RepIntegration}"


PAGES = [f"/{path.relative_to(CONTENT).with_suffix('').as_posix()}/" for path in CONTENT.rglob("*.md")]
LOOKALIKES = (
    "/", "/confirmations/", "/api-design/", "/reports/q3/", "/answers/", "/answer/", "/insights-2026/", "/insights/",
    "/my-data-story/", "/sign-in-well/", "/unsubscribe-rates/", "/preferences/", "/life_in_full/", "/representing/",
    "/assets/javascripts/bundle.min.js", "/search/search_index.json", "/downloads/in_full.pdf", "/sitemap.xml",
)  # fmt: skip


@pytest.mark.parametrize("address", [*PAGES, *LOOKALIKES])
def test_pages_and_files_come_from_the_site(address: str) -> None:
    chosen = behaviour(address)

    assert chosen["TargetOriginId"] == "site-then-api"
    assert chosen["AllowedMethods"] == ["GET", "HEAD"]


def test_a_page_that_is_not_there_is_answered_by_the_api_in_its_own_words() -> None:
    (group,) = config()["OriginGroups"]["Items"]

    assert [member["OriginId"] for member in group["Members"]["Items"]] == ["site", "api"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404]
    assert not [error for error in config()["CustomErrorResponses"] if "ResponsePagePath" in error]


def test_no_error_is_kept_for_the_next_visitor() -> None:
    kept = {error["ErrorCode"]: error["ErrorCachingMinTTL"] for error in config()["CustomErrorResponses"]}

    assert kept == dict.fromkeys((400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0)


def test_the_api_sees_who_asks_and_never_the_sites_own_name() -> None:
    seen = resources()["ApiRequest"]["Properties"]["OriginRequestPolicyConfig"]
    headers = {name.lower() for name in seen["HeadersConfig"]["Headers"]}

    assert seen["HeadersConfig"]["HeaderBehavior"] == "whitelist"
    assert len(headers) <= 10  # CloudFront takes no more
    signed = {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert {VIEWER, "accept", "accept-language", "content-type", "origin", "referer"} | signed == headers
    assert seen["CookiesConfig"] == {"CookieBehavior": "all"}
    assert seen["QueryStringsConfig"] == {"QueryStringBehavior": "all"}


def asked_headers() -> set[str]:
    """The headers that the handlers read by name."""
    text = "".join(path.read_text("utf-8") for path in (SOURCE / "leadlight" / "handlers").glob("*.py"))
    return {name.lower() for name in re.findall(r'headers\.get\("([\w-]+)"', text)} | {VIEWER}


def test_every_header_that_the_code_reads_comes_through() -> None:
    policy = resources()["ApiRequest"]["Properties"]["OriginRequestPolicyConfig"]
    passed = {name.lower() for name in policy["HeadersConfig"]["Headers"]}

    assert asked_headers() - passed == {"host", "x-forwarded-for"}  # both mean a proxy on the same machine


def test_only_the_distribution_knows_the_word_at_the_door() -> None:
    (api,) = (origin for origin in config()["Origins"] if origin["Id"] == "api")

    assert api["OriginCustomHeaders"] == [{"HeaderName": "X-Leadlight-Origin", "HeaderValue": {"Ref": "OriginSecret"}}]
    assert api["OriginCustomHeaders"][0]["HeaderName"].lower() == DOOR
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_everything_is_encrypted_on_its_way_and_carries_the_security_headers() -> None:
    everywhere = [config()["DefaultCacheBehavior"], *config()["CacheBehaviors"]]

    assert {one["ViewerProtocolPolicy"] for one in everywhere} == {"redirect-to-https", "https-only"}
    assert behaviour("/api/hooks/booking")["ViewerProtocolPolicy"] == "https-only"
    assert {str(one["ResponseHeadersPolicyId"]) for one in everywhere} == {"{'Ref': 'SecurityHeaders'}"}


def test_the_api_may_say_more_about_referrers_than_the_site() -> None:
    headers = resources()["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]

    assert headers["ReferrerPolicy"]["Override"] is False
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    assert headers["ContentTypeOptions"]["Override"] is True


def test_the_access_log_holds_no_address_and_no_query() -> None:
    written = resources()["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]

    assert set(re.findall(r"\$context\.([\w.]+)", written)) == {
        "requestId",
        "routeKey",
        "status",
        "responseLatency",
        "error.responseType",
    }


NODE = Path(find_spec("playwright").origin).parent / "driver" / "node"  # type: ignore[union-attr,arg-type]  # it is there

ASKED = {
    "/": {"uri": "/index.html"},
    "/tutorials/": {"uri": "/tutorials/index.html"},
    "/assets/site.css": {"uri": "/assets/site.css"},
    "/tutorials": {"location": "https://www.example.com/tutorials/?utm=a&utm=b&empty="},
    "//example.org/x": {"location": "https://www.example.com//example.org/x/?utm=a&utm=b&empty="},
}
"""Addresses, and what the function at the edge makes of them."""


def test_addresses_of_pages_become_objects_and_lead_to_no_other_site() -> None:
    query = {"utm": {"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]}, "empty": {"value": ""}}
    event = {"headers": {"host": {"value": "www.example.com"}}, "querystring": query}
    script = resources()["Addresses"]["Properties"]["FunctionCode"] + (
        f"const asked = {json.dumps([{**event, 'uri': uri} for uri in ASKED])};"
        "const made = asked.map(request => handler({request: request}));"
        "const told = made.map(m => m.statusCode ? {location: m.headers.location.value} : {uri: m.uri});"
        "console.log(JSON.stringify(told));"
    )

    said = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True, timeout=20).stdout

    assert dict(zip(ASKED, json.loads(said), strict=True)) == ASKED
