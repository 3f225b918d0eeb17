"""What could be better in this playbook, though it works? Warnings for `check` and `build`. Build only; called by
`source`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadlight.errors import Problem
from leadlight.model.sequence import Channel
from leadlight.model.team import Team
from leadlight.model.touch import Encounter, Objective
from leadlight.playbook.findings import listed
from leadlight.playbook.profiles import DEFAULTS
from leadlight.playbook.sequences import Draft, line_of
from leadlight.playbook.steps import WrittenStep
from leadlight.rules.cadence import after, within

_MONDAY, _MORNING = date(2026, 3, 2), time(9)
"""A start without a weekend or, mostly, a holiday before the next steps: a plan is never quicker."""


def advice(drafts: Mapping[str, Draft], team: Team) -> Iterator[Problem]:
    """Warnings, sequence by sequence. A sequence is judged along with what follows it by `then`."""
    for name, draft in drafts.items():
        steps = [step for each in line_of(name, drafts) for step in drafts[each].steps]
        yield from _missing_encounters(draft, steps)
        yield from _steps_back(draft)
        yield from _appeals(draft, steps)
        yield from _missing_languages(draft)
        yield from _held_back(draft, team)
        yield from _unanswerable(draft)


def _unanswerable(draft: Draft) -> Iterator[Problem]:
    """Who is asked for a decision should be able to take it with one tap."""
    for written in draft.steps:
        step = written.step
        asks = step.objective is Objective.CLOSE and step.channel is Channel.MAIL
        if asks and not step.offer and "rep.booking" not in step.body:
            message = "this is to close, and nobody can say yes to it with one tap: give it an `offer:`, or a link to"
            yield written.written.problem(("objective",), f"{message} `rep.booking`")


def _missing_encounters(draft: Draft, steps: Sequence[WrittenStep]) -> Iterator[Problem]:
    if draft.settings.starts_when:  # a customer has met all four
        return
    met = {written.step.encounter for written in steps}
    if missing := [str(encounter) for encounter in Encounter if encounter not in met]:
        message = f"no step of `{draft.name}` is a meeting with the {listed(missing)};"
        yield draft.steps[0].written.problem(("encounter",), f"{message} change an `encounter`, or add a step")


def _steps_back(draft: Draft) -> Iterator[Problem]:
    """Who was asked for the decision is not to be warmed up again."""
    asked = ""
    for written in draft.steps:
        step = written.step
        if step.objective is Objective.CLOSE:
            asked = asked or step.slug
        elif asked and step.objective in {Objective.START, Objective.ADVANCE}:
            message = f"this is to {step.objective} the conversation after `{asked}` was to close it; change the order"
            yield written.written.problem(("objective",), message)


def _appeals(draft: Draft, steps: Sequence[WrittenStep]) -> Iterator[Problem]:
    buyers, profile = DEFAULTS[draft.profile], draft.profile
    for written in draft.steps:
        if written.step.appeal in buyers.clashes:
            message = f"`{profile}` buyers hardly decide by {written.step.appeal}; appeal to something else, or"
            yield written.written.problem(("appeal",), f"{message} change the `profile`")
    appeals = {written.step.appeal for written in steps}
    first = next((written for written in draft.steps if written.step.appeal), None)
    if buyers.decides and first and not appeals & set(buyers.decides):
        wanted = listed([str(appeal) for appeal in buyers.decides])
        message = f"`{draft.name}` never appeals to {wanted}, by which `{profile}` buyers decide; let one step do so"
        yield first.written.problem(("appeal",), message)


def _missing_languages(draft: Draft) -> Iterator[Problem]:
    mailed = [written for written in draft.steps if written.step.channel is Channel.MAIL]
    for language in sorted({language for written in mailed for language in written.step.variants}):
        for written in mailed:
            if not {language, language.partition("-")[0]} & written.step.variants.keys():
                message = f"other steps of `{draft.name}` speak `{language}`, this one does not; write "
                yield written.written.problem((), f"{message}`{written.step.slug}.{language}.md`")


def _held_back(draft: Draft, team: Team) -> Iterator[Problem]:
    """A cap of the team's that this sequence alone exceeds: its later mails may come when the promised time is over."""
    at = datetime.combine(_MONDAY, _MORNING, ZoneInfo(team.hours.zone)).astimezone(UTC)
    mailed = list[datetime]()
    for written in draft.steps:
        step = written.step
        at = within(step.window, after(step.wait, at, team.hours), team.hours)
        mailed += [at] if step.channel is Channel.MAIL else []
        for cap in team.at_most if step.channel is Channel.MAIL else ():
            if len(mailed) > cap.count and at - mailed[-cap.count - 1] < timedelta(days=cap.days):
                span = "a day" if cap.days == 1 else f"{cap.days} days"
                message = f"this is mail {cap.count + 1} within {span}, and `at_most` of team.yml allows {cap.count}:"
                yield written.written.problem(("wait",), f"{message} it would come late or never; wait longer")
                return
