"""Where does the site tell people what is done with their data? Asked by the plugin: each form leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadlight.gate.gather import Page
from leadlight.playbook.front import spoken_by
from leadlight.playbook.privacy import MARK


def at(pages: Iterable[Page], addresses: Mapping[str, str], spoken: str, main: str) -> str:
    """The page with the notice in that language, else in the site's own; empty where there is none.

    `addresses` are those of the pages of this build.
    """
    found = {
        spoken_by(page.src_uri) or main: "/" + addresses[page.src_uri].removeprefix("./")
        for page in pages
        if page.front is None and page.src_uri in addresses and MARK.search(page.text)
    }
    return found.get(spoken) or found.get(main, "")
