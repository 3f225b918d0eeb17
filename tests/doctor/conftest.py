"""What the doctor's suites share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from tests.patient import ZONE, Clients, Patient, name_server


@pytest.fixture(scope="module")
def clients() -> Clients:
    return Clients()


@pytest.fixture
def patient(clients: Clients) -> Iterator[Patient]:
    zone = dict(ZONE)
    with mock_aws(), name_server(zone) as resolver:
        yield Patient(clients, resolver, zone)
