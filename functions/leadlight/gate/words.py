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
_TAG = re.compile(r"<[a-zA-Z/!?][^>]*>")


def words(text: str) -> list[str]:
    """Words as they are compared: composed, case folded, without marks; an ideograph is a word of its own."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def without_tags(html: str) -> str:
    """What a reader sees of a piece of HTML; words marked in part stay whole."""
    return unescape(_TAG.sub(" ", _INLINE.sub("", _SILENT.sub(" ", html))))
