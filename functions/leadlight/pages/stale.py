"""What somebody sees whose link is too old, or belongs to nobody any more. Plain data in, a whole page out."""

from __future__ import annotations

from leadlight.pages.frame import page
from leadlight.words import ENGLISH, N_, in_language, words_of

SENT = N_(
    "If there is still something behind that link, a fresh one is on its way: to the address that had the old one, and "
    "to no other. It comes within a few minutes."
)


def too_old(
    shell: str,
    *,
    action: str,
    field: str,
    token: str,
    until: str,
    hint: str = "",
    page_url: str = "",
    title: str = "",
    language: str = ENGLISH,
) -> str:
    """Until when it worked, and a button that posts `token`, in that field, to `action`."""
    return page(
        shell, "stale.html", heading=words_of(language).gettext("This link is too old"), language=language,
        action=action, field=field, token=token, until=until, hint=in_language(hint, language), page_url=page_url,
        title=title,
    )  # fmt: skip


def sent(shell: str, *, language: str = ENGLISH) -> str:
    """The answer to that button: the same for everybody."""
    _ = words_of(language).gettext
    return page(shell, "problem.html", heading=_("Look into your mail"), language=language, message=_(SENT), link=None)


def gone(shell: str, *, page_url: str = "", title: str = "", language: str = ENGLISH) -> str:
    """Nothing is kept of whose link it was. Where they may begin anew, if the link says where it began."""
    heading = words_of(language).gettext("Nothing is kept here any more")
    return page(shell, "gone.html", heading=heading, language=language, page_url=page_url, title=title)
