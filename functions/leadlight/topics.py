"""What have reps said to those who write, in the weeks of a report? For the page, and for `leadlight report`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from leadlight import feedback
from leadlight.gathered import gathered
from leadlight.model.report import Period, Said, Topic
from leadlight.playbook.bundle import Bundle
from leadlight.ports import Services

Found = Iterable[tuple[str, str, Said]]
"""What each line is aimed at, the same in words, and the line."""


def topics_of(services: Services, period: Period) -> tuple[Topic, ...]:
    """What reps have said in those weeks, by what it is aimed at. Looks through every lead: for no request."""
    since, _ = _span(period)
    lines = feedback.lines(services, since=since)
    return _topics(period, ((one.aim, one.about, Said(one.id, one.text, one.by, one.at, one.done)) for one in lines))


def topics_at_hand(services: Services, bundle: Bundle, period: Period) -> tuple[Topic, ...]:
    """The same from where the lines lie together, as far as they were counted: two reads."""
    lines = [(one.touch.facts.get("aim", feedback.PRODUCT), one) for one in gathered(services)]
    said = (
        (aim, feedback.about(bundle, aim), Said(t.facts["id"], one.text, bundle.team.person(t.by).name, t.at, one.done))
        for aim, one in sorted(lines, key=lambda line: (line[0], line[1].touch.at, line[1].touch.id))
        for t in (one.touch,)
    )
    return _topics(period, said)


def _span(period: Period) -> tuple[datetime, datetime]:
    return datetime.combine(period.begins, time.min, UTC), datetime.combine(period.ends, time.max, UTC)


def _topics(period: Period, found: Found) -> tuple[Topic, ...]:
    since, until = _span(period)
    topics: dict[tuple[str, str], list[Said]] = {}
    for aim, about, line in found:
        if since <= line.at <= until:
            topics.setdefault((aim, about), []).append(line)
    return tuple(Topic(aim, about, tuple(said)) for (aim, about), said in topics.items())
