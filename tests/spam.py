"""What SpamAssassin makes of mails: one process for all of them, its rules alone, nothing asked of the network.

python -m tests.spam            the table of all mails that we ship
"""

from __future__ import annotations

import mailbox
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

PROGRAM = shutil.which("spamassassin")
HOP = (
    b"Received: from a8-30.smtp-out.amazonses.com (a8-30.smtp-out.amazonses.com [54.240.8.30])\r\n"
    b"\tby mx.example.com (Postfix) with ESMTPS id 4dPq8Z1x2Yz3 for <anna@example.com>;\r\n"
    b"\tMon, 05 Jan 2026 10:00:01 +0000 (UTC)\r\n"
)
"""What the reader's own server puts before a mail; without it, it looks like none that ever went anywhere."""

STATUS = re.compile(r"^\w+, score=(-?[\d.]+) required=\S+ tests=(.*?)\s+autolearn=", re.DOTALL)
OPTIONS = ("use_bayes 0", "use_welcomelist_auto 0", "required_score 1")


@dataclass(frozen=True, slots=True)
class Score:
    """How many points a mail gets, and for what."""

    points: float
    rules: tuple[str, ...]


def scores_of(mails: Sequence[EmailMessage]) -> list[Score]:
    """One for each, in their order."""
    assert PROGRAM
    with tempfile.TemporaryDirectory(prefix="leadlight-spam-") as home:
        box = Path(home) / "mails.mbox"
        box.write_bytes(b"".join(_boxed(mail) for mail in mails))
        asked = [PROGRAM, "--local", "--nocreate-prefs", *(f"--cf={option}" for option in OPTIONS), "--mbox", str(box)]
        marked = Path(home) / "marked.mbox"
        with marked.open("wb") as out:
            subprocess.run(asked, stdout=out, check=True, env={"HOME": home, "PATH": "/usr/bin:/bin"})
        # They come back in an order of their own.
        with closing(mailbox.mbox(marked)) as box_of_marked:
            found = {str(mail["Message-ID"]): _score(str(mail["X-Spam-Status"])) for mail in box_of_marked}
    return [found[str(mail["Message-ID"])] for mail in mails]


def boxed_badly(mail: EmailMessage) -> EmailMessage:
    """A mail that reads like spam, to see that somebody would notice."""
    bad = EmailMessage()
    for name in ("From", "To", "Date"):
        bad[name] = str(mail[name])
    bad["Message-ID"] = "<bad@glass.example>"
    bad["Subject"] = "CLAIM YOUR FREE MILLION DOLLARS NOW!!!"
    bad.set_content("Dear friend,\n\nyou have won! To stop receiving our emails click here. Act now, risk free!\n")
    return bad


def _boxed(mail: EmailMessage) -> bytes:
    sent = mail.as_bytes().replace(b"\r\n", b"\n")
    return (
        b"From us Mon Jan  5 10:00:00 2026\n"
        + HOP.replace(b"\r\n", b"\n")
        + re.sub(rb"(?m)^From ", b">From ", sent)
        + b"\n"
    )


def _score(status: str) -> Score:
    found = STATUS.match(status)
    assert found, status
    names = "".join(found[2].split()).split(",")
    return Score(float(found[1]), tuple(name for name in names if name != "none"))


def main() -> None:
    """Prints the table, the worst first."""
    from tests.shipped import shipped
    from tests.world import World, built

    with tempfile.TemporaryDirectory(prefix="leadlight-spam-") as folder:
        world = World(Path(folder) / "data", built(Path(folder) / "site"))
        mails = list(shipped(world))
        world.close()
    rows = zip(mails, scores_of([mail.message for mail in mails]), strict=True)
    for mail, score in sorted(rows, key=lambda row: (-row[1].points, row[0].name)):
        print(f"{score.points:5.1f}  {mail.name:<48} {' '.join(score.rules)}")


if __name__ == "__main__":
    main()
