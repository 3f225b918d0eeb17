"""The server is killed at random moments under load, and started again on the same data: nothing promised is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import pytest
from tests.journeys.crowd import PAUSE, Crowd, Mail, Postbox, Visitor, acting, gather
from tests.journeys.mortal import LATER, build

from leadlight.model.lead import Lead, StopReason
from leadlight.model.touch import TouchKind
from leadlight.ports import Services
from leadlight.vault import lead_id
from leadlight.wiring.local import Place, local

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]

POSTS, EACH = 200, 12
"""So many people at the most, and so many for each life while there are few."""
AT_ONCE = 3
LONGEST = 0.9
"""Seconds of a life, where the visitors run out of things to do."""

REP = "rita@tiny.example"
SAME_MOMENT = timedelta(seconds=2)
"""Dates of mails have no fractions, and a mail is dated a little before it is sent."""


@dataclass
class Aftermath:
    """Who did what, what is stored, and what was mailed, once time has passed the end of every plan."""

    seed: int
    kills: int
    crowd: Crowd
    services: Services

    @cached_property
    def accepted(self) -> list[Visitor]:
        return [visitor for visitor in self.crowd.visitors if visitor.accepted]

    @cached_property
    def confirmed(self) -> list[Visitor]:
        return [visitor for visitor in self.crowd.visitors if visitor.confirmed]

    @cached_property
    def told(self) -> str:
        """Everything that the rep was told."""
        return "\n".join(mail.text for mail in self.crowd.post.mails if mail.to == REP)

    def lead(self, visitor: Visitor) -> Lead | None:
        return self.services.store.lead(lead_id(visitor.address, self.services.settings.lead_key))

    def mails(self, visitor: Visitor) -> list[Mail]:
        return [mail for mail in self.crowd.post.mails if mail.to == visitor.address]

    def steps(self, visitor: Visitor) -> list[str]:
        return [mail.subject for mail in self.mails(visitor) if mail.stop]

    def accounted(self, visitor: Visitor) -> dict[str, str]:
        """Per step what its mails and the timeline say: `sent`, or that it was not, with the reason."""
        lead = self.lead(visitor)
        assert lead is not None
        (enrolment,) = lead.enrolments
        steps = dict.fromkeys(LATER, enrolment.ended or "")
        for touch in self.services.store.touches(lead.id):
            what = touch.facts.get("step") or touch.facts.get("what", "")
            if (step := what.rpartition("-")[2]) in steps:
                steps[step] = touch.facts.get("reason", "") or touch.kind.removeprefix("touch.")
        return steps


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Aftermath]:
    kills = int(pytestconfig.getoption("--kills"))
    seed = int(pytestconfig.getoption("--seed") or time.time())
    dice = random.Random(seed)
    server = build(tmp_path_factory.mktemp("kill"))
    crowd = Crowd(server, Postbox(server.data / "mail"), dice, gather(min(POSTS, EACH * kills), dice))
    try:
        suffer(crowd, kills)
        recover(crowd)
    finally:
        server.kill()
        server.stop()
    services = local(Place(server.data, server.data / "bundle", server.site_url), demo=True)
    yield Aftermath(seed, kills, crowd, services)
    services.store.close()
    services.keys.close()  # type: ignore[attr-defined]  # local keys have a file to let go of


def suffer(crowd: Crowd, kills: int) -> None:
    """The lives of the server: most end while it answers, each sixth while it starts."""
    server, dice = crowd.server, crowd.dice
    for life in range(kills):
        if life == kills // 2:
            catch_up(crowd)
            server.kill()
        server.start()
        if life % 6 == 1:
            time.sleep(dice.uniform(0.0, 0.05))
            server.kill()
            continue
        server.wait_until_it_answers()
        early = 2 * life < kills  # then people come; later it is follow-ups that are cut short
        crowd.may_post, crowd.may_move = 2 * len(crowd.visitors) * (life + 1) // kills, 1 if early else 4
        with acting(crowd, at_once=AT_ONCE):
            enough, late = crowd.answered + dice.randint(1, 32), time.monotonic() + LONGEST
            while crowd.answered < enough and time.monotonic() < late:
                time.sleep(PAUSE)
            time.sleep(dice.uniform(0.0, 0.05))
            server.kill()


def catch_up(crowd: Crowd) -> None:
    """A life without haste: everybody who got the link by now confirms."""
    crowd.may_move = 0
    crowd.server.start()
    crowd.server.wait_until_it_answers()
    for _ in ("what was left lying", "what came meanwhile"):
        assert crowd.server.post_json("/_dev/clock", {"advance": "1 hours"}) == 200  # answers when all mail is out
        while crowd.act() or crowd.to_confirm:
            pass


def recover(crowd: Crowd) -> None:
    """One life to the end: the last confirm, and time passes the end of every plan."""
    server = crowd.server
    crowd.may_post = len(crowd.visitors)
    catch_up(crowd)
    for advance in ("1 hours", "30 days", "1 hours"):
        assert server.post_json("/_dev/clock", {"advance": advance}) == 200
    crowd.open_mail()
    server.stop()


@pytest.fixture(autouse=True)
def seed(aftermath: Aftermath) -> None:
    """A failure shows this line; `--seed` repeats its dice, though not the machine's timing."""
    posts, accepted = len(aftermath.crowd.visitors), len(aftermath.accepted)
    print(f"--kills {aftermath.kills} --seed {aftermath.seed}: {accepted} of {posts} acknowledged")


