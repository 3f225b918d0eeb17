"""The record of processing activities (Art. 30 GDPR), as Markdown for the operator's files. English, from the facts.

Called by `leadlight plan --record`. What only the operator knows stands in it as a question, so nobody takes it for
complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from leadlight.model.data_map import BACKUP_DAYS, DATA_MAP
from leadlight.model.person import Purpose
from leadlight.playbook.privacy import plain
from leadlight.playbook.processing import (
    BASES,
    BY_THEMSELVES,
    KEPT_FOR,
    PURPOSES,
    Asks,
    Processing,
    field_in_words,
    span_in_words,
)
from leadlight.words import ENGLISH

MEASURES = (
    "Personal fields are sealed (AES-GCM), each form under a key of its own; keys lie apart from the data.",
    f"Erasing shreds keys, so that nobody can read copies; copies of keys are kept for {BACKUP_DAYS} days at most.",
    "Logs, events and metrics hold ids, never addresses, tokens or free text.",
    "People are found by a keyed hash of their address; a network is kept as its /24 or /64.",
    "Reps sign in by mail, as people of team.yml; a mailed link opens one lead, in one browser, for 7 days.",
    "On AWS each function has a role of its own, without `*` actions; stores are encrypted, and guarded from deletion.",
    "Forms are guarded by budgets, by proof of work under attack, and by double opt-in.",
)


def record(of: Processing, *, site: str) -> str:
    """The whole record, its first heading included."""
    parts = (_who(of, site), _purposes(of), _forms(of), _kept(), _how_long(of), _who_gets_it(of), _measures())
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _who(of: Processing, site: str) -> Iterator[str]:
    company = of.company
    yield f"# Record of processing activities: {plain(site)}\n"
    yield "By Art. 30 (1) GDPR, written from the site's own files. Lines that begin with **?** are for its operator.\n"
    yield f"- Controller: {', '.join(plain(text) for text in (company.name, company.postal, company.email) if text)}"
    yield "- **?** Representative in the Union, and data protection officer, if there are any"
    yield "- Whose data: visitors who send a form; people whom a rep or an imported list brings in; the team"


def _purposes(of: Processing) -> Iterator[str]:
    yield "## Purposes\n"
    yield "| Purpose | Basis | Asked for by |"
    yield "| --- | --- | --- |"
    for purpose, name in PURPOSES.items():
        forms = ", ".join(plain(asks.form.name) for asks in of.asks if purpose in asks.form.wording)
        forms = forms or ("a call that somebody chooses" if purpose is Purpose.PHONE else "no form")
        yield f"| {name} ({purpose}) | {_law(BASES[purpose])} | {forms} |"
    for what, basis in BY_THEMSELVES:
        yield f"| {what} | {_law(basis)} | nobody: done by itself |"
    yield "\nWhat somebody was brought in by (a list, a rep) has its basis stored with it: `leadlight leads show`."
    yield "Points and temperature are an assessment by machine. Nobody is let in, kept out or priced by it; objections"
    yield "(Art. 21) are taken on the page of preferences and count at once."


def _law(basis: str) -> str:
    """As files put it: of nobody in particular."""
    return basis.removeprefix("your ").removeprefix("our ")


def _forms(of: Processing) -> Iterator[str]:
    yield "## Forms"
    for asks in of.asks:
        yield from _form(asks)


def _form(asks: Asks) -> Iterator[str]:
    yield f"\n### {plain(asks.form.name)}\n"
    yield f"On: {', '.join(f'`{page}`' for page in asks.pages)}\n"
    for field in asks.fields:
        said = plain(field_in_words(field, ENGLISH))
        yield f"- `{field.name}` ({field.type}, {said}){': ' + plain(field.buys) if field.buys else ''}"
    yield ""
    for purpose, words in asks.form.wording.items():
        yield f"- {purpose}: “{plain(words)}”"


def _kept() -> Iterator[str]:
    yield "## What is kept\n"
    yield "| What | In it | What for | Until | When erased | In an export |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in DATA_MAP:
        yield f"| {row.name} | {row.what} | {row.why} | {row.until} | {row.erased} | {row.exported} |"


def _how_long(of: Processing) -> Iterator[str]:
    yield "## Time limits\n"
    yield "From the last word on; kept by the tick, once a day.\n"
    yield "| Stage | Who | Kept for |"
    yield "| --- | --- | --- |"
    for stage, span in of.retention.items():
        yield f"| {stage} | {KEPT_FOR[stage]} | {span_in_words(span, ENGLISH)} |"


def _who_gets_it(of: Processing) -> Iterator[str]:
    yield "## Recipients\n"
    yield f"- The team of {plain(of.company.name)}: whoever answers, and their manager"
    yield "- People of the team who write pages: counts, and the lines that reps write to them"
    yield "- **?** Whoever runs the machine, or Amazon Web Services (name the region), as processors, with a contract"
    yield "- **?** The mail server, or Amazon SES"
    yield "- **?** A CRM that leads are handed to, and receivers of webhooks (these get ids alone)"
    yield "- **?** Transfers to third countries, and by which safeguard"


def _measures() -> Iterator[str]:
    yield "## Measures (Art. 32)\n"
    yield from (f"- {measure}" for measure in MEASURES)
    yield "- **?** Who may get at the machine or the account, and how that is looked after"
