"""What does a form ask, and in which words? Reads `forms/*.yml` and checks it. Build only; called by `source`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.person import Intent, Purpose
from leadlight.model.site import ConsentMode, Field, FieldType, Form
from leadlight.playbook.findings import gather, judged
from leadlight.playbook.languages import Texts, languages_of, said_in
from leadlight.playbook.shapes import OWN_NAMES, FieldShape, FormShape
from leadlight.playbook.written import Path as Where
from leadlight.playbook.written import Written, read_yaml, text_of
from leadlight.rules.form import BETWEEN
from leadlight.rules.places import countries
from leadlight.words import ENGLISH, N_, words_of

BUILT_IN = Path(__file__).with_name("forms")

WITH_CHOICES = (FieldType.CHOICE, FieldType.MULTI_CHOICE)
ADDRESS = N_("E-mail address")
SEEN = ("label", "help", "buys", "required", "choices")
"""What a field that nobody sees can do nothing with."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms by name in the site's main language, and in each other that one of their texts is written in."""

    main: Mapping[str, Form]
    others: Mapping[str, Mapping[str, Form]]


def read_forms(paths: Sequence[Path], language: str, problems: list[Problem]) -> Forms:
    """The forms of these files, the later of a name in the place of the earlier. Collects every problem."""
    shapes = {path.stem: gather(problems, lambda path=path: _shape(path, language)) for path in paths}  # type: ignore[misc]  # mypy cannot type lambda defaults
    files = {path.stem: path for path in paths}
    known = {name: shape or _stand_in(files[name]) for name, shape in shapes.items()}
    spoken = languages_of(texts for shape in known.values() for texts in _texts(shape))
    return Forms(
        {name: _form(name, shape, language, language) for name, shape in known.items()},
        {
            other: {name: _form(name, shape, other, language) for name, shape in known.items()}
            for other in spoken
            if other != language
        },
    )


def _shape(path: Path, language: str) -> FormShape:
    if path.parent == BUILT_IN:
        return _own_shape(path)
    return _judged(path, language)


@cache
def _own_shape(path: Path) -> FormShape:
    """That of a form of ours, which is read again and again; in English for whom it has no other words."""
    return _judged(path, ENGLISH)


def _judged(path: Path, language: str) -> FormShape:
    written = read_yaml(text_of(path), file=str(path))
    return judged(FormShape, written, lambda shape, rest: _problems(shape, rest, language))


def _stand_in(path: Path) -> FormShape:
    """What a form with mistakes asks at least, so that whoever names its fields is not told of them."""
    asked: object = ()
    with contextlib.suppress(BadPlaybook):
        data = read_yaml(text_of(path), file=str(path)).data
        asked = data.get("fields") if isinstance(data, dict) else ()
    names = [each.get("name") for each in asked if isinstance(each, dict)] if isinstance(asked, list) else []
    known = dict.fromkeys(name for name in names if isinstance(name, str) and name.isidentifier() and name != "email")
    return FormShape(wording={}, fields=tuple(FieldShape(name=name) for name in known if name not in OWN_NAMES))


def _form(name: str, shape: FormShape, language: str, main: str) -> Form:
    """The form as readers of that language see it."""
    fields = tuple(_field(field, language, main) for field in shape.fields)
    if not any(field.name == "email" for field in fields):
        label = words_of(language).gettext(ADDRESS)
        fields = (Field("email", FieldType.EMAIL, label=label, required=True), *fields)
    wording = {purpose: said_in(texts, language, main) for purpose, texts in shape.wording.items()}
    title, button = (said_in(texts, language, main) for texts in (shape.title, shape.button))
    return Form(name, fields, shape.consent, wording, title=title, button=button)


def _field(shape: FieldShape, language: str, main: str) -> Field:
    label = said_in(shape.label, language, main)
    shown = {answer: said_in(texts, language, main) for answer, texts in shape.choices.items() if texts}
    return Field(
        shape.name,
        shape.type,
        label or words_of(language).gettext(shape.name.replace("_", " ").capitalize()),
        required=shape.required or shape.name == "email",
        choices=tuple(shape.choices) or ((shape.value,) if shape.value else ()),
        buys=said_in(shape.buys, language, main),
        help=said_in(shape.help, language, main),
        shown=shown,
    )


def _texts(shape: FormShape) -> Iterator[Texts]:
    yield from (shape.title, shape.button, *shape.wording.values())
    for field in shape.fields:
        yield from (field.label, field.buys, field.help, *field.choices.values())


def _problems(shape: FormShape, written: Written, language: str) -> Iterator[Problem]:
    if Purpose.CONTENT not in shape.wording:
        yield written.problem(("wording",), "`content` is missing: say what the address is used for at once")
    if shape.consent is ConsentMode.REQUIRED and Purpose.FOLLOW_UP not in shape.wording:
        message = (
            "`consent: required` makes follow-ups part of the exchange, so `wording` must say so: add `follow-up:`"
        )
        yield written.problem(("consent",), message)
    for where, texts in _placed(shape):
        if texts and not {language, ""} & texts.keys():
            yield written.problem(where, f"`{where[-1]}` is not there in `{language}`, the site's own language; add it")
    seen = set[str]()
    for index, field in enumerate(shape.fields):
        where = ("fields", index)
        if field.name in seen:
            yield written.problem(where, f"there are two fields called `{field.name}`; rename or remove one")
        seen.add(field.name)
        for key, message in _field_problems(field):
            yield written.problem((*where, key) if key else where, message)


def _placed(shape: FormShape) -> Iterator[tuple[Where, Texts]]:
    """Each text that has one form for each language, and where it stands."""
    yield from ((("title",), shape.title), (("button",), shape.button))
    yield from ((("wording", str(purpose)), texts) for purpose, texts in shape.wording.items())
    for index, field in enumerate(shape.fields):
        for key, texts in (("label", field.label), ("buys", field.buys), ("help", field.help)):
            yield ("fields", index, key), texts
        yield from ((("fields", index, "choices", answer), texts) for answer, texts in field.choices.items())


def _field_problems(field: FieldShape) -> Iterator[tuple[str, str]]:
    """The key, or none for the field as a whole, and what is wrong with it."""
    if (field.name == "email") != (field.type is FieldType.EMAIL):
        yield "", "the one field of type email is called `email`, and it has that type"
    if field.type is FieldType.HIDDEN:
        for key in (key for key in SEEN if getattr(field, key)):
            message = f"nobody sees `{field.name}`, which is hidden: leave out `{key}`; what it says is its `value:`"
            yield key, message
        return
    if field.value:
        yield "value", f"`{field.name}` is answered by people: only a field of `type: hidden` has a `value`"
    yield from _choice_problems(field)


def _choice_problems(field: FieldShape) -> Iterator[tuple[str, str]]:
    name, kind = field.name, field.type
    if kind is FieldType.COUNTRY:
        for code in (code for code in field.choices if code not in countries()):
            yield "choices", f"`{code}` is no country: write two capital letters, such as `PL`"
    elif (kind in WITH_CHOICES) != bool(field.choices):
        yield "", f"`{name}` needs both `type: choice` and `choices:`, or neither"
    if kind is FieldType.MULTI_CHOICE:
        for choice in (choice for choice in field.choices if BETWEEN.strip() in choice):
            yield "choices", f"answers to `{name}` are kept with commas between, so `{choice}` can hold none; reword it"
    if name == "intent" and not set(field.choices) <= set(Intent):
        yield "choices", f"`intent` can be {', '.join(Intent)}"
