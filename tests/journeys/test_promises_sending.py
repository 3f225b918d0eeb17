"""The promises about what is stored, sent once, and stopped: P1, P2, P3."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journeys.mailers import Failing, Killed, Meanwhile, Refusing, is_follow_up, is_transactional
from tests.world import ANNA, FORM, REP_ADDRESS, World

from leadlight.errors import Conflict, NotSent, SendUnclear
from leadlight.ledger import LEASE
from leadlight.model.due import DueKind, LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.touch import TouchKind
from leadlight.ports import Services
from leadlight.rules.stop import stopped

pytestmark = pytest.mark.grounds("local", "tick")


@pytest.mark.grounds("local")
def test_p1_what_was_answered_with_success_is_there_after_a_restart(world: World, world_bundle: Path) -> None:
    assert world.browser().ask_for(FORM, name="Anna").status == 200

    restarted = World(world.data, world_bundle)  # the first one has not even closed its files
    restarted.settle()

    assert restarted.mail(REP_ADDRESS).subject == "Anna opened “Form guide” (unconfirmed)"
    assert restarted.mail(ANNA).link("/confirm")
    restarted.close()


def fail(world: World, services: Services, *, then: str = "5 minutes") -> None:
    """Runs with a failing mailer, as long as it lives; then, after any lease, with the one that works."""
    good, world.services = world.services, services
    with suppress(Killed):
        world.settle()
    world.services = good
    world.jump(then)
    world.settle()


@pytest.mark.grounds("local")  # only a Maildir can tell afterwards what it got
@pytest.mark.parametrize("sends", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("tells", "state"), [(True, LedgerState.SENT), (False, LedgerState.PARKED)])
def test_p2_a_follow_up_whose_worker_died_is_never_sent_twice(
    world: World, *, sends: bool, tells: bool, state: LedgerState
) -> None:
    world.confirmed()
    world.jump("1 day")
    mailer = world.services.mailer
    dying = Failing(mailer, Killed, sends=sends, tells=tells, hits=is_follow_up)

    good = world.services
    world.services = good.with_mailer(dying)
    with pytest.raises(Killed):
        world.settle()
    world.jump("5 minutes")
    world.settle()
    world.services = good

    (entry,) = [e for e in world.services.store.ledger(world.id_of()) if "/step/" in e.key]
    assert entry.state is state
    assert len(world.follow_ups()) == (1 if tells or sends else 0)
    world.advance("60 days")
    assert world.follow_ups()[-2:] == ["Second", "Fourth"]


@pytest.mark.grounds("local")  # only a Maildir can tell afterwards what it got
@pytest.mark.parametrize("sends", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("tells", [True, False])
def test_p2_a_confirmation_whose_worker_died_never_vanishes(world: World, *, sends: bool, tells: bool) -> None:
    world.browser().ask_for()
    dying = Failing(world.services.mailer, Killed, sends=sends, tells=tells, hits=is_transactional)

    world.services = world.services.with_mailer(dying)
    with pytest.raises(Killed):
        world.settle()
    world.jump("5 minutes")
    world.settle()

    assert len(world.mails(ANNA)) == (2 if sends and not tells else 1)
    assert world.services.store.due_of(world.id_of()) == ()


@pytest.mark.parametrize("subject", ["way back", "opened"])
def test_p2_delivery_and_rep_mails_never_vanish_either(world: World, subject: str) -> None:
    visitor = world.browser()
    visitor.ask_for()
    world.settle()
    visitor.post(world.mail(ANNA).link("/confirm"))
    dying = Failing(world.services.mailer, Killed, sends=False, tells=False, hits=lambda m: subject in m["Subject"])

    fail(world, world.services.with_mailer(dying))

    assert world.mail(subject=subject)


def test_p2_an_ambiguous_follow_up_is_parked_at_once_and_shown(world: World) -> None:
    world.confirmed()
    world.jump("1 day")
    unclear = Failing(world.services.mailer, SendUnclear, sends=False, tells=False, hits=is_follow_up)

    fail(world, world.services.with_mailer(unclear), then="1 day")

    assert world.follow_ups() == []
    (parked,) = world.touches(TouchKind.PARKED)
    assert parked.facts["step"] == "01-hello"


@pytest.mark.grounds("local")  # only a Maildir can tell afterwards what it got
@pytest.mark.parametrize("sends", [False, True], ids=["before", "after"])
def test_p2_nothing_is_parked_where_the_carrier_can_tell(world: World, *, sends: bool) -> None:
    world.confirmed()
    world.jump("1 day")
    unclear = Failing(world.services.mailer, SendUnclear, sends=sends, tells=True, hits=is_follow_up)

    fail(world, world.services.with_mailer(unclear))

    assert world.touches(TouchKind.PARKED) == []
    assert world.follow_ups() == ["First: hello"]
    (entry,) = [e for e in world.services.store.ledger(world.id_of()) if "/step/" in e.key]
    assert (entry.state, entry.attempts) == (LedgerState.SENT, 1 if sends else 2)


def test_p2_an_ambiguous_transactional_mail_is_sent_again(world: World) -> None:
    world.browser().ask_for()
    unclear = Failing(world.services.mailer, SendUnclear, sends=True, tells=False, hits=is_transactional)

    fail(world, world.services.with_mailer(unclear))

    assert len(world.mails(ANNA)) == 2


@pytest.mark.parametrize("hits", [is_follow_up, is_transactional])
def test_p2_what_was_certainly_not_sent_is_sent_a_little_later_and_once(world: World, hits) -> None:
    if hits is is_follow_up:
        world.confirmed()
        world.jump("1 day")
    else:
        world.browser().ask_for()
    before = len(world.mails(ANNA))
    refused = Failing(world.services.mailer, lambda: NotSent("full"), sends=False, tells=False, hits=hits)

    fail(world, world.services.with_mailer(refused))

    assert len(world.mails(ANNA)) == before + 1


def test_a_mail_server_that_is_away_for_a_working_day_costs_nobody_a_follow_up(world: World) -> None:
    whole = world.services
    world.confirmed()
    world.services = whole.with_mailer(Refusing())
    world.advance("2 days")
    world.services = whole

    world.advance("4 weeks")

    assert world.follow_ups() == ["First: hello", "Second", "Fourth"]
    assert world.touches(TouchKind.PARKED) == []


def test_p2_what_is_never_accepted_is_parked_in_the_end_and_the_plan_goes_on(world: World) -> None:
    world.confirmed()

    class Closed:
        reports_later = False

        def send(self, message, *, tag):
            raise NotSent("The mail server is down")

        def was_sent(self, tag):
            return None

    world.services = world.services.with_mailer(Closed())
    world.advance("1 week")

    assert world.follow_ups() == []
    assert [touch.facts["step"] for touch in world.touches(TouchKind.PARKED) if "step" in touch.facts][:1] == [
        "01-hello"
    ]


def test_p2_transactional_mails_carry_no_list_headers(world: World) -> None:
    world.confirmed()
    world.taken()

    assert not [name for mail in world.mails() for name in mail.message if name.startswith("List-")]


def test_p3_no_claim_succeeds_after_a_stop_is_stored(world: World) -> None:
    world.confirmed()
    world.jump("1 day")
    lead = world.lead()
    (step,) = world.services.store.due_of(lead.id)
    world.services.store.commit(Change(lead=stopped(lead, StopReason.UNSUBSCRIBED, world.clock.now())))

    with pytest.raises(Conflict):
        world.services.store.claim(
            step, lead=lead, owner="w", now=step.at, lease_until=step.at + LEASE, may_repeat=False
        )


@pytest.mark.parametrize("reason", StopReason)
def test_p3_every_stop_ends_every_follow_up(world: World, reason: StopReason) -> None:
    world.confirmed()
    world.services.store.commit(Change(lead=stopped(world.lead(), reason, world.clock.now())))

    world.advance("60 days")

    assert world.follow_ups() == []
    assert world.services.store.due_of(world.id_of()) == ()


def test_p3_leaving_between_the_decision_and_the_claim_wins(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    stop = world.mail(ANNA, "First").link("/unsubscribe")
    store = world.services.store

    class Overtaken:
        def __getattr__(self, name):
            return getattr(store, name)

        def claim(self, due, **other):
            if due.kind is DueKind.STEP:
                world.browser().post(stop)
            return store.claim(due, **other)

    world.jump("2 days")
    world.services = replace(world.services, store=Overtaken())
    world.settle()

    assert world.follow_ups() == ["First: hello"]


def test_p3_a_mail_on_its_way_when_the_lead_leaves_stands_on_the_timeline(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    stop = world.mail(ANNA, "First").link("/unsubscribe")
    leaving = Meanwhile(world.services.mailer, lambda: world.browser().post(stop), hits=is_follow_up)

    world.services = world.services.with_mailer(leaving)
    world.advance("60 days")

    assert world.follow_ups() == ["First: hello", "Second"]
    assert [t.facts["what"].rpartition("/")[2] for t in world.touches(TouchKind.SENT)][-1] == "02-company"
