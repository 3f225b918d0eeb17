"""The three tables and what they are asked. Read by tests and by whoever changes `infra/template.yaml`.

    question                                answered by                                     index
    the lead, at its revision               GetItem  pk=LEAD#<lead> sk=LEAD                 table
    captures, timeline, due rows, ledger    Query    pk=LEAD#<lead> sk begins with its kind table
    one of them, for a condition            pk=LEAD#<lead> sk=<KIND>#<id or key>            table
    what is due by now, of all leads        Query    due_shard=0…15, due_at <= now          due, sparse
    the leads of one person of the team     Query    owned_by=<person>, then BatchGetItem   owner, sparse
    the leads of one company                Query    works_at=<company>, then BatchGetItem  company, sparse
    what a lead adds to the totals          GetItem  pk=LEAD#<lead> sk=FIGURES              table
    the totals of some weeks                Query    pk=TOTALS#0…3, sk=<week>|<about>       table
    a note of the installation              GetItem  pk=NOTE sk=<name>                      table
    all leads, all figures, for operators   Scan     sk=LEAD, sk=FIGURES                    table
    a counter, whose turn it is             UpdateItem on the counters table
    keys of sealed fields                   BatchGetItem on the keys table

Documents are JSON in `doc`; what is compared or sorted by stands beside it. Keys have a table of their own without
point-in-time recovery, so that a deleted key is gone. Counters expire by themselves, turns stay. The indexes `owner`
and `company` hold keys only: they are written when a lead changes hands, not whenever it changes. The stream of the
main table is the feed: new items whose `sk` begins with `TOUCH#`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TypedDict

from leadlight.model.person import LeadId

SHARDS = 16
"""The due index is spread, or one partition would take every write; the shard stands on the item."""

DUE_INDEX, OWNER_INDEX, COMPANY_INDEX = "due", "owner", "company"
OWNED_BY, WORKS_AT, CAME_AT = "owned_by", "works_at", "came_at"  # `owner` is a word that DynamoDB keeps for itself
COUNTER_TTL = "expires_at"  # seconds, as DynamoDB's time to live wants them

LEAD, CAPTURE, TOUCH, DUE, LEDGER = "LEAD", "CAPTURE#", "TOUCH#", "DUE#", "LEDGER#"
NOTE = "NOTE"
FIGURES, TOTALS = "FIGURES", "TOTALS"


@dataclass(frozen=True, slots=True)
class Names:
    """What the tables are called in one installation."""

    leads: str
    counters: str
    keys: str


class KeyPart(TypedDict):
    """One attribute of a key, and its role."""

    AttributeName: str
    KeyType: str


def partition(lead_id: LeadId) -> str:
    """Everything about one lead lies together."""
    return f"LEAD#{lead_id}"


def shard(lead_id: LeadId) -> str:
    """Where in the due index the rows of a lead lie."""
    return str(zlib.crc32(lead_id.encode()) % SHARDS)


def definitions(names: Names) -> tuple[dict[str, object], ...]:
    """The arguments of `CreateTable`, one for each table."""
    return (
        {
            **table(names.leads, "pk", "sk"),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in (
                    *(("pk", "S"), ("sk", "S"), ("due_shard", "S"), ("due_at", "N")),
                    *((OWNED_BY, "S"), (WORKS_AT, "S"), (CAME_AT, "N")),
                )
            ],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": DUE_INDEX,
                    "KeySchema": key_schema("due_shard", "due_at"),
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["doc"]},
                },
                *(
                    {"IndexName": name, "KeySchema": key_schema(*by), "Projection": {"ProjectionType": "KEYS_ONLY"}}
                    for name, by in ((OWNER_INDEX, [OWNED_BY]), (COMPANY_INDEX, [WORKS_AT, CAME_AT]))
                ),
            ],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        },
        table(names.counters, "key"),
        table(names.keys, "id"),
    )


def table(name: str, *key: str) -> dict[str, object]:
    """A table that is paid by request, with a key of strings."""
    return {
        "TableName": name,
        "KeySchema": key_schema(*key),
        "AttributeDefinitions": [{"AttributeName": part, "AttributeType": "S"} for part in key],
        "BillingMode": "PAY_PER_REQUEST",
    }


def key_schema(*names: str) -> list[KeyPart]:
    """A partition key and, if there is a second name, a sort key."""
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]
