"""An AWS account for functions in processes of their own: moto over HTTP on loopback, and a world that stands on it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from moto.server import ThreadedMotoServer
from tests.ground_aws import Account
from tests.runtime.environment import ACCOUNT
from tests.world import SETTINGS

from leadlight.settings import VARIABLES, Cloud


@dataclass(frozen=True)
class Served:
    """An account that is reached at an address."""

    account: Account
    endpoint: str

    def variables(self, cloud: Cloud) -> dict[str, str]:
        """What the template would set for a function, and where AWS is here."""
        return {
            **{variable: getattr(cloud, name) for name, variable in VARIABLES.items()},
            "AWS_ENDPOINT_URL": self.endpoint,
            "LEADLIGHT_SITE_URL": SETTINGS.site_url,
            "POWERTOOLS_SERVICE_NAME": "leadlight",
            "POWERTOOLS_METRICS_NAMESPACE": "leadlight-test",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }


@contextmanager
def served() -> Iterator[Served]:
    """An account of its own, for as long as it lasts."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else a line for each call
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        with patch.dict(os.environ, {**ACCOUNT, "AWS_ENDPOINT_URL": endpoint}):
            yield Served(Account(), endpoint)
    finally:
        server.stop()
