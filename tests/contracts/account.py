"""Clients of one AWS account, made as the wiring makes them, and what may happen to their calls."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from tests.contracts.cloud import REGION


def connected(service: str, config: Config, *, region: str = REGION, url: str | None = None) -> Any:
    """A client of botocore."""
    return session().create_client(service, region_name=region, endpoint_url=url, config=config)


@cache
def session() -> Any:
    """One session for all: it keeps the descriptions of services that it has read."""
    session = botocore.session.get_session()
    session.set_credentials("testing", "testing", "session-of-the-role")
    return session


class Weather:
    """What the calls of a client meet: each is noted in `asked`, and fails while there is something in `failing`.

    By botocore's own hook, so the client's own translation of answers is at work. `failing` is an error's code with
    its status, or an exception for what never becomes an answer.
    """

    def __init__(self, client: Any) -> None:
        self.asked: list[str] = []
        self.failing: tuple[str, int] | Exception | None = None
        client.meta.events.register("before-call", self._call)

    def _call(self, model: Any, params: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]] | None:
        self.asked.append(model.name)
        if isinstance(self.failing, Exception):
            raise self.failing
        if self.failing is None:
            return None
        code, status = self.failing
        meta = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
        parsed = {"Error": {"Code": code, "Message": HTTPStatus(status).phrase}, "ResponseMetadata": meta}
        return AWSResponse(params["url"], status, {}, None), parsed
