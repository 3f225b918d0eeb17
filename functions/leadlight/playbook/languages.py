"""A text for every language, or one for each: `Company`, or `{en: Company, pl: Firma}`. Build only; called by `shapes`.

Raises ValueError saying what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

Texts = Mapping[str, str]
"""By language, such as `pl` or `pt-BR`; that of no name is for every language that has none of its own."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def words_of(value: object) -> Texts:
    """One line of text, or one for each language."""
    if isinstance(value, Mapping):
        for language in value:
            if not _LANGUAGE.fullmatch(language):
                raise ValueError(f"`{language}` is no language; write its letters, such as `en`, `pl` or `pt-BR`")
        return {language: _line(text) for language, text in value.items()}
    text = _line(value) if value is not None and value != "" else ""
    return {"": text} if text else {}


def choices_of(value: object) -> Mapping[str, Texts]:
    """The answers that may be given: a list, or `answer: text` lines where they read differently by language."""
    if isinstance(value, Mapping):
        return {answer: words_of(words) for answer, words in value.items()}
    if not isinstance(value, list | tuple):
        raise ValueError(f"this must be a list: write `[{value}]`")  # noqa: TRY004 pydantic turns these into problems
    return {_line(answer): {} for answer in value}


def said_in(texts: Texts, language: str, main: str) -> str:
    """The text in that language, else in the site's main one; empty where there is none at all."""
    found = (texts[each] for each in (language, language.partition("-")[0], main, "") if each in texts)
    return next(found, next(iter(texts.values()), ""))


def languages_of(all_texts: Iterable[Texts]) -> Iterator[str]:
    """Each language that one of these texts is written in."""
    return iter(dict.fromkeys(language for texts in all_texts for language in texts if language))


def _line(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError(f"write text; put {text!r} in quotes")  # noqa: TRY004 pydantic turns these into problems
    if not text.strip() or "\n" in text.strip():
        raise ValueError("write one line of text")
    return text.strip()
