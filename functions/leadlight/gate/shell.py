"""May the page around ours load that? Nothing from other hosts: its address carries tokens. The plugin asks, once.

A theme may load a highlighter from a CDN, or fonts: a script could read the address and a style the forms, as long as
the token holds, which may be years.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from leadlight.gate.split import Element, without

_MERELY_NAMES = frozenset({"alternate", "author", "canonical", "license", "me", "next", "prev", "help", "search"})
"""What a `<link>` may be without the browser going there."""


def at_home(html: str, site_url: str) -> str:
    """The page without scripts, styles and the like of other hosts than the site's. Inline ones stay.

    >>> at_home('<script src="//cdn.example/x.js"></script><script src="/x.js"></script>', "https://www.example/")
    '<script src="/x.js"></script>'
    """
    own = urlsplit(site_url).netloc
    return without(html, lambda element: _loads(element) and _host(element) not in {"", own})


def _loads(element: Element) -> bool:
    if element.tag == "link":
        return not _MERELY_NAMES.intersection(element.attrs.get("rel", "").lower().split())
    return element.tag in {"script", "iframe"}


def _host(element: Element) -> str:
    """Whose it is; empty for the page's own host, or where nothing is named."""
    address = element.attrs.get("href" if element.tag == "link" else "src", "").strip()
    try:
        return urlsplit(address).netloc
    except ValueError:  # a stray bracket: no browser finds that
        return ""
