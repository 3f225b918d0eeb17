"""The keys of sealed fields, in a table of their own without point-in-time recovery. See `leadlight.aws.tables`.

Fulfils `leadlight.ports.Keys`; chosen in `leadlight.wiring`. The store writes a key in the transaction that uses it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from leadlight.aws.dynamo import Client, Dynamo, Item, text, text_of
from leadlight.ports import SealingKey

GET, DELETE = 100, 25
"""How many items BatchGetItem and BatchWriteItem take."""


class DynamoKeys:
    """`ports.Keys` on AWS. `client` is botocore's for `dynamodb`."""

    def __init__(self, client: Client, table: str) -> None:
        self._db, self._table = Dynamo(client), table

    def fresh(self) -> SealingKey:
        """Random, so nobody else has got it; not durable before a store's transaction names it."""
        return SealingKey(secrets.token_hex(16), secrets.token_bytes(32))

    def secrets(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        found = (item for chunk in chunks(key_ids, GET) for item in self._db.batch_get(self._table, chunk))
        return {text_of(item, "id"): secret_of(item) for item in found}

    def shred(self, key_ids: Sequence[str]) -> None:
        for chunk in chunks(key_ids, DELETE):
            self._db.batch_delete(self._table, chunk)


def chunks(key_ids: Sequence[str], size: int) -> list[list[Item]]:
    """The ids as keys of items, each once, in batches."""
    ids = list(dict.fromkeys(key_ids))
    return [[{"id": text(name)} for name in ids[start : start + size]] for start in range(0, len(ids), size)]


def secret_of(item: Item) -> bytes:
    """The 32 bytes."""
    secret = item["secret"]["B"]
    return secret if isinstance(secret, bytes) else secret.encode()
