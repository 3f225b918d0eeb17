"""What the contract suites share."""

from collections.abc import Iterator

import pytest
from moto import mock_aws
from tests.contracts.cloud import Cloud

for part in ("captures", "claims", "commits", "dossiers", "erasures", "figures", "reads", "resolves"):
    pytest.register_assert_rewrite(f"tests.contracts.store_{part}")  # so that failures are explained there too


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """One account in moto, started once for each module; tests take fresh tables."""
    with mock_aws():
        yield Cloud()
