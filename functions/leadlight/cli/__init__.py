"""The command line: parse, call, print. Exit 0 done, 1 problems found, 2 wrong usage."""

from __future__ import annotations

import click

from leadlight import __version__
from leadlight.cli.aws import deploy, destroy, package
from leadlight.cli.doctor import doctor
from leadlight.cli.erasing import erase_lead
from leadlight.cli.exporting import export_leads
from leadlight.cli.feedback import feedback
from leadlight.cli.importing import import_leads
from leadlight.cli.leads import leads
from leadlight.cli.new import new
from leadlight.cli.plan import plan
from leadlight.cli.report import report
from leadlight.cli.serving import demo, serve
from leadlight.cli.signing_out import sign_out_people
from leadlight.cli.simulate import simulate
from leadlight.cli.site import build, check
from leadlight.cli.steering import breaker, pause, resolve, resume
from leadlight.cli.suppressing import suppress_addresses
from leadlight.cli.transferring import import_sequence


@click.group()
@click.version_option(__version__, prog_name="leadlight")
def main() -> None:
    """Turn a git repository of Markdown into a site that starts sales conversations."""


ALL = (new, build, check, plan, simulate, demo, serve, leads, feedback, report, package, deploy, destroy, doctor)
for command in ALL:
    main.add_command(command)

main.add_command(import_sequence)
main.add_command(sign_out_people)
for command in (pause, resume, resolve, breaker, import_leads, export_leads, erase_lead, suppress_addresses):
    leads.add_command(command)
