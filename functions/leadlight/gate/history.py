"""Which lines of reps have the last commits taken up? Reads git where a site is built; called by the plugin.

A marketer says so at the end of a commit: `Feedback: F-4KQ7RA`, a trailer as git knows them, as often as needed.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from leadlight.model.site import FeedbackDone

COMMITS = 1000
"""So many commits back: older ones were seen by a build before, and reps were told then."""

_LINE = re.compile(r"F-[A-Z2-7]{6}")
_FORMAT = "%h%x1f%s%x1f%(trailers:key=Feedback,valueonly,separator=%x20)%x1e"


def feedback_done(folder: Path) -> tuple[FeedbackDone, ...]:
    """The lines, each with the newest commit that names it. None where there is no git, or no repository."""
    log = ["log", f"--max-count={COMMITS}", "--grep=^Feedback:", f"--format={_FORMAT}"]
    command = ["git", "-C", str(folder), *log]
    try:
        told = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # the user's own git, no shell
    except OSError:
        return ()
    found: dict[str, FeedbackDone] = {}
    for entry in told.stdout.decode(errors="replace").split("\x1e") if told.returncode == 0 else ():
        commit, _, rest = entry.strip("\n").partition("\x1f")
        subject, _, trailers = rest.partition("\x1f")
        for line in _LINE.findall(trailers.upper()):
            found.setdefault(line, FeedbackDone(line, commit, subject))
    return tuple(found.values())
