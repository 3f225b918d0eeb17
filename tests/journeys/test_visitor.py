"""What a visitor can do, from the first form to the last download, and what nobody else can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import ANNA, FORM, MAIL, REP_ADDRESS, REPS, SITE, World
from tests.world_site import SECRETS

from leadlight.model.lead import StopReason
from leadlight.model.person import CallKind, Purpose
from leadlight.model.touch import TouchKind

pytestmark = pytest.mark.grounds("local", "prompt")

KINDS = {f"/api/content/{MAIL}": 401, f"/api/files/{MAIL}/guide.pdf": 401, "/guides/mail/_full": 303}
"""What is withheld, and the answer to who has no pass."""


@pytest.mark.parametrize(("path", "refused"), KINDS.items())
def test_before_confirming_everything_withheld_is_refused(world: World, path: str, refused: int) -> None:
    visitor = world.browser()
    assert visitor.ask_for().status == 202

    assert visitor.get(path).status == refused


@pytest.mark.parametrize("path", KINDS)
def test_after_confirming_everything_withheld_arrives_whole(world: World, path: str) -> None:
    visitor = world.confirmed()

    answer = visitor.get(path)

    assert answer.status == 200
    assert ("%PDF-1.4 a guide" if path.endswith("pdf") else SECRETS[MAIL]) in answer.text


def test_confirming_leads_back_to_the_page(world: World) -> None:
    visitor = world.browser()
    visitor.ask_for()
    world.settle()

    assert visitor.post(world.mail(ANNA).link("/confirm")).location == "/guides/mail/"


def test_the_confirm_page_posts_the_token_as_a_form_and_that_opens(world: World) -> None:
    visitor = world.browser()
    visitor.submit("/api/access", gate=MAIL, email=ANNA, consent="true")
    world.settle()
    token = world.mail(ANNA).link("/confirm").partition("token=")[2]

    assert visitor.submit("/confirm", token=token).status == 303
    assert visitor.get("/guides/mail/_full").status == 200


@pytest.mark.parametrize(("gate", "place"), [(MAIL, "/guides/mail/_full"), (REPS, "/guides/rep/")])
def test_a_browser_without_scripts_gets_what_is_open_whole(world: World, gate: str, place: str) -> None:
    visitor = world.browser()
    visitor.ask_for(gate)
    world.settle()
    page = visitor.get(world.mail(ANNA).link("/confirm")).text
    token = world.mail(ANNA).link("/confirm").partition("token=")[2]

    assert '<noscript><input type="hidden" name="plain" value="true"></noscript>' in page
    assert visitor.submit("/confirm", token=token, plain="true").location == place


def test_gate_ids_may_come_with_escaped_slashes(world: World) -> None:
    assert world.confirmed().get("/api/content/guides%2Fmail").status == 200


def test_a_confirmed_lead_gets_the_way_back_and_the_rep_is_told(world: World) -> None:
    world.confirmed(name="Anna Nowak", company="Acme")

    assert world.mail(ANNA, "way back").link("/confirm")
    assert world.mail(REP_ADDRESS).subject == "Anna Nowak, Acme opened “Mail guide”"


def test_the_way_back_opens_the_page_on_another_device(world: World) -> None:
    world.confirmed()
    phone = world.browser()

    assert phone.post(world.mail(ANNA, "way back").link("/confirm")).status == 303
    assert phone.get(f"/api/content/{MAIL}").status == 200


def test_a_form_gate_opens_at_once_and_tells_the_rep_that_the_address_is_unconfirmed(world: World) -> None:
    visitor = world.browser()

    answer = visitor.ask_for(FORM, name="Anna", call="now", phone="+44 20 7946 0999")
    world.settle()

    assert answer.json == {"status": "open"}
    assert SECRETS[FORM] in visitor.get(f"/api/content/{FORM}").json["html"]
    notice = world.mail(REP_ADDRESS)
    assert notice.subject == "CALL NOW: Anna opened “Form guide” (unconfirmed)"
    assert "+44 20 7946 0999" in notice.text


def test_a_form_gate_starts_no_follow_ups_before_the_address_is_confirmed(world: World) -> None:
    world.browser().ask_for(FORM)
    world.advance("30 days")

    assert world.follow_ups() == []


def test_a_gate_pass_opens_its_own_gate_only(world: World) -> None:
    world.confirmed(MAIL)
    stranger = world.browser()
    stranger.ask_for(FORM)

    assert stranger.get(f"/api/content/{MAIL}").status == 401


def test_confirming_replaces_the_gate_pass_by_the_lead_pass(world: World) -> None:
    visitor = world.confirmed(FORM)

    assert "__Host-leadlight_pass" in visitor.cookies
    assert not [name for name in visitor.cookies if name.startswith("__Host-leadlight_gate")]
    assert visitor.get(f"/api/content/{FORM}").status == 200


def test_a_pass_that_a_neighbouring_host_has_planted_counts_for_nothing(world: World) -> None:
    reader, other = world.confirmed(), world.browser()
    other.cookies["leadlight_pass"] = reader.cookies["__Host-leadlight_pass"]

    assert reader.get(f"/api/content/{MAIL}").status == 200
    assert other.get(f"/api/content/{MAIL}").status == 401


def test_a_rep_gate_opens_when_the_rep_says_so(world: World) -> None:
    visitor = world.confirmed(REPS)
    assert visitor.get(f"/api/content/{REPS}").status == 401

    world.taken()

    assert visitor.get(f"/api/content/{REPS}").status == 200
    assert world.mail(ANNA, "way back")


def test_the_code_opens_the_waiting_tab(world: World) -> None:
    visitor = world.browser()
    visitor.ask_for()
    world.settle()

    answer = visitor.post("/api/code", gate=MAIL, code=world.mail(ANNA).code)

    assert answer.json == {"status": "open"}
    assert visitor.get(f"/api/content/{MAIL}").status == 200


def test_the_code_opens_no_other_browser(world: World) -> None:
    waiting, other = world.browser(), world.browser()
    waiting.ask_for()
    other.ask_for(address="other@example.com")
    world.settle()

    answer = other.post("/api/code", gate=MAIL, code=world.mail(ANNA).code)

    assert answer.status == 422
    assert other.get(f"/api/content/{MAIL}").status == 401


def test_confirming_by_link_opens_that_browser_and_not_the_waiting_one(world: World) -> None:
    desk, phone = world.browser(), world.browser()
    desk.ask_for()
    world.settle()

    phone.post(world.mail(ANNA).link("/confirm"))

    assert phone.get(f"/api/content/{MAIL}").status == 200
    assert desk.get(f"/api/content/{MAIL}").status == 401


def test_the_code_still_opens_the_desk_after_the_phone_confirmed(world: World) -> None:
    desk, phone = world.browser(), world.browser()
    desk.ask_for()
    world.settle()
    mail = world.mail(ANNA)
    phone.post(mail.link("/confirm"))

    assert desk.post("/api/code", gate=MAIL, code=mail.code).status == 200
    assert len(world.touches(TouchKind.CONFIRMED)) == 1


def test_a_code_lives_for_fifteen_minutes(world: World) -> None:
    visitor = world.browser()
    visitor.ask_for()
    world.settle()
    world.jump("16 minutes")

    assert visitor.post("/api/code", gate=MAIL, code=world.mail(ANNA).code).status == 422


def test_a_second_confirm_changes_nothing(world: World) -> None:
    visitor = world.confirmed()
    before = world.dump()

    assert visitor.post(world.mail(ANNA, "Your link").link("/confirm")).status == 303
    world.settle()

    assert world.dump() == before


def test_a_known_address_gets_the_same_answer_as_a_new_one(world: World) -> None:
    world.confirmed()

    known, new = world.browser().ask_for(), world.browser().ask_for(address="new@example.com")

    assert (known.status, known.headers, known.body) == (new.status, new.headers, new.body)
    assert [c.partition("=")[0] for c in known.cookies] == [c.partition("=")[0] for c in new.cookies]


def test_an_unconfirmed_submit_touches_nothing_of_a_confirmed_lead(world: World) -> None:
    world.confirmed(name="Anna Nowak", call="no")
    before = world.lead()

    world.browser().ask_for(FORM, name="Somebody Else", call="now", phone="+44 20 7946 0998", news=True)
    world.settle()

    assert replace(world.lead(), revision=before.revision) == before


def test_a_stranger_with_a_gate_pass_learns_nothing_and_binds_nothing(world: World) -> None:
    world.confirmed(name="Anna Nowak", call="no", phone="+44 20 7946 0999")
    stranger = world.browser()
    stranger.ask_for(FORM, name="Stranger")
    stranger.post("/api/call", gate=FORM, call="now")
    world.settle()

    notice = world.mail(REP_ADDRESS)
    assert "(unconfirmed)" in notice.subject
    assert "0999" not in notice.text
    assert "Nowak" not in notice.text
    assert world.lead().call.kind is CallKind.NO


def test_a_question_reaches_the_rep(world: World) -> None:
    visitor = world.confirmed(name="Anna")

    answer = visitor.post("/api/question", gate=MAIL, question="Does it work\nwith two sites?")
    world.settle()

    notice = world.mail(REP_ADDRESS, "asks")
    assert answer.json == {"status": "sent"}
    assert notice.subject == "Anna asks about “Mail guide”"
    assert "Does it work\n> with two sites?" in notice.text


def test_a_question_from_a_form_gate_is_marked_unconfirmed(world: World) -> None:
    visitor = world.browser()
    visitor.ask_for(FORM, name="Anna")

    visitor.submit("/api/question", gate=FORM, question="Why lead?")
    world.settle()

    assert world.mail(REP_ADDRESS, "asks").subject.endswith("(unconfirmed)")


@pytest.mark.parametrize("path", ["/api/question", "/api/call"])
def test_nobody_talks_to_the_rep_without_a_pass(world: World, path: str) -> None:
    assert world.browser().post(path, gate=MAIL, question="Hm?", call="now").status == 401


def test_a_wish_for_a_call_stands_first_in_the_subject_with_its_number_in_the_mail(world: World) -> None:
    visitor = world.confirmed(name="Anna")

    visitor.post("/api/call", gate=MAIL, call="2026-01-07T14:30", phone="+44 20 7946 0999")
    world.settle()

    notice = world.mail(REP_ADDRESS, "CALL")
    assert notice.subject == "CALL AT 07 Jan 2026, 14:30 UTC: Anna about “Mail guide”"
    assert "+44 20 7946 0999" in notice.text
    assert Purpose.PHONE in world.lead().purposes


def test_no_call_takes_the_number_out_of_the_reps_mail_and_withdraws_the_agreement(world: World) -> None:
    visitor = world.confirmed(name="Anna", phone="+44 20 7946 0999", call="now")
    assert "0999" in world.mail(REP_ADDRESS).text

    visitor.post("/api/call", gate=MAIL, call="no", phone="+44 20 7946 0999")
    world.settle()

    notice = world.mail(REP_ADDRESS, "No call")
    assert "0999" not in notice.text
    assert Purpose.PHONE not in world.lead().purposes


def test_the_briefing_shows_the_number_of_the_newest_wish(world: World) -> None:
    visitor = world.confirmed(name="Anna")
    visitor.post("/api/call", gate=MAIL, call="now", phone="+44 20 7946 0999")
    world.settle()

    assert "+44 20 7946 0999" in world.browser().get(world.briefing()).text


@pytest.mark.parametrize("gate", [MAIL, FORM])
def test_the_briefing_hides_the_number_of_who_wants_no_call(world: World, gate: str) -> None:
    world.browser().ask_for(gate, name="Anna", phone="+44 20 7946 0999", call="no")
    world.settle()
    if gate == MAIL:
        world.browser().post(world.mail(ANNA).link("/confirm"))
        world.settle()

    page = world.browser().get(world.briefing()).text

    assert "don&#39;t call" in page
    assert "0999" not in page


def test_unsubscribing_stops_everything_and_stays_so(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    assert world.follow_ups() == ["First: hello"]

    assert world.browser().post(world.mail(ANNA, "First").link("/unsubscribe")).status == 200
    world.advance("60 days")

    assert world.follow_ups() == ["First: hello"]


def test_the_one_click_header_works_without_cookie_or_page(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    mail = world.mail(ANNA, "First").message
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    world.browser().send("POST", mail["List-Unsubscribe"].strip("<>"), b"List-Unsubscribe=One-Click")

    assert [stop.reason for stop in world.lead().stops] == [StopReason.UNSUBSCRIBED]


def test_a_new_confirmed_consent_lets_follow_ups_go_on_where_they_were(world: World) -> None:
    world.confirmed()
    world.advance("1 day")
    world.browser().post(world.mail(ANNA, "First").link("/unsubscribe"))
    world.advance("1 day")

    world.confirmed()
    world.advance("3 days")

    assert world.follow_ups() == ["First: hello", "Second"]
    assert world.lead().stops == ()


def test_an_older_consent_confirmed_late_does_not_lift_an_unsubscribe(world: World) -> None:
    world.browser().ask_for()
    world.settle()
    old = world.mail(ANNA, "Your link").link("/confirm")
    world.advance("1 hour")
    world.confirmed()
    world.advance("1 day")
    reader = world.browser()
    reader.post(world.mail(ANNA, "First").link("/unsubscribe"))

    reader.post(old)
    world.advance("30 days")

    assert reader.get(f"/api/content/{MAIL}").status == 200
    assert world.follow_ups() == ["First: hello"]
    assert Purpose.FOLLOW_UP not in world.lead().purposes


def test_what_was_opened_stays_open_after_unsubscribing(world: World) -> None:
    visitor = world.confirmed()
    world.advance("1 day")
    visitor.post(world.mail(ANNA, "First").link("/unsubscribe"))

    assert visitor.get(f"/api/content/{MAIL}").status == 200


def test_cookies_are_closed_to_scripts_and_other_sites(world: World) -> None:
    visitor = world.browser()
    visitor.ask_for()
    world.settle()

    cookies = visitor.post(world.mail(ANNA).link("/confirm")).cookies

    assert all("Secure" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert all(("HttpOnly" in cookie) is not cookie.startswith("__Host-leadlight_open") for cookie in cookies)


def test_without_javascript_the_form_leads_to_a_waiting_page_and_the_code_to_the_whole_page(world: World) -> None:
    visitor = world.browser()
    waiting = visitor.submit("/api/access", gate=MAIL, email=ANNA, consent="true")
    world.settle()
    assert "Check your mail" in visitor.get(waiting.location, accept="text/html").text

    opened = visitor.submit("/api/code", gate=MAIL, code=world.mail(ANNA).code)

    assert opened.location == "/guides/mail/_full"
    assert SECRETS[MAIL] in visitor.get(opened.location).text


def test_links_in_mails_begin_with_the_address_of_the_site(world: World) -> None:
    world.confirmed()
    world.advance("30 days")

    assert all(link.startswith(SITE + "/") for mail in world.mails() for link in mail.links)
