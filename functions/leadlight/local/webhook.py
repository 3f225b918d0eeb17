"""How is one thing told to an address that the operator names? Signed by Standard Webhooks, in one request.

Used by the outbox of events, and for handing leads over to a CRM: `SignedHook` fulfils `leadlight.ports.Crm` in both
wirings, since it needs nothing but a way out.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import binascii
import http.client
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from leadlight.errors import MissingSetting, NotGiven

TIMEOUT = 10.0
"""Seconds that a receiver of events may take to answer."""

WAITED = 5.0
"""Seconds that a CRM may: until then, whatever else is due waits."""

REST = timedelta(minutes=1)
"""So long is a CRM that gave no answer not asked again: else every lead on its way there would hold up mails."""

CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 the specification's own example, known to everybody


class SignedHook:
    """`ports.Crm` by one address. `secret` signs: `whsec_` and base64."""

    def __init__(self, url: str, secret: str, now: Callable[[], datetime], *, timeout: float = WAITED) -> None:
        self._url, self._secret, self._now, self._timeout = url, secret, now, timeout
        self._rests_until: datetime | None = None

    def give(self, name: str, body: str) -> None:
        now = self._now()
        if self._rests_until and now < self._rests_until:
            raise NotGiven("it gave no answer a moment ago")
        where = parsed(self._url, setting="LEADLIGHT_CRM_URL")
        status = post(where, signed(self._secret, name, now, body), body, timeout=self._timeout)
        self._rests_until = now + REST if status is None else None
        if status is None or not 200 <= status < 300:
            raise NotGiven(f"it answered {status}" if status else "it gave no answer")


def signed(secret: str, name: str, now: datetime, body: str) -> dict[str, str]:
    """The headers of a request. `name` stays the same over all tries; the time is that of this one.

    Raises `MissingSetting` for a secret that cannot sign.
    """
    from standardwebhooks import Webhook  # noqa: PLC0415  # only an installation that tells somebody needs it
    from standardwebhooks.webhooks import EmptyWebhookSecretError  # noqa: PLC0415  # the same

    try:
        signature = Webhook(secret).sign(name, now, body)
    except (EmptyWebhookSecretError, binascii.Error) as error:
        raise MissingSetting("The secret that signs webhooks", SECRET) from error
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def post(url: SplitResult, headers: dict[str, str], body: str, *, timeout: float) -> int | None:
    """The status, or None if none came in time. A redirect is an answer: it goes only where the operator said."""
    connection = CONNECTIONS[url.scheme](url.hostname or "", url.port, timeout=timeout)
    try:
        connection.request(
            "POST", url._replace(scheme="", netloc="", fragment="").geturl() or "/", body.encode(), headers
        )
        return int(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def parsed(url: str, *, setting: str = "--webhook") -> SplitResult:
    """The address' parts. Raises `MissingSetting` when it is none of the web."""
    try:
        parts = urlsplit(url)
        if parts.scheme in CONNECTIONS and parts.hostname and parts.port != 0:
            parts.hostname.encode("idna")
            return parts
    except ValueError:  # a port that is no number, or a name that no resolver takes
        pass
    raise MissingSetting(setting, "https://crm.example.com/hooks/leadlight")


def shown(url: str) -> str:
    """The address as the log may show it: paths and queries of webhooks often are their passwords."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"
