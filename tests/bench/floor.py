"""The floor: the least that could store a post. FastAPI, one SQLite table, one INSERT, durable before the answer."""

from __future__ import annotations

import sqlite3
import sys
import threading

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Access(BaseModel):
    """What both are sent."""

    gate: str
    email: str
    consent: bool


def floor(path: str) -> FastAPI:
    """An app that keeps each post as one row; WAL and synchronous=FULL as in the product."""
    app = FastAPI()
    turn = threading.Lock()
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    db.execute("CREATE TABLE IF NOT EXISTS post (id INTEGER PRIMARY KEY, gate TEXT, email TEXT, consent INTEGER)")

    @app.post("/api/access", status_code=202)
    def access(post: Access) -> dict[str, str]:
        with turn:
            db.execute(
                "INSERT INTO post (gate, email, consent) VALUES (?, ?, ?)", (post.gate, post.email, post.consent)
            )
        return {"status": "check_mail"}

    @app.get("/api/health")
    def health() -> dict[str, str]:
        return {"status": "fine"}

    return app


if __name__ == "__main__":
    uvicorn.run(floor(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
