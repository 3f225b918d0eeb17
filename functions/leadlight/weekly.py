"""What are those who write told each Monday? Three things worth doing, the week in numbers, and what reps have said.

One mail to each marketer of the team, or to the manager where nobody is one; sent by `digest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from leadlight import feedback, letter, links
from leadlight.model.figures import Funnel
from leadlight.model.report import SITE, Advice, Period
from leadlight.model.team import Person
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.context import AdviceView, Context, CountView, TopicView
from leadlight.ports import Services
from leadlight.report import known_of
from leadlight.rules.tally import by_week, ending, tally, week_of
from leadlight.rules.worth_doing import LOOKS_BACK, worth_doing
from leadlight.views import company_view, rep_view

DID: Mapping[Funnel, str] = {
    Funnel.TEASER: "began to read",
    Funnel.FORM: "saw a form",
    Funnel.SUBMITTED: "sent one",
    Funnel.CONFIRMED: "confirmed their address",
    Funnel.UNLOCKED: "opened a page",
    Funnel.DOWNLOADED: "downloaded something",
    Funnel.TALKED: "talked with us for the first time",
    Funnel.OPPORTUNITY: "became an opportunity",
    Funnel.WON: "bought",
}
"""What so many have done, by the place of the funnel that they got to."""


@dataclass(frozen=True, slots=True)
class Week:
    """What there is to say of one week: the advice, and which of it was there the week before; this week and that."""

    advice: tuple[Advice, ...]
    again: frozenset[tuple[str, str]]
    counts: tuple[CountView, ...]

    @property
    def is_empty(self) -> bool:
        return not self.advice and not any(count.now or count.before for count in self.counts)


def weekly(
    services: Services, bundle: Bundle, person: Person, week: str, *, since: datetime | None
) -> EmailMessage | None:
    """The mail of that week, on the one before; None where nothing has happened. `since`: when the last one went out.

    `week` is the week that has just begun, by the person's calendar.
    """
    monday = Period(week, week).begins
    lines = feedback.lines(services)
    fresh = [line for line in lines if since is None or line.at >= since]
    found = _week(services, bundle, monday)
    if found.is_empty and not fresh:
        return None
    context: Context = {
        "rep": rep_view(person),
        "company": company_view(services, bundle.team),
        "headline": _headline(found, len(fresh)),
        "advice": tuple(_shown(found, each) for each in found.advice),
        "counts": found.counts,
        "until": _said(monday - timedelta(days=1)),
        "topics": _topics(fresh),
        "open": sum(not line.done for line in lines if line not in fresh),
        "example": fresh[0].id if fresh else "",
        "insights": links.page(services, "insights"),
    }
    return letter.to_team(services, bundle, "weekly", context, to=person, about=f"weekly/{person.id}/{week}")


def _week(services: Services, bundle: Bundle, monday: date) -> Week:
    """What the totals say of the week before that Monday."""
    last, earlier = (week_of(monday - timedelta(weeks=ago)) for ago in (1, 2))
    totals = services.store.totals(since_week=ending(last, LOOKS_BACK + 1).first, until_week=last)
    known, costs, spend = known_of(bundle), bundle.team.costs, bundle.criteria.spend
    now, before = (worth_doing(totals, known, until_week=week, costs=costs, spend=spend) for week in (last, earlier))
    weeks = by_week(totals)
    sums = [tally(weeks, Period(week, week)) for week in (last, earlier)]
    counts = (CountView(did, *(week.count(SITE, what) for week in sums)) for what, did in DID.items())
    return Week(now, frozenset((each.kind, each.about) for each in before), tuple(counts))


def _shown(week: Week, advice: Advice) -> AdviceView:
    return AdviceView(advice.todo, advice.evidence, again=(advice.kind, advice.about) in week.again)


def _headline(week: Week, lines: int) -> str:
    """The subject: what there is to do, else how the week was."""
    things = len(week.advice)
    said = f", and {lines} line{'s' * (lines != 1)} from reps" if lines else ""
    if things:
        return f"{('One thing', 'Two things', 'Three things')[things - 1]} worth doing this week{said}"
    return f"Nothing stands out this week{said}"


def _topics(lines: Sequence[feedback.Line]) -> tuple[TopicView, ...]:
    return tuple(
        TopicView(about, tuple((line.id, line.text, line.by) for line in group))
        for about, group in feedback.grouped(lines).items()
    )


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
