"""Which words does a piece of text or HTML say? Used to count what is withheld and to look for it elsewhere."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_SILENT = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|cite|code|del|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var|wbr)\b[^>]*>",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr|li|main"
    r"|nav|ol|p|pre|section|summary|table|title|tr|ul)\b[^>]*>",
    re.IGNORECASE,
)
_BREAK = "\x1e"
_PART = re.compile(rf"\s*(?:{_BREAK}|\n[ \t]*\n)[\s{_BREAK}]*")
_TAG = re.compile(r"<[a-zA-Z/!?][^>]*>")


def words(text: str) -> list[str]:
    """Words as they are compared: composed, case folded, without marks; an ideograph is a word of its own."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def parts(text: str) -> list[str]:
    """Paragraphs: no sentence goes on from one to the next. Understands what `without_tags` leaves of blocks."""
    return _PART.split(text)


def without_tags(html: str) -> str:
    """What a reader sees of a piece of HTML; words marked in part stay whole."""
    return unescape(_TAG.sub(" ", _BLOCK.sub(_BREAK, _INLINE.sub("", _SILENT.sub(" ", html)))))
