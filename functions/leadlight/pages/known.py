"""The short form for somebody with a pass: what is still open, and one button. Called by `on_visitor_request`."""

from __future__ import annotations

from collections.abc import Iterator

from leadlight.model.person import Purpose
from leadlight.model.site import Field
from leadlight.pages.frame import page
from leadlight.playbook.promise import in_words
from leadlight.rules.asking import must_agree
from leadlight.rules.countries import offered
from leadlight.visitor.known import Shown, Standing
from leadlight.words import words_of

FILLED_BY = {
    "name": "name", "first_name": "given-name", "last_name": "family-name", "company": "organization", "phone": "tel",
    "title": "organization-title",
}  # fmt: skip
"""What browsers may fill in, by the names of fields (HTML, "Autofill")."""


def short_form(shell: str, shown: Shown) -> str:
    """A page that posts to `/api/access` without an address: the pass says whose it is."""
    language, words = shown.gate.language, shown.wording.wording
    waits = shown.standing is Standing.WAITS
    _ = words_of(language).gettext
    return page(
        shell,
        "short_form.html",
        heading=_("Asked") if waits else shown.gate.title,
        language=language,
        lang=language,
        waits=waits,
        address=shown.address,
        page_url=f"/{shown.gate.page}",
        gate_id=shown.gate_id,
        wording_hash=shown.gate.wording,
        fields=tuple(_fields(shown, language)),
        follow_up=words.get(Purpose.FOLLOW_UP, "") if shown.asked.follow_ups else "",
        must_agree=must_agree(shown.gate, shown.asked),
        promise=in_words(shown.wording.promise, language=language),
        news=words.get(Purpose.NEWS, "") if shown.asked.news else "",
        button=shown.button,
    )


def _fields(shown: Shown, language: str) -> Iterator[dict[str, object]]:
    for field in shown.fields:
        yield {
            "name": field.name,
            "type": str(field.type),
            "label": field.label,
            "required": field.required,
            "note": _note(field),
            "choices": offered(field, language),
            "autocomplete": FILLED_BY.get(field.name, ""),
        }


def _note(field: Field) -> str:
    return " ".join(text for text in (field.help, field.buys) if text)
