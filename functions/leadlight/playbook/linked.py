"""Where does a text of the playbook link to, and on which line? Build only; called by `lint` and by `check`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = r"(?:\{\{.*?\}\}|\([^\s()]*\)|[^\s()<>{])*"
_INLINE = re.compile(
    rf"(?P<picture>!?)\[(?P<text>[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\]\(\s*<?(?P<address>{_ADDRESS})[^)\n]*\)"
)
_DEFINED = re.compile(r"^ {0,3}\[(?P<text>[^\]^][^\]]*)\]:\s*<?(?P<address>[^\s>]+)", re.MULTILINE)
_BARE = re.compile(r"<(?P<address>https?://[^\s>]+)>")
_TAG = re.compile(r"<(?P<tag>a|img)\b[^>]*?\b(?:href|src)\s*=\s*[\"'](?P<address>[^\"']*)[\"']", re.IGNORECASE)
_FENCED = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(`+)[^`\n]+\1")


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it is written. `line` is 1-based within the text; the words of a bare address are the address."""

    text: str
    address: str
    line: int
    is_picture: bool = False


def links_in(text: str) -> Iterator[Link]:
    """All links of a piece of Markdown, but those in code.

    >>> [(link.text, link.address, link.line) for link in links_in("[a](b c)\\n<https://d.example>\\n`[e](f)`")]
    [('a', 'b', 1), ('https://d.example', 'https://d.example', 2)]
    """
    text = without_code(text)
    for pattern in (_INLINE, _DEFINED, _BARE, _TAG):
        for match in pattern.finditer(text):
            found, line = match.groupdict(), text.count("\n", 0, match.start()) + 1
            picture = bool(found.get("picture")) or (found.get("tag") or "").lower() == "img"
            words = found["address"] if "text" not in found and "tag" not in found else found.get("text") or ""
            yield Link(words.strip(), found["address"], line, picture)


def without_code(text: str) -> str:
    """The text with its code blanked out; lines stay where they are."""
    if "`" not in text and "~~~" not in text:
        return text
    for pattern in (_FENCED, _SPAN):
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return text
