"""What a visitor sees of ours outside the site: confirm, wait, stop, mend. Plain data in, a whole page out.

Each page works without a script and changes nothing by being opened: what acts is a button that posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadlight.pages.frame import page


def confirm(shell: str, *, title: str, token: str, page_url: str, minutes: int, agreed: Sequence[str] = ()) -> str:
    """What the mailed link opens: one button that posts `token` to `/confirm`, and in full what it says yes to."""
    return page(
        shell, "confirm.html", heading="One tap, and it is open",
        title=title, token=token, page_url=page_url, minutes=minutes, agreed=agreed,
    )  # fmt: skip


def waiting(shell: str, *, gate_id: str, title: str, page_url: str, full_url: str, error: str = "") -> str:
    """Where a form post without JavaScript ends: `gate` and `code` go to `/api/code`. `error` stands at the field."""
    return page(
        shell, "waiting.html", heading="Check your mail",
        gate_id=gate_id, title=title, page_url=page_url, full_url=full_url, error=error,
    )  # fmt: skip


def unsubscribe(shell: str, *, token: str, done: bool, company: str) -> str:
    """Asks once, or says that it is done. Posts to `/unsubscribe`, as mail programs do by themselves (RFC 8058)."""
    heading = "Done. No more mails" if done else "No more mails?"
    return page(shell, "unsubscribe.html", heading=heading, token=token, done=done, company=company)


def problem(shell: str, *, heading: str, message: str, link: tuple[str, str] | None) -> str:
    """What went wrong and what to do next. `link` is an address and its words."""
    return page(shell, "problem.html", heading=heading, message=message, link=link)


def form_errors(shell: str, *, page_url: str, fields: Mapping[str, str]) -> str:
    """The answer to a form that cannot be taken as it is: field name → what to do."""
    heading = "Almost there" if len(fields) == 1 else f"Almost there: {len(fields)} things to mend"
    named = [(name.replace("_", " ").replace("-", " ").capitalize(), text) for name, text in fields.items()]
    return page(shell, "form_errors.html", heading=heading, page_url=page_url, fields=named)
