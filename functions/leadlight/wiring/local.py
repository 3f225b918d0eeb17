"""An installation in one folder, or a rehearsal in memory, with nothing but Python.

Called by serve, publish, simulate and cli.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leadlight.errors import MissingKeys, MissingSetting, OperatorMustFix
from leadlight.local.bus import WebhookBus
from leadlight.local.clock import OFFSET, MovableClock, SystemClock
from leadlight.local.database import MEMORY, damage
from leadlight.local.files import LocalFiles
from leadlight.local.inbox import MaildirInbox, MemoryInbox
from leadlight.local.keys import SqliteKeys
from leadlight.local.mailer import MaildirMailer, MemoryMailer
from leadlight.local.scheduler import LocalScheduler
from leadlight.local.smtp import SmtpMailer
from leadlight.local.store import SqliteStore
from leadlight.local.webhook import SECRET, SignedHook, parsed
from leadlight.ports import Clock, Crm, Inbox, Mailer, Services
from leadlight.settings import (
    CRM_SECRET,
    CRM_URL,
    Settings,
    budgets_lifted,
    hook_secrets,
    inbound_domain,
    late_per_minute,
    limits,
    secrets_here,
)
from leadlight.tokens import Tokens

DATABASES = ("leads.db", "keys.db", "events.db")


@dataclass(frozen=True, slots=True)
class Place:
    """A local installation: the folder of its data, the folder of its bundle, the address people reach it by."""

    data: Path
    bundle: Path
    site_url: str

    @property
    def mail(self) -> Path:
        """The Maildir that mails go to unless there is an SMTP server."""
        return self.data / "mail"

    @property
    def webhook_secret(self) -> Path:
        """The file with what signs webhooks, for whoever sets up their receivers."""
        return self.data / "webhook-secret"


def local(
    place: Place,
    *,
    smtp: str | None = None,
    demo: bool = False,
    webhooks: Sequence[str] = (),
    proof_of_work: bool = False,
    check_domains: bool = False,
) -> Services:
    """Everything in one folder, with nothing but Python. With `demo`, the clock can be moved.

    `webhooks` are the addresses that are told what happened. With `proof_of_work`, forms that look like a program's
    are asked for some. With `check_domains`, DNS is asked before an opt-in mail.
    """
    place.data.mkdir(parents=True, exist_ok=True)
    if (place.data / "leads.db").exists() and not (place.data / "keys.db").exists():
        raise MissingKeys(str(place.data / "keys.db"))
    store = SqliteStore(place.data / "leads.db")
    clock: Clock = MovableClock(store) if demo else SystemClock()
    settings = _settings(place, demo=demo, proof_of_work=proof_of_work)
    return Services(
        store=store,
        keys=SqliteKeys(place.data / "keys.db"),
        mailer=SmtpMailer(smtp) if smtp else MaildirMailer(place.mail, clock.now),
        files=LocalFiles(place.bundle),
        scheduler=LocalScheduler(),
        bus=_bus(place, clock, webhooks),
        inbox=MaildirInbox(place.data / "inbox"),
        clock=clock,
        tokens=Tokens(settings.token_keys, clock.now),
        settings=settings,
        crm=_crm(settings, clock),
        take_mail=_take_mail() if check_domains else None,
    )


def let_go(services: Services) -> None:
    """Closes the files of a `local` installation. Whoever is the last to do it lets SQLite move its logs into them, so
    that a copy put in their place later finds no log of another life beside it."""
    services.store.close()
    for part in (services.keys, services.bus):
        if isinstance(part, SqliteKeys | WebhookBus):
            part.close()


def damages(data: Path) -> Mapping[str, str]:
    """What SQLite finds wrong with each database of the folder that is not whole. Raises `StoreBusy`."""
    found = {name: damage(data / name) for name in DATABASES if (data / name).exists()}
    return {name: said for name, said in found.items() if said}


def rehearsal(
    bundle: Path,
    *,
    clock: Clock,
    random: Callable[[int], bytes],
    settings: Settings,
    mailer: Mailer | None = None,
    inbox: Inbox | None = None,
) -> Services:
    """An installation for trying out what would happen: it lives in memory, and no mail leaves.

    All that is random comes from `random`, all time from `clock`, so that the same run comes out again. Its process
    restarts by `replace(services, scheduler=LocalScheduler())`: what was stored is there, wake-up calls are not.
    """
    return Services(
        store=SqliteStore.in_memory(),
        keys=SqliteKeys.in_memory(random=random),
        mailer=mailer or MemoryMailer(clock.now),
        files=LocalFiles(bundle),
        scheduler=LocalScheduler(),
        bus=WebhookBus(MEMORY, clock.now),
        inbox=inbox or MemoryInbox(clock.now),
        clock=clock,
        tokens=Tokens(settings.token_keys, clock.now),
        settings=settings,
        random=random,
    )


def was_demo(services: Services) -> bool:
    """Whether the clock of this installation was moved: only with a demo's clock do its dates make sense."""
    return services.store.note(OFFSET) is not None


