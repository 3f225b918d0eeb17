"""Every setting of the running system, read once. The only module that looks at the environment.

Names of things in an AWS account come from the template's variables; secrets come from SSM parameters, by the prefix
that `LEADLIGHT_PARAMETERS` names, and never stand in a variable.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from leadlight.errors import MissingSetting

TOKEN_KEYS, LEAD_KEY, ORIGIN_SECRETS = "token-keys", "lead-key", "origin-secrets"
"""The secrets of a deployed installation: parameters of these names below its prefix."""

HOOK_SECRETS, CRM_URL, CRM_SECRET = "hook-secrets", "crm-url", "crm-secret"
"""Those that a person adds there, who wants other systems to tell facts, or a CRM to go on with leads."""

FROM_HERE: Mapping[str, str] = {
    HOOK_SECRETS: "LEADLIGHT_HOOK_SECRETS",
    CRM_URL: "LEADLIGHT_CRM_URL",
    CRM_SECRET: "LEADLIGHT_CRM_SECRET",
}
"""The variables that hold the same on one's own machine. The address is a secret, too: many carry a password."""

LATE_PER_MINUTE = 30
"""Half of what SES lets through in its sandbox, one a second: what is due on time goes out beside the late ones."""


SUBMITS_PER_NETWORK, SUBMITS_PER_FORM = 20, 12_000
"""What an office behind one address, and a page that everybody talks of, send in ten minutes at most.

The second is generous: whoever uses it up shuts the form for everybody. It keeps the store, mails have limits of their
own.
"""

OPTINS_PER_HOUR, OPTINS_PER_DOMAIN = 200, 50
"""Far more than a small installation ever sends, and little enough to be no weapon."""


class Limits(TypedDict):
    """The part of the settings that says how much is too much."""

    network_limit: int
    form_limit: int
    domain_limit: int
    hour_limit: int


@dataclass(frozen=True, slots=True)
class Settings:
    """`token_keys` are oldest to newest: the newest signs, all verify. `lead_key` never changes. All are 32+ bytes."""

    site_url: str  # without a trailing slash; links in mails start with it
    token_keys: tuple[str, ...]
    lead_key: bytes
    mail_from: str = ""  # the company's address; empty means the team's
    inbound_domain: str = ""  # replies go to addresses there; empty means to the rep's own address
    network_limit: int = SUBMITS_PER_NETWORK  # submits per network and ten minutes
    form_limit: int = SUBMITS_PER_FORM  # submits per gate and ten minutes
    address_limit: int = 3  # opt-in mails per address and day, until one is confirmed; all but the first with care
    domain_limit: int = OPTINS_PER_DOMAIN  # opt-in mails to one domain a day; free mail: more
    hour_limit: int = OPTINS_PER_HOUR  # opt-in mails an hour; to one network a third of what is left
    late_per_minute: int = LATE_PER_MINUTE  # follow-ups that are sent in one minute after an outage
    budgets: bool = True  # False lifts all of them: demo and benchmarks only
    proof_of_work: bool = False  # forms that look like a program's are asked for a little work; always so on AWS
    demo: bool = False
    trust_forwarded: bool = False  # believe X-Forwarded-For (a proxy on this machine)
    origin_secrets: tuple[str, ...] = ()  # what the distribution adds to each request; without it there is no door
    hook_secrets: tuple[str, ...] = ()  # what other systems sign their facts with; empty: none are taken
    crm_url: str = ""  # where leads are handed over to once somebody has taken them; empty: nowhere
    crm_secret: str = ""  # what signs that


@dataclass(frozen=True, slots=True)
class Cloud:
    """What the things of one installation are called in its AWS account. Empty: this function does without it."""

    parameters: str  # the prefix of the secrets, such as /leadlight/prod
    leads_table: str
    counters_table: str
    keys_table: str
    bundle_bucket: str
    inbound_bucket: str = ""
    schedule_group: str = ""
    schedule_role: str = ""  # ARN: what EventBridge Scheduler may do
    schedule_target: str = ""  # ARN of on_due
    dead_letters: str = ""  # ARN of the queue for what a schedule could not deliver
    event_bus: str = ""
    configuration_set: str = ""


VARIABLES: Mapping[str, str] = {
    "parameters": "LEADLIGHT_PARAMETERS",
    "leads_table": "LEADLIGHT_LEADS_TABLE",
    "counters_table": "LEADLIGHT_COUNTERS_TABLE",
    "keys_table": "LEADLIGHT_KEYS_TABLE",
    "bundle_bucket": "LEADLIGHT_BUNDLE_BUCKET",
    "inbound_bucket": "LEADLIGHT_INBOUND_BUCKET",
    "schedule_group": "LEADLIGHT_SCHEDULE_GROUP",
    "schedule_role": "LEADLIGHT_SCHEDULE_ROLE",
    "schedule_target": "LEADLIGHT_SCHEDULE_TARGET",
    "dead_letters": "LEADLIGHT_DEAD_LETTERS",
    "event_bus": "LEADLIGHT_EVENT_BUS",
    "configuration_set": "LEADLIGHT_CONFIGURATION_SET",
}
"""Which variable holds which name. The first five every function needs."""

