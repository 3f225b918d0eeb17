"""`leadlight feedback`: what reps have said to those who write. Reads only, while the server runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from leadlight.cli.leads import installation
from leadlight.cli.terminal import DATA, JSON, answer, counted
from leadlight.model.sequence import Wait


def _since(_: click.Context, __: click.Parameter, value: str | None) -> Wait | date | None:
    from leadlight.playbook.spans import expiry_of  # noqa: PLC0415  # commands load what they need

    try:
        return expiry_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(short_help="What reps have said to those who write.")
@click.option("--since", callback=_since, metavar="WHEN", help="Only lines from that day on, or `30 days` back.")
@DATA
@JSON
def feedback(since: Wait | date | None, data: Path, as_json: bool) -> None:
    """What reps have said to those who write, by page, step and product, with what was taken up."""
    from leadlight.feedback import grouped, lines  # noqa: PLC0415  # commands load what they need
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # the same

    services = installation(data)
    zone = open_bundle(services.files).team.hours.zone
    found = lines(services, since=_begin(since, services.clock.now(), zone) if since else None)
    if as_json:
        answer(
            [
                {"id": one.id, "aim": one.aim, "text": one.text, "by": one.by, "at": one.at, "done": one.done}
                for one in found
            ]
        )
        return
    for about, group in grouped(found).items():
        click.secho(f"About {about}", bold=True)
        for one in group:
            state = "taken up" if one.done else "open"
            click.echo(f"  {one.id}  {one.at:%Y-%m-%d}  {state:<8}  {one.text or '(nothing is left of it)'} ({one.by})")
    if not found:
        click.echo("No line of a rep's yet." if since is None else "No line of a rep's since then.")
        return
    still_open = [one.id for one in found if not one.done]
    click.echo(f"{counted(len(found), 'line')}, {len(found) - len(still_open)} taken up.")
    if still_open:
        click.echo(f"To take one up, end the commit that does with the line `Feedback: {still_open[0]}`.")


def _begin(since: Wait | date, now: datetime, zone: str) -> datetime:
    """That day by the team's clock, or so long ago."""
    from leadlight.model.team import Hours  # noqa: PLC0415  # commands load what they need
    from leadlight.rules.cadence import after  # noqa: PLC0415  # the same

    if isinstance(since, date):
        return datetime.combine(since, time(), ZoneInfo(zone)).astimezone(UTC)
    return now - (after(since, now, Hours()) - now)
