"""What does this template or condition say for this lead? Jinja in its sandbox; called by `messages` and `followup`.

Templates see data only: no functions of Jinja's own, no private attributes, no change to anything. A name that does
not exist is an error, never an empty place in a mail.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from leadlight.errors import BadPlaybook, Problem
from leadlight.playbook.context import Context

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

PRINTED = "\ue000printed"
"""Where a rendering keeps its `finalize`; no template can name it."""

_KEPT = frozenset("\n\u200c\u200d")
_SPACES = str.maketrans({"\t": " ", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})

_CLEAN = re.compile(r"[\n -~]*")
"""Nothing in it would change: nearly every text."""

_ALONE = re.compile(r"^[ \t]*((?:\{%(?:(?!%\}).)*%\}[ \t]*)+)\n", re.MULTILINE)

FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an expression over plain data can raise by itself, besides Jinja's own errors."""


def clean(value: object) -> str:
    """A value as text: None is nothing; lines stay, all that is invisible or private goes (but emoji stay whole)."""
    text = "" if value is None else str(value)
    if _CLEAN.fullmatch(text):
        return text
    text = text.translate(_SPACES)
    return "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _DROPPED)


def sandbox() -> ImmutableSandboxedEnvironment:
    """Jinja as templates get it; a value that is printed becomes text by `clean`, or by what stands in `PRINTED`."""
    from jinja2 import StrictUndefined, pass_context  # noqa: PLC0415 not needed to answer a submit
    from jinja2.runtime import Context as Rendering  # noqa: PLC0415 the same
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 the same

    @pass_context
    def finalize(rendering: Rendering, value: object) -> str:
        return str(rendering.get(PRINTED, clean)(value))

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        finalize=finalize,
        keep_trailing_newline=True,
    )
    environment.globals.clear()
    fill_in = environment.filters["default"]
    for name in ("default", "d"):  # every name there is has a value: what is empty is what a default is meant for
        environment.filters[name] = lambda value, instead="": fill_in(value, instead, True)
    return environment


def tightened(text: str) -> str:
    """The template with lines that hold nothing but `{% … %}` taken out of the result; line numbers stay.

    Jinja's own `trim_blocks` also swallows the line end after an `{% endif %}` within a sentence, and so joins
    paragraphs that a marketer sees apart.
    """
    return _ALONE.sub(r"\1{#\n#}", text)


def render(text: str, context: Context, *, finalize: Callable[[object], str] = clean) -> str:
    """The template filled in. Raises `BadPlaybook` where it cannot be."""
    from jinja2 import TemplateError  # noqa: PLC0415 not needed to answer a submit

    try:
        return _compiled(text).render({**context, PRINTED: finalize})
    except (TemplateError, *FAILURES) as error:
        raise BadPlaybook([Problem("template", getattr(error, "lineno", 0) or 0, str(error))]) from error


def truth(expression: str, context: Context) -> bool:
    """Whether the expression holds. Raises `BadPlaybook` where it cannot be told."""
    from jinja2 import TemplateError  # noqa: PLC0415 not needed to answer a submit

    try:
        return bool(_condition(expression)(**context))
    except (TemplateError, *FAILURES) as error:
        raise BadPlaybook([Problem("only_if", 0, str(error))]) from error


@functools.lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    """Compiling takes longer than all else about a mail, and the same few texts come again and again."""
    return _plain().from_string(tightened(text))


@functools.lru_cache(maxsize=512)
def _condition(expression: str) -> Callable[..., object]:
    """The same of a condition."""
    return _plain().compile_expression(expression, undefined_to_none=False)


@functools.cache
def _plain() -> ImmutableSandboxedEnvironment:
    return sandbox()
