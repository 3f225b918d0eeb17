"""The worker of the local server, beside visitors who wait for an answer."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.journeys.mortal import build

from leadlight.local.keys import SqliteKeys
from leadlight.serve import Worker
from leadlight.visitor import access
from leadlight.wiring.local import Place, local


def test_visitors_go_first_but_hold_up_no_mail_for_ever(tmp_path: Path) -> None:
    services = local(Place(tmp_path / "own", build(tmp_path).data / "bundle", "http://127.0.0.1:1"), demo=True)
    assert isinstance(services.keys, SqliteKeys)
    with closing(services.store), closing(services.keys):
        access.request_access(
            services, {"gate": "opened", "email": "anna@example.com", "consent": "true"}, network="192.0.2.0/24"
        )
        worker = Worker(services)
        with worker.visited():
            worker.move_clock(services.clock.now())

    mails = list((tmp_path / "own" / "mail" / "new").iterdir())
    assert len(mails) == 2
