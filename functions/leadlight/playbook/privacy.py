"""What does a visitor have to be told about their data (Art. 13 GDPR)? Written from what the site does.

Called by the gate plugin, which puts it where a page says `<!-- leadlight: privacy -->`. Where data lies, who looks
after it and what other tools of the site do, only its owners know: that is theirs to write around it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from leadlight.model.data_map import BACKUP_DAYS, DATA_MAP
from leadlight.model.person import Purpose
from leadlight.playbook.front import GateFront
from leadlight.playbook.processing import (
    BASES,
    BY_THEMSELVES,
    KEPT_FOR,
    PURPOSES,
    Asks,
    Processing,
    field_in_words,
    processing_of,
    span_in_words,
)
from leadlight.playbook.source import Playbook
from leadlight.words import words_of

MARK = re.compile(r"^[ \t]*<!--[ \t]*leadlight:[ \t]*privacy[ \t]*-->[ \t]*$", re.MULTILINE)
"""The line that the notice takes the place of."""


def noticed(markdown: str, playbook: Playbook, fronts: Iterable[GateFront], language: str) -> str:
    """A page's Markdown with the notice where it asks for one."""
    if not MARK.search(markdown):
        return markdown
    text = notice(processing_of(playbook, fronts, language), language)
    return MARK.sub(lambda _: text, markdown)


def notice(of: Processing, language: str) -> str:
    """The whole notice as Markdown, its headings of the second rank."""
    parts = (_who, _forms, _kept, _how_long, _who_gets_it, _points, _rights, _cookies, _not_done)
    return "\n\n".join("\n".join(part(of, language)) for part in parts)


def _who(of: Processing, language: str) -> Iterator[str]:
    _ = words_of(language).gettext
    company = of.company
    yield _part(_("Who answers for your data"))
    yield ", ".join(plain(text) for text in (company.name, company.postal) if text) + "."
    if company.email:
        yield _("Write to {email}, or answer any of our mails: a person reads it.").format(email=plain(company.email))
    else:
        yield _("Answer any of our mails: a person reads it.")


def _forms(of: Processing, language: str) -> Iterator[str]:
    _ = words_of(language).gettext
    yield _part(_("What the forms ask, and what for"))
    yield _(
        "You do not have to give us anything. Without an address, though, we cannot open what stands behind a form: "
        "the way in is mailed there."
    )
    for asks in of.asks:
        yield from _form(asks, language)
    yield "\n" + _(
        "A yes counts once you have pressed the button in a mail to your own address. How many mails follow, for how "
        "long, and whether anybody calls stands above the button of each form. More than that never comes."
    )
    yield _("On a page that is open to you, you may ask a question or ask for a call: that is kept, too.")
    yield "\n" + _("Nobody is asked for this, and it is done all the same:") + "\n"
    for what, basis in BY_THEMSELVES:
        yield f"- {_(what)} ({_(basis)})."


def _form(asks: Asks, language: str) -> Iterator[str]:
    _ = words_of(language).gettext
    yield "\n### " + _("The form “{name}”").format(name=plain(asks.form.title or asks.form.name)) + "\n"
    for field in asks.fields:
        why = f": {plain(field.buys)}" if field.buys else ""
        yield f"- **{plain(field.label or field.name)}** ({plain(field_in_words(field, language))}){why}"
    yield "\n" + _("And what we do with it:") + "\n"
    for purpose, name in PURPOSES.items():
        words = asks.form.wording.get(purpose, "")
        if words:
            quoted = _("“{subject}”").format(subject=plain(words))
            yield f"- {_(name)} ({_(BASES[purpose])}): {quoted}"
        elif purpose is Purpose.PHONE:
            said = _("only if you choose a call in the form.")
            yield f"- {_(name)} ({_(BASES[purpose])}): {said}"


def _kept(of: Processing, language: str) -> Iterator[str]:  # noqa: ARG001 all parts are called alike
    _ = words_of(language).gettext
    yield _part(_("What is kept, and what for"))
    for row in DATA_MAP:
        name, until = _(row.name), _("Kept: {until}.").format(until=_(row.until))
        yield f"- **{name[:1].upper()}{name[1:]}.** {_(row.what)} {_(row.why)} {until}"
    yield "\n" + _(
        "Backups hold the same. What is personal in them is locked, and its keys go when you are erased; copies of "
        "these keys are over in {days} days at most."
    ).format(days=BACKUP_DAYS)


