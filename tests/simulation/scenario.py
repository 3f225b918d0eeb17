"""One conversation from the form to the way out: the short story in which every call is made to fail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulation.facts import ALWAYS, AT_REST, violations
from tests.simulation.installation import DAY, HOUR, Installation
from tests.simulation.people import Visitor
from tests.simulation.shelf import MAIL

from leadlight.simulate.faults import Fault

if TYPE_CHECKING:
    from tests.ground_aws import Account

ANNA = "anna@example.com"


@dataclass
class Story:
    """The story while it goes on; between two of its beats it can be left, and taken up again there."""

    home: Installation
    anna: Visitor
    steps: int
    ahead: deque[Beat] = field(default_factory=deque)

    def goes_on(self) -> bool:
        """The next beat happens; False once there is none."""
        if self.ahead:
            self.ahead.popleft()(self)
        return bool(self.ahead)

    def to_the_end(self) -> list[str]:
        """All that is ahead happens; what does not hold then."""
        while self.goes_on():
            pass
        wrong = violations(self.home, [self.anna], (*ALWAYS, *AT_REST))
        if self.anna.left and not self.anna.lead.stops:
            wrong.append("P3 the stop is gone")
        return wrong


Beat = Callable[[Story], object]


def begun(
    folders: Mapping[str, Path],
    plan: Sequence[Fault] = (),
    *,
    tells: bool = False,
    steps: int = 2,
    account: Account | None = None,
) -> Story:
    """Capture, opt-in, confirm, notify and delivery, follow-ups, the way out, and a fortnight of silence.

    In the short story of one step, our own people are mailed nothing by the calendar: it is about the lead alone.
    """
    home = Installation(folders, plan=plan, tells=tells, account=account, writes_to_team=steps > 1)
    return Story(home, Visitor(home, ANNA), steps, deque([_asks]))


def told(
    folders: Mapping[str, Path],
    plan: Sequence[Fault] = (),
    *,
    tells: bool = False,
    steps: int = 2,
    account: Account | None = None,
) -> tuple[Installation, list[str]]:
    """The story from its beginning to its end, and what did not hold in it."""
    story = begun(folders, plan, tells=tells, steps=steps, account=account)
    wrong = story.to_the_end()
    story.home.close()
    return story.home, wrong


def _asks(story: Story) -> None:
    if story.anna.ask(MAIL, name="Anna"):
        more = [_walks(3 * DAY)] if story.steps > 1 else []
        story.ahead += [_walks(timedelta(minutes=1)), _confirms, _walks(2 * DAY), *more, _leaves, _walks(14 * DAY)]


def _confirms(story: Story) -> None:
    if not story.anna.confirm():
        story.ahead.extendleft([_confirms_at_last, _walks(2 * HOUR)])


def _confirms_at_last(story: Story) -> None:
    story.anna.confirm()


def _leaves(story: Story) -> None:
    story.anna.leave()


def _walks(span: timedelta) -> Beat:
    def sets_out(story: Story) -> None:
        story.home.set_out(span)
        story.ahead.appendleft(_walks_on)

    return sets_out


def _walks_on(story: Story) -> None:
    """A beat for each due time."""
    if story.home.went_on():
        story.ahead.appendleft(_walks_on)
