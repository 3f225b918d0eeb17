"""What can a rep look up? Reads `objections/*.md` and `buyers/*.md`. Build only; called by `source`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.site import Buyer, Objection
from leadlight.playbook.findings import gather
from leadlight.playbook.languages import Texts, said_in, words_of
from leadlight.playbook.written import Written, read_yaml, split_front, text_of
from leadlight.words import ENGLISH

_HEADING = re.compile(r"^# +(\S.*)$", re.MULTILINE)
_LIST = re.compile(r"^(?:\*\*|#+ )\s*(?P<name>needs|asks)\s*:?\s*(?:\*\*)?\s*:?\s*$", re.IGNORECASE | re.MULTILINE)
_ENTRY = re.compile(r"^[-*+] +(.+(?:\n {2,}\S.*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NamedText:
    """A page of the playbook: its file's name without suffix, its title and what stands below that."""

    name: str
    title: str
    text: str
    titles: Mapping[str, str]  # by language, where the title is said in several


def read_texts(paths: Iterable[Path], problems: list[Problem], language: str = ENGLISH) -> tuple[NamedText, ...]:
    """The pages of these files. Each needs a title (front matter or first heading) and a text.

    `language` is the site's own, whose title counts where there are several.
    """
    found = [gather(problems, lambda path=path: _text(path, language)) for path in paths]  # type: ignore[misc]  # mypy cannot type lambda defaults
    return tuple(text for text in found if text is not None)


def objection(text: NamedText) -> Objection:
    """What readers object: the whole text is the answer."""
    return Objection(text.name, text.title, text.text, text.titles)


def buyer(text: NamedText) -> Buyer:
    """Somebody whom we write for. What they need and ask stands in lists below `**Needs**` and `**Asks**`."""
    return Buyer(text.name, text.title, tuple(_listed(text.text, "needs")), tuple(_listed(text.text, "asks")))


def _text(path: Path, language: str) -> NamedText:
    page = split_front(text_of(path))
    written = read_yaml(page.front, file=str(path), first_line=2)
    titles = _titles(written)
    title = said_in(titles, language, language)
    heading = _HEADING.search(page.body)
    body = page.body if title or heading is None else page.body[: heading.start()] + page.body[heading.end() :]
    problems = []
    if not title and heading is None:
        problems.append(Problem(str(path), 1, "`title` is missing: say it in front matter or as a `#` heading"))
    if not re.sub(r"^#.*$", "", page.body, flags=re.MULTILINE).strip():
        problems.append(Problem(str(path), page.body_line, "there is no text yet; write it, or remove the file"))
    if problems:
        raise BadPlaybook(problems)
    return NamedText(
        path.stem,
        title or (heading[1].strip() if heading else ""),
        body.strip(),
        {k: v for k, v in titles.items() if k},
    )


def _titles(written: Written) -> Texts:
    """The title in the front matter: a text, or one for each language."""
    title = written.data.get("title") if isinstance(written.data, dict) else None
    try:
        return words_of(title if isinstance(title, dict) else str(title or ""))
    except ValueError as wrong:
        raise BadPlaybook([written.problem(("title",), str(wrong))]) from wrong


def _listed(text: str, name: str) -> Iterator[str]:
    """The entries of the list below that name, each in one line.

    >>> list(_listed("**Needs**\\n\\n- One\\n  thing\\n- Two\\n\\nText\\n\\n**Asks**\\n- Three", "needs"))
    ['One thing', 'Two']
    """
    marks = list(_LIST.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):  # where there is no mark, the end stands alone
        if mark["name"].lower() == name:
            part = text[mark.end() : end]
            yield from (" ".join(entry.split()) for entry in _ENTRY.findall(part))
