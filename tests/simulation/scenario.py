"""One conversation from the form to the way out: the short story in which every call is made to fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def told(
    folders: Mapping[str, Path],
    plan: Sequence[Fault] = (),
    *,
    tells: bool = False,
    steps: int = 2,
    account: Account | None = None,
) -> tuple[Installation, list[str]]:
    """Capture, opt-in, confirm, notify and delivery, follow-ups, the way out, and a fortnight of silence.

    In the short story of one step, our own people are mailed nothing by the calendar: it is about the lead alone.
    """
    home = Installation(folders, plan=plan, tells=tells, account=account, writes_to_team=steps > 1)
    anna = Visitor(home, ANNA)
    if anna.ask(MAIL, name="Anna"):
        home.walk(timedelta(minutes=1))
        if not anna.confirm():
            home.walk(2 * HOUR)
            anna.confirm()
        home.walk(2 * DAY)
        if steps > 1:
            home.walk(3 * DAY)
        anna.leave()
        home.walk(14 * DAY)
    wrong = violations(home, [anna], (*ALWAYS, *AT_REST))
    if anna.left and not anna.lead.stops:
        wrong.append("P3 the stop is gone")
    home.close()
    return home, wrong
