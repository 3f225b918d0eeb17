"""Which secrets does an installation need, and which are missing? Called by `deploy` and `destroy`.

They live as SecureStrings in SSM, made here once, on the machine that deploys, and are never shown, never replaced
and never part of the template. Replacing is a decision with consequences, so a person makes it.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it ships no types

from leadlight.errors import OperatorMustFix
from leadlight.settings import CRM_SECRET, CRM_URL, HOOK_SECRETS, LEAD_KEY, ORIGIN_SECRETS, TOKEN_KEYS, each_of

NAMES = (TOKEN_KEYS, LEAD_KEY, ORIGIN_SECRETS)
BY_HAND = (HOOK_SECRETS, CRM_URL, CRM_SECRET)
"""What a person has put beside them, who wants other systems to take part."""

LOSSES = {
    TOKEN_KEYS: "every link in every mail would be dead",
    LEAD_KEY: "every known address would become a new lead, and whoever unsubscribed would be written to again",
}
"""What a new one would cost an installation that already has leads."""


def prefix_of(stack: str) -> str:
    """Where the secrets of that stack lie."""
    return f"/leadlight/{stack}"


def make_missing(ssm: Any, stack: str, *, lived: bool) -> tuple[str, ...]:
    """Makes the secrets that are not there, and gives their names.

    Where the stack has `lived`, one that something depends on is not made anew: raises `OperatorMustFix`.
    """
    there = _there(ssm, stack)
    missing = [name for name in NAMES if name not in there]
    for name in missing if lived else ():
        if name in LOSSES:
            raise OperatorMustFix(
                f"The parameter {prefix_of(stack)}/{name} is gone, and with a new one {LOSSES[name]}. "
                "Put the old one back as a SecureString. If it is lost for good, make a new one there yourself."
            )
    return tuple(name for name in missing if _make(ssm, f"{prefix_of(stack)}/{name}", stack))


def origin_secret(ssm: Any, stack: str) -> str:
    """The newest secret that the distribution adds to each request."""
    found = ssm.get_parameter(Name=f"{prefix_of(stack)}/{ORIGIN_SECRETS}", WithDecryption=True)
    return each_of(str(found["Parameter"]["Value"]), ORIGIN_SECRETS)[-1]


def forget(ssm: Any, stack: str) -> tuple[str, ...]:
    """Deletes the secrets, also those put there by hand, and gives their full names."""
    names = [f"{prefix_of(stack)}/{name}" for name in (*NAMES, *BY_HAND)]
    return tuple(ssm.delete_parameters(Names=names)["DeletedParameters"])


def _there(ssm: Any, stack: str) -> set[str]:
    """The names that have a value; the values stay where they are."""
    names = [f"{prefix_of(stack)}/{name}" for name in NAMES]
    found = ssm.get_parameters(Names=names, WithDecryption=False)
    return {each["Name"].rpartition("/")[2] for each in found["Parameters"]}


def _make(ssm: Any, name: str, stack: str) -> bool:
    """False if somebody else was faster: theirs counts."""
    try:
        ssm.put_parameter(
            Name=name,
            Value=token_hex(32),
            Type="SecureString",
            Overwrite=False,
            Description=f"Leadlight, stack {stack}. Replace it only as the manual says.",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterAlreadyExists":
            raise
        return False
    return True
