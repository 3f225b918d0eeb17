"""How is a recording listened to? Its player, with chapters that lead into it and the file. Called by plugin and stage.

Without a script the browser's own controls play it, and a chapter is a link with a media fragment (W3C, "Media
Fragments URI 1.0"); `leadlight-player.js` makes it a place to go to within the player.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from leadlight.model.site import Chapter
from leadlight.words import words_of

ASSETS = Path(__file__).parent / "assets"
SCRIPT, STYLE = "assets/leadlight-player.js", "assets/leadlight-player.css"

_TITLE_ENDS = re.compile(r"</h1\s*>", re.IGNORECASE)


@cache
def templates(language: str) -> Environment:
    """What this package's HTML is made from, in the words of that language."""
    environment = Environment(loader=FileSystemLoader(ASSETS), autoescape=True, extensions=["jinja2.ext.i18n"])
    environment.filters["clock"] = clock
    # The extension adds this method, which the types of jinja2 do not know.
    environment.install_gettext_translations(words_of(language), newstyle=True)  # type: ignore[attr-defined]  # see above
    return environment


def player(address: str, *, name: str, size: str, chapters: Sequence[Chapter], language: str, play: str = "") -> str:
    """The HTML. `play` is an address that shows the file in a browser, where `address` would save it."""
    template = templates(language).get_template("player.html")
    return template.render(address=address, play=play or address, name=name, size=size, chapters=chapters)


def of_file(source: Path, address: str, *, chapters: Sequence[Chapter], language: str) -> str:
    """The player of a file that everybody may have."""
    size = human_size(source.stat().st_size)
    return player(address, name=source.name, size=size, chapters=chapters, language=language)


def below_title(html: str, player: str) -> str:
    """A page with the player below its title, if it has a title itself."""
    title = _TITLE_ENDS.search(html)
    at = title.end() if title else 0
    return f"{html[:at]}\n{player}\n{html[at:]}"


def clock(seconds: int) -> str:
    """
    >>> clock(63), clock(3723)
    ('1:03', '1:02:03')
    """
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def human_size(size: int) -> str:
    """
    >>> human_size(900), human_size(48_200), human_size(3_140_000)
    ('900 bytes', '48 kB', '3.1 MB')
    """
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
