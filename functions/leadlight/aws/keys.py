"""The keys of sealed fields, in a table of their own without point-in-time recovery. See `leadlight.aws.tables`.

Fulfils `leadlight.ports.Keys`; chosen in `leadlight.wiring`. The store writes a key in the transaction that uses it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

from leadlight.aws.dynamo import Client, Dynamo, text_of
from leadlight.aws.items import key_place, keys_note_place, raised_note, secret_in
from leadlight.model.exchange import SealingKey


class DynamoKeys:
    """`ports.Keys` on AWS. `client` is botocore's for `dynamodb`."""

    def __init__(self, client: Client, table: str, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random = random
        self._db, self._table = Dynamo(client), table

    def fresh(self) -> SealingKey:
        """Random, so nobody else has got it; not durable before a store's transaction names it."""
        return SealingKey(self._random(16).hex(), self._random(32))

    def secrets(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        found = self._db.batch_get([(self._table, key_place(name)) for name in dict.fromkeys(key_ids)])
        return dict(secret_in(item) for _, item in found if "secret" in item)

    def shred(self, key_ids: Sequence[str]) -> None:
        self._db.batch_delete(self._table, [key_place(name) for name in dict.fromkeys(key_ids)])

    def notes(self, prefix: str) -> Iterator[tuple[str, str]]:
        (place,) = keys_note_place(prefix).values()
        for item in self._db.scan(self._table, "begins_with(id, :prefix)", {":prefix": place}):
            yield text_of(item, "id").partition("/")[2], text_of(item, "words")

    def note(self, name: str) -> str | None:
        return next(
            (text_of(item, "words") for _, item in self._db.batch_get([(self._table, keys_note_place(name))])), None
        )

    def raise_note(self, name: str, value: str) -> None:
        self._db.write(raised_note(self._table, keys_note_place(name), value))
