"""What only a demo has: the mailbox as a person sees it, and a clock that can be moved. Served below `/_dev/`."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from leadlight.model.site import Manifest
from leadlight.model.team import Hours, Team
from leadlight.pages import dev as pages
from leadlight.playbook.bundle import open_bundle
from leadlight.playbook.spans import wait_of
from leadlight.playbook.write import BundleWriter
from leadlight.ports import Services
from leadlight.rules.cadence import after
from leadlight.serve import App, Worker

BRIEFING = re.compile(r"http://[^\s>)]+/rep/lead\?token=[\w.~-]+")
ALWAYS = Hours(days=(0, 1, 2, 3, 4, 5, 6), start=time(0, 0), end=time(23, 59, 59, 999999))


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A Maildir, newest mail first."""

    folder: Path

    def paths(self) -> list[Path]:
        """The files of all mails."""
        found = [path for part in ("new", "cur") for path in (self.folder / part).glob("*") if path.is_file()]
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        """The mail of that file name."""
        path = next((path for path in self.paths() if path.name == name), None)
        return _parsed(path) if path else None

    def all(self) -> list[tuple[str, EmailMessage]]:
        """Every mail with its file name."""
        return [(path.name, _parsed(path)) for path in self.paths()]


def open_all_hours(bundle: Path) -> None:
    """Gives the built bundle a team without quiet hours, so that moving the clock shows every step at its wait."""
    manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes(), type=Manifest)
    team = msgspec.json.decode((bundle / manifest.team).read_bytes(), type=Team)
    writer = BundleWriter(bundle)
    path = writer.put_json("team", replace(team, hours=replace(ALWAYS, zone=team.hours.zone)))
    writer.manifest(replace(manifest, team=path))


def welcome(site_url: str, mailbox: Mailbox) -> str:
    """What to open, for the terminal."""
    rows = [("the site", f"{site_url}/"), ("all its mail, and the clock", f"{site_url}/_dev/mail")]
    links = [BRIEFING.search(_text(mail)) for _, mail in mailbox.all()]
    newest = next((found[0] for found in links if found), "")
    rows.append(("a lead's briefing", newest or "comes by mail to the rep, once you have left an address"))
    width = max(len(label) for label, _ in rows)
    lines = [f"  {label:<{width}}  {address}" for label, address in rows]
    return "\n".join(["", *lines, "", f"  Begin at {site_url}/_dev/   (Ctrl-C ends it, your data stays)", ""])


def dev_app(services: Services, worker: Worker, mailbox: Mailbox) -> App:
    """The pages below `/_dev/`."""

    async def start(_: Request) -> Response:
        shell = open_bundle(services.files).shell
        return HTMLResponse(pages.start(shell, now=services.clock.now(), mails=len(mailbox.paths())))

    async def mails(_: Request) -> Response:
        bundle = open_bundle(services.files)
        team = {person.email for person in bundle.team.people}
        rows = [_row(name, mail, team) for name, mail in mailbox.all()]
        return HTMLResponse(pages.mails(bundle.shell, rows=rows, now=services.clock.now()))

    async def mail(request: Request) -> Response:
        found = mailbox.read(request.path_params["name"])
        if found is None:
            return RedirectResponse("/_dev/mail", 303)
        return HTMLResponse(pages.mail(open_bundle(services.files).shell, mail=_opened(found)))

    async def move(request: Request) -> Response:
        values = await _values(request)
        try:
            target = after(wait_of(values.get("advance", "")), services.clock.now(), ALWAYS)
        except ValueError as error:
            return JSONResponse({"title": "Unprocessable", "status": 422, "detail": str(error)}, 422)
        now = await run_in_threadpool(worker.move_clock, target)
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/_dev/mail", 303)
        return JSONResponse({"now": now.isoformat()})

    async def clock(_: Request) -> Response:
        return JSONResponse({"now": services.clock.now().isoformat()})

    return Starlette(
        routes=[
            Route("/_dev/", start),
            Route("/_dev/mail", mails),
            Route("/_dev/mail/{name}", mail),
            Route("/_dev/clock", clock, methods=["GET"]),
            Route("/_dev/clock", move, methods=["POST"]),
        ]
    )


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _parsed(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return email.message_from_binary_file(file, policy=email.policy.default)


def _row(name: str, mail: EmailMessage, team: Collection[str]) -> pages.Row:
    sender, to = (mail[head].addresses[0] for head in ("From", "To"))
    return pages.Row(
        name=name,
        subject=str(mail["Subject"]),
        sender=sender.display_name or sender.addr_spec,
        to=to.display_name or to.addr_spec,
        at=_local(mail),
        reader="rep" if to.addr_spec in team else "visitor",
    )


def _local(mail: EmailMessage) -> str:
    at = mail["Date"].datetime if mail["Date"] else None
    return f"{at:%a %d %b, %H:%M}" if isinstance(at, datetime) else ""


def _opened(mail: EmailMessage) -> pages.Opened:
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    return pages.Opened(
        subject=str(mail["Subject"]),
        html=html.get_content() if html else "",
        text=text.get_content() if text else "",
        headers=tuple((name, str(value)) for name, value in mail.items()),
    )


async def _values(request: Request) -> Mapping[str, str]:
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            sent = await request.json()
        except ValueError:
            return {}
        return {str(name): str(value) for name, value in sent.items()} if isinstance(sent, dict) else {}
    return dict(parse_qsl((await request.body()).decode()))
