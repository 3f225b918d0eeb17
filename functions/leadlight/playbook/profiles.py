"""What goes without saying? Defaults for buyers in firms, and for those who buy for themselves. Build only.

A firm decides slowly and in company, during office hours, by profit and service; a person at home at once, in the
evening, and by liking. What is written always wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

from leadlight.model.sequence import Appeal, Channel, OpenHours, Profile, Wait, WaitUnit, Window
from leadlight.model.site import Unlock

_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Defaults:
    """For mailed steps `window` and `stale_after`; `days` for a window of hours alone; `unlock` for a gate.

    `clashes` are the appeals that such buyers hardly follow, `decides` those of which they need one.
    """

    window: Window | OpenHours
    stale_after: Wait
    days: tuple[int, ...]
    unlock: Unlock
    clashes: frozenset[Appeal]
    decides: tuple[Appeal, ...] = ()


DEFAULTS: Mapping[Profile, Defaults] = {
    Profile.B2B: Defaults(
        window=Window.WORKING_HOURS,
        stale_after=Wait(1, WaitUnit.WEEKS),
        days=(0, 1, 2, 3, 4),
        unlock=Unlock.EMAIL,
        clashes=frozenset({Appeal.EMOTION}),
        decides=(Appeal.PROFIT, Appeal.SERVICE),
    ),
    Profile.B2C: Defaults(
        window=OpenHours(_EVERY_DAY, time(8), time(20), holidays=True),
        stale_after=Wait(2, WaitUnit.DAYS),
        days=_EVERY_DAY,
        unlock=Unlock.FORM,
        clashes=frozenset({Appeal.PROFIT}),
    ),
}


def window_for(written: Window | OpenHours | None, channel: Channel, profile: Profile) -> Window | OpenHours:
    """When the step may go out. A task is for a person, so it keeps to the team's hours where nothing else is said."""
    if written is None:
        return DEFAULTS[profile].window if channel is Channel.MAIL else Window.WORKING_HOURS
    if isinstance(written, OpenHours) and not written.days:
        return replace(written, days=DEFAULTS[profile].days)
    return written


def stale_after_for(written: Wait | str | None, channel: Channel, profile: Profile) -> Wait | None:
    """How late the step may be; None for however late, as a task is where nothing is said, or for `never`."""
    if written is None:
        return DEFAULTS[profile].stale_after if channel is Channel.MAIL else None
    return written if isinstance(written, Wait) else None
