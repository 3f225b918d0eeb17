"""What the people around an installation do: visitors, readers, reps, and mail servers far away.

Whoever gets no answer, or one that says to try again, tries again: that is what people and mail servers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import cache, cached_property
from urllib.parse import parse_qs, urlsplit

from tests.simulation.installation import BROKEN, Installation
from tests.simulation.places import SETTINGS, report

from leadlight.handlers import on_mail_event
from leadlight.local.mailer import Carried
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.vault import lead_id

LINK = re.compile(r"https://glass\.example/[^\s<>()\"\]]*")
TRIES = 4
REP = "rita@glass.example"


@dataclass
class Visitor:
    """One person: what they sent, and what of it was acknowledged, with the times of that."""

    home: Installation
    address: str
    captured: list[datetime] = field(default_factory=list)
    confirmed: list[datetime] = field(default_factory=list)
    left: datetime | None = None

    @cached_property
    def id(self) -> LeadId:
        return lead_id(self.address, SETTINGS.lead_key)

    @property
    def lead(self) -> Lead | None:
        return self.home.disk.store.lead(self.id)

    @property
    def mails(self) -> list[Carried]:
        return [mail for mail in self.home.mails if self.address in header(mail.message, "To")]

    @property
    def follow_ups(self) -> list[Carried]:
        return [mail for mail in self.mails if header(mail.message, "List-Unsubscribe")]

    def ask(self, gate: str, **more: str) -> bool:
        """Sends the form of a gate with the box ticked."""
        fields = {"gate": gate, "email": self.address, "consent": "true", **more}
        if self._tried("/api/access", {200, 202, 303}, **fields):
            self.captured.append(self.home.clock.now())
            return True
        return False

    def confirm(self) -> bool:
        """Presses the button of the newest mail that has one."""
        token = self._token("/confirm")
        if token and self._tried("/confirm", {303}, token=token):
            self.confirmed.append(self.home.clock.now())
            return True
        return False

    def leave(self) -> bool:
        """One click, as RFC 8058 has it, on the way out that the newest follow-up carries."""
        found = self.follow_ups
        if not found:
            return False
        token = _token_of(header(found[-1].message, "List-Unsubscribe"))
        if self._tried(f"/unsubscribe?token={token}", {200}, **{"List-Unsubscribe": "One-Click"}):
            self.left = self.left or self.home.clock.now()
            return True
        return False

    def prefer(self, do: str, **values: str) -> bool:
        """Presses a button of the page that every mail to a lead links to."""
        token = self._token("/preferences")
        return bool(token) and self._tried(f"/preferences?token={token}", {200}, do=do, **values)

    def reply(self, *, automatic: bool = False) -> None:
        """Answers the newest mail from a person."""
        found = [mail for mail in self.mails if "reply+" in header(mail.message, "Reply-To")]
        if not found:
            return
        answer = EmailMessage()
        answer["From"], answer["To"] = self.address, str(found[-1].message["Reply-To"])
        answer["Subject"] = f"Re: {found[-1].message['Subject']}"
        answer["Message-ID"] = f"<{len(self.home.mails)}.{self.home.clock.now():%d%H%M}@far.example>"
        if automatic:
            answer["Auto-Submitted"] = "auto-replied"
        answer.set_content("Not now, please.")
        self.home.place.inbox.deliver(bytes(answer))

    def reported(self, what: str, *, final: bool = True) -> None:
        """The carrier says what became of the newest mail to this person; again when nobody takes it."""
        if not self.mails:
            return
        event = report(self.mails[-1], what, self.home.clock.now(), final=final)
        for _ in range(TRIES):
            if self.home.do(lambda p: on_mail_event.handle_report(p.services, event)) is not BROKEN:
                return

    def _token(self, path: str) -> str:
        found = (link for mail in reversed(self.mails) for link in links(mail.message) if urlsplit(link).path == path)
        return _token_of(next(found, "?token="))

    def _tried(self, path: str, wanted: set[int], **values: str) -> bool:
        return any(self.home.request(path, **values) in wanted for _ in range(TRIES))


def taken_over(home: Installation, *, objective: str = "") -> bool:
    """The rep takes the lead of the newest briefing."""
    token = briefing(home)
    return bool(token) and home.request("/rep/claim", token=token, objective=objective) == 303


def logged(home: Installation, **outcome: str) -> bool:
    """The rep says what became of the lead of the newest briefing."""
    token = briefing(home)
    return bool(token) and home.request("/rep/outcome", token=token, **outcome) == 303


def briefing(home: Installation) -> str:
    """The token of the newest mail to the rep that opens a lead."""
    for mail in reversed(home.mails):
        found = links(mail.message) if REP in header(mail.message, "To") else ()
        for link in found:
            if urlsplit(link).path == "/rep/lead":
                return _token_of(link)
    return ""


@cache
def header(message: EmailMessage, name: str) -> str:
    """What stands there; nothing where there is no such header. Reading a header takes longer than writing it."""
    return str(message[name] or "")


@cache
def links(message: EmailMessage) -> tuple[str, ...]:
    """The links of the plain part, of those that lead to us."""
    body = message.get_body(("plain",))
    return tuple(LINK.findall(str(body.get_content()))) if body else ()


def _token_of(link: str) -> str:
    return parse_qs(urlsplit(link.strip("<>")).query).get("token", [""])[0]
