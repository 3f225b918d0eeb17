"""What have reps said to those who write, in the weeks of a report? Asked by `leadlight report`, and by no request."""

from __future__ import annotations

from datetime import UTC, datetime, time

from leadlight import feedback
from leadlight.model.report import Period, Said, Topic
from leadlight.ports import Services


def topics_of(services: Services, period: Period) -> tuple[Topic, ...]:
    """What reps have said in those weeks, by what it is aimed at. Looks through every lead."""
    since, until = (
        datetime.combine(day, edge, UTC) for day, edge in ((period.begins, time.min), (period.ends, time.max))
    )
    topics: dict[tuple[str, str], list[Said]] = {}
    for line in feedback.lines(services, since=since):
        if line.at <= until:
            said = Said(line.id, line.text, line.by, line.at, line.done)
            topics.setdefault((line.aim, line.about), []).append(said)
    return tuple(Topic(aim, about, tuple(said)) for (aim, about), said in topics.items())
