"""P9: erase is everything. What goes, what stays, who may come again, and what a copy of the leads is worth then."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.ground import Here
from tests.journeys import test_restore
from tests.journeys.desk import at_desk
from tests.journeys.test_import import taken
from tests.journeys.test_leads_command import told
from tests.world import ANNA, FORM, MAIL, MANAGER_ADDRESS, REP_ADDRESS, World

from leadlight import figures
from leadlight.handlers import on_due, on_mail_event, on_tick
from leadlight.imports import Fate
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.model.lead import StopReason
from leadlight.model.person import LeadId
from leadlight.model.touch import TouchKind
from leadlight.rights.erasing import begin, erase

BOTH = pytest.mark.grounds("local", "prompt")
BEN = "ben@example.org"
DEAD = {403, 410}
copied = test_restore.copied
WORDS = (ANNA, "Anna Nowak", "7946 0958", "79460958", "does it run without")
PERSON = {"name": "Anna Nowak", "phone": "+44 20 7946 0958"}
ROW = {"email": ANNA, "name": "Anna Nowak"}


def lived(world: World) -> None:
    """Anna reads, asks, gets mails, and a rep writes something down."""
    reader = world.confirmed(**PERSON)
    reader.get(f"/api/content/{MAIL}")
    assert reader.post("/api/question", gate=MAIL, question="Oh, does it run without a server?").status == 200
    world.settle()
    world.taken()
    world.advance("3 days")


def gone(world: World, address: str = ANNA) -> None:
    """Somebody is erased, and what follows by itself has happened."""
    assert begin(world.services, world.id_of(address), how="test")
    world.settle()


def at_rest(data: Path) -> bytes:
    """Every byte that an installation in a folder keeps."""
    return b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file() and not path.is_symlink())


def stored(world: World) -> str:
    """Every row of every table, as text."""
    return repr(world.dump())


@pytest.mark.grounds("local", "prompt", "hostile")
def test_p9_nothing_of_who_is_erased_stays_in_the_store_or_the_mailbox(world: World) -> None:
    lived(world)
    lead = world.id_of()
    gone(world)

    assert world.services.store.lead(lead) is None
    assert not world.services.store.captures(lead)
    assert not world.services.store.touches(lead)
    assert not world.services.store.due_of(lead)
    assert not world.services.store.ledger(lead)
    assert not [word for word in WORDS if word in stored(world)]


def test_p9_no_file_of_an_installation_holds_a_trace_of_who_was_erased(world: World) -> None:
    lived(world)
    lead, inbox = world.id_of(), world.data / "inbox"
    (inbox / "cur" / "1.reply:2,S").write_bytes(b"From: Anna <anna.nowak@example.com>\r\n\r\nYes\r\n")
    (inbox / "new" / "2.reply").write_bytes(
        f"From: x@example.net\r\nTo: reply+{lead}-1-abc@in.example\r\n\r\nNo".encode()
    )
    sealed = [base64.b64encode(capture.sealed.blob) for capture in world.services.store.captures(lead)]
    assert all(word.encode() in at_rest(world.data) for word in (ANNA, "Anna Nowak", lead))
    gone(world)
    (inbox / "new" / "3.late").write_bytes(b"From: Anna <anna.nowak@example.com>\r\n\r\nAnna Nowak here again\r\n")
    assert on_mail_event.take_in(world.services) == 1

    kept = at_rest(world.data)
    assert not [word for word in (*WORDS, *sealed) if (word if isinstance(word, bytes) else word.encode()) in kept]
    assert base64.b64encode(b"x" + ANNA.encode())[4:-4] not in kept
    leads = b"".join(path.read_bytes() for path in world.data.glob("leads.db*"))
    assert leads.count(lead.encode()) == 1  # the number of its generation
    assert not list((inbox / "cur").iterdir()) + list((inbox / "new").iterdir())


@BOTH
def test_p9_the_figures_stay_and_counting_anew_finds_the_same(world: World) -> None:
    lived(world)
    before = world.services.store.totals()
    gone(world)

    assert world.services.store.totals() == before
    rebuilt = figures.rebuild(world.services)
    assert (rebuilt.changed, rebuilt.off) == (0, 0)
    assert world.services.store.totals() == before
    (kept,) = world.services.store.all_figures()
    assert kept.lead_id != world.id_of()
    assert {touch.lead_id for touch in world.services.store.touches(kept.lead_id)} == {kept.lead_id}


@BOTH
def test_p9_no_list_brings_back_who_was_erased(world: World) -> None:
    lived(world)
    gone(world)

    (read,) = taken(world, ROW)

    assert (read.fate, world.services.store.lead(world.id_of())) == (Fate.ERASED, None)


@BOTH
def test_p9_who_comes_again_starts_anew_and_old_links_open_nothing(world: World) -> None:
    old = world.confirmed(**PERSON)
    world.advance("2 days")
    confirm, way_back = world.mail(ANNA, "Your link").link("/confirm"), world.mail(ANNA, "way back")
    control, stop = way_back.link("/preferences"), world.mail(ANNA, "First").link("/unsubscribe")
    gone(world)
    had = len(world.follow_ups())
    reader = world.confirmed(name="Anna N")
    before = world.lead()

    assert before.generation == 2
    assert old.get(f"/api/content/{MAIL}").status == 401
    for link in (confirm, control, stop, control.replace("/preferences", "/my-data")):
        path = urlsplit(link)._replace(scheme="", netloc="").geturl()
        answer = world.browser().submit(path, do="ask" if "my-data" in path else "stop")
        assert answer.status in DEAD or link is stop  # to leave twice is fine, and is told so
    assert world.lead() == before
    assert reader.get(f"/api/content/{MAIL}").status == 200
    world.advance("30 days")
    assert world.follow_ups()[had:] == ["First: Anna", "Second", "Fourth"]


@BOTH
def test_a_second_life_may_begin_with_a_page_that_opens_at_once(world: World) -> None:
    first = world.browser()
    first.ask_for(FORM)
    world.settle()
    gone(world)
    again = world.browser()
    assert again.ask_for(FORM, phone="+44 20 7946 0999").status == 200
    world.settle()

    assert world.mail(REP_ADDRESS, "(unconfirmed)").text
    assert again.post("/api/question", gate=FORM, question="Hello?").status == 200
    assert first.post("/api/question", gate=FORM, question="Still me?").status in DEAD
    first.get(f"/api/content/{FORM}")
    assert len(world.touches(TouchKind.ASKED)) == 1


@BOTH
def test_p3_after_the_first_word_of_an_erasure_nothing_goes_out_and_no_pass_opens(world: World) -> None:
    reader = world.confirmed(**PERSON)
    world.advance("2 days")
    begin(world.services, world.id_of(), how="test")
    lead, had = world.lead(), len(world.mails())
    assert reader.get(f"/api/content/{MAIL}").status == 401
    assert reader.post("/api/access", gate=FORM).status == 422  # it wants an address again, and begins anew
    assert world.lead() == lead

    assert [stop.reason for stop in lead.stops] == [StopReason.ERASED]
    assert [row.kind for row in world.services.store.due_of(lead.id)] == [DueKind.ERASURE]
    world.jump("30 days")
    world.settle()
    assert len(world.mails()) <= had


def test_an_erasure_waits_for_a_mail_that_is_on_its_way(world: World) -> None:
    world.confirmed()
    row = Due(world.id_of(), 1, DueKind.MAIL, "delivery/again", world.clock.now())
    lead = world.services.store.commit(Change(world.lead(), due=(row,)))
    until = world.later("3 minutes")
    now = world.clock.now()
    world.services.store.claim(row, lead=lead, owner="w", now=now, lease_until=until, may_repeat=True)
    gone(world)
    there = world.services.store.lead(lead.id)
    world.advance("4 minutes")

    assert there is not None
    assert world.services.store.lead(lead.id) is None
    assert world.mails(ANNA) == []


@BOTH
def test_others_keep_everything(world: World) -> None:
    world.confirmed(address=BEN, name="Ben Bot")
    world.confirmed(**PERSON)
    before = (world.lead(BEN), world.services.store.touches(world.id_of(BEN)), len(world.mails(BEN)))
    gone(world)

    assert (world.lead(BEN), world.services.store.touches(world.id_of(BEN)), len(world.mails(BEN))) == before
    world.advance("30 days")
    assert world.follow_ups(BEN) == ["First: Ben", "Second", "Fourth"]


def test_mails_of_the_team_that_name_them_go_too(world: World) -> None:
    lived(world)
    world.advance("7 days")
    assert any("Anna Nowak" in mail.text for mail in world.mails(REP_ADDRESS))
    gone(world)

    left = [mail for to in (REP_ADDRESS, MANAGER_ADDRESS) for mail in world.mails(to)]
    assert not [mail.subject for mail in left if "Anna Nowak" in mail.text + mail.html + mail.subject]


def test_a_namesake_keeps_their_mails(world: World) -> None:
    world.confirmed(address=BEN, **PERSON)
    had = world.subjects(BEN)
    world.confirmed(**PERSON)
    gone(world)

    assert world.subjects(BEN) == had != []


def test_who_calls_themselves_like_one_of_us_takes_none_of_our_mails_along(world: World) -> None:
    world.confirmed(**PERSON)
    had = world.subjects(REP_ADDRESS)
    world.confirmed(address=BEN, name="Rita Rep")
    gone(world, BEN)

    assert world.subjects(REP_ADDRESS) == had != []


def test_other_systems_are_told_once_by_a_fact_that_holds_nothing(world: World) -> None:
    world.confirmed()
    heard: dict[str, Any] = {}

    class Ear:
        def publish(self, events: Any) -> None:
            heard.update({event.id: event for event in events})

    world.serve(replace(world.services, bus=Ear()))
    gone(world)

    (event,) = (event for event in heard.values() if event.type == "lead.erased")
    assert (event.lead_id, event.facts) == (world.id_of(), {})


def test_a_row_that_is_found_before_an_erasure_and_done_after_it_is_no_failure(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.confirmed()
    world.taken()
    (held,) = [row for row in world.services.store.due_of(world.id_of()) if row.kind is DueKind.HOLD]
    gone(world)
    world.jump("5 days")
    caplog.clear()
    on_due.handle(world.services, held)

    assert {record.levelname for record in caplog.records} <= {"INFO"}
    assert not world.services.store.due_of(world.id_of())


def test_a_rep_who_taps_while_somebody_is_erased_meets_nobody(world: World) -> None:
    world.confirmed()
    rita, whole, looked = at_desk(world, MANAGER_ADDRESS), world.services, list[LeadId]()

    class Going:
        """The lead is there at the first look, and gone at the second."""

        def __getattr__(self, name: str) -> Any:
            return getattr(whole.store, name)

        def lead(self, lead_id: LeadId) -> Any:
            looked.append(lead_id)
            return whole.store.lead(lead_id) if len(looked) == 1 else None

    world.serve(replace(whole, store=Going()))

    assert rita.submit(f"/rep/desk/lead/{world.id_of()}/claim").status == 404
    assert len(looked) == 2


def test_erasing_twice_or_nobody_is_fine(world: World) -> None:
    world.confirmed()

    assert erase(world.services, world.id_of(), how="operator")
    assert not erase(world.services, world.id_of(), how="operator")
    assert not begin(world.services, LeadId("never"), how="operator")


@pytest.mark.grounds("tick")
def test_p9_in_an_account_lifting_the_hold_erases_again_before_anything_is_sent(
    world: World, copied: Callable[[], test_restore.Restore]
) -> None:
    world.confirmed(**PERSON)
    world.advance("1 hour")
    restore = copied()
    gone(world)
    world.advance("2 hours")
    after, had = restore(), len(world.follow_ups())
    after.settle()
    held = after.services.store.lead(world.id_of())

    on_tick.handler(after.services)({"resume": "after-restore"}, Here())
    after.advance("30 days")

    assert held is not None
    assert after.services.store.lead(world.id_of()) is None
    assert len(after.follow_ups()) == had


def test_p9_an_operator_who_lifts_the_hold_is_told_who_was_erased_again(
    world: World, copied: Callable[[], test_restore.Restore]
) -> None:
    (world.data / "bundle").symlink_to(world.bundle)
    world.confirmed(**PERSON)
    world.advance("1 hour")
    restore = copied()
    gone(world)
    world.advance("2 hours")
    after = restore()

    said = told(after, "resume", "--after-restore")

    assert (said.exit_code, "Erased again: 1 lead" in said.stdout) == (0, True)
    assert after.services.store.lead(world.id_of()) is None
