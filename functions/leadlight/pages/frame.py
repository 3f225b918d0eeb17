"""How a page gets its looks: a template within the site's own shell. Used by `visitor` and `rep` beside it."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from leadlight.model.inline import Inline
from leadlight.model.site import SHELL_BODY, SHELL_TITLE
from leadlight.rules.policy import inline_of
from leadlight.words import ENGLISH, words_of

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def page(shell: str, template: str, *, heading: str, language: str = ENGLISH, **data: object) -> str:
    """A whole HTML page; `language` is the reader's, and `heading` is in it already.

    A shell without the mark for the body (or none at all) gives way to our own plain one. Only the first mark of the
    body counts, and nothing is put in twice: what people typed may hold any text.
    """
    body = _environment(language).get_template(template).render(heading=heading, language=language, **data)
    if SHELL_BODY not in shell:
        plain = _environment(language).get_template("shell.html")
        shell = plain.render(title=SHELL_TITLE, body=SHELL_BODY, language=language)
    before, _, after = shell.partition(SHELL_BODY)
    title = escape(heading)
    return before.replace(SHELL_TITLE, title) + body + after.replace(SHELL_TITLE, title)


@cache
def styles() -> Inline:
    """The styles that stand in our templates: no page of ours has another, or a script, but the shell's."""
    return inline_of(path.read_text() for path in sorted(TEMPLATES.glob("*.html")))


@cache
def _environment(language: str) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - a submit never draws a page

    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The extension adds this method, which its types do not know.
    environment.install_gettext_translations(words_of(language), newstyle=True)  # type: ignore[attr-defined]  # see above
    return environment
