"""What makes a reader somebody to talk to? Reads `criteria.yml` and checks it. Build only; called by `source`."""

from __future__ import annotations

import dataclasses
import keyword
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.criteria import KIND_WEIGHTS, RETENTION, Authority, Band, Criteria, Criterion
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.site import Form
from leadlight.model.team import Costs
from leadlight.model.touch import Encounter, TouchKind
from leadlight.playbook.context import LeadView, Names, TheirCompany
from leadlight.playbook.findings import judged, nearest
from leadlight.playbook.shapes import CLOSED, Amount, CostsShape, Line
from leadlight.playbook.spans import wait_of
from leadlight.playbook.templates import compared_with, expression_problems
from leadlight.playbook.written import Written, read_yaml, text_of
from leadlight.rules.source import cleaned
from leadlight.tokens import LIFE, TokenUse

EXPERIENCES = (
    TouchKind.CONFIRMED, TouchKind.READ, TouchKind.DOWNLOADED, TouchKind.ASKED, TouchKind.REPLIED,
    TouchKind.CALL_WANTED, TouchKind.OUTCOME, TouchKind.OFFER_ANSWERED, TouchKind.SATISFACTION, TouchKind.FACT,
)  # fmt: skip
"""What may have a weight: everything else is a cost, or no experience of the lead's."""

DEFAULT = Criteria()
LINKS_LIVE = LIFE[TokenUse.CONFIRM]

_SPANS = {
    WaitUnit.MINUTES: timedelta(minutes=1),
    WaitUnit.HOURS: timedelta(hours=1),
    WaitUnit.DAYS: timedelta(days=1),
    WaitUnit.WEEKS: timedelta(weeks=1),
}

_TEMPERATURE = re.compile(r"\blead\s*(\.\s*temperature\b|\[\s*['\"]temperature)")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_KEEPING = re.compile(r"(\d{1,4}) (day|year)s?")
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def calendar_span(text: object) -> timedelta:
    """A span by the calendar: what fades or waits in silence knows no working days."""
    wait: Wait = wait_of(text)
    if wait.unit is WaitUnit.BUSINESS_DAYS:
        raise ValueError(f"this goes by the calendar; write `{wait.count} days`")
    if not wait.count:
        raise ValueError("write a span that is longer than nothing, such as `14 days`")
    return wait.count * _SPANS[wait.unit]


def keeping_span(text: object) -> timedelta:
    """How long somebody is kept: longer than anybody waits."""
    found = _KEEPING.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"write a number of days or years, such as `365 days` or `10 years`, not {text!r}")
    return int(found[1]) * timedelta(days=365 if found[2] == "year" else 1)


