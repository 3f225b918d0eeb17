"""Random worlds: some people, a playbook that changes under way, and trouble. Each follows from one number."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulation.facts import ALWAYS, AT_REST, violations
from tests.simulation.installation import DAY, HOUR, Installation, fingerprint, timeline
from tests.simulation.people import Visitor, logged, taken_over
from tests.simulation.shelf import GATES, VERSIONS

from leadlight.model.touch import Objective, WhyNot
from leadlight.pausing import pause_lead, resume_lead
from leadlight.simulate.faults import Fault, scattered

if TYPE_CHECKING:
    from tests.ground_aws import Account

ACTS = 24
CALLS = 900
"""About as many as a world makes while there is trouble."""

FAULTS = 3
AFTERWARDS = 75 * DAY
"""Longer than every promise."""

INTENTS = ("", "exploring", "evaluating", "ready")
ZONES = ("", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu")


@dataclass
class World:
    """One world while it goes on. `wrong` is what was violated first, after which nothing more happens."""

    home: Installation
    dice: random.Random
    people: list[Visitor]
    acts: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        """Somebody does something, or time does; then everything that holds always is asked."""
        names = list(WHAT_HAPPENS)
        name = self.dice.choices(names, weights=[WHAT_HAPPENS[name][0] for name in names])[0]
        self.acts.append(f"{self.home.clock.now():%F %T} {name}")
        WHAT_HAPPENS[name][1](self)
        self.home.ease()
        self.wrong += violations(self.home, self.people, ALWAYS)

    def act(self, times: int) -> None:
        """So often, unless something is violated."""
        for _ in range(times):
            if not self.wrong:
                self.go_on()

    def come_to_rest(self) -> None:
        self.home.rest(AFTERWARDS)
        self.wrong += violations(self.home, self.people, (*ALWAYS, *AT_REST))

    @property
    def someone(self) -> Visitor:
        return self.dice.choice(self.people)

    @property
    def newest(self) -> Visitor:
        """Somebody whose form was taken and who has not confirmed yet, if there is one."""
        waiting = [person for person in self.people if len(person.captured) > len(person.confirmed)]
        return self.dice.choice(waiting or self.people)


def ask(world: World) -> None:
    zone, intent = world.dice.choice(ZONES), world.dice.choice(INTENTS)
    more = {"name": "Anna", **({"zone": zone} if zone else {}), **({"intent": intent} if intent else {})}
    world.someone.ask(world.dice.choice(GATES), **more)
    world.home.settle()


def confirm(world: World) -> None:
    world.newest.confirm()
    world.home.settle()


def come_and_confirm(world: World) -> None:
    ask(world)
    confirm(world)


WISHES: Sequence[tuple[str, dict[str, str]]] = (
    ("pause", {"span": "2 weeks"}),
    ("pause", {"span": "1 week"}),
    ("resume", {}),
    ("fewer", {}),
    ("purposes", {}),
    ("stop", {}),
)
"""What somebody may press on the page of preferences."""


def prefer(world: World) -> None:
    do, values = world.dice.choice(WISHES)
    known = [person for person in world.people if person.confirmed]
    world.dice.choice(known or world.people).prefer(do, **values)


def report(world: World) -> None:
    what = world.dice.choice(["Sent", "Sent", "Delivered", "Bounced", "Complaint Received"])
    world.someone.reported(what, final=world.dice.random() < 0.5)


def take_over(world: World) -> None:
    taken_over(world.home, objective=world.dice.choice(["", *Objective]))


def log(world: World) -> None:
    why = world.dice.choice(["", *WhyNot])
    said = {"why_not": why} if why else {"achieved": "yes"}
    logged(world.home, objective=world.dice.choice(list(Objective)), **said)


def pause(world: World) -> None:
    """Somebody of ours pauses a lead by command."""
    lead, until = world.someone.lead, world.home.clock.now() + world.dice.randint(1, 20) * DAY
    if lead:
        world.home.do(lambda p: pause_lead(p.services, lead, until=until))


def resume(world: World) -> None:
    lead = world.someone.lead
    if lead:
        world.home.do(lambda p: resume_lead(p.services, lead))


def outage(world: World) -> None:
    """Mail, schedules or the bus are refused for a while."""
    world.home.trouble.down = frozenset({world.dice.choice(["mailer.send", "scheduler.wake", "bus.publish"])})
    world.home.walk(timedelta(hours=world.dice.randint(1, 40)))
    world.home.trouble.down = frozenset()


def dead_tick(world: World) -> None:
    """Only schedules and the feed make things happen for a day."""
    world.home.ticking = False
    world.home.walk(DAY)
    world.home.ticking = True


WHAT_HAPPENS: Mapping[str, tuple[int, Callable[[World], object]]] = {
    "somebody asks": (6, ask),
    "somebody comes and confirms": (5, come_and_confirm),
    "somebody confirms": (5, confirm),
    "somebody leaves": (1, lambda w: w.someone.leave()),
    "somebody replies": (1, lambda w: w.someone.reply()),
    "somebody has a wish": (3, prefer),
    "a machine replies": (1, lambda w: w.someone.reply(automatic=True)),
    "the carrier reports": (2, report),
    "a rep takes over": (2, take_over),
    "a rep logs an outcome": (2, log),
    "an operator pauses": (1, pause),
    "an operator resumes": (1, resume),
    "a new version": (1, lambda w: w.home.deploy(w.dice.choice(VERSIONS))),
    "an outage": (1, outage),
    "no tick": (1, dead_tick),
    "the machine is off": (1, lambda w: w.home.off(timedelta(hours=w.dice.randint(1, 100)))),
    "a restart": (1, lambda w: w.home.restart()),
    "a minute": (3, lambda w: w.home.walk(timedelta(minutes=1))),
    "hours": (4, lambda w: w.home.walk(w.dice.randint(1, 20) * HOUR)),
    "days": (6, lambda w: w.home.walk(w.dice.randint(1, 5) * DAY)),
}
"""What may happen next, and how often it does."""


def plan_of(seed: int) -> tuple[Fault, ...]:
    """The faults of that world."""
    return scattered(random.Random(f"faults {seed}"), calls=CALLS, count=FAULTS)


def lived(
    folders: Mapping[str, Path],
    seed: int,
    plan: Sequence[Fault] | None = None,
    *,
    account: Account | None = None,
    acts: int = ACTS,
) -> World:
    """A whole life of that world: until something is violated, or all is at rest."""
    world = begun(folders, seed, plan_of(seed) if plan is None else plan, account)
    world.act(acts)
    if not world.wrong:
        world.come_to_rest()
    return world


def begun(folders: Mapping[str, Path], seed: int, plan: Sequence[Fault], account: Account | None = None) -> World:
    """That world before anything has happened."""
    dice = random.Random(f"world {seed}")
    tells, jump = dice.random() < 0.5, dice.randint(1, 60) * HOUR
    home = Installation(folders, seed=seed, plan=plan, tells=tells, jump=jump, account=account)
    people = [Visitor(home, f"person-{number}@example.com") for number in range(dice.randint(3, 6))]
    return World(home, dice, people)


def life(
    folders: Mapping[str, Path],
    seed: int,
    plan: Sequence[Fault] | None = None,
    *,
    account: Account | None = None,
    acts: int = ACTS,
) -> tuple[list[str], str]:
    """What was violated in that world, and the hash of its timeline."""
    world = lived(folders, seed, plan, account=account, acts=acts)
    told = fingerprint([*world.acts, *timeline(world.home)])
    world.home.close()
    return world.wrong, told


def shortest(folders: Mapping[str, Path], seed: int) -> tuple[Fault, ...]:
    """Of the plan of a world in which something is violated, as few faults as it takes."""
    plan = plan_of(seed)
    for fault in plan:
        without = tuple(other for other in plan if other is not fault)
        if life(folders, seed, without)[0]:
            plan = without
    return plan
