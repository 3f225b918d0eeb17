"""Does this form look as if a program had sent it, and how much work is asked of the browser then?

Called by `visitor.proof`. Suspicion refuses nobody and accuses nobody: all that comes of it is a small puzzle, which a
browser solves by itself. The address plays no part, so what is asked tells nothing about who is known.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta

HASTE = timedelta(seconds=3)
"""Nobody reads a form, types an address and sends it in less; a browser that fills it in may, and is asked for work."""

HARDER_AFTER = (5, 15, 40)
"""So many puzzles is a network set in a window before each gets twice as hard."""

MOST_SET = 100
"""More puzzles than these a network is not set in a window: to hand them out is work, too."""

HARDEST = 4
"""Eight times the ordinary work."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a submit besides its answers.

    `taken` is how long the form was at hand; None where nothing tells, which is no sign: there may be no script.
    `crowded`: the network has sent as many forms as pass without a question. `set_before`: how many puzzles it was set
    in this window, as far as they were counted. `attacked`: mails to all are held back just now.
    """

    trapped: bool = False  # the field that people do not see is filled in
    taken: timedelta | None = None
    crowded: bool = False
    attacked: bool = False
    set_before: int = 0


def is_suspect(signs: Signs) -> bool:
    """Whether there is to be a puzzle."""
    hasty = signs.taken is not None and signs.taken < HASTE
    return signs.trapped or hasty or signs.crowded or signs.attacked


def effort(signs: Signs) -> int:
    """How hard it is: 0 for none, then 1 to `HARDEST`, each twice the work of the one before.

    >>> effort(Signs()), effort(Signs(trapped=True)), effort(Signs(crowded=True, attacked=True, set_before=5))
    (0, 1, 3)
    """
    if not is_suspect(signs):
        return 0
    return min(HARDEST, 1 + bisect_right(HARDER_AFTER, signs.set_before) + signs.attacked)