def _crm(settings: Settings, clock: Clock) -> Crm | None:
    """Looked at now: what is wrong with the address should be heard of at the start."""
    if not settings.crm_url:
        return None
    parsed(settings.crm_url, setting="LEADLIGHT_CRM_URL")
    if not settings.crm_secret:
        raise MissingSetting("LEADLIGHT_CRM_SECRET", SECRET)
    return SignedHook(settings.crm_url, settings.crm_secret, clock.now)


def _take_mail() -> Callable[[str], bool | None]:
    try:
        from leadlight.local.domains import Domains  # noqa: PLC0415 an extra: most installations lack what it needs
    except ImportError as error:
        raise OperatorMustFix("To check domains takes dnspython. Run `pip install dnspython`.") from error
    return Domains().take_mail


def _bus(place: Place, clock: Clock, webhooks: Sequence[str]) -> WebhookBus:
    """The secret is made once there is somebody to sign for: `whsec_` and base64, as receivers' libraries take it."""
    secret = ""
    if webhooks:
        fresh = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
        secret = _made_once(place.webhook_secret, fresh.encode()).decode().strip()
    return WebhookBus(place.data / "events.db", clock.now, endpoints=webhooks, secret=secret)


def _settings(place: Place, *, demo: bool, proof_of_work: bool) -> Settings:
    secret, others = _secrets(place.data / "secrets.json"), secrets_here()
    return Settings(
        site_url=place.site_url.rstrip("/"),
        token_keys=tuple(secret.token_keys),
        lead_key=bytes.fromhex(secret.lead_key),
        inbound_domain=inbound_domain(),
        late_per_minute=late_per_minute(),
        **limits(),
        budgets=not budgets_lifted(),
        proof_of_work=proof_of_work,
        demo=demo,
        trust_forwarded=True,
        hook_secrets=hook_secrets(others),
        crm_url=others[CRM_URL],
        crm_secret=others[CRM_SECRET],
    )


@dataclass(frozen=True, slots=True)
class Secret:
    """What signs tokens (oldest to newest) and what names leads (never changes), as hexadecimal digits."""

    token_keys: tuple[str, ...]
    lead_key: str


def _secrets(path: Path) -> Secret:
    """The secrets of this installation, made at its first start."""
    made = msgspec.json.encode(Secret((secrets.token_hex(32),), secrets.token_hex(32)))
    return msgspec.json.decode(_made_once(path, made), type=Secret)


def _made_once(path: Path, made: bytes) -> bytes:
    """What the file holds: `made` if there was none. Readable by its owner only."""
    if not path.exists():
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 the mode
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # not a rename: of two first starts at once, the first one's secrets count for both
        except FileExistsError:
            pass
        finally:
            part.unlink()
        _settle(path.parent)
    return path.read_bytes()


def _settle(folder: Path) -> None:
    """Makes a new name in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
