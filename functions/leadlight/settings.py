"""Every setting of the running system, read once. The only module that looks at the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from leadlight.errors import MissingSetting


@dataclass(frozen=True, slots=True)
class Settings:
    """`token_keys` are oldest to newest: the newest signs, all verify. `lead_key` never changes. All are 32+ bytes."""

    site_url: str  # without a trailing slash; links in mails start with it
    token_keys: tuple[str, ...]
    lead_key: bytes
    mail_from: str = ""  # the company's address; empty means the team's
    network_limit: int = 20  # submits per network and ten minutes
    address_limit: int = 5  # opt-in mails per address and day
    budgets: bool = True  # False lifts all of them: demo and benchmarks only
    demo: bool = False
    trust_forwarded: bool = False  # believe X-Forwarded-For (a proxy on this machine)


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of a deployed function. Raises `MissingSetting` naming the variable and an example."""
    env = os.environ if environ is None else environ

    def need(name: str, example: str) -> str:
        if value := env.get(name):
            return value
        raise MissingSetting(name, example)

    return Settings(
        site_url=need("LEADLIGHT_SITE_URL", "https://www.example.com").rstrip("/"),
        token_keys=tuple(need("LEADLIGHT_TOKEN_KEYS", "old-key,new-key").split(",")),
        lead_key=bytes.fromhex(need("LEADLIGHT_LEAD_KEY", "64 hexadecimal digits")),
        mail_from=env.get("LEADLIGHT_MAIL_FROM", ""),
        budgets=env.get("LEADLIGHT_BUDGETS", "on") != "off",
    )


def budgets_lifted(environ: Mapping[str, str] | None = None) -> bool:
    """Whether `LEADLIGHT_BUDGETS=off` is set: for a demo or a benchmark on one's own machine."""
    return (os.environ if environ is None else environ).get("LEADLIGHT_BUDGETS") == "off"
