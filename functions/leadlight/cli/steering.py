"""`leadlight leads pause | resume | resolve | breaker`: what an operator may say about plans and mails.

While the server runs.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from leadlight.cli.aws import REGION
from leadlight.cli.leads import installation, one
from leadlight.cli.on_aws import INSTEAD, ask
from leadlight.cli.terminal import DATA, JSON, answer, counted, said

if TYPE_CHECKING:
    from leadlight.model.lead import Lead
    from leadlight.ports import Services


@click.command()
@click.argument("lead_id")
@click.option("--until", metavar="DATE", help="The first day on which the plan may go on; in two weeks, if not said.")
@DATA
@JSON
def pause(lead_id: str, until: str | None, data: Path, as_json: bool) -> None:
    """Let nothing go out to a lead for a while. It goes on by itself.

    A pause that the lead or a rep has set stands beside it, and nothing goes out before the last of them is over.
    """
    from leadlight.errors import BadFields  # noqa: PLC0415  # commands load what they need
    from leadlight.pausing import pause_lead  # noqa: PLC0415  # the same
    from leadlight.playbook.bundle import open_bundle  # noqa: PLC0415  # the same
    from leadlight.rep.pausing import begin_of, read_day  # noqa: PLC0415  # the same
    from leadlight.rules.stop import OPERATOR  # noqa: PLC0415  # the same
    from leadlight.visitor.outlook import cut_in_words, cut_short  # noqa: PLC0415  # the same

    services = installation(data)
    lead = one(services, lead_id)
    with said(as_json=as_json):
        bundle = open_bundle(services.files)
        zone = ZoneInfo(bundle.team.hours.zone)
        try:
            day = read_day(until or "", today=services.clock.now().astimezone(zone).date())
        except BadFields as error:
            raise click.UsageError(error.fields["until"]) from error
        paused = pause_lead(services, lead, until=begin_of(day, zone))
        _tell(paused, services, as_json=as_json)
        if words := cut_in_words(cut_short(bundle, lead, paused, services.clock.now()), zone.key):
            click.echo(words, err=True)
    if paused.pause and paused.pause.by != OPERATOR:
        click.echo(f"Nothing goes out before {paused.pause.until:%Y-%m-%d}: paused by {paused.pause.by}.", err=True)


@click.command(short_help="Let a plan go on: out of a pause, a take-over, or the stop.")
@click.argument("lead_id", required=False)
@click.option(
    "--after-restore", is_flag=True, help="Everything: the leads were put back from a copy, and all is in place."
)
@click.option("--sending", is_flag=True, help="Everything: the cause is mended for which too many mails came back.")
@DATA
@INSTEAD
@REGION
@JSON
def resume(
    *,
    lead_id: str | None,
    after_restore: bool,
    sending: bool,
    data: Path,
    stack: str | None,
    region: str | None,
    as_json: bool,
) -> None:
    """Let a plan go on: out of a pause, a take-over, or the stop that an answer has set.

    What only the person can take back stays: unsubscribed, bounced, complained.
    """
    from leadlight.pausing import resume_lead  # noqa: PLC0415  # commands load what they need
    from leadlight.restore import resume_after_restore  # noqa: PLC0415  # the same
    from leadlight.rights.erasing import erase_again  # noqa: PLC0415  # the same

    if (bool(lead_id), after_restore, sending).count(True) != 1:
        raise click.UsageError("name one lead, or say --after-restore or --sending")
    if stack:
        _resume_on_aws(stack, region, after_restore=after_restore, sending=sending, as_json=as_json)
        return
    services = installation(data)
    if sending:
        _resume_sending(services, as_json=as_json)
    elif lead_id:
        with said(as_json=as_json):
            _tell(resume_lead(services, one(services, lead_id)), services, as_json=as_json)
    else:  # also where nothing is held: of leads that were put back together with their keys nothing can tell
        with said(as_json=as_json):
            again = erase_again(services).leads
            _tell_lifted(again, resume_after_restore(services), "parked: `leads parked`", as_json=as_json)


def _resume_on_aws(stack: str, region: str | None, *, after_restore: bool, sending: bool, as_json: bool) -> None:
    if not (after_restore or sending):
        raise click.UsageError("on AWS say --after-restore or --sending; one lead goes on by its page at the desk")
    what = "sending" if sending else "after-restore"
    told = ask(stack, region, {"resume": what}, word="resume", as_json=as_json)
    if sending:
        _tell_sending(told["why"], as_json=as_json)
        return
    again = told["erased_again"]
    while told.get("left"):  # a function has its minutes, and goes on where it was
        told = ask(stack, region, {"resume": what}, word="resume", as_json=as_json)
        again += told["erased_again"]
    _tell_lifted(again, told["mark"], "parked, and the alarm `parked` tells", as_json=as_json)


def _tell_lifted(again: int, mark: object, parked: str, *, as_json: bool) -> None:
    words = f"The hold is lifted. Follow-ups that may have gone out in the lost time are {parked}."
    words += f" Erased again: {counted(again, 'lead')}, whom the copy brought back." if again else ""
    _say(words, {"held": False, "mark": mark, "erased_again": again}, as_json=as_json)


def _resume_sending(services: Services, *, as_json: bool) -> None:
    from leadlight.reputation import resume_sending  # noqa: PLC0415  # commands load what they need

    ended = resume_sending(services)
    _tell_sending(ended.why if ended else None, as_json=as_json)


def _tell_sending(why: str | None, *, as_json: bool) -> None:
    words = f"Follow-ups and news go out again, the last ones in an hour. They waited because {why}."
    _say(words if why else "Nothing waits for that.", {"paused": False, "why": why}, as_json=as_json)


@click.command(short_help="Say what became of a parked mail.")
@click.argument("lead_id")
@click.argument("key")
@click.argument("what", type=click.Choice(["sent", "unsent"]))
@DATA
@JSON
def resolve(lead_id: str, key: str, what: str, data: Path, as_json: bool) -> None:
    """Say what became of a parked mail: KEY as `leads parked` shows it.

    What was not sent is sent by the plan, if nothing has come after it.
    """
    from leadlight import evidence  # noqa: PLC0415  # commands load what they need
    from leadlight.errors import NotParked  # noqa: PLC0415  # the same
    from leadlight.rules.stop import OPERATOR  # noqa: PLC0415  # the same

    services = installation(data)
    lead = one(services, lead_id)
    try:
        state = evidence.resolve(services, lead, key, evidence.Word(what), by=OPERATOR)
    except NotParked as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(1)
    _say(f"{key}: {state}", {"key": key, "state": state}, as_json=as_json)


@click.command(short_help="Show, let out or drop the opt-in mails that were withheld.")
@click.option("--release", "what", flag_value="release", help="Let them go out: you know where these people come from.")
@click.option("--drop", "what", flag_value="drop", help="Nobody is to get them.")
@click.option("--gate", default="", help="Only those who asked for this gate.")
@DATA
@INSTEAD
@REGION
@JSON
def breaker(*, what: str | None, gate: str, data: Path, stack: str | None, region: str | None, as_json: bool) -> None:
    """Show the opt-in mails that were withheld because too many were asked for, let them out, or drop them.

    They are dropped by themselves after three days. An address gets no more than it may, also of those let out.
    """
    from leadlight import withheld  # noqa: PLC0415  # commands load what they need

    if stack:
        _deal_on_aws(stack, region, what, gate, as_json=as_json)
        return
    services = installation(data)
    if what is None:
        _show_withheld(services, gate, as_json=as_json)
        return
    with said(as_json=as_json):
        deal = withheld.release_all if what == "release" else withheld.drop_all
        count = deal(services, gate=gate)
    services.store.durable()
    _tell_dealt(what, count, services.settings.late_per_minute, as_json=as_json)


def _deal_on_aws(stack: str, region: str | None, what: str | None, gate: str, *, as_json: bool) -> None:
    if what is None:
        raise click.UsageError("on AWS say --release or --drop; the manager's mail and the alarm tell what waits")
    told = ask(stack, region, {"breaker": what, "gate": gate}, word="breaker", as_json=as_json)
    _tell_dealt(what, told["mails"], told["a_minute"], as_json=as_json)


def _tell_dealt(what: str, count: int, a_minute: int, *, as_json: bool) -> None:
    becomes = f" go out, {a_minute} a minute." if what == "release" else " are dropped."
    _say(f"{count} mails" + becomes, {what: count}, as_json=as_json)


def _show_withheld(services: Services, gate: str, *, as_json: bool) -> None:
    """Whether the breaker is open, and how many mails wait, by gate."""
    from leadlight import budgets, withheld  # noqa: PLC0415  # commands load what they need

    counts = Counter(withheld.gate_of(services, row) for row in withheld.waiting(services, gate=gate))
    if as_json:
        answer({"last_open": services.store.note(budgets.OPEN), "withheld": counts})
        return
    limit = services.settings.hour_limit
    click.echo(f"The breaker is {f'open: {limit} mails an hour' if budgets.is_open(services) else 'closed'}.")
    for name, count in sorted(counts.items()):
        click.echo(f"{count:>6}  {name}")
    click.echo("Let them out with --release, or --drop them." if counts else "Nothing is withheld.")


def _tell(lead: Lead, services: Services, *, as_json: bool) -> None:
    """What comes next now."""
    from leadlight.rules.next_action import in_words, next_action  # noqa: PLC0415  # commands load what they need

    coming = next_action(lead, services.store.due_of(lead.id))
    services.store.durable()
    _say(f"next: {in_words(coming)}", {"id": lead.id, "next": coming}, as_json=as_json)


def _say(words: str, facts: object, *, as_json: bool) -> None:
    if as_json:
        answer(facts)
    else:
        click.echo(words)