def points_of(value: object) -> float:
    """A number, also one below 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"write a number, such as `3`, or `-2` for what speaks against a lead, not {value!r}")
    return float(value)


def spelled_out(entry: object) -> object:
    """The entry, unless it is a mere sentence."""
    if isinstance(entry, str):
        raise ValueError(  # noqa: TRY004 pydantic turns these into problems, and no others
            f"nothing can check the sentence {entry!r}; write `name: {entry}` and below it a condition, such as "
            "`when: not company.free_mail`, with `points: 2` or `required: yes`"
        )
    return entry


Span = Annotated[timedelta, BeforeValidator(calendar_span)]
Keeping = Annotated[timedelta, BeforeValidator(keeping_span)]
More = Annotated[float, BeforeValidator(points_of)]


@dataclass(config=CLOSED, frozen=True, slots=True)
class FitShape:
    """One entry of `fit:`."""

    name: Annotated[Line, Field(description="say in a few words what speaks for the lead; reps read it")]
    when: Annotated[Line, Field(description="write the condition, such as `not company.free_mail`")]
    points: More = 0.0
    required: bool = False


@dataclass(config=CLOSED, frozen=True, slots=True)
class WeightsShape:
    """`weights:`."""

    kinds: dict[str, Amount] = field(default_factory=dict)
    encounters: dict[str, Amount] = field(default_factory=dict)


@dataclass(config=CLOSED, frozen=True, slots=True)
class CriteriaShape:
    """`criteria.yml`."""

    fit: tuple[Annotated[FitShape, BeforeValidator(spelled_out)], ...] = ()
    weights: WeightsShape = field(default_factory=WeightsShape)
    half_life: Span = DEFAULT.half_life
    warm: Amount = DEFAULT.warm
    cap: Amount = DEFAULT.cap
    empowered: tuple[Authority, ...] = DEFAULT.empowered
    lapse: Span = DEFAULT.lapse
    renewal: Span = DEFAULT.renewal
    bands: dict[str, Amount] = field(default_factory=lambda: {band.name: band.at_least for band in DEFAULT.bands})
    costs: CostsShape = field(default_factory=CostsShape)
    spend: dict[str, dict[str, Amount]] = field(default_factory=dict)
    retention: dict[str, Keeping] = field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class GateAsked:
    """A gate that a criterion asks for, and where it does."""

    gate: str
    file: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenCriteria:
    """What `criteria.yml` says. Whether there are such gates only the pages know."""

    criteria: Criteria
    costs: Costs
    gates: tuple[GateAsked, ...] = ()


def read_criteria(path: Path, forms: Mapping[str, Form]) -> WrittenCriteria:
    """What that file says, with defaults where it says nothing or is not there. Raises `BadPlaybook`."""
    text = text_of(path) if path.exists() else ""
    written = read_yaml(text, file=str(path))
    if not isinstance(written.data, dict | None):
        raise BadPlaybook([written.problem((), "write `name: value` lines; an empty file takes the defaults")])
    names = fit_names(forms)
    shape = judged(CriteriaShape, written, lambda shape, rest: _problems(shape, rest, names))
    costs = shape.costs
    return WrittenCriteria(
        _compiled(shape),
        Costs(costs.currency, mail=costs.mail, rep_minute=costs.rep_minute, task_minutes=costs.task_minutes),
        tuple(
            GateAsked(gate, written.file, written.line(("fit", index, "when")))
            for index, each in enumerate(shape.fit)
            for gate in compared_with("read", each.when)
        ),
    )


def fit_names(forms: Mapping[str, Form]) -> Names:
    """What a criterion may ask: the lead, where it works, which gates it has read, what it has answered in any form."""
    fields = dict.fromkeys(each.name for form in forms.values() for each in form.fields)
    asked = [name for name in fields if name != "email" and not keyword.iskeyword(name)]
    answers = dataclasses.make_dataclass("answers", [(name, str, "") for name in asked], frozen=True)
    return {"lead": LeadView, "company": TheirCompany, "read": tuple[str, ...], "answers": answers}


def _compiled(shape: CriteriaShape) -> Criteria:
    return Criteria(
        fit=tuple(Criterion(each.name, each.when, each.points, each.required) for each in shape.fit),
        half_life=shape.half_life,
        warm=shape.warm,
        cap=shape.cap,
        kinds={**KIND_WEIGHTS, **{TouchKind(name): weight for name, weight in shape.weights.kinds.items()}},
        encounters={Encounter(name): weight for name, weight in shape.weights.encounters.items()},
        empowered=tuple(dict.fromkeys(shape.empowered)),
        lapse=shape.lapse,
        renewal=shape.renewal,
        bands=tuple(Band(name, least) for name, least in sorted(shape.bands.items(), key=lambda band: band[1])),
        spend=shape.spend,
        retention={**RETENTION, **shape.retention},
    )


def _problems(shape: CriteriaShape, written: Written, names: Names) -> Iterator[Problem]:
    yield from _fit_problems(shape, written, names)
    for part, known in (("kinds", EXPERIENCES), ("encounters", Encounter)):
        yield from _unknown(getattr(shape.weights, part), [str(each) for each in known], written, ("weights", part))
    for key in ("warm", "cap"):
        if not getattr(shape, key):
            yield written.problem((key,), f"`{key}`: write a number above 0, such as `7`")
    if not shape.empowered or Authority.NONE in shape.empowered:
        choices = nearest("", [each for each in Authority if each is not Authority.NONE])
        yield written.problem(("empowered",), f"`empowered`: name those who have a say{choices}")
    yield from _band_problems(shape.bands, written)
    yield from _spend_problems(shape.spend, written)
    yield from _retention_problems(shape.retention, written)


def _fit_problems(shape: CriteriaShape, written: Written, names: Names) -> Iterator[Problem]:
    for index, each in enumerate(shape.fit):
        where = ("fit", index)
        for message in expression_problems(each.when, names):
            yield written.problem((*where, "when"), message)
        if _TEMPERATURE.search(each.when):
            yield written.problem((*where, "when"), "the temperature follows from the criteria; ask something else")
        if not each.points and not each.required:
            message = f"`{each.name}` changes nothing: give it `points`, or say `required: yes`"
            yield written.problem((*where, "name"), message)
    for name, count in Counter(each.name for each in shape.fit).items():
        if count > 1:
            last = max(index for index, each in enumerate(shape.fit) if each.name == name)
            yield written.problem(("fit", last, "name"), f"two criteria are called `{name}`; rename one")


def _unknown(
    given: Mapping[str, Any], known: Iterable[str], written: Written, where: tuple[str, ...]
) -> Iterator[Problem]:
    choices = list(known)
    for name in given:
        if name not in choices:
            yield written.problem((*where, name), f"nothing has the weight of `{name}`{nearest(name, choices)}")


def _band_problems(bands: Mapping[str, float], written: Written) -> Iterator[Problem]:
    for name, least in bands.items():
        if not _NAME.fullmatch(name):
            yield written.problem(("bands", name), f"name the band `{name}` with lower-case letters, such as `high`")
        if list(bands.values()).count(least) > 1:
            yield written.problem(("bands", name), f"`{name}` begins where another band does; give each its own amount")


def _spend_problems(spend: Mapping[str, Mapping[str, float]], written: Written) -> Iterator[Problem]:
    for name, months in spend.items():
        if cleaned(name) != name:
            instead = f"; write `{cleaned(name)}`" if cleaned(name) else ""
            message = f"no visit comes from `{name}`: a source is written as `google/spring` or `news.example`{instead}"
            yield written.problem(("spend", name), message)
        for month in months:
            if not _MONTH.fullmatch(month):
                yield written.problem(("spend", name, month), f"`{month}` is no month; write it as `2026-03`")


def _retention_problems(retention: Mapping[str, timedelta], written: Written) -> Iterator[Problem]:
    for name, span in retention.items():
        if name not in RETENTION:
            yield written.problem(("retention", name), f"there is no stage `{name}`{nearest(name, list(RETENTION))}")
        elif span < LINKS_LIVE:
            message = f"`{name}`: links to confirm an address live for {LINKS_LIVE.days} days; write at least as many"
            yield written.problem(("retention", name), message)
