"""A new page is announced to whoever agreed to news: once, at a decent hour, and with a way out of just that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.journeys.deploys import Deployed, bundle_of
from tests.journeys.mailers import Failing
from tests.world import ANNA, FORM, Browser, World

from leadlight.model.due import LedgerState
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.person import Purpose
from leadlight.model.site import Announced
from leadlight.model.touch import TouchKind
from leadlight.restore import resume_after_restore
from leadlight.rules.stop import stopped

BERT = "bert@example.net"
BOTH = pytest.mark.grounds("local", "tick")
NEW = {"guides/new": Announced("guides/new/", "How to light a lamp", "Matches, wicks, and what to do about draughts.")}


def publish(world: World, announced: dict[str, Announced]) -> None:
    """A deploy of a manifest with these pages announced."""
    manifest = replace(bundle_of(world).manifest, announced=announced)
    version = "-".join(["v", *announced])
    world.serve(replace(world.services, files=Deployed(world.services.files, replace(manifest, version=version), {})))


def reader(world: World, address: str = ANNA, *, news: bool = True) -> Browser:
    """Somebody with an open page, who agreed to news and to no follow-ups."""
    return world.confirmed(FORM, address, consent=False, news=news)


def news_to(world: World, address: str = ANNA) -> list[str]:
    return [subject for subject in world.subjects(address) if subject.startswith("New: ")]


@BOTH
def test_who_agreed_to_news_hears_of_a_new_page_once(world: World) -> None:
    publish(world, {})
    reader(world)
    reader(world, BERT, news=False)
    world.advance("1 hour")

    publish(world, NEW)
    world.advance("3 days")
    publish(world, {**NEW})
    world.advance("3 days")

    assert news_to(world) == ["New: How to light a lamp"]
    assert news_to(world, BERT) == []


@BOTH
def test_the_mail_says_what_it_is_and_its_way_out_ends_the_news_alone(world: World) -> None:
    publish(world, {})
    browser = reader(world)
    publish(world, NEW)
    world.advance("3 days")
    mail = world.mail(ANNA, "New: ")

    assert "https://glass.example/guides/new/" in mail.links
    assert "Matches, wicks" in mail.text
    link = mail.link("/unsubscribe")
    assert "No more news" in browser.get(link).text
    assert browser.post(link).status == 200
    assert Purpose.NEWS not in world.lead().purposes
    assert Purpose.CONTENT in world.lead().purposes
    assert not world.lead().stops


def test_the_first_pages_of_a_site_are_no_news(world: World) -> None:
    publish(world, NEW)
    reader(world)
    world.advance("3 days")

    assert news_to(world) == []


def test_after_a_restore_nothing_is_announced_without_an_operator(world: World) -> None:
    publish(world, {})
    reader(world)
    resume_after_restore(world.services)

    publish(world, NEW)
    world.advance("3 days")

    assert news_to(world) == []


@pytest.mark.parametrize("lifted_after", ["26 hours", "18 hours"], ids=["by day", "by night"])
def test_what_may_have_gone_out_before_a_restore_is_parked(world: World, lifted_after: str) -> None:
    publish(world, {})
    reader(world)
    world.clock.move_to(world.later("9 hours"))  # at night: planned, not sent
    publish(world, NEW)
    world.settle()
    knows_nothing = Failing(world.services.mailer, Exception, sends=False, tells=False, hits=lambda _: False)
    world.serve(replace(world.services, mailer=knows_nothing))
    world.clock.move_to(world.later(lifted_after))  # as if it had gone out meanwhile, and the copy not know of it
    resume_after_restore(world.services)
    world.advance("4 days")

    assert news_to(world) == []
    assert [touch.facts["what"] for touch in world.touches(TouchKind.PARKED)] == ["mail/news/guides/new"]


def test_ids_that_end_alike_are_two_pages(world: World) -> None:
    publish(world, {})
    reader(world)
    first = {"news/price": replace(NEW["guides/new"], title="First")}
    publish(world, first)
    world.advance("4 days")
    publish(world, {**first, "price": replace(NEW["guides/new"], title="Second")})
    world.advance("4 days")

    assert news_to(world) == ["New: First", "New: Second"]


@pytest.mark.parametrize(("days", "told"), [(3, 1), (20, 0)])
def test_a_deploy_that_was_taken_back_uses_up_no_news_for_two_weeks(world: World, days: int, told: int) -> None:
    publish(world, {})
    reader(world)
    world.clock.move_to(world.later("9 hours"))
    publish(world, NEW)
    world.settle()
    publish(world, {})
    world.advance(f"{days} days")
    publish(world, NEW)
    world.advance("4 days")

    assert len(news_to(world)) == told


@pytest.mark.parametrize("reason", [StopReason.UNSUBSCRIBED, StopReason.BOUNCED, StopReason.DISQUALIFIED])
def test_a_stop_between_plan_and_mail_wins(world: World, reason: StopReason) -> None:
    publish(world, {})
    reader(world)
    world.clock.move_to(world.later("9 hours"))  # at night
    publish(world, NEW)
    world.settle()
    lead = world.lead()
    assert next(due.ref for due in world.services.store.due_of(lead.id)) == "news/guides/new"

    world.services.store.commit(Change(stopped(lead, reason, world.clock.now())))
    world.advance("3 days")

    assert news_to(world) == []
    assert world.touches(TouchKind.SKIPPED)[-1].facts["reason"] == f"stopped: {reason}"


def test_nobody_hears_of_a_page_that_was_withdrawn_meanwhile(world: World) -> None:
    publish(world, {})
    reader(world)
    world.clock.move_to(world.later("9 hours"))
    publish(world, NEW)
    world.settle()

    publish(world, {"guides/other": NEW["guides/new"]})
    world.advance("1 day")

    assert [mail for mail in world.touches(TouchKind.SENT) if "news/guides/new" in mail.facts["what"]] == []


def test_two_new_pages_come_on_two_days(world: World) -> None:
    publish(world, {})
    reader(world)
    publish(world, {**NEW, "guides/other": replace(NEW["guides/new"], title="How to put one out")})
    world.advance("1 day")
    first = len(news_to(world))
    world.advance("3 days")

    assert first == 1
    assert sorted(news_to(world)) == ["New: How to light a lamp", "New: How to put one out"]


def test_who_has_asked_for_quiet_hears_of_it_afterwards(world: World) -> None:
    publish(world, {})
    browser = reader(world)
    browser.submit("/preferences", do="pause", span="2 weeks")
    publish(world, NEW)
    world.advance("13 days")
    before = news_to(world)
    world.advance("4 days")

    assert before == []
    assert world.lead().pause is None
    skipped = [touch.facts["reason"] for touch in world.touches(TouchKind.SKIPPED)]
    assert news_to(world) == ["New: How to light a lamp"] or skipped == ["it is no news any more"]


def test_a_reader_gets_the_words_of_their_own_language(world: World) -> None:
    publish(world, {})
    reader(world)
    world.services.store.commit(Change(replace(world.lead(), language="pl")))
    polish = Announced("pl/guides/new/", "Jak zapalić lampę", language="pl")
    publish(world, {"guides/new": replace(NEW["guides/new"], variants={"pl": polish})})
    world.advance("3 days")

    assert "https://glass.example/pl/guides/new/" in world.mail(ANNA, "Jak zapalić lampę").links


def test_news_go_to_nobody_who_cannot_read_them(world: World) -> None:
    publish(world, {})
    reader(world)
    world.services.store.commit(Change(replace(world.lead(), language="pl")))
    reader(world, BERT)
    publish(world, {"guides/new": Announced("pl/guides/new/", "Jak zapalić lampę", language="pl")})
    world.advance("3 days")

    assert [len([mail for mail in world.subjects(who) if "zapalić" in mail]) for who in (ANNA, BERT)] == [1, 0]
    assert world.touches(TouchKind.SKIPPED, BERT)[-1].facts["reason"] == "it is in no language that they read"


def test_each_is_in_the_ledger_by_lead_and_page(world: World) -> None:
    publish(world, {})
    reader(world)
    publish(world, NEW)
    world.advance("3 days")

    entry = next(entry for entry in world.services.store.ledger(world.id_of()) if "/news/" in entry.key)
    assert (entry.key, entry.state) == ("1/mail/news/guides/new", LedgerState.SENT)
