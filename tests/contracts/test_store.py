"""The contract of `leadlight.ports.Store`, and the stores that fulfil it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contracts.cloud import Cloud
from tests.contracts.examples import Place
from tests.contracts.store_captures import Captures
from tests.contracts.store_claims import Claims
from tests.contracts.store_commits import Commits
from tests.contracts.store_dossiers import Dossiers
from tests.contracts.store_erasures import Erasures
from tests.contracts.store_figures import Counts
from tests.contracts.store_reads import Reads
from tests.contracts.store_resolves import Resolves

from leadlight.local.keys import SqliteKeys
from leadlight.local.store import SqliteStore
from leadlight.ports import Store


class StoreContract(Captures, Commits, Claims, Resolves, Reads, Dossiers, Counts, Erasures):
    """A backend's suite overrides `place`, nothing else."""

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        raise NotImplementedError

    @pytest.fixture
    def store(self, place: Place) -> Store:
        return place.store()


@dataclass
class Directory:
    """The files of an installation on one machine; closes what it opened."""

    path: Path
    opened: list[SqliteStore | SqliteKeys]

    def store(self) -> SqliteStore:
        self.opened.append(store := SqliteStore(self.path / "leads.db"))
        return store

    def keys(self) -> SqliteKeys:
        self.opened.append(keys := SqliteKeys(self.path / "keys.db"))
        return keys

    def at_rest(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.path.glob("leads.db*"))


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        directory = Directory(tmp_path, [])
        yield directory
        for opened in directory.opened:
            opened.close()


class TestDynamoStore(StoreContract):
    @pytest.fixture
    def place(self, cloud: Cloud) -> Iterator[Place]:
        tables = cloud.tables()
        yield tables
        tables.remove()
