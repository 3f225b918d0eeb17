"""Where did a visit come from? A campaign, another site, or nobody knows. Asked by `visitor` and the playbook.

A label is short and holds no word that a person could have typed about somebody: it stands in facts, which outlive an
erasure. A campaign's is `utm_source/utm_campaign`, else it is the host that the link stood on, else `direct`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

DIRECT = "direct"
MOST = 40  # characters of each of the two parts
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
REFERRER = "referrer"
OURS = frozenset({"qr", "rep", "import"})
"""Begins the label of who came by a colleague's doing; no link may say that of itself."""

FROM, SOURCE, LAST = "from", "source", "last"
"""What a capture's `campaign` says beside the parameters themselves: a rep's id; where the visit began; and where the
latest visit of the same tab did, if that was elsewhere."""

LONGEST = 2000  # characters of what a browser tells about a landing


def cleaned(text: str) -> str:
    """The text as a label: `a` or `a/b` of `[a-z0-9._-]`; empty where nothing of that is in it.

    >>> cleaned("Google Ads / Spring 2026!")
    'google-ads/spring-2026'
    """
    name, _, campaign = text.partition("/")
    return "/".join(part for part in (_part(name), _part(campaign.replace("/", "-"))) if part)


def landing(text: str, *, host: str) -> Mapping[str, str]:
    """What a browser tells about the page that it came to first: its campaign's parameters and `referrer`, cleaned.

    `text` is a query (`utm_source=google&referrer=news.example`); a `referrer` of our own `host` says nothing.
    """
    try:
        said = dict(parse_qsl(text[:LONGEST]))
    except ValueError:  # more parts than a query of ours
        return {}
    known = {name: _part(said[name]) for name in CAMPAIGN if name in said}
    if known.get("utm_source") in OURS:
        del known["utm_source"]
    came = _host_of(said.get(REFERRER, ""))
    found = {**known, REFERRER: "" if came == host else _part(came)}
    return {name: value for name, value in found.items() if value}


def label(found: Mapping[str, str]) -> str:
    """The label of such a landing."""
    campaign = "/".join(found[name] for name in ("utm_source", "utm_campaign") if found.get(name))
    return campaign or found.get(REFERRER) or DIRECT


def _part(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.strip().lower())[:MOST].strip("-")


def _host_of(address: str) -> str:
    """The host of an address, or what was said if it is a host alone."""
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:  # not an address at all
        return ""