def test_every_acknowledged_lead_is_there_with_its_capture(aftermath: Aftermath) -> None:
    leads = [aftermath.lead(visitor) for visitor in aftermath.accepted]
    captures = [len(aftermath.services.store.captures(lead.id)) for lead in leads if lead]

    assert captures == [1] * len(aftermath.accepted)
    assert len(aftermath.accepted) > len(aftermath.crowd.visitors) / 2, "most answers arrive, else this shows nothing"


def test_every_acknowledged_lead_was_asked_to_confirm(aftermath: Aftermath) -> None:
    asked = {mail.to for mail in aftermath.crowd.post.mails if "/confirm?token=" in mail.text}

    assert {visitor.address for visitor in aftermath.accepted} - asked == set()


def test_every_acknowledged_confirmation_holds(aftermath: Aftermath) -> None:
    lost = [v.address for v in aftermath.confirmed if not (lead := aftermath.lead(v)) or not lead.confirmed_at]

    assert lost == []
    assert len(aftermath.confirmed) > len(aftermath.crowd.visitors) / 3


def test_the_rep_was_told_of_everyone_who_confirmed_or_opened_a_page(aftermath: Aftermath) -> None:
    due = {v.address for v in aftermath.confirmed} | {v.address for v in aftermath.accepted if v.gate == "opened"}

    assert [address for address in due if address not in aftermath.told] == []


def test_no_follow_up_went_out_twice(aftermath: Aftermath) -> None:
    sent = Counter((mail.to, mail.subject) for mail in aftermath.crowd.post.mails if mail.stop)

    assert [step for step, times in sent.items() if times > 1] == []
    assert len(sent) > len(aftermath.crowd.visitors) / 3


def test_each_step_was_sent_or_has_a_reason_why_not(aftermath: Aftermath) -> None:
    for visitor in aftermath.confirmed:
        accounted = aftermath.accounted(visitor)
        mailed = {step for step, word in accounted.items() if word in {"sent", "found at the carrier"}}

        assert all(accounted.values()), f"{visitor.address}: {accounted}"
        assert mailed == set(aftermath.steps(visitor)), f"{visitor.address}: {accounted}"
        is_called_first = visitor.call not in {"", "no"}  # their plan waits, and what no longer fits is left out
        assert visitor.leaving or is_called_first or {"first", "third"} <= mailed, f"{visitor.address}: {accounted}"


def test_a_parked_step_can_be_seen(aftermath: Aftermath) -> None:
    store = aftermath.services.store
    for lead in store.leads():
        parked = [touch.facts["what"] for touch in store.touches(lead.id) if touch.kind is TouchKind.PARKED]

        assert [f"{lead.generation}/{what}" for what in parked] == [
            e.key for e in store.ledger(lead.id) if e.state == "parked"
        ]


def test_nobody_unconfirmed_got_a_follow_up(aftermath: Aftermath) -> None:
    strangers = [v for v in aftermath.crowd.visitors if not v.token]

    assert [v.address for v in strangers if aftermath.steps(v)] == []


def test_leaving_holds_through_a_crash(aftermath: Aftermath) -> None:
    for visitor in (visitor for visitor in aftermath.crowd.visitors if visitor.left):
        lead = aftermath.lead(visitor)
        assert lead is not None
        (stop,) = lead.stops
        after = [mail for mail in aftermath.mails(visitor) if mail.stop and mail.date > stop.at + SAME_MOMENT]

        assert (stop.reason, after) == (StopReason.UNSUBSCRIBED, [])


def test_nothing_is_left_lying(aftermath: Aftermath) -> None:
    store, now = aftermath.services.store, aftermath.services.clock.now()

    assert store.feed(limit=1) == ()
    assert store.due(until=now, limit=10) == ()
    assert [e for lead in store.leads() for e in store.ledger(lead.id) if e.state == "claimed"] == []


def test_the_server_said_nothing_strange(aftermath: Aftermath) -> None:
    log = aftermath.crowd.server.log()

    assert aftermath.crowd.surprises == []
    assert [line for line in log.splitlines() if "failed" in line or "Traceback" in line] == []
