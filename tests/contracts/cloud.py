"""DynamoDB as moto plays it: fresh tables for each test, and clients that lose answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import botocore.session
import tests.lean_moto  # noqa: F401  # for its effect
from botocore.exceptions import ReadTimeoutError
from tests.contracts.strict import Strict

from leadlight.aws.keys import DynamoKeys
from leadlight.aws.store import DynamoStore
from leadlight.aws.tables import Names, definitions

REGION = "eu-west-1"
_numbers = count(1)


class OneAtATime:
    """A client that does one call after the other: moto mixes up concurrent ones, DynamoDB serialises them."""

    def __init__(self, client: Any) -> None:
        self._client, self._turn = client, threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**request: object) -> Any:
            with self._turn:
                return method(**request)

        return call


class LosesAnswers:
    """A client that does what it is told and then times out, once for each name in `methods`."""

    def __init__(self, client: Any, *methods: str) -> None:
        self._client, self._methods = client, list(methods)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**request: object) -> Any:
            answer = method(**request)
            if name in self._methods:
                self._methods.remove(name)
                raise ReadTimeoutError(endpoint_url="https://dynamodb")
            return answer

        return call


class Cloud:
    """The clients of one account."""

    def __init__(self) -> None:
        session = botocore.session.get_session()
        session.set_credentials("testing", "testing")
        self.client: Any = Strict(OneAtATime(session.create_client("dynamodb", region_name=REGION)))
        endpoint = f"https://streams.dynamodb.{REGION}.amazonaws.com"
        self.streams = session.create_client("dynamodbstreams", region_name=REGION, endpoint_url=endpoint)

    def tables(self) -> Tables:
        """Fresh, empty tables: a transaction in moto copies all rows, so few are better."""
        number = next(_numbers)
        names = Names(f"leads-{number}", f"counters-{number}", f"keys-{number}")
        for definition in definitions(names):
            self.client.create_table(**definition)
        return Tables(self, names)


class Tables:
    """One installation's tables; a `Place` for the contracts."""

    def __init__(self, cloud: Cloud, names: Names) -> None:
        self.cloud, self.names = cloud, names

    def store(self, client: Any = None) -> DynamoStore:
        names = self.names
        client, streams = client or self.cloud.client, self.cloud.streams
        return DynamoStore(client, table=names.leads, counters=names.counters, keys=names.keys, streams=streams)

    def keys(self) -> DynamoKeys:
        return DynamoKeys(self.cloud.client, self.names.keys)

    def at_rest(self) -> bytes:
        tables = (self.names.leads, self.names.counters)
        return json.dumps([self.cloud.client.scan(TableName=name)["Items"] for name in tables]).encode()

    def remove(self) -> None:
        for name in (self.names.leads, self.names.counters, self.names.keys):
            self.cloud.client.delete_table(TableName=name)
