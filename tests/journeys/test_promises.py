"""Each promise that the product makes, by its number. What a promise needs beyond these stands in its own suite."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.journeys.mailers import is_follow_up
from tests.world import ANNA, DAY, FORM, MAIL, MONDAY, World
from tests.world_site import SECRETS, WORDING

from leadlight.handlers import on_due
from leadlight.model.due import DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind
from leadlight.playbook.bundle import open_bundle

pytestmark = pytest.mark.grounds("local", "hostile")


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

    changed = {table for table in after if before.get(table) != after[table]}
    assert changed - {"sqlite_sequence"} == {"touch"}
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

    for word in (ANNA, "anna.nowak", "Nowak", "Acmeworks", "20 7946", "Zanzibar", "marzipan", "198.51.100"):
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
    assert not re.search(r"@example\.com|eyJ|sesame|7946 ?0999", logged)


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
    assert "the promise of 1 mails is used up" in [t.facts["reason"] for t in world.touches(TouchKind.SKIPPED)]


def test_p14_nobody_is_called_or_written_to_for_a_purpose_that_was_not_agreed(world: World) -> None:
    world.confirmed(FORM, consent=False)

    assert world.lead().purposes == (Purpose.CONTENT,)
    assert SECRETS[FORM]
    world.advance("60 days")
    assert len(world.mails(ANNA)) == 2  # the confirmation and the way back
