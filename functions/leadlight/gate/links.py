"""Which files does a piece of text ask for, and how does a page come to ask for them elsewhere?

Called by `inline` with Markdown and style sheets as people wrote them, and by the plugin with a page's HTML; knows no
MkDocs and no files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import quote, unquote, urlsplit

_WRITTEN = (
    re.compile(r"\]\(\s*(?:<([^<>\n]+)>|((?:[^()\n]|\([^()\n]*\))+))"),  # [text](address "title")
    re.compile(r"^ {0,3}\[[^\]^][^\]]*\]:\s*(?:<([^<>\n]+)>|(\S+))", re.MULTILINE),  # [name]: address
)
_TITLE = re.compile(r"\s+[\"'(].*\Z", re.DOTALL)
_NAMES = r"(?:src|href|xlink:href|poster|data|background|content|(?:image)?srcset|data-[\w-]+)"
_ATTRIBUTE = re.compile(rf"((?<![\w:-]){_NAMES}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.IGNORECASE)
_CSS = re.compile(r"(\burl\(\s*)(\"[^\"]*\"|'[^']*'|[^\s\"')]+)", re.IGNORECASE)
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|'([^'\n]+)'")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)


def in_markdown(text: str) -> Iterator[str]:
    """Addresses that Markdown itself names; they are relative to the source."""
    text = _CODE.sub(" ", text)
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            yield match[1] or _TITLE.sub("", match[2].strip())


def in_html(text: str) -> Iterator[str]:
    """Addresses that HTML within Markdown names, a style or a macro too; they are relative to the finished page."""
    text = _CODE.sub(" ", text)
    for pattern in (_ATTRIBUTE, _CSS):
        for match in pattern.finditer(text):
            yield from _listed(match[1], match[2].strip("\"'"))
    for match in _EXPRESSION.finditer(text):
        yield from in_quotes(match[0])


def in_quotes(text: str) -> Iterator[str]:
    """Everything between quotation marks: a script may make an address of it."""
    yield from (match[1] or match[2] for match in _QUOTED.finditer(text))


def place(address: str, folder: str, site_url: str = "") -> str | None:
    """The path within the site that an address in `folder` leads to, None for what lies elsewhere.

    >>> place("../img/a%20b.png?v=2#x", "guide"), place("/base/a.png", "guide", "https://x.example/base/")
    ('img/a b.png', 'a.png')
    """
    address = unescape(address).strip()
    if site_url and address.startswith(site_url):
        address = "/" + address.removeprefix(site_url).lstrip("/")
    try:
        parts = urlsplit(address)
        root = urlsplit(site_url).path.rstrip("/") + "/"
    except ValueError:
        return None  # a stray bracket: no address
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path)
    if path.startswith("/"):
        path, folder = path.removeprefix(root if path.startswith(root) else "/").lstrip("/"), ""
    found = posixpath.normpath(posixpath.join(folder, path))
    return None if found.startswith("..") else found


def redirected(html: str, page: str, to: Mapping[str, str], site_url: str = "") -> str:
    """The HTML of the page at the address `page`, with the keys of `to` replaced by its values wherever it links."""
    folder = unquote(page).rpartition("/")[0]

    def other(address: str) -> str:
        new = to.get(place(address, folder, site_url) or "")
        return quote(posixpath.relpath(new, folder or ".")) + _rest(address) if new else address

    def replaced(match: re.Match[str]) -> str:
        mark = match[2][0] if match[2][0] in "\"'" else ""
        value = match[2].strip("\"'")
        for address in _listed(match[1], value):
            value = value.replace(address, other(address), 1) if other(address) != address else value
        return f"{match[1]}{mark}{value}{mark}"

    return _CSS.sub(replaced, _ATTRIBUTE.sub(replaced, html)) if to else html


def _listed(attribute: str, value: str) -> Iterator[str]:
    """The address, or all of those that `srcset` offers."""
    if "srcset" in attribute.lower():
        yield from (choice.split()[0] for choice in value.split(",") if choice.strip())
    elif value:
        yield value


def _rest(address: str) -> str:
    """Question and fragment of an address, as they stand."""
    match = re.search(r"[?#].*", address)
    return match[0] if match else ""
