"""Which mails would go out?

Run by `preview.app` in a process of its own: a rehearsal needs the handlers for itself.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from leadlight.errors import OperatorMustFix
from leadlight.local.mailer import Carried
from leadlight.simulate.casting import casting
from leadlight.simulate.rehearsal import rehearse

FROM, SPAN = datetime(2026, 1, 5, 8, tzinfo=UTC), timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that would go out, and when."""

    subject: str
    to: str
    at: str
    html: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What readers of each sequence and their reps get; or why that cannot be told."""

    mails: tuple[Sent, ...] = ()
    wrong: str = ""


def rehearsed(bundle: Path) -> Rehearsed:
    """Plays every sequence of the bundle with the real handlers. Nothing is sent."""
    with tempfile.TemporaryDirectory(prefix="leadlight-") as made:
        folder = Path(made) / "bundle"
        shutil.copytree(bundle, folder)
        try:
            story = casting(folder, None, None).story
            return Rehearsed(tuple(map(_sent, rehearse(folder, story, start=FROM, until=FROM + SPAN).mails)))
        except OperatorMustFix as error:
            return Rehearsed(wrong=str(error))


def _sent(mail: Carried) -> Sent:
    html = mail.message.get_body(("html",))
    return Sent(
        subject=str(mail.message["Subject"]),
        to=str(mail.message["To"]),
        at=f"{mail.at:%a %d %b, %H:%M}",
        html=html.get_content() if html else "",
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(rehearsed(Path(sys.argv[1]))))
