"""How does a text of the playbook read for this lead? Markdown and Jinja become safe HTML and plain text.

Called by `messages`. What people typed never passes through Markdown or HTML: each value is a mark while the text is
rendered, and becomes escaped text only afterwards. `[x](http://evil)` as a name stays those very characters.
"""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from leadlight.playbook.context import Context
from leadlight.playbook.expressions import clean, render
from leadlight.playbook.plain import plain_text

_TAGS = {"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_CLASSES = {"a": {"button"}, "code": {"bar"}, "p": {"code", "note", "taps"}}
_SCHEMES = {"https", "http", "mailto", "tel"}

_SECRET = secrets.randbits(64)
_MARK = re.compile(f"(\ue000{_SECRET}:[0-9]+\ue001)")
_MAILED = re.compile(f'(?<=href="mailto:){_MARK.pattern}')


@dataclass(frozen=True, slots=True)
class Prose:
    """The same words twice. `html` is a fragment with a few harmless tags only: no image, no script, no style."""

    html: str
    text: str


def prose(body: str, context: Context) -> Prose:
    """The body filled in. Raises `BadPlaybook` where a template cannot be."""
    import nh3  # noqa: PLC0415 not needed to answer a submit

    marks = _Marks()
    source = render(body, context, finalize=marks.put)
    safe = nh3.clean(
        marks.resolve(_marked(source)),
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


def plain_words(markdown: str) -> str:
    """Markdown of our own, without any template, as plain words: a line for each paragraph and point."""
    lines = plain_text(_marked(markdown)).replace("\n- ", "\n\n- ").split("\n\n")
    return "\n".join(" ".join(line.split()) for line in lines)


@lru_cache(maxsize=256)
def _marked(source: str) -> str:
    """Markdown as HTML. Values are still marks, the same for every lead: most mails of a step share one answer."""
    import markdown  # noqa: PLC0415 not needed to answer a submit
    from markdown.extensions.attr_list import AttrListExtension  # noqa: PLC0415 the same
    from markdown.extensions.sane_lists import SaneListExtension  # noqa: PLC0415 the same

    extensions = [AttrListExtension(), SaneListExtension()]  # by name they need metadata that a Lambda archive lacks
    return markdown.markdown(source, extensions=extensions, output_format="html")


class _Marks:
    """Stands in for values. A mark holds a number that nobody can guess, so no value can pass for one."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def put(self, value: object) -> str:
        """The mark for a value; nothing for an empty one. Marks within it, from a `{% set %}` block, stay."""
        parts = _MARK.split("" if value is None else str(value))
        text = "".join(clean(part) if index % 2 == 0 else part for index, part in enumerate(parts))
        if not text:
            return ""
        self._values.append(text)
        return f"\ue000{_SECRET}:{len(self._values) - 1}\ue001"

    def resolve(self, marked: str) -> str:
        """Escaped values for marks. A value only holds marks older than itself, so this ends.

        An address behind `mailto:` may have a `?` before its @; as it stands, further receivers could follow it.
        """
        mailed = _MAILED.sub(lambda found: quote(self._value(found[1]), safe="@"), marked)
        return _MARK.sub(lambda found: self.resolve(self._shown(found[0])), mailed)

    def _shown(self, mark: str) -> str:
        return html.escape(self._value(mark)).replace("\n", "<br>\n")

    def _value(self, mark: str) -> str:
        return self._values[int(mark[1:-1].partition(":")[2])]
