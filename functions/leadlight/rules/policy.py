"""Which scripts and styles may run in a page? Its site's own files, and the inline ones that stood there at the build.

A Content-Security-Policy (https://www.w3.org/TR/CSP3/) names inline ones by their hash, so one that somebody smuggles
into a page does nothing. Asked by the build, which finds them, by whoever answers with a page, and by a deploy.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from leadlight.model.inline import Inline

_ELEMENT = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_SRC = re.compile(r"\ssrc\s*=", re.IGNORECASE)
_TYPE = re.compile(r"\stype\s*=\s*[\"']?([^\s\"'>]+)", re.IGNORECASE)
_RUNS = {"", "module", "importmap", "text/javascript", "application/javascript"}
"""What a script's type says of one that a browser runs, or heeds; all others are data."""

MOST = 40
"""Of more inline scripts, or styles, none is named: the header would be too long for what stands before the site."""


def inline_of(pages: Iterable[str]) -> Inline:
    """The inline scripts and styles of these pages, by their hashes.

    >>> inline_of(["<style>a{}</style><script src='x.js'></script><script type='application/json'>{}</script>"])
    Inline(scripts=(), styles=('sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk=',))
    """
    scripts: set[str] = set()
    styles: set[str] = set()
    for page in pages:
        for element, attributes, text in _ELEMENT.findall(page):
            if element.lower() == "style":
                styles.add(_hash(text))
            elif _SRC.search(attributes) is None and _type(attributes) in _RUNS:
                scripts.add(_hash(text))
    return Inline(tuple(sorted(scripts)), tuple(sorted(styles)))


def both(one: Inline, other: Inline) -> Inline:
    """What stands in either."""
    scripts, styles = {*one.scripts, *other.scripts}, {*one.styles, *other.styles}
    return Inline(tuple(sorted(scripts)), tuple(sorted(styles)))


def sources(hashes: Iterable[str]) -> str:
    """What a directive says of inline ones: each of them, or of too many that there may be any."""
    named = [f"'{each}'" for each in hashes]
    return "'unsafe-inline'" if len(named) > MOST else " ".join(named)


@lru_cache(maxsize=16)
def policy(inline: Inline, *, attributes: bool) -> str:
    """The header's text. `attributes`: whether elements may bring their own style, as Markdown's tables do."""
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' {sources(inline.scripts)}",
        "style-src": f"'self' {sources(inline.styles)}",
        "style-src-attr": "'unsafe-inline'" if attributes else "'none'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}".strip() for name, value in rules.items())


def _type(attributes: str) -> str:
    found = _TYPE.search(attributes)
    return found[1].lower() if found else ""


def _hash(text: str) -> str:
    """As a browser takes it: of the text between the tags, with each end of line as one character."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "sha256-" + base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode()
