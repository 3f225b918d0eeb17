"""Each promise that the product makes, by its number. What a promise needs beyond these stands in its own suite."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from tests.journeys.mailers import Failing, Killed, Meanwhile, is_follow_up, is_transactional
from tests.world import ANNA, DAY, FORM, MAIL, MONDAY, REP_ADDRESS, World
from tests.world_site import SECRETS, WORDING

from leadlight.errors import Conflict, NotSent, SendUnclear
from leadlight.handlers import on_due
from leadlight.ledger import LEASE
from leadlight.model.due import DueKind, LedgerState
from leadlight.model.lead import StopReason
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Change, Services
from leadlight.rules.stop import stopped


def test_p1_what_was_answered_with_success_is_there_after_a_restart(world: World, world_bundle: Path) -> None:
    assert world.browser().ask_for(FORM, name="Anna").status == 200

    restarted = World(world.data, world_bundle)  # the first one has not even closed its files
    restarted.settle()

    assert restarted.mail(REP_ADDRESS).subject == "Anna downloaded “Form guide” (unconfirmed)"
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


def test_p2_what_is_never_accepted_is_parked_in_the_end_and_the_plan_goes_on(world: World) -> None:
    world.confirmed()

    class Closed:
        def send(self, message, *, tag):
            raise NotSent("The mail server is down")

        def was_sent(self, tag):
            return None

    world.services = world.services.with_mailer(Closed())
    world.advance("40 days")

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


def every_link(world: World) -> set[str]:
    """Every address in every mail of a long conversation."""
    world.confirmed(name="Anna", call="now", phone="+44 20 7946 0999")
    world.confirmed(FORM, address="bo@example.com")
    world.taken()
    world.advance("13 days")
    links = {link for mail in world.mails() for link in mail.links}
    reps = {link for link in links if "/rep/lead" in link}
    return links | {link.replace("/rep/lead", f"/rep/{page}") for link in reps for page in ("claim", "outcome")}


def answers_to(link: str) -> set[int]:
    """Visitors' links work; a rep's may be used elsewhere or too old; the site's own pages are not served here."""
    if "/guides/" in link:
        return {404}
    return {200, 403, 410} if "/rep/" in link else {200}


def test_p4_opening_every_link_of_every_mail_again_and_again_changes_nothing(world: World) -> None:
    links = every_link(world)
    before = world.dump()

    for link in sorted(links):
        scanner = world.browser()
        scanner.head(link)
        for _ in range(5):
            assert scanner.get(link, accept="text/html").status in answers_to(link), link

    assert {link.partition("?")[0].rpartition("/")[2] for link in links} >= {"confirm", "unsubscribe", "lead"}
    world.settle()
    assert world.dump() == before


def test_p4_reading_notes_one_touch_a_day_and_nothing_else(world: World) -> None:
    reader = world.confirmed()
    before = world.dump()

    for path in (f"/api/content/{MAIL}", "/guides/mail/_full", f"/api/content/{MAIL}"):
        assert reader.get(path).status == 200
    after = world.dump()

    assert {table for table in before if before[table] != after[table]} == {"touch", "sqlite_sequence"}
    assert len(world.touches(TouchKind.READ)) == 1
    world.advance("1 day")
    reader.get(f"/api/content/{MAIL}")
    assert len(world.touches(TouchKind.READ)) == 2


def test_p4_a_head_never_notes_anything(world: World) -> None:
    reader = world.confirmed()
    before = world.dump()

    for path in (f"/api/content/{MAIL}", "/guides/mail/_full", f"/api/files/{MAIL}/guide.pdf"):
        assert reader.head(path).status == 200

    assert world.dump() == before


def without_value(cookie: str) -> str:
    return re.sub("=[^;]*;", "=;", cookie, count=1)


