"""The tables of the local store, release by release. Read by `leadlight.local.store` when it opens a file.

Only ever append: a store of any earlier release is brought forward by the scripts it has not seen.
Documents are JSON; what is searched or compared stands in columns, or follows from the document in one that is not
stored (nothing does from one that cannot be read). Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

STORE = (
    """
    CREATE TABLE lead (
        id TEXT PRIMARY KEY, revision INTEGER NOT NULL, nonce TEXT NOT NULL, doc TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE capture (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, lead_id TEXT NOT NULL REFERENCES lead, at INTEGER NOT NULL,
        key_id TEXT NOT NULL UNIQUE, doc TEXT NOT NULL
    );
    CREATE INDEX capture_by_lead ON capture (lead_id, at, seq);
    CREATE TABLE touch (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, lead_id TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
        doc TEXT NOT NULL, UNIQUE (lead_id, id)
    );
    CREATE INDEX touch_by_lead ON touch (lead_id, at, seq);
    CREATE TABLE used_key (id TEXT PRIMARY KEY, lead_id TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE due (
        lead_id TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (lead_id, key)
    ) WITHOUT ROWID;
    CREATE INDEX due_by_time ON due (at);
    CREATE TABLE ledger (
        lead_id TEXT NOT NULL, key TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (lead_id, key)
    ) WITHOUT ROWID;
    CREATE TABLE feed (consumer TEXT PRIMARY KEY, handled INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO feed VALUES ('on_change', 0);
    CREATE TABLE counter (key TEXT PRIMARY KEY, n INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX counter_by_end ON counter (expires_at);
    CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
    """,
    """
    ALTER TABLE lead ADD COLUMN owner TEXT AS (CASE WHEN json_valid(doc) THEN json_extract(doc, '$.owner') END);
    ALTER TABLE lead ADD COLUMN company TEXT AS (CASE WHEN json_valid(doc) THEN json_extract(doc, '$.company') END);
    ALTER TABLE lead ADD COLUMN came_at TEXT  -- compared as text: with its Z, 8:00:00 would be after 8:00:00.1
        AS (CASE WHEN json_valid(doc) THEN rtrim(json_extract(doc, '$.created_at'), 'Z') END);
    CREATE INDEX lead_by_owner ON lead (owner) WHERE owner IS NOT NULL;
    CREATE INDEX lead_by_company ON lead (company, came_at) WHERE company IS NOT NULL;
    CREATE TABLE turn (name TEXT PRIMARY KEY, asked INTEGER NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE figures (lead_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE total (cell TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO feed VALUES ('figures', 0)
    """,
    """
    ALTER TABLE touch ADD COLUMN past INTEGER NOT NULL DEFAULT 0;  -- of a name that is no lead's: on no feed
    CREATE TABLE erased (lead_id TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID
    """,
)

KEYS = (
    """
    CREATE TABLE sealing_key (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, secret BLOB NOT NULL)
    """,
    """
    CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
    """,
)