NEEDED = ("parameters", "leads_table", "counters_table", "keys_table", "bundle_bucket")


def cloud_from_environment(environ: Mapping[str, str] | None = None) -> Cloud:
    """The names of things. Raises `MissingSetting` for one that every function needs."""
    env = os.environ if environ is None else environ
    found = {name: env.get(variable, "") for name, variable in VARIABLES.items()}
    for name in NEEDED:
        if not found[name]:
            raise MissingSetting(VARIABLES[name], "as infra/template.yaml sets it")
    return Cloud(**found)


def from_environment(secrets: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of a deployed function; `secrets` by their names. Raises `MissingSetting` naming what is missing."""
    env = os.environ if environ is None else environ

    def need(source: Mapping[str, str], name: str, example: str) -> str:
        if value := source.get(name):
            return value
        raise MissingSetting(name, example)

    return Settings(
        site_url=need(env, "LEADLIGHT_SITE_URL", "https://www.example.com").rstrip("/"),
        token_keys=each_of(need(secrets, TOKEN_KEYS, "old-key,new-key"), TOKEN_KEYS),
        lead_key=bytes.fromhex(need(secrets, LEAD_KEY, "64 hexadecimal digits")),
        origin_secrets=each_of(need(secrets, ORIGIN_SECRETS, "old-secret,new-secret"), ORIGIN_SECRETS),
        hook_secrets=hook_secrets(secrets),
        crm_url=secrets.get(CRM_URL, "").strip(),
        crm_secret=secrets.get(CRM_SECRET, "").strip(),
        mail_from=env.get("LEADLIGHT_MAIL_FROM", ""),
        inbound_domain=inbound_domain(env),
        late_per_minute=late_per_minute(env),
        **limits(env),
        budgets=not budgets_lifted(env),
        proof_of_work=True,
    )


def each_of(value: str, name: str) -> tuple[str, ...]:
    """The secrets in a parameter that holds several, oldest to newest. Raises `MissingSetting`.

    What a comma too many leaves is none: everybody would know it, and it would sign links and open the door.
    """
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if not found:
        raise MissingSetting(name, "old-secret,new-secret")
    return found


def hook_secrets(secrets: Mapping[str, str]) -> tuple[str, ...]:
    """What other systems sign their facts with, oldest to newest: all are known. None where none was set."""
    return each_of(secrets[HOOK_SECRETS], HOOK_SECRETS) if secrets.get(HOOK_SECRETS, "").strip() else ()


def secrets_here(environ: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """What `from_environment` gets from parameters, as far as it is set on this machine."""
    env = os.environ if environ is None else environ
    return {name: env.get(variable, "").strip() for name, variable in FROM_HERE.items()}


def budgets_lifted(environ: Mapping[str, str] | None = None) -> bool:
    """Whether `LEADLIGHT_BUDGETS=off` is set: for a demo or a benchmark on one's own machine."""
    return (os.environ if environ is None else environ).get("LEADLIGHT_BUDGETS") == "off"


def late_per_minute(environ: Mapping[str, str] | None = None) -> int:
    """How many late follow-ups go out in a minute. Raises `MissingSetting` for what is no number of at least 1."""
    env = os.environ if environ is None else environ
    return _whole(env, "LEADLIGHT_LATE_PER_MINUTE", LATE_PER_MINUTE)


def limits(environ: Mapping[str, str] | None = None) -> Limits:
    """How many submits and opt-in mails are let through. Raises `MissingSetting` as `late_per_minute` does."""
    env = os.environ if environ is None else environ
    return Limits(
        network_limit=_whole(env, "LEADLIGHT_SUBMITS_PER_NETWORK", SUBMITS_PER_NETWORK),
        form_limit=_whole(env, "LEADLIGHT_SUBMITS_PER_FORM", SUBMITS_PER_FORM),
        domain_limit=_whole(env, "LEADLIGHT_OPTINS_PER_DOMAIN", OPTINS_PER_DOMAIN),
        hour_limit=_whole(env, "LEADLIGHT_OPTINS_PER_HOUR", OPTINS_PER_HOUR),
    )


def _whole(env: Mapping[str, str], variable: str, usual: int) -> int:
    text = env.get(variable, "").strip() or str(usual)
    if not text.isdecimal() or int(text) < 1:
        raise MissingSetting(variable, str(usual))
    return int(text)


def inbound_domain(environ: Mapping[str, str] | None = None) -> str:
    """The domain that answers to our mails go to; empty: to the rep's own address."""
    return (os.environ if environ is None else environ).get("LEADLIGHT_INBOUND_DOMAIN", "")
