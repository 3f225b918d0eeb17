"""Is an installation in a folder well? Called by `leadlight doctor --data`, beside a running server. It only looks."""

from __future__ import annotations

import shutil
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from dns.resolver import Resolver

from leadlight.errors import StoreBusy
from leadlight.model.site import MANIFEST_SCHEMA, Manifest
from leadlight.model.team import Team
from leadlight.publish.doctor_dns import here
from leadlight.publish.doctor_finding import Chart, Finding, State, fail, ok, warn
from leadlight.publish.doctor_sender import Way, senders
from leadlight.settings import inbound_domain as inbound_domain_here
from leadlight.wiring.local import damages

ENOUGH, LITTLE = 2_000_000_000, 200_000_000
"""Bytes that should be free, and bytes below which a database may soon be unable to grow."""

PRIVATE = ("secrets.json", "leads.db", "keys.db")
WAITING = 20
"""Replies that may lie unread: the tick takes them in every minute."""

PATIENCE = 5.0
"""Seconds for the mail server to say hello."""


def examine_here(
    data: Path,
    *,
    smtp: str | None = None,
    inbound_domain: str | None = None,
    dkim_selector: str | None = None,
    resolver: Resolver | None = None,
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> tuple[Finding, ...]:
    """Everything found. `free` tells how many bytes a disk has left; the rest is as `leadlight doctor` is given it."""
    if not data.is_dir():
        remedy = "Name the folder of the installation with --data; `leadlight serve` makes it."
        return (fail("data", f"There is no folder {data}.", remedy),)
    return (
        _bundle(data / "bundle"),
        _site(data / "site"),
        _keys(data),
        _whole(data),
        *_modes(data),
        *(_smtp(smtp) if smtp else (_nobody_mails(data / "mail" / "new"),)),
        *(_senders(data / "bundle", smtp, inbound_domain, dkim_selector, resolver) if smtp else ()),
        _inbox(data / "inbox" / "new"),
        _disk(data, free(data)),
    )


def _bundle(bundle: Path) -> Finding:
    publish = "Run `leadlight deploy --data` with this folder."
    path = bundle / "manifest.json"
    if not path.exists():
        return fail("bundle", f"There is no {path}: no form works.", publish)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError:
        return fail("bundle", f"{path} is of another release or damaged.", publish)
    if found.schema != MANIFEST_SCHEMA:
        return fail("bundle", f"{path} has schema {found.schema}, this release reads {MANIFEST_SCHEMA}.", publish)
    needed = [found.team, found.messages, found.shell, *(each.path for each in found.sequences.values())]
    needed += [
        place
        for gate in found.gates.values()
        for place in (gate.half, gate.full, gate.free_half, gate.free_full)
        if place
    ]
    if missing := [name for name in (*needed, *found.wordings.values()) if not (bundle / name).exists()]:
        what = f"{len(missing)} objects that the manifest names are not there, such as {missing[0]}."
        return fail("bundle", what, f"Put `bundle/` back from its copy, or: {publish}")
    return ok("bundle", f"Version {found.version[:12]}, gates: {len(found.gates)}.")


def _site(site: Path) -> Finding:
    if (site / "index.html").exists():
        return ok("site", f"There is a site in {site.resolve()}.")
    return fail("site", f"There is no page in {site}.", "Run `leadlight deploy --data` with this folder.")


def _keys(data: Path) -> Finding:
    leads, keys = data / "leads.db", data / "keys.db"
    if leads.exists() and not keys.exists():
        what = f"There are leads, but no {keys}: nobody's name can be read."
        return fail("keys", what, "Stop the server, put the newest copy of the keys there, and start again.")
    if not leads.exists():
        return ok("keys", "There are no leads yet, so no keys are needed.")
    return ok("keys", "The keys lie beside the leads.")


def _whole(data: Path) -> Finding:
    """Whether SQLite can read what it wrote, page by page."""
    try:
        found = damages(data)
    except StoreBusy as error:
        return Finding("databases", State.UNKNOWN, f"They could not be looked at: {error}")
    if not found:
        return ok("databases", "SQLite finds nothing wrong with them.")
    named = "; ".join(f"{data / name}: “{said}”" for name, said in found.items())
    remedy = (
        "Stop the server, and put the newest copies back as “Restore” in the manual for operators has it: "
        "remove the `-wal` and `-shm` that lie beside them."
    )
    return fail("databases", f"SQLite says of {named}.", remedy)


def _modes(data: Path) -> Iterator[Finding]:
    """Whoever reads these reads everybody's name."""
    there = [data / name for name in PRIVATE if (data / name).exists()]
    is_open = [path for path in there if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in is_open:
        yield fail("modes", f"Others on this machine may read {path}.", f"Run `chmod 600 {path}`.")
    if not is_open:
        yield ok("modes", "Nobody but their owner reads the secrets and databases.")


def _nobody_mails(new: Path) -> Finding:
    """Without a server's address mails are kept here, which nobody but a demo wants."""
    lie = sum(1 for _ in new.iterdir()) if new.is_dir() else 0
    what = f"No mail server is named, so mails would lie in {new} and reach no reader; {lie} lie there now."
    remedy = "Start `leadlight serve` with LEADLIGHT_SMTP set, or with --smtp; set it here too to have it looked at."
    return warn("mail", what, remedy)


def _smtp(url: str) -> Iterator[Finding]:
    """Whether somebody is at home there; signing in and sending are left to the first mail."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if is_tls else 25)
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as plain:
            speaking = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_tls else plain
            with speaking:
                greeting = speaking.recv(512).decode("ascii", "replace").strip()
    except OSError as error:
        remedy = "Look at its name, its port, and the firewall between. Mails wait until then, none is lost."
        yield fail("smtp", f"{host}:{port} does not answer: {error}", remedy)
        return
    if greeting.startswith("220"):
        yield ok("smtp", f"{host}:{port} takes mail.")
    else:
        what = f"{host}:{port} does not speak SMTP, or turns us away: “{greeting[:80]}”."
        yield fail("smtp", what, "Look at the address; port 465 wants smtps://, port 587 smtp://…?starttls.")


def _senders(
    bundle: Path, smtp: str, returns: str | None, selector: str | None, resolver: Resolver | None
) -> tuple[Finding, ...]:
    """What name servers say of the domains that mails come from."""
    try:
        manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes(), type=Manifest)
        team = msgspec.json.decode((bundle / manifest.team).read_bytes(), type=Team)
    except (OSError, msgspec.DecodeError):
        return ()  # told of above
    way = Way(urlsplit(smtp).hostname or "", returns or inbound_domain_here(), selector or "")
    chart = Chart()
    senders(chart, resolver or here(), (team.company.email, *(person.email for person in team.people)), way)
    return tuple(chart.findings)


def _inbox(new: Path) -> Finding:
    waiting = sum(1 for _ in new.iterdir()) if new.is_dir() else 0
    if waiting > WAITING:
        what = f"{waiting} replies lie in {new} and nobody takes them in."
        return warn("inbox", what, "Look whether the server runs, and what its log says of them.")
    return ok("inbox", f"{waiting} replies are waiting.")


def _disk(data: Path, free: int) -> Finding:
    what = f"{free / 1e9:.1f} GB are free where {data} lies."
    remedy = "Make room: old copies of the databases first, never `keys.db` or `bundle/`."
    if free >= ENOUGH:
        return ok("disk", what)
    return fail("disk", what, remedy) if free < LITTLE else warn("disk", what, remedy)
