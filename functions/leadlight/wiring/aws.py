"""An installation in an AWS account. Called once per Lambda environment, by the modules in `entry`.

Clients are made when they are first needed, from one botocore session: each costs time at init, and no function needs
them all. A client of its own retry rules exists for mail only: what may have been sent is never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from botocore.config import Config  # type: ignore[import-untyped]  # it ships no types

from leadlight.aws.bus import EventBridgeBus
from leadlight.aws.files import S3Files
from leadlight.aws.inbox import S3Inbox
from leadlight.aws.keys import DynamoKeys
from leadlight.aws.mailer import SesMailer
from leadlight.aws.parameters import secrets_below
from leadlight.aws.scheduler import EventBridgeScheduler
from leadlight.aws.session import quick_session
from leadlight.aws.store import DynamoStore
from leadlight.local.clock import SystemClock
from leadlight.local.webhook import SignedHook
from leadlight.ports import Clock, Services
from leadlight.settings import cloud_from_environment, from_environment
from leadlight.tokens import Tokens

CONNECT, READ, MAIL_READ = 1, 3, 10
"""Seconds. A visitor waits for three tries of one write at the most; every function's own time-out is longer."""

RETRIES = Config(connect_timeout=CONNECT, read_timeout=READ, retries={"mode": "standard", "total_max_attempts": 3})
ONCE = Config(connect_timeout=CONNECT, read_timeout=MAIL_READ, retries={"total_max_attempts": 1})
"""For mail: the ledger decides what is tried again, and an answer that comes late is better than one never heard."""
BY_HOST = RETRIES.merge(
    Config(signature_version="s3v4", s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"})
)
"""For S3: without it links would be signed by an old version in old regions, and lead through another region."""

Connect = Callable[..., Any]
"""Makes a client of botocore, as `session.create_client` does."""


def aws(*, connect: Connect | None = None, clock: Clock | None = None) -> Services:
    """The services of a deployed function, by its environment. Raises `MissingSetting`."""
    cloud = cloud_from_environment()
    make = connect or quick_session().create_client
    client = cache(partial(make, config=RETRIES))
    s3 = cache(partial(make, "s3", config=BY_HOST))
    time = clock or SystemClock()
    settings = from_environment(secrets_below(client("ssm"), cloud.parameters))
    dynamo = client("dynamodb")
    return Services(
        store=DynamoStore(dynamo, table=cloud.leads_table, counters=cloud.counters_table, keys=cloud.keys_table),
        keys=DynamoKeys(dynamo, cloud.keys_table),
        mailer=SesMailer(cache(partial(make, "sesv2", config=ONCE)), configuration_set=cloud.configuration_set),
        files=S3Files(s3, bucket=cloud.bundle_bucket),
        scheduler=EventBridgeScheduler(
            partial(client, "scheduler"),
            group=cloud.schedule_group,
            role=cloud.schedule_role,
            target=cloud.schedule_target,
            dead_letters=cloud.dead_letters,
            now=time.now,
        ),
        bus=EventBridgeBus(partial(client, "events"), name=cloud.event_bus),
        inbox=S3Inbox(s3, bucket=cloud.inbound_bucket),
        clock=time,
        tokens=Tokens(settings.token_keys, time.now),
        settings=settings,
        crm=SignedHook(settings.crm_url, settings.crm_secret, time.now) if settings.crm_url else None,
    )