def test_p6_nothing_in_an_answer_tells_whether_an_address_is_known(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    world.browser().post(world.mail(ANNA, "First").link("/unsubscribe"))
    new = world.browser().ask_for(address="new@example.com")

    answers = [world.browser().ask_for() for _ in range(7)]  # known, left, and soon over its budget of opt-in mails

    assert {(a.status, a.body, tuple(a.headers.items())) for a in answers} == {
        (new.status, new.body, tuple(new.headers.items()))
    }
    assert {without_value(cookie) for a in answers for cookie in a.cookies} == {without_value(c) for c in new.cookies}


def test_p7_the_opt_in_mail_says_nothing_that_the_submitter_typed(world: World) -> None:
    typed = {"name": "Buyviagra", "company": "Evilcorp", "about": "Visit spamsite", "phone": "+44 20 7946 0999"}
    world.browser().ask_for(MAIL, **typed)
    world.settle()

    mail = world.mail(ANNA)

    whole = mail.message.as_string() + mail.text + mail.html
    assert not [word for word in ("Buyviagra", "Evilcorp", "spamsite", "0999") if word in whole]


def test_p7_a_second_request_never_lowers_what_was_confirmed(world: World) -> None:
    world.confirmed(FORM, call="now", news=True)
    before = world.lead()

    world.confirmed(FORM, consent=False)

    after = world.lead()
    assert after.purposes == before.purposes
    assert after.call.kind is CallKind.NOW
    assert after.grants.keys() == before.grants.keys()


def test_p7_who_left_stays_so_whoever_sends_the_form(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    world.browser().post(world.mail(ANNA, "First").link("/unsubscribe"))

    world.browser().ask_for()
    world.browser().ask_for(FORM)
    world.advance("60 days")

    assert world.follow_ups() == ["First: hello"]
    assert [stop.reason for stop in world.lead().stops] == [StopReason.UNSUBSCRIBED]


def test_p8_each_consent_can_be_shown_word_by_word(world: World) -> None:
    world.confirmed(news=True)

    (capture,) = world.services.store.captures(world.id_of())
    consent = capture.consent
    wording = open_bundle(world.services.files).wording(consent.wording)

    assert {purpose: wording.wording[purpose] for purpose in consent.purposes} == WORDING
    assert (consent.at, consent.how, consent.legal_basis) == (MONDAY, "form", "consent")
    assert capture.confirmed_at == MONDAY


def test_p8_no_mail_watches_its_reader(world: World) -> None:
    every_link(world)

    for mail in world.mails():
        assert not re.search(r"<img|url\(|<link|<script", mail.html)
        assert not [link for link in mail.links if "/guides/" in link and "?" in link]


def test_p9_the_store_alone_names_nobody(world: World) -> None:
    reader = world.confirmed(name="Anna Nowak", company="Acmeworks", phone="+44 20 7946 0999")
    reader.post("/api/question", gate=MAIL, question="Is Zanzibar served?")
    world.log(world.taken(), achieved="yes", note="Loves marzipan")
    world.advance("60 days")

    stored = b"".join(path.read_bytes() for path in world.data.glob("leads.db*"))

    for word in (ANNA, "anna.nowak", "Nowak", "Acmeworks", "7946", "Zanzibar", "marzipan", "198.51.100"):
        assert word.encode() not in stored, word


def test_p10_after_an_outage_mails_come_with_their_waits_between_them(world: World) -> None:
    world.confirmed()

    world.jump("4 days")
    world.advance("60 days")

    dates = [mail.message["Date"].datetime for mail in world.mails(ANNA) if is_follow_up(mail.message)]
    assert len(dates) >= 2
    assert all(later - earlier >= 2 * DAY for earlier, later in pairwise(dates))


def test_p11_logs_hold_ids_and_never_addresses_tokens_or_bodies(world: World, capsys, caplog) -> None:
    every_link(world)
    world.browser().send("POST", "/api/access?token=sesame", b'{"email": "x@example.com"', {})

    logged = capsys.readouterr().out + "".join(str(record.__dict__) for record in caplog.records)

    assert "touch.sent" in logged
    assert not re.search(r"@example\.com|eyJ|sesame|7946", logged)


def test_p12_every_due_row_may_be_handled_twice(world: World) -> None:
    visitor = world.browser()
    visitor.ask_for()
    store = world.services.store
    counts = []

    for turn in ("", "confirm", "1 day", "2 days", "4 days", "3 days"):
        if turn == "confirm":
            visitor.post(world.mail(ANNA).link("/confirm"))
        elif turn:
            world.jump(turn)
        rows = store.due(until=world.clock.now(), limit=9)
        for due in (*rows, *rows):
            on_due.handle(world.services, due)
        counts.append(len(world.mails()))

    subjects = world.subjects("")
    assert len(subjects) == len(set(subjects)), subjects
    assert counts[-1] >= 6


def test_p13_every_open_lead_has_a_next_action_or_a_stated_reason(world: World) -> None:
    world.confirmed()
    rep = world.taken()
    world.log(rep, objective="start", achieved="yes", next_at="2026-01-08T09:00")

    for _ in range(20):
        lead = world.lead()
        waiting = world.services.store.due_of(lead.id)
        assert waiting or all(enrolment.ended for enrolment in lead.enrolments)
        assert len([due for due in waiting if due.kind is DueKind.STEP]) <= 1
        world.advance("1 day")


def test_p14_the_promise_is_stored_with_the_consent_and_kept(world: World) -> None:
    world.confirmed()
    (capture,) = world.services.store.captures(world.id_of())
    promise = capture.consent.promise

    world.advance("90 days")

    assert (promise.mails, promise.sequence) == (3, "course")
    assert len(world.follow_ups()) == promise.mails
    assert promise.channels == ("mail", "call")
    assert world.mail(ANNA, "Fourth").message["Date"].datetime - MONDAY <= promise.days * DAY


def test_p14_nothing_is_sent_after_the_promised_span(world: World) -> None:
    world.confirmed()

    world.jump("45 days")
    world.advance("60 days")

    assert world.follow_ups() == []


def test_p14_more_mails_than_promised_are_not_sent_even_if_there_are_more_steps(world: World) -> None:
    world.confirmed()
    lead = world.lead()
    (enrolment,) = lead.enrolments
    fewer = replace(enrolment, promise=replace(enrolment.promise, mails=1))
    world.services.store.commit(Change(lead=replace(lead, enrolments=(fewer,))))

    world.advance("60 days")

    assert world.follow_ups() == ["First: hello"]
    assert "promise" in world.lead().enrolments[0].ended


def test_p14_nobody_is_called_or_written_to_for_a_purpose_that_was_not_agreed(world: World) -> None:
    world.confirmed(FORM, consent=False)

    assert world.lead().purposes == (Purpose.CONTENT,)
    assert SECRETS[FORM]
    world.advance("60 days")
    assert len(world.mails(ANNA)) == 2  # the confirmation and the way back
