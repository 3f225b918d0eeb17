"""Which colours has the marketer's site? Turns the names of Material's palette into CSS, for mails and our pages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from leadlight.model.site import Theme

_DARK_TEXT = "#212121"
_PRIMARY = {
    "red": "#ef5552", "pink": "#e92063", "purple": "#ab47bd", "deep-purple": "#7e56c2", "indigo": "#4051b5",
    "blue": "#2094f3", "light-blue": "#02a6f2", "cyan": "#00bdd6", "teal": "#009485", "green": "#4cae4f",
    "light-green": "#8bc34b", "lime": "#cbdc38", "yellow": "#ffec3d", "amber": "#ffc105", "orange": "#ffa724",
    "deep-orange": "#ff6e42", "brown": "#795649", "grey": "#757575", "blue-grey": "#546d78", "black": "#14161a",
    "white": "#ffffff",
}  # fmt: skip
_ACCENT = {
    "red": "#ff1a47", "pink": "#f50056", "purple": "#df41fb", "deep-purple": "#7c4dff", "indigo": "#526cfe",
    "blue": "#4287ff", "light-blue": "#0091eb", "cyan": "#00bad6", "teal": "#00bda4", "green": "#00c753",
    "light-green": "#63de17", "lime": "#b0eb00", "yellow": "#ffd500", "amber": "#ffaa00", "orange": "#ff9100",
    "deep-orange": "#ff6e42",
}  # fmt: skip
_BRIGHT = {"light-green", "lime", "yellow", "amber", "orange", "white"}
_HEX = r"\s*:\s*(#[0-9a-fA-F]{3,8})\b"


def theme_of(palette: object, style_sheets: Iterable[str] = ()) -> Theme:
    """The colours of a Material palette (a mapping, or a list whose first entry counts).

    Custom properties with hex values in the site's own style sheets win, as they do in the browser.

    >>> theme_of([{"primary": "blue grey", "accent": "amber"}])
    Theme(primary='#546d78', primary_text='#ffffff', accent='#ffaa00')
    """
    entry = next(iter(palette), None) if isinstance(palette, list | tuple) else palette
    names = entry if isinstance(entry, dict) else {}
    css, known = "\n".join(style_sheets), Theme()
    primary, accent = (str(names.get(key, "")).replace(" ", "-") for key in ("primary", "accent"))
    text = _DARK_TEXT if primary in _BRIGHT else known.primary_text
    return Theme(
        primary=_written(css, "--md-primary-fg-color") or _PRIMARY.get(primary, known.primary),
        primary_text=_written(css, "--md-primary-bg-color") or text,
        accent=_written(css, "--md-accent-fg-color") or _ACCENT.get(accent, known.accent),
    )


def _written(css: str, name: str) -> str | None:
    match = re.search(re.escape(name) + _HEX, css)
    return match[1] if match else None
