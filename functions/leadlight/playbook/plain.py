"""How does this read without HTML? Turns the few tags that mails have into text; called by `prose`.

Links become `words: address` at the end of a paragraph or a line and `words <address>` within one (RFC 3986,
appendix C), so that no full stop ends up in an address.
"""

from __future__ import annotations

import textwrap
from html.parser import HTMLParser
from urllib.parse import unquote

WIDTH = 76
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "pre", "li", "blockquote", "ul", "ol"})
_UNDERLINE = {"h1": "=", "h2": "-", "h3": "-"}
_BREAK = "\x1f"
"""A line break that is meant, within words that will be wrapped."""


def plain_text(fragment: str) -> str:
    """The text of an HTML fragment, wrapped, without trailing space."""
    reader = _Reader()
    reader.feed(fragment)
    reader.close()
    return reader.text()


def wrapped(line: str) -> str:
    """A paragraph of plain words, wrapped."""
    return _wrapped(line, "", "", keep=False)


class _Reader(HTMLParser):  # the standard library offers this by inheritance only
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._paragraphs: list[tuple[bool, str]] = []  # (stands close to the one before, lines)
        self._words = ""
        self._quotes = 0
        self._lists: list[int | None] = []  # the next number, or None for bullets
        self._item: str | None = None  # the bullet that the next paragraph starts with
        self._href: str | None = None
        self._link_from = 0
        self._link_ended: tuple[int, str] | None = None
        self._preformatted = False
        self._fresh_list = True

    def text(self) -> str:
        self._flush("p")
        parts = [("\n" if close else "\n\n") + lines for close, lines in self._paragraphs]
        return "".join(parts).strip("\n") + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._flush("p")
        match tag:
            case "br":
                self._words += _BREAK
            case "hr":
                self._flush("p")
                self._paragraphs.append((False, "* * *"))
            case "blockquote":
                self._quotes += 1
            case "ul" | "ol":
                self._fresh_list = not self._lists
                self._lists.append(1 if tag == "ol" else None)
            case "li":
                self._start_item()
            case "pre":
                self._preformatted = True
            case "a":
                self._href, self._link_from = _address(dict(attrs).get("href") or ""), len(self._words)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if tag in _BLOCKS:
            self._flush(tag)
        if tag == "blockquote":
            self._quotes -= 1
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._preformatted = False

    def handle_data(self, data: str) -> None:
        if self._link_ended and data.strip():
            self._write_address(closing=False)
        self._words += data.replace("\n", _BREAK) if self._preformatted else data.replace("\n", " ")

    def _start_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        self._item = "- " if number is None else f"{number}. "
        if self._lists and number is not None:
            self._lists[-1] = number + 1

    def _end_link(self) -> None:
        words = self._words[self._link_from :].strip()
        if self._href and words and not _says(words, self._href):
            self._link_ended = (len(self._words), self._href)
        self._href = None

    def _write_address(self, *, closing: bool) -> None:
        if self._link_ended is None:
            return
        position, address = self._link_ended
        shown = address.removeprefix("mailto:").removeprefix("tel:")
        before, after = self._words[:position], self._words[position:]
        closing = closing or after.startswith(_BREAK)
        self._words = f"{before}: {shown}{after}" if closing else f"{before} <{shown}>{after}"
        self._link_ended = None

    def _flush(self, tag: str) -> None:
        """Ends the paragraph at hand, if it says anything."""
        self._write_address(closing=True)
        words, self._words = self._words, ""
        if not words.replace(_BREAK, "").strip():
            return
        item, self._item = self._item, None
        depth = max(len(self._lists) - 1, 0)
        hang = "> " * self._quotes + "  " * depth
        first = hang + (item or ("  " if self._lists else ""))
        rest = hang + " " * len(item or ("  " if self._lists else ""))
        lines = _wrapped(words, first, rest, keep=self._preformatted)
        if tag in _UNDERLINE:
            lines += "\n" + hang + _UNDERLINE[tag] * min(max(map(len, lines.splitlines())) - len(hang), 40)
        self._paragraphs.append((item is not None and not self._fresh_list, lines))
        self._fresh_list = self._fresh_list and item is None


def _address(href: str) -> str:
    """Where a link leads, as people write it: a mail address may be escaped before its question mark."""
    address, mark, more = href.partition("?")
    return f"{unquote(address)}{mark}{more}" if href.startswith("mailto:") else href


def _says(words: str, address: str) -> bool:
    """Whether the words of a link hold its address already, as `Call +44 20 7946 0999` holds that of a `tel:` link.

    >>> _says("Call +44 20 7946 0999", "tel:+442079460999"), _says("Write", "mailto:a@b.example")
    (True, False)
    """
    scheme, _, bare = address.partition(":")
    said = "".join(words.split())
    if scheme == "tel":
        return said.endswith(bare) or "".join(c for c in said if c.isdigit()) == bare.removeprefix("+")
    return said in {address, bare} or (scheme == "mailto" and words.rsplit(maxsplit=1)[-1] == bare)


def _wrapped(words: str, first: str, rest: str, *, keep: bool) -> str:
    lines: list[str] = []
    for line in words.strip(_BREAK + " ").split(_BREAK):
        lead = rest if lines else first
        if keep:
            lines.append(lead + line.rstrip())
            continue
        text = " ".join(line.split())
        if text and len(lead) + len(text) <= WIDTH:  # what `wrap` would say, in a tenth of its time
            lines.append(lead + text)
            continue
        lines += textwrap.wrap(
            text, WIDTH, initial_indent=lead, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
        ) or [lead.rstrip()]
    return "\n".join(lines)
