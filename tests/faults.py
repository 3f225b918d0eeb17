"""AWS having a bad day: refusals, silence and lost answers, made up where botocore meets the network.

What goes wrong is planned per operation and used up call by call, so botocore's own retries meet it as they would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.session import Session
from moto.core.models import botocore_stubber

FOR_EVER = 10_000

Act = Callable[[AWSPreparedRequest, str], AWSResponse]


class Raw(BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Any:
        while part := self.read(65536):
            yield part


class Faults:
    """What is planned, and how often each operation was called at all, retries included."""

    def __init__(self) -> None:
        self._plan: dict[str, list[Act]] = {}
        self.calls: list[str] = []

    def refuses(
        self, operation: str, code: str, *, times: int = FOR_EVER, status: int = 400, message: str = "no"
    ) -> None:
        """AWS answers with an error."""
        self._plan[operation] = [lambda request, _: refusal(request, code, status, message)] * times

    def is_silent(self, operation: str, *, times: int = FOR_EVER) -> None:
        """No answer comes, and nothing was done."""

        def act(request: AWSPreparedRequest, _: str) -> AWSResponse:
            raise ReadTimeoutError(endpoint_url=request.url)

        self._plan[operation] = [act] * times

    def loses_answers(self, operation: str, *, times: int = 1) -> None:
        """It is done, but the answer never arrives."""

        def act(request: AWSPreparedRequest, event_name: str) -> AWSResponse:
            botocore_stubber(event_name=event_name, request=request)
            raise ReadTimeoutError(endpoint_url=request.url)

        self._plan[operation] = [act] * times

    def are_over(self) -> None:
        """AWS is well again."""
        self._plan.clear()

    def watch(self, session: Session) -> None:
        """From now on all clients that this session makes meet what is planned."""
        events = session.get_component("event_emitter")
        events.register_first("before-send", self._before_moto)
        events.register_last("before-send", self._after_moto)

    def _before_moto(self, event_name: str, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        """botocore asks all who listen and takes the first answer: while ours is given, moto must not act."""
        operation = event_name.rpartition(".")[2]
        self.calls.append(operation)
        planned = self._plan.get(operation)
        if not planned:
            return None
        answer = planned.pop(0)(request, event_name)
        botocore_stubber.enabled = False
        return answer

    def _after_moto(self, **_: object) -> None:
        botocore_stubber.enabled = True


def refusal(request: AWSPreparedRequest, code: str, status: int, message: str) -> AWSResponse:
    """An error as both of AWS's dialects word it."""
    is_xml = ".s3." in request.url
    xml = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    body = xml if is_xml else json.dumps({"__type": code, "message": message})
    headers = {"x-amzn-errortype": code, "content-type": "application/xml" if is_xml else "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, Raw(body.encode()))
