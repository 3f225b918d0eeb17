"""Somebody of the team reads the report. Its route is part of the rep's function, `on_rep_request`.

Everybody of `team.yml` may: there is nothing of a lead in it. The words of reps for those who write are for these, and
for managers, who may see all leads; others see how many there are. All others are shown the door, as at the desk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight.errors import BadRequest
from leadlight.handlers.edge import here, shell_of
from leadlight.handlers.http import as_page, see_other
from leadlight.handlers.on_desk import DOOR
from leadlight.model.figures import week_of
from leadlight.playbook.bundle import open_bundle
from leadlight.rep.session import signed_in

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

MOST_WEEKS = 104
"""Two years."""


@router.get("/insights")
def get_insights() -> Response[str]:
    """The report on the weeks that the address names, held against those before. Changes nothing."""
    from leadlight.feedback import those_who_write  # noqa: PLC0415 hardly any start of the rep's function is for it
    from leadlight.pages.insights import insights  # noqa: PLC0415 the same
    from leadlight.report import WEEKS, report  # noqa: PLC0415 the same
    from leadlight.rules.tally import earlier, ending  # noqa: PLC0415 the same
    from leadlight.topics import topics_at_hand  # noqa: PLC0415 the same

    services, request = here(router)
    if (person := signed_in(services, request.cookies)) is None:
        return see_other(DOOR)
    bundle = open_bundle(services.files)
    hears = person.manager or person in those_who_write(bundle.team)
    until = _week(request.query, this=week_of(services.clock.now()))
    weeks = _weeks(request.query, "weeks", WEEKS)
    found = report(
        services,
        bundle,
        until_week=until,
        weeks=weeks,
        against=earlier(until, weeks, _weeks(request.query, "against", weeks)),
        topics=topics_at_hand(services, bundle, ending(until, weeks)) if hears else (),
    )
    return as_page(insights(shell_of(services), found, form=True))


def _weeks(query: Mapping[str, str], name: str, default: int) -> int:
    asked = query.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= MOST_WEEKS:
        raise BadRequest(f"“{name}” is a number of weeks, from 1 to {MOST_WEEKS}.")
    return int(asked)


def _week(query: Mapping[str, str], *, this: str) -> str:
    """The week asked for; none that is yet to come."""
    from leadlight.rules.tally import is_week  # noqa: PLC0415 the same

    asked = query.get("until") or this
    if not is_week(asked):
        raise BadRequest("“until” is a week, such as 2026-W03.")
    return min(asked, this)
