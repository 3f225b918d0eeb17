"""What a rep sees: whom to call, why, what to say; take the lead; log what the contact achieved.

Plain data in, a whole page out. Made for a thumb on a phone, without a script; what acts is a button that posts.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.model.team import Person
from leadlight.model.touch import Objective
from leadlight.pages.frame import page
from leadlight.playbook.briefed import BriefingView
from leadlight.rules.said import AIMS


@dataclass(frozen=True, slots=True)
class PauseDays:
    """Until when a plan may be paused, as ISO days for a date field.

    `cut` says what the usual pause would leave out, if the promise is too short for it.
    """

    usual: str
    first: str
    last: str
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    """`brief` is what to know before the call, as in the rep's mail. The rest is what a page adds.

    `timeline` newest last, `hold` says until when the plan waits, and `mine` that the reader has the lead; `plan` what
    the follow-ups do, `book` is where the rep's times can be booked. `pause` is set where the plan may be paused,
    `may_resume` where there is one to go on.
    """

    brief: BriefingView
    suggested_objective: Objective
    language: str = ""
    timeline: tuple[tuple[str, str], ...] = ()
    next_action: str = ""
    hold: str = ""
    mine: bool = False
    plan: str = ""
    book: str = ""
    may_resume: bool = False
    pause: PauseDays | None = None

    @property
    def who(self) -> str:
        """The name, else the address."""
        return self.brief.who


def lead(shell: str, *, briefing: Briefing, token: str, desk: str = "/rep/desk") -> str:
    """The briefing, with a button that takes the lead (`/rep/claim`) and the way to log an outcome.

    `desk` is the lead's page at the desk, which asks for a session.
    """
    return page(shell, "lead.html", heading=briefing.who, b=briefing, token=token, objectives=AIMS, desk=desk)


def claim(shell: str, *, briefing: Briefing, token: str, approve: bool) -> str:
    """Take the lead with an objective, or let it in (`approve`, gates opened by a rep). Posts to `/rep/claim`."""
    heading = f"Let {briefing.who} in?" if approve else f"Take over {briefing.who}?"
    return page(shell, "claim.html", heading=heading, b=briefing, token=token, approve=approve, objectives=AIMS)


def replied(shell: str, *, briefing: Briefing, token: str) -> str:
    """They answered by another way than our mail: a button that stops the plan. Posts to `/rep/replied`."""
    return page(shell, "replied.html", heading=f"Has {briefing.who} replied?", b=briefing, token=token)


def moved(shell: str, *, owner: Person, wrote: bool = False) -> str:
    """For the link of somebody whose lead it is no more: who has it now, and nothing about the lead.

    `wrote`: they have just written something down all the same, and it is kept.
    """
    return page(shell, "moved.html", heading=f"{owner.name} has this lead now", owner=owner, wrote=wrote)


def elsewhere(shell: str, *, token: str, until: str = "") -> str:
    """For a link that another browser has taken, or that worked `until` a day: a button that posts to `/sign-in`."""
    heading = "This link is too old" if until else "This link is at home in another browser"
    return page(shell, "elsewhere.html", heading=heading, token=token, until=until)
