"""What would a sequence of another tool be here? A table with a row for each mail or task in, steps as files out.

Build only; called by `leadlight import-sequence`. Each row is read by what reads the steps of a playbook, so whatever
comes out works, and whatever is to be mended is said with its row and column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.team import Team
from leadlight.playbook.steps import read_step
from leadlight.rules.table import Layout, Row, column_name

LAYOUT = Layout(
    needs="subject",
    others="wait, body, encounter, objective",
    taken=frozenset(),
    aliases={
        "subject_line": "subject", "email_subject": "subject", "delay": "wait", "wait_time": "wait", "text": "body",
        "email_body": "body", "content": "body", "message": "body", "type": "channel", "step_type": "channel",
        "sender": "from", "from_name": "from", "title": "name", "step_name": "name", "email_name": "name",
    },
)  # fmt: skip
"""How other tools, and people, call the columns."""

KEYS = ("subject", "wait", "send", "channel", "from", "encounter", "objective", "appeal", "only_if", "stale_after")
"""What may stand before the text of a step; the other columns are `name` and `body`."""

CHANNELS = {
    "": "mail", "email": "mail", "e_mail": "mail", "automated_email": "mail", "manual_email": "rep", "call": "rep",
    "phone": "rep", "phone_call": "rep", "task": "rep", "to_do": "rep", "linkedin": "rep",
}  # fmt: skip
"""Who acts, by what others call it: what no machine does here is a rep's task."""

FIRST, LAST = "{{ lead.first_name or 'there' }}", "{{ lead.name }}"
MARKS = {
    "fname": FIRST, "firstname": FIRST, "first_name": FIRST, "contact.firstname": FIRST, "contact.first_name": FIRST,
    "fullname": LAST, "full_name": LAST, "contact.fullname": LAST,
    "company": "{{ lead.company }}", "companyname": "{{ lead.company }}", "contact.company": "{{ lead.company }}",
    "acct_name": "{{ lead.company }}",
}  # fmt: skip
"""What stands for a name in Mailchimp (*|FNAME|*), HubSpot ({{contact.firstname}}), ActiveCampaign (%FIRSTNAME%)."""

MARK = re.compile(r"\*\|([\w.:]+)\|\*|\{\{\s*([\w.]+)\s*\}\}|%([A-Z][A-Z_]{2,})%")
LEAVING = re.compile(r"unsub|opt_?out|preferences", re.IGNORECASE)
HTML = re.compile(r"<(?:html|body|table|div|span|style|p|br)\b", re.IGNORECASE)
MOST = 99
"""Steps are numbered by two digits."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """Files by name, and what is to be mended: (row, column or nothing, what to do) each. `unread` are columns."""

    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[tuple[int, str, str], ...] = ()
    unread: tuple[str, ...] = ()


def transferred(rows: Iterable[Row], team: Team) -> Transferred:
    """The steps of that table, in its order."""
    files: dict[str, str] = {}
    problems: list[tuple[int, str, str]] = []
    unread: dict[str, None] = {}
    for number, row in enumerate(rows, start=1):
        name, text = f"{number:02}-{_slug(row)}.md", _step(row)
        files[name] = text
        problems += list(_unreadable(row)) or _problems(row, name, text, team)
        unread |= dict.fromkeys(column for column, cell in row.values.items() if cell and not _is_read(column))
    if len(files) > MOST:
        problems.append((MOST + 2, "", f"A sequence has {MOST} steps at most."))
    return Transferred(files, tuple(problems), tuple(unread))


def _is_read(column: str) -> bool:
    return column in {*KEYS, "name", "body"}


def _slug(row: Row) -> str:
    """The step's name, or the first words of its subject, as a file may be called."""
    words = column_name(row.values.get("name", "") or row.values.get("subject", "")).split("_")
    plain = [kept for word in words if (kept := re.sub(r"[^a-z0-9]", "", word))]
    return "-".join(plain[:5])[:40].strip("-") or "step"


def _step(row: Row) -> str:
    """The file: front matter by our names, and the text."""
    told = {key: row.values.get(key, "").strip() for key in KEYS}
    told |= {"subject": _ours(told["subject"]), "wait": _wait(told["wait"])}
    told["channel"] = CHANNELS.get(column_name(told["channel"]), told["channel"].lower())
    told |= {key: told[key].lower() for key in ("encounter", "objective", "appeal", "send")}
    front = "".join(f"{key}: {_quoted(text)}\n" for key, text in told.items() if text)
    body = _ours(row.values.get("body", "")).replace("\r\n", "\n").strip()
    return f"---\n{front}---\n{body}\n"


def _quoted(text: str) -> str:
    """As YAML takes it, whatever is in it."""
    return text if re.fullmatch(r"[a-z][a-z -]*|\d+ [a-z ]+", text) else json.dumps(text, ensure_ascii=False)


def _wait(text: str) -> str:
    """A bare number counts days, as in most tools; at once is a wait of nothing."""
    if text.lower() in {"immediately", "at once", "instantly"}:
        return "0 minutes"
    number = re.fullmatch(r"(\d+)(?:\.0)?", text)
    return f"{number[1]} {'day' if number[1] == '1' else 'days'}" if number else text.lower()


def _ours(text: str) -> str:
    """The text with the names of our fields where other tools' stood."""
    return MARK.sub(lambda mark: MARKS.get(_named(mark).lower(), mark[0]), text)


def _named(mark: re.Match[str]) -> str:
    return next(name for name in mark.groups() if name)


def _unreadable(row: Row) -> Iterator[tuple[int, str, str]]:
    """What has to go before the rest can be judged."""
    if row.problem:
        yield row.number, "", row.problem
    for column in ("subject", "body"):
        text = row.values.get(column, "")
        if HTML.search(text):
            yield row.number, column, "This is HTML. Paste the text of the mail; Markdown makes links and lists."
        for mark in MARK.finditer(text):
            if LEAVING.search(_named(mark)):
                yield row.number, column, f"Take out {mark[0]}: every mail carries its own way out."


def _problems(row: Row, name: str, text: str, team: Team) -> Iterator[tuple[int, str, str]]:
    """What the playbook's own reader says of that step, by column."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, "utf-8")
        try:
            read_step(path, {}, team, team.profile)
        except BadPlaybook as wrong:
            for problem in wrong.problems:
                yield row.number, _column(problem, text), problem.message


def _column(problem: Problem, text: str) -> str:
    """The column that a problem of the file is about: it names one, or stands in its line, or below the front."""
    line = text.splitlines()[problem.line - 1].partition(":")[0] if problem.line else ""
    said = re.match(r"`(\w+)`", problem.message)
    for name in (said[1] if said else "", line):
        if name in KEYS:
            return name
    return "body"
