"""A carrier that may be down, and what it reports later: mails that came back, and complaints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from leadlight.errors import NotSent
from leadlight.local.mailer import Carried, MemoryMailer
from leadlight.model.exchange import About
from leadlight.rules.mail_events import mail_tag


class Carrier:
    """`ports.Mailer` around one that remembers. `reports` says whether word of each mail comes later, as from SES."""

    def __init__(self, inner: MemoryMailer, now: Callable[[], datetime]) -> None:
        self._inner, self._now = inner, now
        self._down_until: datetime | None = None

    @property
    def reports_later(self) -> bool:
        """What the carrier is asked about a mail it tells at once."""
        return self._inner.reports_later

    def fails_until(self, moment: datetime) -> None:
        """Takes nothing before that."""
        self._down_until = moment

    def send(self, message: EmailMessage, *, tag: str) -> str:
        if self._down_until and self._now() < self._down_until:
            raise NotSent("The mail server cannot be reached: it is down")
        return self._inner.send(message, tag=tag)

    def was_sent(self, tag: str) -> bool | None:
        return self._inner.was_sent(tag)

    def erase(self, tags: Collection[str], about: About) -> None:
        self._inner.erase(tags, about)


def bounced(mail: Carried, at: datetime) -> Mapping[str, Any]:
    """The report that a mail came back for good."""
    recipient = {"action": "failed", "status": "5.1.1"}
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [recipient],
        "timestamp": at.isoformat(),
    }
    return _report("Email Bounced", mail, {"bounce": bounce})


def complained(mail: Carried, at: datetime) -> Mapping[str, Any]:
    """The report that somebody called a mail spam."""
    return _report("Email Complaint Received", mail, {"complaint": _complaint(at)})


def _complaint(at: datetime) -> Mapping[str, Any]:
    return {"complaintFeedbackType": "abuse", "timestamp": at.isoformat()}


def _report(kind: str, mail: Carried, what: Mapping[str, Any]) -> Mapping[str, Any]:
    """As SES tells EventBridge (developer guide, "Viewing event data")."""
    lead, _, ledger_key = mail.tag.partition("/")
    about = {
        "timestamp": mail.at.isoformat(),
        "messageId": str(mail.message["Message-ID"]).strip("<>"),
        "tags": {"lead": [lead], "touch": [mail_tag(ledger_key)]},
    }
    return {"id": f"{kind}/{mail.tag}", "source": "aws.ses", "detail-type": kind, "detail": {"mail": about, **what}}
