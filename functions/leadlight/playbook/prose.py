"""How does a text of the playbook read for this lead? Markdown and Jinja become safe HTML and plain text.

Called by `messages`. What people typed never passes through Markdown or HTML: each value is a mark while the text is
rendered, and becomes escaped text only afterwards. `[x](http://evil)` as a name stays those very characters.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from leadlight.playbook.context import Context
from leadlight.playbook.expressions import clean, render
from leadlight.playbook.plain import plain_text

_MARK = re.compile("\ue000([0-9]+)\ue001")
"""Private characters, which `clean` takes out of every value: no value can forge a mark."""

_TAGS = {"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_CLASSES = {"a": {"button"}, "p": {"code", "note"}}
_SCHEMES = {"https", "http", "mailto", "tel"}


@dataclass(frozen=True, slots=True)
class Prose:
    """The same words twice. `html` is a fragment with a few harmless tags only: no image, no script, no style."""

    html: str
    text: str


def prose(body: str, context: Context) -> Prose:
    """The body filled in. Raises `BadPlaybook` where a template cannot be."""
    import markdown  # noqa: PLC0415 not needed to answer a submit
    import nh3  # noqa: PLC0415 the same

    values: list[str] = []
    source = render(body, context, finalize=lambda value: _mark(value, values))
    marked = markdown.markdown(source, extensions=["attr_list", "sane_lists"], output_format="html")
    safe = nh3.clean(
        _unmarked(marked, values),
        tags=_TAGS,
        attributes={"a": {"href"}},
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return Prose(html=safe, text=plain_text(safe))


def one_line(text: str, context: Context, *, limit: int = 200) -> str:
    """A template as one line of plain text, such as a subject. Raises `BadPlaybook` where it cannot be."""
    line = " ".join(render(text, context).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _mark(value: object, values: list[str]) -> str:
    text = clean(value) if not isinstance(value, str) or not _MARK.search(value) else value
    if not text:
        return ""
    values.append(text)
    return f"\ue000{len(values) - 1}\ue001"


def _unmarked(marked: str, values: list[str]) -> str:
    """Values for marks, again while there are marks: `{% set %}` blocks make marks of marks."""
    while _MARK.search(marked):
        marked = _MARK.sub(lambda found: _shown(values[int(found[1])]), marked)
    return marked


def _shown(value: str) -> str:
    return html.escape(value).replace("\n", "<br>\n")
