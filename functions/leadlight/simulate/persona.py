"""What did a marketer write about a made-up lead? Reads a persona file; called by `leadlight simulate`.

Everything that is wrong comes at once, with file, line and the nearest right word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.person import Intent
from leadlight.model.sequence import Wait
from leadlight.model.site import Gate, Manifest
from leadlight.model.team import Hours
from leadlight.model.touch import Objective, WhyNot
from leadlight.playbook.findings import listed, nearest, shaped
from leadlight.playbook.shapes import Address
from leadlight.playbook.spans import wait_of
from leadlight.playbook.written import Written, read_yaml, text_of
from leadlight.rules.cadence import after
from leadlight.rules.places import country_named, known_zone
from leadlight.simulate.story import (
    After,
    At,
    Deed,
    Event,
    Happening,
    OnDay,
    Persona,
    RepWork,
    Story,
    Verb,
    When,
    typical_answers,
)
from leadlight.visitor.preferences import SPANS

CLOSED = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
SOON = timedelta(minutes=2)
DAY = re.compile(r"day (\d{1,4})(?:(?: at)? (\d\d:\d\d))?\Z")
SPAN = re.compile(r"(?P<span>.+?) from (?P<when>.+)\Z")
DEPLOY = re.compile(r"(?P<folder>.+?)(?: on (?P<when>.+))?\Z")
REP = re.compile(r"takes over on (?P<when>.+?)(?: and logs (?P<outcome>\S+)(?: on (?P<then>.+))?)?\Z")
ALONE = frozenset({Happening.SCANNER, Happening.BOUNCE, Happening.DUPLICATE_DELIVERY, Happening.RESTART})
"""What needs no more than its name."""


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError("write a name, such as `Anna Reader`, or leave the line out")
    return text.strip()


def _zone(text: str) -> str:
    if not (zone := known_zone(text)):
        raise ValueError(f"{text!r} is no time zone; write one such as `Europe/Warsaw`")
    return zone


def _country(text: str) -> str:
    if not (country := country_named(text)):
        raise ValueError(f"{text!r} is no country; write its code, such as `PL`")
    return country


def _confirms(text: str) -> timedelta | None:
    """How long after the form.

    >>> _confirms("after 5 minutes"), _confirms("never")
    (datetime.timedelta(seconds=300), None)
    """
    if text == "never":
        return None
    start = datetime(2026, 1, 5)  # noqa: DTZ001  any day: the span counts
    return after(wait_of(text.removeprefix("after ")), start.astimezone(), Hours()) - start.astimezone()


def _pause(text: str) -> str:
    if text and text not in SPANS:
        raise ValueError("write `2 weeks`, `1 month` or `3 months`, as the page of preferences offers")
    return text


def _day(text: str) -> OnDay:
    """
    >>> _day("day 4"), _day("day 4 at 09:30")
    (OnDay(day=4, clock=datetime.time(12, 0)), OnDay(day=4, clock=datetime.time(9, 30)))
    """
    if (match := DAY.match(text)) is None:
        raise ValueError(f"write a day such as `day 4` or `day 4 at 09:30`, not {text!r}")
    return OnDay(int(match[1]), time.fromisoformat(match[2])) if match[2] else OnDay(int(match[1]))


def _at(value: object) -> At:
    try:
        return At(datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise ValueError(f"write a time such as `2026-01-09 10:00`, not {value!r}") from error


@dataclass(config=CLOSED, frozen=True, slots=True)
class DeedShape:
    """One entry of `does:`."""

    on: Annotated[OnDay, BeforeValidator(_day)] | None = None
    after: Annotated[Wait, BeforeValidator(wait_of)] | None = None
    at: Annotated[At, BeforeValidator(_at)] | None = None
    what: Verb | None = None
    opens: str | None = None
    moves_to: Annotated[Annotated[str, AfterValidator(_zone)] | None, Field(alias="moves-to")] = None
    text: str = ""
    gate: str = ""
    span: Annotated[Annotated[str, AfterValidator(_pause)], Field(alias="for")] = ""


@dataclass(config=CLOSED, frozen=True, slots=True)
class PersonaShape:
    """A persona file."""

    opens: str | None = None
    name: Annotated[str, AfterValidator(_name)] = "Anna Reader"
    address: Address = "anna@reader.example"
    answers: dict[str, str] = field(default_factory=dict)
    consents: bool = True
    news: bool = False
    confirms: Annotated[timedelta | None, BeforeValidator(_confirms)] = SOON
    intent: Intent | None = None
    call: str = ""
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    country: Annotated[str, AfterValidator(_country)] | None = None
    does: tuple[DeedShape, ...] = ()
    world: tuple[Any, ...] = ()


def read_story(path: Path, manifest: Manifest, *, opens: str | None) -> Story:
    """Who comes and what happens. `opens` is the gate where the file names none. Raises `BadPlaybook`."""
    written = read_yaml(text_of(path), file=str(path))
    shape = shaped(PersonaShape, written)
    gate = shape.opens or opens
    problems = [*_gate_problems(shape, gate, manifest, written), *_deed_problems(shape, manifest, written)]
    events: list[Event] = []
    for index, entry in enumerate(shape.world):
        try:
            events.append(_event(entry, path.parent))
        except ValueError as error:
            problems.append(written.problem(("world", index), str(error)))
    if problems:
        raise BadPlaybook(problems)
    return Story((_persona(shape, gate or "", manifest),), tuple(events))


def _persona(shape: PersonaShape, gate: str, manifest: Manifest) -> Persona:
    known = typical_answers(manifest.gates[gate])  # type: ignore[index]  # a name that was looked up before
    named = {"name": shape.name, "first_name": shape.name.split()[0], "last_name": shape.name.split()[-1]}
    answers = {name: named.get(name, value) for name, value in known.items()} | shape.answers
    return Persona(
        address=shape.address,
        opens=gate,
        name=shape.name,
        answers=answers,
        consents=shape.consents,
        news=shape.news,
        confirms=shape.confirms,
        intent=shape.intent or "",
        call=shape.call,
        zone=shape.zone or "",
        country=shape.country or "",
        does=tuple(_deed(each) for each in shape.does),
    )


def _deed(shape: DeedShape) -> Deed:
    when: When = shape.on or shape.at or After(shape.after or Wait(0, wait_of("1 minute").unit))
    if shape.opens:
        return Deed(when, Verb.OPENS, shape.opens)
    if shape.moves_to:
        return Deed(when, Verb.MOVES_TO, shape.moves_to)
    return Deed(when, shape.what or Verb.READS, shape.gate or shape.text or shape.span)


def _gate_problems(shape: PersonaShape, gate: str | None, manifest: Manifest, written: Written) -> Iterator[Problem]:
    gates: Mapping[str, Gate] = {str(name): found for name, found in manifest.gates.items()}
    if gate is None:
        yield written.problem((), f"`opens` is missing: name the gate, {listed(list(gates))}")
    elif gate not in gates:
        yield written.problem(("opens",), f"there is no gate `{gate}`{nearest(gate, gates)}")
    else:
        asked = [asked.name for asked in gates[gate].fields]
        for name in shape.answers:
            if name not in asked:
                yield written.problem(("answers", name), f"the form does not ask for `{name}`{nearest(name, asked)}")


def _deed_problems(shape: PersonaShape, manifest: Manifest, written: Written) -> Iterator[Problem]:
    gates: Mapping[str, Gate] = {str(name): found for name, found in manifest.gates.items()}
    for index, deed in enumerate(shape.does):
        where = ("does", index)
        if sum(each is not None for each in (deed.on, deed.after, deed.at)) != 1:
            yield written.problem(where, "say when, once: `on: day 4`, `after: 3 days` or `at: 2026-01-09 10:00`")
        if sum(each is not None for each in (deed.what, deed.opens, deed.moves_to)) != 1:
            yield written.problem(where, f"say what, once: `opens:`, `moves-to:` or `what:`{nearest('', PLAIN)}")
        elif deed.what in {Verb.OPENS, Verb.MOVES_TO}:
            yield written.problem((*where, "what"), f"write `{deed.what}:` as a key of its own, and where to")
        for key in ("opens", "gate"):
            if (name := getattr(deed, key)) and name not in gates:
                yield written.problem((*where, key), f"there is no gate `{name}`{nearest(name, gates)}")


PLAIN = [str(verb) for verb in Verb if verb not in {Verb.OPENS, Verb.MOVES_TO}]


def _event(entry: object, folder: Path) -> Event:
    """One entry of `world:`. Raises ValueError saying what to write."""
    name, value = entry, None
    if isinstance(entry, dict) and len(entry) == 1:
        ((name, value),) = entry.items()
    if str(name) not in set(Happening):
        kinds = [str(kind) for kind in Happening]
        raise ValueError(f"the world has no `{name}`{nearest(str(name), kinds)}")
    kind = Happening(str(name))
    text = "" if value is None else str(value)
    if not text and kind not in ALONE:
        raise ValueError(f"`{kind}` needs more: {EXAMPLES[kind]}")
    return _told(kind, text, folder)


EXAMPLES = {
    Happening.OUTAGE: "`outage: 30 hours from day 2`",
    Happening.CARRIER_DOWN: "`carrier-down: 3 hours from day 2`",
    Happening.HOLIDAY: "`holiday: 2026-01-07`",
    Happening.REP: "`rep: silent`, or `rep: takes over on day 3 and logs achieved/advance on day 5`",
    Happening.DEPLOY: "`deploy: changed-playbook on day 5`",
}


def _told(kind: Happening, text: str, folder: Path) -> Event:
    match kind:
        case Happening.OUTAGE | Happening.CARRIER_DOWN:
            if (match := SPAN.match(text)) is None:
                raise ValueError(f"say how long and from when: {EXAMPLES[kind]}")
            return Event(kind, _day(match["when"]), wait_of(match["span"]))
        case Happening.HOLIDAY:
            return Event(kind, detail=_date(text))
        case Happening.REP:
            return Event(kind, rep=None if text == "silent" else _rep(text))
        case Happening.DEPLOY:
            return _deploy(text, folder)
        case _:
            return Event(kind, _day(text) if text else None)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"write the day as in {EXAMPLES[Happening.HOLIDAY]}, not {text!r}") from error


def _deploy(text: str, folder: Path) -> Event:
    found = DEPLOY.match(text)
    path = folder / (found["folder"] if found else text)
    if not path.is_dir():
        raise ValueError(f"there is no folder `{path}`; name a playbook folder, relative to this file")
    return Event(Happening.DEPLOY, _day(found["when"]) if found and found["when"] else None, detail=str(path))


def _rep(text: str) -> RepWork:
    """
    >>> _rep("takes over on day 3 and logs achieved/advance on day 5").outcome
    'yes'
    """
    if (match := REP.match(text)) is None:
        raise ValueError(f"write {EXAMPLES[Happening.REP]}, not {text!r}")
    result, _, objective = (match["outcome"] or "").partition("/")
    known = ["achieved", *(str(why) for why in WhyNot)]
    if result and result not in known:
        raise ValueError(f"no outcome is called `{result}`{nearest(result, known)}")
    if objective and objective not in set(Objective):
        raise ValueError(f"no objective is called `{objective}`{nearest(objective, [str(o) for o in Objective])}")
    outcome = "yes" if result == "achieved" else result
    logs: When | None = _day(match["then"]) if match["then"] else After(wait_of("1 hour")) if outcome else None
    return RepWork(_day(match["when"]), outcome, objective, logs)
