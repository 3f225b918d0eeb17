"""Of all the languages that Babel knows, a function carries those that visitors can read us in."""

from __future__ import annotations

from leadlight.publish.locales import spoken


def test_only_languages_with_a_catalogue_are_packed() -> None:
    names = ["root.dat", "pl.dat", "pl_PL.dat", "de.dat"]

    found = list(spoken(["babel/dates.py", "babel/global.dat", *(f"babel/locale-data/{name}" for name in names)]))

    assert found == ["babel/dates.py", "babel/global.dat", "babel/locale-data/root.dat", "babel/locale-data/pl.dat"]
