"""What SQLite adds to the contract: processes that die or work side by side, files, schemas."""

import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contracts.examples import HOUR, NOW, budget, due, submit, touch
from tests.contracts.processes import capture_and_wait, count_and_capture, run

from leadlight.errors import Conflict, StoreBusy, StoreTooNew
from leadlight.local.rows import add_touches, packed
from leadlight.local.schema import KEYS, STORE
from leadlight.local.store import SqliteStore
from leadlight.model.exchange import FIGURES, Change
from leadlight.model.person import CompanyId


def test_p1_a_submit_survives_kill_9_right_after_its_answer(tmp_path: Path) -> None:
    what = submit()
    pipe = run(capture_and_wait, tmp_path / "leads.db", what)
    os.kill(pipe.recv(), signal.SIGKILL)
    with pytest.raises(EOFError):
        pipe.recv()

    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        assert store.captures(what.lead.id) == (what.capture,)
        assert [record.touch for record in store.feed(limit=10)] == [what.touch]


def test_two_processes_share_a_file_and_its_budgets(tmp_path: Path) -> None:
    pipes = [run(count_and_capture, tmp_path / "leads.db", number) for number in range(2)]

    assert sum(pipe.recv() for pipe in pipes) == 10
    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        assert len(list(store.leads())) == 2


def test_two_open_stores_see_each_others_writes_at_once(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as one, closing(SqliteStore(tmp_path / "leads.db")) as other:
        lead = submit().into(one)
        changed = other.commit(Change(lead))

        assert one.lead(lead.id) == changed
        with pytest.raises(Conflict):
            one.commit(Change(lead))


def test_a_store_held_by_another_process_is_busy_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    with closing(SqliteStore(path, busy_seconds=0.05)) as store, closing(sqlite3.connect(path)) as other:
        lead = submit().into(store)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreBusy) as busy:
            store.commit(Change(lead))

        assert isinstance(busy.value.__cause__, sqlite3.OperationalError)
        assert store.lead(lead.id) == lead
        other.rollback()
        assert store.commit(Change(lead)).revision == 1


def test_a_closed_store_is_busy_not_broken(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "leads.db")
    store.close()

    with pytest.raises(StoreBusy):
        store.note("epoch")


def test_a_store_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version={len(STORE) + 1}")

    with pytest.raises(StoreTooNew) as refused:
        SqliteStore(path)

    assert (refused.value.found, refused.value.known) == (len(STORE) + 1, len(STORE))


def test_a_store_says_its_schema(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "leads.db").close()

    with closing(sqlite3.connect(tmp_path / "leads.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STORE),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_store_in_memory_keeps_what_it_is_told_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(SqliteStore.in_memory()) as store, closing(SqliteStore.in_memory()) as other:
        what = submit()
        lead = what.into(store)

        assert store.commit(Change(lead)).revision == 1
        assert store.captures(lead.id) == (what.capture,)
        assert list(other.leads()) == []
        assert list(tmp_path.iterdir()) == []


def test_an_interrupted_first_start_leaves_no_half_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadlight.local.store.STORE", (*STORE, "CREATE TABLE new (x); SELECT nonsense"))
    with pytest.raises(StoreBusy):
        SqliteStore(tmp_path / "leads.db")
    monkeypatch.undo()

    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        assert list(store.leads()) == []


def test_commits_are_flushed_to_disk_before_they_return(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as store, store._db.reading() as db:
        full = 2

        assert db.execute("PRAGMA synchronous").fetchone() == (full,)


def test_p6_a_form_writes_as_many_rows_for_who_is_known_as_for_who_is_new(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        with store._db.reading() as db:
            changes = [db.total_changes]
        for _ in ("new", "known"):
            submit("anna@example.com").into(store)
            changes.append(db.total_changes)

    assert changes[1] - changes[0] == changes[2] - changes[1] > 3


@pytest.mark.parametrize("script", [*STORE, *KEYS])
def test_migrations_are_split_at_statements_only(script: str) -> None:
    assert all(sqlite3.complete_statement(f"{part};") for part in script.split(";"))


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        submit().into(store)

        assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
        assert len(list(tmp_path.iterdir())) > 1


def test_counters_of_past_windows_are_swept(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        submit().within(budget(5), budget(5)).into(store)
        submit(at=NOW + 2 * HOUR).into(store)

        with store._db.reading() as db:
            assert db.execute("SELECT count(*) FROM counter").fetchone() == (0,)


def test_all_leads_are_listed_beyond_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadlight.local.store.PAGE", 2)
    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        known = {submit().into(store).id for _ in range(5)}

        assert {lead.id for lead in store.leads()} == known


def test_touches_and_due_rows_of_a_change_that_fails_halfway_are_gone(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as store:
        lead = submit().into(store)
        with pytest.raises(AttributeError):
            store.commit(Change(lead, touches=(touch(lead.id, "half"),), due=(due(lead.id), None)))  # type: ignore[arg-type]  # the fault

        assert len(store.touches(lead.id)) == len(store.due_of(lead.id)) == 1
        assert store.commit(Change(lead)).revision == 1


@pytest.mark.parametrize("release", range(1, len(STORE)))
def test_a_store_of_an_earlier_release_is_brought_forward_with_all_its_leads(tmp_path: Path, release: int) -> None:
    path = tmp_path / "leads.db"
    lead = replace(submit().lead, owner="ola", company=CompanyId("acme"))
    with closing(sqlite3.connect(path)) as db, db:
        for script in STORE[:release]:
            db.executescript(script)
        db.execute("INSERT INTO lead VALUES (?, 0, '', ?)", (lead.id, packed(lead)))
        add_touches(db, [touch(lead.id, "old")])
        db.execute("UPDATE feed SET handled = 1 WHERE consumer = 'on_change'")
        db.execute(f"PRAGMA user_version={release}")

    with closing(SqliteStore(path)) as store:
        assert list(store.owned("ola")) == list(store.at_company(CompanyId("acme"))) == [lead]
        assert store.turn("route/ola") == 0
        assert store.feed(limit=1) == ()
        assert [record.touch.id for record in store.feed(limit=1, reader=FIGURES)] == ["old"]  # it is counted now


@pytest.mark.parametrize("field", ["owner", "company"])
def test_leads_are_found_by_an_index_and_not_by_reading_all(tmp_path: Path, field: str) -> None:
    with closing(SqliteStore(tmp_path / "leads.db")) as store, store._db.reading() as db:
        asked = f"EXPLAIN QUERY PLAN SELECT doc FROM lead WHERE {field} = 'x'"
        (plan,) = db.execute(asked).fetchall()

    assert f"USING INDEX lead_by_{field}" in plan[3]
