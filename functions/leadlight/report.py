"""What does the report say of this installation? Names what was counted by the playbook; `rules.report` does the rest.

Called for the marketer's page and by `leadlight report`; `weekly` asks for names. What reps say to those who write:
`topics`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from leadlight.errors import MissingBundle
from leadlight.model.figures import week_of
from leadlight.model.report import Known, Period, Report, Topic
from leadlight.model.site import GateKind
from leadlight.model.touch import WhyNot
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services
from leadlight.rules.figures import gates_of
from leadlight.rules.report import report_of

WEEKS = 12
"""A quarter of a year."""

JINJA = re.compile(r"\{[{%].*?[%}]\}")


def report(
    services: Services,
    bundle: Bundle,
    *,
    until_week: str | None = None,
    weeks: int = WEEKS,
    against: Period | None = None,
    topics: Sequence[Topic] = (),
) -> Report:
    """The report on so many weeks up to the one given, or to this one. As in `rules.report.report_of`."""
    now = services.clock.now()
    until = until_week or week_of(now)
    return report_of(
        services.store.totals(until_week=until),
        known_of(bundle),
        until_week=until,
        weeks=weeks,
        costs=bundle.team.costs,
        spend=bundle.criteria.spend,
        over=week_of(now - timedelta(weeks=1)),
        against=against,
        topics=topics,
    )


def known_of(bundle: Bundle) -> Known:
    """What the playbook has by now, in words and in its order."""
    gates = bundle.manifest.gates
    return Known(
        titles=dict(_titles(bundle)),
        waitlists=tuple(gate_id for gate_id, gate in gates.items() if gate.kind is GateKind.WAITLIST),
    )


def _titles(bundle: Bundle) -> Iterator[tuple[str, str]]:
    gates, knowledge = bundle.manifest.gates, bundle.knowledge
    for about in gates_of(bundle.manifest).values():
        if about.path:
            yield f"path/{about.path}", about.path
    yield from ((f"buyer/{name}", buyer.title) for name, buyer in knowledge.buyers.items())
    yield from ((f"gate/{gate_id}", gate.title) for gate_id, gate in gates.items())
    for name in bundle.manifest.sequences:
        yield from ((f"step/{name}/{slug}", title) for slug, title in _steps(bundle, name))
    yield from ((f"objection/{name}", objection.title) for name, objection in knowledge.objections.items())
    yield from ((f"why/{why}", why.replace("-", " ").capitalize()) for why in WhyNot)
    yield from ((f"person/{person.id}", person.name) for person in bundle.team.people)


def _steps(bundle: Bundle, name: str) -> Iterator[tuple[str, str]]:
    """The steps of a sequence as it is now, by their subjects; where a name is filled in stands a dash of dots."""
    try:
        sequence = bundle.sequence_version(bundle.manifest.sequences[name].version)
    except MissingBundle:
        return
    for step in sequence.steps:
        yield step.slug, JINJA.sub("…", step.subject).strip("… ,") or step.slug
