"""`leadlight demo` and `leadlight serve`: the whole product in one process on this machine."""

from __future__ import annotations

import logging
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadlight.cli.terminal import CONFIG, DATA, stop
from leadlight.errors import OperatorMustFix, Restored

if TYPE_CHECKING:
    from leadlight.wiring.local import Place

PORT = click.option("--port", default=8000, show_default=True, help="The port on 127.0.0.1.")
PROOF = click.option(
    "--proof-of-work", is_flag=True, help="Ask forms that look like a program's for a little work first."
)
BUILD = click.option("--build/--no-build", "fresh", default=True, help="Build first, or serve what was built before.")


@click.command(short_help="Be visitor, rep and marketer of a working conversation.")
@CONFIG
@PORT
@DATA
@PROOF
@BUILD
def demo(config_file: Path, port: int, data: Path, *, proof_of_work: bool, fresh: bool) -> None:
    """Build the site and be visitor, rep and marketer of a working conversation, with a clock that moves."""
    from leadlight import demo as only_here  # noqa: PLC0415  # commands load what they need
    from leadlight.serve import run, server  # noqa: PLC0415  # the same
    from leadlight.wiring.local import Place, let_go, local  # noqa: PLC0415  # the same

    place = Place(data, data / "bundle", f"http://127.0.0.1:{port}")
    _prepare(config_file, place, port, fresh=fresh)
    only_here.open_all_hours(place.bundle)
    logging.getLogger("leadlight").setLevel(logging.WARNING)  # the mailbox shows what happens; a log would hide it
    services = local(place, demo=True, proof_of_work=proof_of_work)
    mailbox = only_here.Mailbox(place.mail)
    served = server(
        services,
        site=data / "site",
        bundle=place.bundle,
        dev=lambda worker: only_here.dev_app(services, worker, mailbox),
    )
    run(
        served,
        port=port,
        ready=lambda: click.echo(only_here.welcome(place.site_url, mailbox)),
        over=lambda: let_go(services),
    )


@click.command(short_help="Serve the site with everything behind it, or preview it.")
@CONFIG
@PORT
@DATA
@click.option("--site-url", help="The address people reach it by; links in mails begin with it.")
@click.option(
    "--smtp",
    envvar="LEADLIGHT_SMTP",
    show_envvar=True,
    help="Send by this server, smtp://user:password@host:587?starttls; else into a Maildir.",
)
@click.option(
    "--webhook",
    "webhooks",
    multiple=True,
    help="Tell this address what happens, signed by Standard Webhooks; may be given more than once.",
)
@PROOF
@click.option(
    "--check-domains",
    is_flag=True,
    help="Ask DNS before an opt-in mail whether anybody takes it; needs dnspython.",
)
@click.option("--preview", is_flag=True, help="See each change as you save it, as a stranger or a lead sees it.")
@BUILD
def serve(
    config_file: Path,
    port: int,
    data: Path,
    *,
    site_url: str | None,
    smtp: str | None,
    webhooks: tuple[str, ...],
    proof_of_work: bool,
    check_domains: bool,
    preview: bool,
    fresh: bool,
) -> None:
    """Build the site and serve it with everything behind it, on one port, to be put behind a TLS proxy."""
    if preview:
        _preview(config_file, port)
        return
    from leadlight.restore import is_held  # noqa: PLC0415  # commands load what they need
    from leadlight.serve import run, server  # noqa: PLC0415  # the same
    from leadlight.wiring.local import Place, let_go, local  # noqa: PLC0415  # the same

    place = Place(data, data / "bundle", site_url or f"http://127.0.0.1:{port}")
    _prepare(config_file, place, port, fresh=fresh)
    try:
        services = local(place, smtp=smtp, webhooks=webhooks, proof_of_work=proof_of_work, check_domains=check_domains)
    except OperatorMustFix as wrong:
        stop(wrong, as_json=False)
    lines = [f"Serving {place.site_url}; mail by {'SMTP' if smtp else place.mail}."]
    if webhooks:
        lines.append(
            f"Telling {len(webhooks)} of what happens; they verify it with the secret in {place.webhook_secret}."
        )
    if is_held(services):
        lines.append(str(Restored()))
    served = server(services, site=data / "site", bundle=place.bundle)
    run(served, port=port, ready=lambda: click.echo("\n".join(lines)), over=lambda: let_go(services))


def _preview(config_file: Path, port: int) -> None:
    """The site over made-up people, in a folder that is gone afterwards; built anew at each save."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # commands load what they need

    from leadlight.preview.app import Preview, with_bar  # noqa: PLC0415  # the same
    from leadlight.preview.people import People  # noqa: PLC0415  # the same
    from leadlight.preview.watch import Watch, files_in  # noqa: PLC0415  # the same
    from leadlight.publish.local import republish  # noqa: PLC0415  # the same
    from leadlight.serve import run, server  # noqa: PLC0415  # the same
    from leadlight.wiring.local import Place, let_go, local  # noqa: PLC0415  # the same

    with TemporaryDirectory(prefix="leadlight-preview-") as folder:
        place = Place(Path(folder), Path(folder) / "bundle", f"http://127.0.0.1:{port}")
        _prepare(config_file, place, port, fresh=True)
        logging.getLogger("leadlight").setLevel(logging.WARNING)
        services = local(place)
        watch = Watch(lambda: files_in(config_file, _docs(config_file)), lambda: republish(config_file, place))
        people = People(services)
        served = server(
            services,
            site=place.data / "site",
            bundle=place.bundle,
            dev=lambda _: Preview(services, place.bundle, watch, people).app,
            below="/_preview/",
        )
        watch.start()
        url = f"\n  {place.site_url}/   shows each change as you save it (Ctrl-C ends it; no mail leaves)\n"
        shown = replace(served, app=with_bar(served.app))
        run(shown, port=port, ready=lambda: click.echo(url), over=lambda: let_go(services))
        watch.stop()


def _docs(config_file: Path) -> Path:
    from leadlight.gate.config import read_config  # noqa: PLC0415  # commands load what they need

    return Path(read_config(config_file).docs_dir)


def _prepare(config_file: Path, place: Place, port: int, *, fresh: bool) -> None:
    """Everything that can go wrong before the server starts goes wrong here, and says what to do."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            click.echo(
                f"Port {port} is taken, perhaps by an earlier start. End that, or add --port {port + 1}; "
                f"with make, PORT={port + 1}.",
                err=True,
            )
            sys.exit(1)
    _publish_into(config_file, place, fresh=fresh or not (place.bundle / "manifest.json").exists())


def _publish_into(config_file: Path, place: Place, *, fresh: bool) -> None:
    """As `leadlight deploy --data` does it; what was built before is made ready to be replaced in the same way."""
    from leadlight.publish.local import adopt, republish  # noqa: PLC0415  # commands load what they need

    if not fresh:
        adopt(place)
        return
    from rich.console import Console  # noqa: PLC0415  # the same

    try:
        with Console(stderr=True).status("Building the site …"):
            republish(config_file, place)
    except OperatorMustFix as wrong:
        stop(wrong, as_json=False)
