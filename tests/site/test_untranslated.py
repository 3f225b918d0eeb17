"""A path of which one part is translated: what of it is not is listed, with the file and what to write."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.world import FILES
from tests.world_site import COURSE

from leadlight.gate.check import check_sources

PAGE = "---\ntitle: Poczta\n---\n# Poczta\n\nOtwarte.\n\n<!-- more -->\n\nZakryte słowa tej strony.\n"
STEP = "---\nsubject: Raz\n---\nDwa.\n"
MESSAGE = "---\nsubject: Yours\n---\n[Open]({{ link }}) {{ code }}\n"


def advice(root: Path, **files: str) -> list[tuple[str, str]]:
    """What the check says of the test world's site with these files in it: file and words."""
    for name, text in {**FILES, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = check_sources(root / "mkdocs.yml").warnings
    return [(Path(one.file).name, one.message) for one in found if "`pl`" in one.message]


def test_of_what_nobody_has_begun_to_translate_nothing_is_missing(tmp_path: Path) -> None:
    assert advice(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "write"),
    [("01-hello.md", "write `01-hello.pl.md`, `02-company.pl.md`, `04-offer.pl.md`"), ("exchange.yml", "pl: …}`")],
)
def test_a_translated_page_asks_for_its_form_and_mails(tmp_path: Path, file: str, write: str) -> None:
    found = dict(advice(tmp_path, **{"docs/guides/mail.pl.md": PAGE}))

    assert found.keys() >= {"01-hello.md", "exchange.yml"}
    assert write in found[file]


def test_translated_mails_ask_for_their_page(tmp_path: Path) -> None:
    found = advice(tmp_path, **{f"{COURSE}/01-hello.pl.md": STEP})

    assert ("mail.md", "its mails speak `pl`, this page does not; write `mail.pl.md` beside it") in found


def test_a_mail_of_our_own_that_was_written_anew_is_missing_too(tmp_path: Path) -> None:
    found = advice(tmp_path, **{"docs/guides/mail.pl.md": PAGE, "docs/playbook/messages/confirm.md": MESSAGE})

    assert dict(found)["confirm.md"].endswith("so readers get ours; write `confirm.pl.md`")


def test_a_path_that_is_all_there_is_left_alone(tmp_path: Path) -> None:
    form = msgspec.json.decode(FILES["docs/playbook/forms/exchange.yml"])
    form["title"] = {"en": "Read on", "pl": "Czytaj"}
    steps = {f"{COURSE}/{name}.pl.md": STEP for name in ("01-hello", "02-company", "04-offer")}
    forms = {"docs/playbook/forms/exchange.yml": msgspec.json.encode(form).decode()}
    both = {f"docs/guides/{name}.pl.md": PAGE.replace("Zakryte", name) for name in ("mail", "form")}
    found = advice(tmp_path, **both, **steps, **forms)

    assert [file for file, _ in found] == ["open.yml", "team.yml"]  # nobody of the team, and the other page's form
