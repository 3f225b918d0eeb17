"""Every way through the life of a few leads that Hypothesis can think of, with invariants after each step.

Hypothesis finds the order of things; whatever it finds, it shows as the shortest such order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.conftest import Tally
from tests.simulation import facts
from tests.simulation.installation import DAY, HOUR, Installation
from tests.simulation.people import Visitor, logged, taken_over
from tests.simulation.shelf import GATES, MAIL, VERSIONS
from tests.simulation.worlds import AFTERWARDS, INTENTS, WISHES, ZONES

from leadlight.model.touch import Objective, WhyNot
from leadlight.simulate.faults import Kind
from leadlight.simulate.invariants import INVARIANTS, Invariant, Observed, follow_up_of, observe

PARTS = 4
PEOPLE = st.integers(0, 2)
REPORTS = ("Sent", "Delivered", "Bounced", "Complaint Received")


class Life(RuleBasedStateMachine):
    """Three people and one installation."""

    folders: Mapping[str, Path]
    looked_at: tuple[object, ...] = ()
    seen: Sequence[Observed] = ()

    @initialize(tells=st.booleans(), jump=st.sampled_from([2, 30, 200]))
    def begin(self, tells: bool, jump: int) -> None:
        self.home = Installation(self.folders, tells=tells, jump=jump * HOUR)
        self.people = [Visitor(self.home, f"person-{number}@example.com") for number in range(3)]

    def teardown(self) -> None:
        self.home.close()

    @property
    def leads(self) -> Sequence[Observed]:
        """Everything about each lead, looked at once for all invariants: the same until anything has changed."""
        home = self.home
        changes = home.place.services.store._db._connection.total_changes  # type: ignore[attr-defined]  # SQLite's
        stands = changes, home.clock.now(), len(home.mails), home.disk.files.version()
        if stands != self.looked_at:
            self.seen = [observe(home.disk, lead, home.mails) for lead in home.disk.store.leads()]
            self.looked_at = stands
        return self.seen

    @rule(who=PEOPLE, gate=st.sampled_from(GATES), intent=st.sampled_from(INTENTS), zone=st.sampled_from(ZONES))
    def come_and_confirm(self, who: int, gate: str, intent: str, zone: str) -> None:
        self.ask(who, gate, intent, zone)
        self.confirm(who)

    @rule(who=PEOPLE, gate=st.sampled_from(GATES), intent=st.sampled_from(INTENTS), zone=st.sampled_from(ZONES))
    def ask(self, who: int, gate: str, intent: str, zone: str) -> None:
        self.people[who].ask(gate, name="Anna", intent=intent, zone=zone)
        self.home.ease()

    @rule(who=PEOPLE)
    def confirm(self, who: int) -> None:
        self.people[who].confirm()
        self.home.ease()

    @rule(who=PEOPLE)
    def leave(self, who: int) -> None:
        self.people[who].leave()
        self.home.ease()

    @rule(who=PEOPLE, wish=st.sampled_from(WISHES))
    def have_a_wish(self, who: int, wish: tuple[str, dict[str, str]]) -> None:
        self.people[who].prefer(wish[0], **wish[1])
        self.home.ease()

    @rule(who=PEOPLE, automatic=st.booleans())
    def reply(self, who: int, automatic: bool) -> None:
        self.people[who].reply(automatic=automatic)
        self.home.ease()

    @rule(who=PEOPLE, what=st.sampled_from(REPORTS), final=st.booleans())
    def hear_from_the_carrier(self, who: int, what: str, final: bool) -> None:
        self.people[who].reported(what, final=final)
        self.home.ease()

    @rule(objective=st.sampled_from(["", *Objective]))
    def take_over(self, objective: str) -> None:
        taken_over(self.home, objective=objective)
        self.home.ease()

    @rule(objective=st.sampled_from(list(Objective)), why=st.sampled_from(["", *WhyNot]))
    def log_an_outcome(self, objective: str, why: str) -> None:
        logged(self.home, objective=objective, **({"why_not": why} if why else {"achieved": "yes"}))
        self.home.ease()

    @rule(version=st.sampled_from(VERSIONS))
    def publish(self, version: str) -> None:
        self.home.deploy(version)

    @rule(kind=st.sampled_from(list(Kind)), within=st.integers(1, 40))
    def meet_trouble_soon(self, kind: Kind, within: int) -> None:
        self.home.trouble.expect(kind, within=within)

    @rule(call=st.sampled_from(["mailer.send", "scheduler.wake", "bus.publish"]), hours=st.integers(1, 40))
    def go_through_an_outage(self, call: str, hours: int) -> None:
        self.home.trouble.down = frozenset({call})
        self.home.walk(hours * HOUR)
        self.home.trouble.down = frozenset()
        self.home.ease()

    @rule(hours=st.integers(1, 200))
    def be_off(self, hours: int) -> None:
        self.home.off(hours * HOUR)
        self.home.ease()

    @rule()
    def restart(self) -> None:
        self.home.restart()

    @rule(minutes=st.sampled_from([1, 30, 240]))
    def wait(self, minutes: int) -> None:
        self.home.walk(timedelta(minutes=minutes))
        self.home.ease()

    @rule(days=st.integers(1, 8))
    def let_days_pass(self, days: int) -> None:
        self.home.walk(days * DAY)
        self.home.ease()

    @precondition(lambda self: self.people[0].home.mails)
    @rule()
    def come_to_rest(self) -> None:
        self.home.rest(AFTERWARDS)
        wrong = facts.violations(self.home, self.people, facts.AT_REST)
        assert wrong == []


def of_the_installation(fact: facts.Fact) -> Callable[[Life], None]:
    """That fact, as Hypothesis asks for it after each step."""

    def holds(life: Life) -> None:
        assert facts.violations(life.home, life.people, (fact,)) == []

    return named(holds, fact.__name__)


def of_each_lead(wanted: Invariant) -> Callable[[Life], None]:
    def holds(life: Life) -> None:
        assert [wrong for seen in life.leads for wrong in wanted(seen)] == []

    return named(holds, wanted.__name__)


def named(check: Callable[[Life], None], name: str) -> Callable[[Life], None]:
    check.__name__ = name
    return invariant()(check)


CHECKS = {
    **{fact.__name__: of_the_installation(fact) for fact in facts.ALWAYS if fact is not facts.what_holds_of_each_lead},
    **{each.__name__: of_each_lead(each) for each in INVARIANTS},
}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_way_through_a_lead_s_life_breaks_a_promise(
    folders: Mapping[str, Path], part: int, tally: Tally, request: pytest.FixtureRequest
) -> None:
    option = request.config.getoption
    examples, steps = option("--examples") // PARTS, option("--steps") or 30
    machine = type("Walked", (Life,), {"folders": folders, **CHECKS})

    tally("ways through a lead's life", invariants=0 if part else len(CHECKS), examples=examples)
    run_state_machine_as_test(
        seed(option("--seed") * PARTS + part)(partial(machine)),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=False,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), print_blob=True,
        ),
    )  # fmt: skip


def test_a_follow_up_that_went_out_twice_would_be_seen(folders: Mapping[str, Path]) -> None:
    life = type("Walked", (Life,), {"folders": folders})()
    life.begin(tells=True, jump=2)
    life.come_and_confirm(0, MAIL, "", "")
    life.let_days_pass(3)

    life.home.mails.append(next(mail for mail in life.home.mails if follow_up_of(mail)))

    with pytest.raises(AssertionError, match="went out 2 times"):
        CHECKS["no_follow_up_goes_out_twice"](life)
    life.teardown()
