"""`leadlight leads … --stack`: the same of an installation on AWS, where a function does it. Called by the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from leadlight.cli.aws import stack_name
from leadlight.cli.terminal import said


def _stack(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else stack_name(context, parameter, value)


INSTEAD = click.option("--stack", callback=_stack, metavar="NAME", help="The installation on AWS of that name instead.")


def ask(stack: str, region: str | None, event: Mapping[str, Any], *, word: str, as_json: bool) -> Mapping[str, Any]:
    """What the installation says to that word. Ends with 1 and what to do, where it cannot be asked."""
    from rich.console import Console  # noqa: PLC0415  # commands load what they need

    from leadlight.publish.account import Account  # noqa: PLC0415  # the same
    from leadlight.publish.wake import wake  # noqa: PLC0415  # the same

    if click.get_current_context().get_parameter_source("data") is not ParameterSource.DEFAULT:
        raise click.UsageError("--stack is an installation on AWS, --data one in a folder: name one of them")
    with said(as_json=as_json), Console(stderr=True).status(f"Asking {stack} …"):
        return wake(Account(region), stack, event, word=word)


def by_name(lead_id: str | None, email: str | None) -> Mapping[str, str]:
    """One lead as it was named, in the one way or the other."""
    if bool(lead_id) == bool(email):
        raise click.UsageError("name one lead, by its id or by --email")
    return {"lead": lead_id} if lead_id else {"email": email or ""}
