"""Which other languages can a page be read in, and how does it say so? Called by the plugin; knows no MkDocs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from leadlight.words import ENGLISH, N_, words_of

HERE = N_("This page is available in English")
"""Said in the language that the link leads to: each catalogue says it of its own."""

_TITLE_ENDS = re.compile(r"</h1\s*>", re.IGNORECASE)


def with_versions(html: str, versions: Mapping[str, str]) -> str:
    """A page with links to its `versions` (address by language) below its title, if it has a title itself."""
    if not versions:
        return html
    links = " · ".join(
        f'<a href="{escape(url)}" hreflang="{escape(language)}" lang="{escape(language)}">{escape(_said(language))}</a>'
        for language, url in sorted(versions.items())
    )
    line = f'<p class="leadlight-languages" data-search-exclude>{links}</p>'
    title = _TITLE_ENDS.search(html)
    at = title.end() if title else 0
    return f"{html[:at]}\n{line}\n{html[at:]}"


def _said(language: str) -> str:
    """The words of a link, in the language that it leads to; where we do not speak that, its own name for itself."""
    found = words_of(language).gettext(HERE)
    if found != HERE or language.partition("-")[0] == ENGLISH:
        return found
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - most sites have no such language

    try:
        return str(Locale.parse(language, sep="-").display_name or language)
    except (UnknownLocaleError, ValueError):
        return language
