"""What a visitor sees of ours outside the site: confirm, wait, stop, mend. Plain data in, a whole page out.

Each page works without a script and changes nothing by being opened: what acts is a button that posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadlight.pages.frame import page
from leadlight.rules.series import Yes
from leadlight.words import ENGLISH, N_, in_language, words_of

ONE_TAP = {
    Yes.OPENS: N_("One tap, and it is open"),
    Yes.LISTS: N_("One tap, and you are on the list"),
    Yes.ASKS: N_("One tap, and we know it is you"),
}
BUTTON = {
    Yes.OPENS: N_("Open the whole page"),
    Yes.LISTS: N_("Put me on the list"),
    Yes.ASKS: N_("Ask for the whole page"),
}


def confirm(
    shell: str,
    *,
    title: str,
    token: str,
    page_url: str,
    minutes: int,
    agreed: Sequence[str] = (),
    does: Yes = Yes.OPENS,
    language: str = ENGLISH,
) -> str:
    """What the mailed link opens: one button that posts `token` to `/confirm`, and in full what it says yes to."""
    _ = words_of(language).gettext
    return page(
        shell, "confirm.html", heading=_(ONE_TAP[does]), language=language, title=title, token=token,
        page_url=page_url, minutes=minutes, agreed=agreed, does=does, button=_(BUTTON[does]),
    )  # fmt: skip


def waiting(
    shell: str, *, gate_id: str, title: str, page_url: str, full_url: str, does: Yes = Yes.OPENS, error: str = "",
    late: bool = False, again: bool = False, language: str = ENGLISH,
) -> str:  # fmt: skip
    """Where a form post without JavaScript ends: `gate` and `code` go to `/api/code`. `error` stands at the field.

    `late`: a button has the mail sent once more. `again`: it was.
    """
    return page(
        shell, "waiting.html", heading=words_of(language).gettext("Check your mail"), language=language,
        gate_id=gate_id, title=title, page_url=page_url, full_url=full_url, error=in_language(error, language),
        does=does, button=words_of(language).gettext(BUTTON[does]), late=late, again=again,
    )  # fmt: skip


def unsubscribe(
    shell: str, *, token: str, done: bool, company: str, of_news: bool = False, language: str = ENGLISH
) -> str:
    """Asks once, or says that it is done. Posts to `/unsubscribe`, as mail programs do by themselves (RFC 8058)."""
    _ = words_of(language).gettext
    if of_news:
        heading = _("Done. No more news") if done else _("No more news?")
    else:
        heading = _("Done. No more mails") if done else _("No more mails?")
    return page(
        shell, "unsubscribe.html", heading=heading, language=language, token=token, done=done, company=company,
        of_news=of_news,
    )  # fmt: skip


def problem(shell: str, *, heading: str, message: str, link: tuple[str, str] | None, language: str = ENGLISH) -> str:
    """What went wrong and what to do next. `link` is an address and its words; all are said in `language` here."""
    said = in_language(message, language)
    link = (link[0], in_language(link[1], language)) if link else None
    return page(
        shell, "problem.html", heading=in_language(heading, language), language=language, message=said, link=link
    )


def form_errors(
    shell: str, *, page_url: str, fields: Mapping[str, str], labels: Mapping[str, str], language: str = ENGLISH
) -> str:
    """The answer to a form that cannot be taken as it is: field name → what to do. `labels` are the form's own."""
    words = words_of(language)
    many = words.ngettext("Almost there: {count} thing to mend", "Almost there: {count} things to mend", len(fields))
    heading = words.gettext("Almost there") if len(fields) == 1 else many.format(count=len(fields))
    named = [
        (
            labels.get(name) or words.gettext(name.replace("_", " ").replace("-", " ").capitalize()),
            in_language(text, language),
        )
        for name, text in fields.items()
    ]
    return page(shell, "form_errors.html", heading=heading, language=language, page_url=page_url, fields=named)
