"""What marketers may write into a form: kinds of fields, texts for each language, and what is told of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.playbooks import complaints, read

from leadlight.model.person import Purpose
from leadlight.model.site import Field, FieldType

WORDING = "wording: {content: {en: Send it., pl: Przyślij.}}\n"
WHOLE = """\
title: {en: Read on, pl: Czytaj dalej}
button: Send
fields:
  - {name: country, type: country, choices: [PL, DE]}
  - name: topics
    type: multi-choice
    label: {en: Topics, pl: Tematy}
    help: Tick what you like.
    choices: {costs: {en: What it costs, pl: Koszty}, law: Law}
  - {name: size, type: choice, choices: [small, large]}
  - {name: campaign, type: hidden, value: spring}
"""


def form_of(folder: Path, text: str, language: str) -> tuple[Field, ...]:
    return read(folder, {"forms/long.yml": text + WORDING}).form("long", language).fields


def test_every_kind_of_field_is_compiled(tmp_path: Path) -> None:
    email, *fields = form_of(tmp_path, WHOLE, "en")

    shown = {"costs": "What it costs", "law": "Law"}
    assert email.name == "email"
    assert fields == [
        Field("country", FieldType.COUNTRY, "Country", choices=("PL", "DE")),
        Field("topics", FieldType.MULTI_CHOICE, "Topics", choices=("costs", "law"), help="Tick what you like.",
              shown=shown),
        Field("size", FieldType.CHOICE, "Size", choices=("small", "large")),
        Field("campaign", FieldType.HIDDEN, "Campaign", choices=("spring",)),
    ]  # fmt: skip


def test_a_form_is_read_in_the_language_of_the_page_and_keeps_what_answers_mean(tmp_path: Path) -> None:
    playbook = read(tmp_path, {"forms/long.yml": WHOLE + WORDING})
    polish = playbook.form("long", "pl")
    topics = next(field for field in polish.fields if field.name == "topics")

    assert (polish.title, polish.button, polish.wording[Purpose.CONTENT]) == ("Czytaj dalej", "Send", "Przyślij.")
    assert (topics.label, topics.choices, topics.shown["costs"]) == ("Tematy", ("costs", "law"), "Koszty")
    assert playbook.form("long", "de") == playbook.forms["long"]


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ("{name: a, type: multi-choice}", "2: `a` needs both `type: choice` and `choices:`, or neither"),
        ("{name: a, choices: [x]}", "2: `a` needs both `type: choice` and `choices:`, or neither"),
        ("{name: a, type: choice, choices: x}", "2: `choices`: this must be a list: write `[x]`"),
        ("{name: a, type: choice, choices: [50]}", "2: `choices`: write text; put 50 in quotes"),
        ("{name: a, type: multi-choice, choices: ['x, y']}", "2: answers to `a` are kept with commas between, so `x"),
        ("{name: a, type: country, choices: [PL, UK]}", "2: `UK` is no country: write two capital letters"),
        ("{name: a, type: hidden, required: yes}", "2: nobody sees `a`, which is hidden: leave out `required`"),
        ("{name: a, type: hidden, label: A}", "2: nobody sees `a`, which is hidden: leave out `label`"),
        ("{name: a, value: x}", "2: `a` is answered by people: only a field of `type: hidden` has a `value`"),
        ("{name: a, type: multichoice}", "2: `type` cannot be `multichoice`; did you mean `multi-choice`?"),
        ("{name: network}", "2: `name`: `network` is used by the form itself; choose another name"),
        ("{name: a, label: {pl: Firma}}", "2: `label` is not there in `en`, the site's own language; add it"),
        ("{name: a, label: {Polish: Firma}}", "2: `label`: `Polish` is no language; write its letters, such as `en`"),
        ("{name: a, label: 5}", "2: `label`: write text; put 5 in quotes"),
        ("{name: a, help: ['x']}", "2: `help`: write text; put ['x'] in quotes"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_line_and_its_cure(tmp_path: Path, field: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, {"forms/long.yml": f"fields:\n  - {field}\n{WORDING}"})

    assert found.startswith(f"forms/long.yml:{complaint}")