def _how_long(of: Processing, language: str) -> Iterator[str]:
    _ = words_of(language).gettext
    yield _part(_("For how long"))
    yield _("Counted from the last word between us. Then all of it goes by itself.") + "\n"
    yield from _head(_("Who you are to us"), _("Kept for"))
    for stage, span in of.retention.items():
        yield f"| {_(KEPT_FOR[stage])} | {span_in_words(span, language)} |"


def _who_gets_it(of: Processing, language: str) -> Iterator[str]:
    _ = words_of(language).gettext
    company = plain(of.company.name)
    yield _part(_("Who gets it"))
    yield "- " + _("The people at {company} who answer you, and their manager.").format(company=company)
    yield "- " + _("Whoever runs servers and mail for {company}, on its behalf and by its word.").format(
        company=company
    )
    yield "- " + _(
        "The tool that {company} sells with, where there is one: from when a person takes your request over."
    ).format(company=company)
    yield "\n" + _("Nobody else, and nothing is sold.")


def _points(of: Processing, language: str) -> Iterator[str]:  # noqa: ARG001 the same
    _ = words_of(language).gettext
    yield _part(_("Points"))
    yield _(
        "What you read, ask and answer, and what you tell of your company, adds up to points by itself, and makes you "
        "cold or warm to us. That says whom a person looks at first. It decides nothing about you by itself: it "
        "opens and shuts nothing, and sets no price. Some mails of a plan may be left out or sent by it."
    )
    yield _(
        "You may object, without giving a reason: “Do not rate me automatically” stands on the page of your "
        "preferences, and counts at once."
    )


def _rights(of: Processing, language: str) -> Iterator[str]:  # noqa: ARG001 the same
    _ = words_of(language).gettext
    yield _part(_("Your rights"))
    yield _("Once you have confirmed, our mails end with a link to your preferences. It needs no password.") + "\n"
    for line in (
        _("**See, take along, erase** (Art. 15, 17 and 20 GDPR): from your preferences a link leads to your data."),
        _("**Take back a yes** (Art. 7 (3)): untick it there, or press “Unsubscribe” in the mail. It counts at once."),
        _("**Object** (Art. 21): to mails and to points, there, at once."),
        _("**Have it quiet** (Art. 18): pause there, for a while or until a day; or answer any mail."),
        _("**Have it put right** (Art. 16): answer any mail."),
        _("**Complain** (Art. 77): to the data protection authority where you live."),
    ):
        yield f"- {line}"


def _cookies(of: Processing, language: str) -> Iterator[str]:
    _ = words_of(language).gettext
    yield _part(_("Cookies"))
    yield (_("They are set by what you do here, such as sending a form, and only for what they say.") + "\n")
    yield from _head(_("Name"), _("What for"), _("How long"))
    for cookie in of.cookies:
        yield f"| `{cookie.name}` | {_(cookie.why)} | {span_in_words(cookie.life, language)} |"
    yield "\n" + _("Where your visit came from is remembered in the tab until you close it.")


def _not_done(of: Processing, language: str) -> Iterator[str]:  # noqa: ARG001 the same
    _ = words_of(language).gettext
    yield _part(_("What is not done"))
    yield "- " + _("No tracking pixels: nobody knows whether you opened a mail.")
    yield "- " + _("No rewritten links: a link in a mail leads where it says.")
    yield "- " + _("Our forms and mails load nothing from anybody else.")


def _part(title: str) -> str:
    return f"## {title}\n"


def _head(*columns: str) -> Iterator[str]:
    """The first two lines of a table."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"


def plain(text: str) -> str:
    """Words that somebody wrote, as Markdown that shows them to the letter, on one line.

    >>> plain("a | b <c> *d*")
    'a &#124; b &lt;c&gt; \\\\*d\\\\*'
    """
    line = html.escape(" ".join(text.split()), quote=False).replace("|", "&#124;")
    return re.sub(r"([\\`*_\[\]])", r"\\\1", line)
