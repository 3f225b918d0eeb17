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
    """What the calls of a client meet: each is noted in `asked`, each answer's status in `answers`.

    They fail while there is something in `failing`: an error's code with its status, or an exception for what never
    becomes an answer. By botocore's own hook, so the client's own translation of answers is at work.
    """

    def __init__(self, client: Any) -> None:
        self.asked: list[str] = []
        self.failing: tuple[str, int] | Exception | None = None
        self.failing_from = 1  # which of the calls that were asked is the first to fail
        self._events = client.meta.events
        self.answers: list[int] = []
        self._events.register("before-call", self._call)
        self._events.register("after-call", self._answer)

    def over(self) -> None:
        """The client's calls meet nothing any more."""
        self._events.unregister("before-call", self._call)
        self._events.unregister("after-call", self._answer)

    def _answer(self, http_response: Any, **_: object) -> None:
        self.answers.append(http_response.status_code)

    def _call(self, model: Any, params: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]] | None:
        self.asked.append(model.name)
        if self.failing is None or len(self.asked) < self.failing_from:
            return None
        if isinstance(self.failing, Exception):
            raise self.failing
        code, status = self.failing
        meta = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
        parsed = {"Error": {"Code": code, "Message": HTTPStatus(status).phrase}, "ResponseMetadata": meta}
        return AWSResponse(params["url"], status, {}, None), parsed
