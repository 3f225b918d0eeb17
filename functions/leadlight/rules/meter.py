"""How many full reads are free, and of which time? Pure; asked by the build, by forms and by visitors' decisions.

`meter: 2/month` in a page's gate. All pages metered by the same span share one count: the second page of a month is the
second read, whatever page it is. The calendar is that of UTC.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from leadlight.model.site import Meter
from leadlight.words import Said, counted


@dataclass(frozen=True, slots=True)
class Free:
    """What the meter leaves to somebody: so many reads, of which this page is one already or not."""

    left: int
    has_read: bool

    @property
    def opens(self) -> bool:
        """Whether the page may be read once more, or at all."""
        return self.has_read or self.left > 0


def period_of(per: str, now: datetime) -> str:
    """The name of the day, week, month or year in which it is now.

    >>> period_of("month", datetime(2026, 1, 5)), period_of("week", datetime(2026, 1, 5))
    ('month/2026-01', 'week/2026-W02')
    """
    year, week, _ = now.isocalendar()
    names = {"day": f"{now:%Y-%m-%d}", "week": f"{year}-W{week:02}", "month": f"{now:%Y-%m}", "year": f"{now:%Y}"}
    return f"{per}/{names[per]}"


def free_of(meter: Meter, page: str, read: Collection[str]) -> Free:
    """What is left to somebody who has read these pages in the period by the meter.

    >>> free_of(Meter(2, "month"), "b", ["a"]), free_of(Meter(1, "month"), "a", ["a"])
    (Free(left=1, has_read=False), Free(left=0, has_read=True))
    """
    return Free(max(0, meter.count - len(set(read))), page in read)


def left_in_words(left: int, per: str) -> Said:
    """The words of the button.

    >>> left_in_words(1, "month")
    'Read it now \u2013 1 free read left this month'
    """
    match per:
        case "day":
            return counted(
                "Read it now \u2013 {count} free read left today",
                "Read it now \u2013 {count} free reads left today",
                left,
            )
        case "week":
            return counted(
                "Read it now \u2013 {count} free read left this week",
                "Read it now \u2013 {count} free reads left this week",
                left,
            )
        case "month":
            return counted(
                "Read it now \u2013 {count} free read left this month",
                "Read it now \u2013 {count} free reads left this month",
                left,
            )
        case _:
            return counted(
                "Read it now \u2013 {count} free read left this year",
                "Read it now \u2013 {count} free reads left this year",
                left,
            )


def used_up_in_words(meter: Meter, percent: int) -> Said:
    """What is said in the place of the button once all are used."""
    share = f"{percent}\u202f%"
    match meter.per:
        case "day":
            return counted(
                "You have used your {count} free read today; the other {share} is for registered readers.",
                "You have used your {count} free reads today; the other {share} is for registered readers.",
                meter.count,
                share=share,
            )
        case "week":
            return counted(
                "You have used your {count} free read this week; the other {share} is for registered readers.",
                "You have used your {count} free reads this week; the other {share} is for registered readers.",
                meter.count,
                share=share,
            )
        case "month":
            return counted(
                "You have used your {count} free read this month; the other {share} is for registered readers.",
                "You have used your {count} free reads this month; the other {share} is for registered readers.",
                meter.count,
                share=share,
            )
        case _:
            return counted(
                "You have used your {count} free read this year; the other {share} is for registered readers.",
                "You have used your {count} free reads this year; the other {share} is for registered readers.",
                meter.count,
                share=share,
            )
