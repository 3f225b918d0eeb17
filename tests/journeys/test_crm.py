"""A lead that a rep has taken goes on in the operator's own CRM: once, whole, and never before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.contracts.hooks import SECRET, Receiver, receiver
from tests.journeys.desk import at_desk
from tests.world import ANNA, HOUR, World

from leadlight.errors import MissingSetting, NotGiven
from leadlight.handlers import on_due
from leadlight.local.clock import SystemClock
from leadlight.local.webhook import REST, SignedHook
from leadlight.model.due import Due
from leadlight.model.touch import TouchKind
from leadlight.settings import CRM_URL, from_environment, hook_secrets, secrets_here
from leadlight.wiring.local import Place, local


@dataclass
class Crm:
    """`ports.Crm` that keeps what it takes."""

    away: bool = False
    names: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    def give(self, name: str, body: str) -> None:
        self.names.append(name)
        if self.away:
            raise NotGiven("it answered 503")
        self.taken.append(msgspec.json.decode(body)["data"])


@pytest.fixture
def crm(world: World) -> Crm:
    crm = Crm()
    world.serve(replace(world.services, crm=crm))
    return crm


def row(world: World) -> Due | None:
    """What stands for the hand-over."""
    return next((due for due in world.services.store.due_of(world.id_of()) if due.ref.startswith("crm/")), None)


@pytest.mark.grounds("local", "prompt", "hostile")
def test_who_is_taken_over_goes_to_the_crm_with_name_number_and_owner(world: World, crm: Crm) -> None:
    world.confirmed(name="Anna Nowak", company="Acme", phone="+44 20 7946 0999", role="buyer", country="PL")

    world.taken(objective="advance")

    (given,) = crm.taken
    assert (given["email"], given["name"], given["company"]) == (ANNA, "Anna Nowak", "Acme")
    assert (given["phone"], given["country"], given["answers"]) == ("+44 20 7946 0999", "PL", {"role": "buyer"})
    assert (given["owner"]["id"], given["because"]["what"]) == ("rita", "rep.claimed")
    assert [touch.facts["cause"] for touch in world.touches(TouchKind.GIVEN_TO_CRM)] != []


@pytest.mark.grounds("local", "prompt")
def test_an_outcome_tells_the_crm_what_was_achieved(world: World, crm: Crm) -> None:
    world.confirmed()

    world.log(world.browser(), objective="start", achieved="yes", note="Their budget is tight")

    (given,) = crm.taken
    assert (given["because"]["what"], given["because"]["achieved"]) == ("outcome.logged", "yes")
    assert "budget" not in repr(given)


def test_nobody_is_handed_over_whom_no_rep_has_taken(world: World, crm: Crm) -> None:
    world.confirmed(call="now", phone="+44 20 7946 0999")
    world.advance("3 days")

    assert crm.names == []


def test_who_does_not_want_calls_has_no_number_in_the_crm(world: World, crm: Crm) -> None:
    world.confirmed(phone="+44 20 7946 0999", call="no")

    world.taken()

    assert crm.taken[0]["phone"] == ""


def test_the_number_of_an_unconfirmed_form_goes_to_the_crm_only_if_that_form_allows_calls(
    world: World, crm: Crm
) -> None:
    world.browser().ask_for("guides/form", phone="+44 20 7946 0999", call="no")
    world.settle()

    world.taken()

    assert [(given["phone"], given["call"], given["confirmed"]) for given in crm.taken] == [
        ("", "Please don't call", False)
    ]


def test_what_a_rep_noted_when_adding_somebody_stays_with_colleagues(world: World, crm: Crm) -> None:
    at_desk(world).submit("/rep/leads", email="cleo@acme.example", name="Cleo", note="Their budget is tight")
    its = f"/rep/desk/lead/{world.id_of('cleo@acme.example')}/outcome"

    at_desk(world).submit(its, objective="start", achieved="yes")
    world.settle()

    assert [given["name"] for given in crm.taken] == ["Cleo"]
    assert "budget" not in repr(crm.taken)


@pytest.mark.grounds("local", "prompt")
def test_a_crm_that_was_away_gets_the_lead_later_and_knows_it_by_its_id(world: World, crm: Crm) -> None:
    world.confirmed()
    crm.away = True
    world.taken()
    world.advance("10 minutes")

    crm.away = False
    world.advance("1 hour")

    assert len(crm.taken) == 1
    assert len(crm.names) > 2
    assert len(set(crm.names)) == 1
    assert row(world) is None


def test_a_crm_that_stays_away_is_asked_less_and_less_and_never_given_up(world: World, crm: Crm) -> None:
    world.confirmed()
    crm.away = True
    world.taken()

    world.advance("30 days")

    coming = row(world)
    assert coming is not None
    assert coming.at - world.clock.now() <= timedelta(days=1)
    assert len(crm.names) < 50


def test_the_same_row_twice_is_one_touch(world: World, crm: Crm) -> None:
    world.confirmed()
    crm.away = True
    world.taken()
    crm.away = False
    due = row(world)
    assert due is not None
    world.clock.move_to(due.at)

    on_due.handle(world.services, due)
    on_due.handle(world.services, due)

    assert len(world.touches(TouchKind.GIVEN_TO_CRM)) == len(crm.taken) == 1


def test_without_a_crm_nothing_stands_for_one(world: World) -> None:
    world.confirmed()

    world.taken()

    assert row(world) is None


def test_where_the_crm_was_taken_away_its_row_goes_too(world: World, crm: Crm) -> None:
    world.confirmed()
    crm.away = True
    world.taken()

    world.serve(replace(world.services, crm=None))
    world.advance("1 hour")

    assert row(world) is None


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_a_hand_over_is_signed_as_standard_webhooks_says(hook: Receiver) -> None:
    SignedHook(hook.url, SECRET, SystemClock().now).give("abc", '{"type": "lead.handed_over"}')

    assert (hook.taken, hook.forged, hook.ids) == ([{"type": "lead.handed_over"}], 0, ["abc"])


def test_a_crm_that_gives_no_answer_is_left_alone_for_a_minute(hook: Receiver, world: World) -> None:
    hook.mood = "hang"
    door = SignedHook(hook.url, SECRET, world.clock.now, timeout=0.5)
    with pytest.raises(NotGiven, match="no answer"):
        door.give("abc", "{}")

    with pytest.raises(NotGiven, match="a moment ago"):
        door.give("def", "{}")

    assert hook.asked.wait(30)
    assert hook.ids == ["abc"]
    world.clock.move_to(world.clock.now() + REST + HOUR)
    with pytest.raises(NotGiven, match="no answer"):
        door.give("def", "{}")


@pytest.mark.parametrize("mood", [302, 401, 500])
def test_every_other_answer_is_a_no(hook: Receiver, mood: int) -> None:
    hook.mood = "elsewhere" if mood == 302 else mood

    with pytest.raises(NotGiven, match=str(mood)):
        SignedHook(hook.url, SECRET, SystemClock().now).give("abc", "{}")

    assert len(hook.ids) == 1


def test_an_installation_hands_over_where_its_settings_say(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(world.data / "other", world.bundle, "https://glass.example")
    assert local(place).crm is None

    monkeypatch.setenv("LEADLIGHT_CRM_URL", "https://crm.example/hooks")
    with pytest.raises(MissingSetting, match="LEADLIGHT_CRM_SECRET"):
        local(place)
    monkeypatch.setenv("LEADLIGHT_CRM_SECRET", SECRET)

    assert isinstance(local(place).crm, SignedHook)
    assert secrets_here()[CRM_URL] == "https://crm.example/hooks"
    assert hook_secrets({}) == ()


def test_on_aws_address_and_secrets_are_parameters_that_may_be_missing() -> None:
    environ = {"LEADLIGHT_SITE_URL": "https://glass.example"}
    secrets = {"token-keys": "k" * 32, "lead-key": "00" * 32, "origin-secrets": "d" * 32}
    added = {"crm-url": "https://crm.example/hooks", "crm-secret": SECRET, "hook-secrets": "whsec_a, whsec_b"}

    without, with_them = from_environment(secrets, environ), from_environment(secrets | added, environ)

    assert (without.crm_url, without.hook_secrets) == ("", ())
    assert (with_them.crm_url, with_them.crm_secret) == ("https://crm.example/hooks", SECRET)
    assert with_them.hook_secrets == ("whsec_a", "whsec_b")
