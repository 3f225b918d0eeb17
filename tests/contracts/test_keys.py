"""The contract of `leadlight.ports.Keys`, and the key stores that fulfil it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from tests.contracts.cloud import Cloud
from tests.contracts.examples import Place, submit
from tests.contracts.processes import hand_out, run
from tests.contracts.test_store import Directory

from leadlight.errors import StoreBusy
from leadlight.local.keys import FIRST_BATCH, SqliteKeys
from leadlight.model.exchange import Change, SealingKey
from leadlight.ports import Keys


def use(place: Place, *keys: SealingKey) -> None:
    """Lets a lead's change name the keys, which is what makes them last everywhere."""
    store = place.store()
    store.commit(Change(submit().into(store), keys=keys))


class KeysContract:
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        raise NotImplementedError

    @pytest.fixture
    def keys(self, place: Place) -> Keys:
        return place.keys()

    def test_a_key_is_made_for_aes_256(self, keys: Keys) -> None:
        key = keys.fresh()

        assert len(key.secret) == 32
        assert key.id

    def test_no_key_is_handed_out_twice(self, place: Place, keys: Keys) -> None:
        other = place.keys()

        made = [source.fresh() for _ in range(300) for source in (keys, other)]

        assert len({key.id for key in made}) == len({key.secret for key in made}) == 600

    def test_threads_never_get_the_same_key(self, keys: Keys) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: keys.fresh().id, range(200)))

        assert len(set(made)) == 200

    def test_a_used_key_is_found_after_a_restart(self, place: Place, keys: Keys) -> None:
        key = keys.fresh()
        use(place, key)

        assert place.keys().secrets([key.id]) == {key.id: key.secret}

    def test_of_many_ids_those_that_exist_are_found(self, place: Place, keys: Keys) -> None:
        made = [keys.fresh() for _ in range(160)]
        use(place, *made[:80])
        use(place, *made[80:])

        found = keys.secrets([*(key.id for key in made), "never", made[0].id])

        assert found == {key.id: key.secret for key in made}

    def test_nothing_asked_is_nothing_found(self, keys: Keys) -> None:
        assert keys.secrets([]) == {}

    def test_a_shredded_key_is_gone_and_the_others_stay(self, place: Place, keys: Keys) -> None:
        gone, kept = keys.fresh(), keys.fresh()
        use(place, gone, kept)

        keys.shred([gone.id])

        assert place.keys().secrets([gone.id, kept.id]) == {kept.id: kept.secret}

    def test_shredding_twice_or_unknown_keys_is_fine(self, place: Place, keys: Keys) -> None:
        made = [keys.fresh() for _ in range(30)]
        use(place, *made)

        for _ in range(2):
            keys.shred([*(key.id for key in made), "never", made[0].id])

        assert keys.secrets([key.id for key in made]) == {}

    def test_a_note_only_ever_grows_and_is_no_key(self, place: Place, keys: Keys) -> None:
        assert keys.note("epoch") is None
        for value in ("2", "1", "3", "3", "2"):
            keys.raise_note("epoch", value)

        assert place.keys().note("epoch") == "3"
        assert keys.secrets(["epoch", "NOTE/epoch"]) == {}

    def test_notes_are_found_by_how_their_names_begin(self, place: Place, keys: Keys) -> None:
        for name in ("erased/a", "erased/b", "suppressed/a", "erase"):
            keys.raise_note(name, f"of {name}")

        assert sorted(place.keys().notes("erased/")) == [("erased/a", "of erased/a"), ("erased/b", "of erased/b")]
        assert list(keys.notes("nothing/")) == []

    def test_shredding_nothing_is_fine(self, keys: Keys) -> None:
        keys.shred([])

        assert keys.secrets(["never"]) == {}


class TestSqliteKeys(KeysContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        directory = Directory(tmp_path, [])
        yield directory
        for opened in directory.opened:
            opened.close()

    def test_a_fresh_key_is_durable_before_anyone_uses_it(self, place: Place, keys: Keys) -> None:
        key = keys.fresh()

        assert place.keys().secrets([key.id]) == {key.id: key.secret}

    def test_most_fresh_keys_cost_no_write(self, tmp_path: Path, keys: Keys) -> None:
        keys.fresh()
        log = tmp_path / "keys.db-wal"
        before = log.stat()

        for _ in range(FIRST_BATCH - 1):
            keys.fresh()

        assert log.stat().st_mtime_ns == before.st_mtime_ns
        assert log.stat().st_size == before.st_size

    def test_the_bytes_of_a_shredded_key_are_in_no_file(self, tmp_path: Path, keys: Keys) -> None:
        made = [keys.fresh() for _ in range(600)]

        keys.shred([key.id for key in made[::2]])

        at_rest = b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))
        assert not any(key.secret in at_rest for key in made[::2])
        assert all(key.secret in at_rest for key in made[1::2])

    def test_shredding_says_so_while_a_reader_keeps_the_log(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.db"
        with closing(SqliteKeys(path, busy_seconds=0.05)) as keys, closing(SqliteKeys(path)) as reader:
            key = keys.fresh()
            with reader._db.reading() as db:
                db.execute("BEGIN")
                db.execute("SELECT * FROM sealing_key").fetchone()
                with pytest.raises(StoreBusy):
                    keys.shred([key.id])
                db.execute("ROLLBACK")

            keys.shred([key.id])

            assert (tmp_path / "keys.db-wal").stat().st_size == 0

    def test_a_killed_process_wastes_its_batch_and_nothing_else(self, tmp_path: Path, keys: Keys) -> None:
        pipe = run(hand_out, tmp_path / "keys.db")
        theirs = pipe.recv()

        ours = {keys.fresh().id for _ in range(50)}

        assert ours.isdisjoint(theirs)
        assert keys.secrets(list(theirs)).keys() == set(theirs)


def test_keys_in_memory_are_as_random_as_they_are_told_to_be() -> None:
    made = [SqliteKeys.in_memory(random=Random(7).randbytes) for _ in range(2)]

    ids = [[keys.fresh().id for _ in range(30)] for keys in made]

    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 30
    for keys in made:
        keys.shred(ids[0])
        assert keys.secrets(ids[0]) == {}
        keys.close()


class TestDynamoKeys(KeysContract):
    @pytest.fixture
    def place(self, cloud: Cloud) -> Iterator[Place]:
        tables = cloud.tables()
        yield tables
        tables.remove()

    def test_a_key_that_no_change_named_was_never_written(self, keys: Keys) -> None:
        assert keys.secrets([keys.fresh().id]) == {}
