"""What does a made-up lead do, and its rep? Each deed is a click, a form or a mail, and reaches the real handlers.

A deed answers None once it is done, or says in words what it waits for: a mail that has not come, a site that does not
answer. It is tried again whenever something has happened. What can never be done raises `NotPossible`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from leadlight.local.mailer import Carried
from leadlight.model.site import Gate
from leadlight.playbook.bundle import open_bundle
from leadlight.rules.offers import ACCEPTED, DECLINED, NO, OFFER, SATISFACTION, YES
from leadlight.simulate.browser import answer_to, is_follow_up, is_opt_in, link_to, links_in
from leadlight.simulate.carrier import bounced, complained
from leadlight.simulate.story import Deed, Persona, RepWork, Verb, typical_answers
from leadlight.simulate.world import NO_ANSWER_YET, Doing, NotPossible, World
from leadlight.vault import lead_id

SECOND_THOUGHT = timedelta(minutes=2)
NO_MAIL_YET = "no mail has come to do it with"

WORTH = "1000000"
"""What a made-up deal is worth unless the story says: enough for every condition on its value."""


@dataclass
class Reader:
    """A made-up lead with a browser and a mailbox, which takes no mail any more from `dead_since` on."""

    world: World
    persona: Persona
    number: int
    zone: str
    dead_since: datetime | None = None
    handled: set[str] = field(default_factory=set)
    answers: int = 0

    def __post_init__(self) -> None:
        self.browser = self.world.browser(self.number)
        self.rep_browser = self.world.browser(self.number + 100)
        self.id = lead_id(self.persona.address, self.world.settings.lead_key)

    def mails(self, wanted: Callable[[Carried], bool]) -> list[Carried]:
        """The mails in its mailbox that fit, oldest first."""
        came = [mail for mail in self._about() if self.dead_since is None or mail.at < self.dead_since]
        return [mail for mail in came if wanted(mail)]

    def _about(self) -> list[Carried]:
        """All mails about this lead, also those to our own people."""
        return [mail for mail in self.world.mails if mail.tag.startswith(f"{self.id}/")]

    def visit(self) -> str | None:
        """Opens the gate of the story and sends its form."""
        return self.ask_for(self.persona.opens)

    def ask_for(self, gate_id: str, *, answers: Mapping[str, str] | None = None) -> str | None:
        """Sends the form of a gate, and confirms when the persona would."""
        person = self.persona
        values: dict[str, object] = {**(person.answers if answers is None else answers)}
        values |= {"gate": gate_id, "email": person.address, "consent": person.consents, "news": person.news}
        told = {"intent": person.intent, "call": person.call, "zone": self.zone, "country": person.country}
        values |= {name: value for name, value in told.items() if value}
        status, body = self.browser.post("/api/access", values)
        if why := refused(status, body):
            return why
        if person.confirms is not None:
            self.world.later(self.world.now + person.confirms, lambda: self.attempt(self.confirm, "confirms"))
        return None

    def confirm(self) -> str | None:
        """Presses the button of the newest mail that asks for it."""
        waiting = [mail for mail in self.mails(is_opt_in) if mail.tag not in self.handled]
        if not waiting:
            return NO_MAIL_YET
        link = link_to(waiting[-1].message, self.world.settings.site_url, "/confirm")
        if link is None:
            raise NotPossible("the mail has no link to confirm with")
        self.browser.get(link)
        status, body = self.browser.submit(link, {})
        if why := refused(status, body):
            return why
        self.handled.update(mail.tag for mail in waiting)
        return None

    def attempt(self, doing: Doing, what: str) -> None:
        """Does it now or, where that cannot be yet, as soon as it can."""
        self.world.attempt(self.persona.address, what, doing)

    def doing(self, deed: Deed) -> Doing:
        """How that deed is done."""
        plain: Mapping[Verb, Doing] = {
            Verb.UNSUBSCRIBES: self.unsubscribe,
            Verb.COMPLAINS: self.complain,
            Verb.BOUNCES: self.close_the_mailbox,
            Verb.FEWER: lambda: self.prefer({"do": "fewer"}),
            Verb.ACCEPTS: lambda: self.answer(OFFER, ACCEPTED),
            Verb.DECLINES: lambda: self.answer(OFFER, DECLINED),
            Verb.IS_SATISFIED: lambda: self.answer(SATISFACTION, YES),
            Verb.IS_UNHAPPY: lambda: self.answer(SATISFACTION, NO),
        }
        detailed: Mapping[Verb, Callable[[str], str | None]] = {
            Verb.READS: self.read,
            Verb.DOWNLOADS: self.download,
            Verb.ASKS: self.ask,
            Verb.REPLIES: self.reply,
            Verb.WANTS_CALL: self.want_call,
            Verb.OPENS: self.open_other,
            Verb.MOVES_TO: self.move_to,
            Verb.NEGOTIATES: lambda value: self.deal("opportunity", value),
            Verb.BUYS: lambda value: self.deal("customer", value),
            Verb.PAUSES: lambda span: self.prefer({"do": "pause", "span": span or "2 weeks"}),
        }
        return plain.get(deed.verb) or (lambda: detailed[deed.verb](deed.detail))

    def read(self, gate_id: str) -> str | None:
        """Opens the withheld half."""
        return opened(self.browser.get(f"/api/content/{gate_id or self.persona.opens}"))

    def download(self, gate_id: str) -> str | None:
        """Downloads the first file of the gate."""
        name = next(iter(self._gate(gate_id).files), None)
        if name is None:
            raise NotPossible("this gate has no file")
        return opened(self.browser.get(f"/api/files/{gate_id or self.persona.opens}/{name}"))

    def ask(self, text: str) -> str | None:
        """Asks the rep a question."""
        values = {"gate": self.persona.opens, "question": text or "Does it work for us, too?"}
        return refused(*self.browser.post("/api/question", values))

    def want_call(self, when: str) -> str | None:
        """Asks for a call."""
        phone = self.persona.answers.get("phone", "+44 20 7946 0123")
        values = {"gate": self.persona.opens, "call": when or "now", "phone": phone}
        return refused(*self.browser.post("/api/call", values))

    def open_other(self, gate_id: str) -> str | None:
        """Leaves its address at another gate."""
        return self.ask_for(gate_id, answers=typical_answers(self._gate(gate_id)))

    def move_to(self, zone: str) -> str | None:
        """Comes again from elsewhere, as its browser's clock tells, and confirms."""
        self.zone = zone
        self.persona = replace(self.persona, country="", confirms=self.persona.confirms or SECOND_THOUGHT)
        return self.ask_for(self.persona.opens)

    def reply(self, text: str) -> str | None:
        """Answers the newest follow-up by mail."""
        mail = self._newest()
        if mail is None:
            return NO_MAIL_YET
        self.answers += 1
        self.world.inbox.deliver(answer_to(mail, self.persona.address, text or "Yes, tell me more.", self.answers))
        return None

    def unsubscribe(self) -> str | None:
        """Presses the mail program's own button (RFC 8058)."""
        mail = self._newest()
        if mail is None:
            return NO_MAIL_YET
        link = str(mail.message["List-Unsubscribe"]).strip("<>")
        return refused(*self.world.browser(self.number + 200).submit(link, {"List-Unsubscribe": "One-Click"}))

    def prefer(self, values: Mapping[str, str]) -> str | None:
        """Presses a button of its preferences."""
        return refused(*self.browser.submit("/preferences", values))

    def answer(self, what: str, said: str) -> str | None:
        """Taps an answer in the newest mail that asks for it, and the button behind it."""
        for mail in reversed(self.mails(is_follow_up)):
            links = links_in(mail.message, self.world.settings.site_url)
            if link := next((link for link in links if link.endswith(f"&answer={said}")), None):
                return refused(*self.world.browser(self.number + 200).submit(link, {"answer": said}))
        return f"no mail has come that asks for it: {what}"

    def deal(self, stage: str, value: str) -> str | None:
        """The rep writes down how far the deal is, what it is worth, and that they agreed to mails after it."""
        _, link = self._briefing()
        if link is None:
            return NO_MAIL_YET
        agreed = open_bundle(self.world.disk.files).manifest.after_sale
        values = {"objective": "close", "achieved": "yes", "stage": stage, "agreed": agreed, "value": value or WORTH}
        return refused(*self.rep_browser.submit(link.replace("/rep/lead", "/rep/outcome"), values))

    def complain(self) -> str | None:
        """Calls the newest follow-up spam."""
        mail = self._newest()
        if mail is None:
            return NO_MAIL_YET
        self._report(complained(mail, self.world.now))
        return None

    def close_the_mailbox(self) -> str | None:
        """From now on every mail comes back."""
        self.dead_since = self.world.now
        return None

    def send_back(self, mail: Carried) -> None:
        """The carrier reports that this mail did not arrive."""
        self._report(bounced(mail, self.world.now))

    def take_over(self, work: RepWork) -> str | None:
        """The rep presses the button of the newest mail about this lead."""
        mail, link = self._briefing()
        if mail is None or link is None:
            return NO_MAIL_YET
        values = {"objective": work.objective} if work.objective else {}
        return refused(*self.rep_browser.submit(link.replace("/rep/lead", "/rep/claim"), values))

    def log(self, work: RepWork) -> str | None:
        """The rep writes down what came of it."""
        mail, link = self._briefing()
        if mail is None or link is None:
            return NO_MAIL_YET
        values = {"achieved": "yes"} if work.outcome == "yes" else {"achieved": "no", "why_not": work.outcome}
        if work.objective:
            values["objective"] = work.objective
        return refused(*self.rep_browser.submit(link.replace("/rep/lead", "/rep/outcome"), values))

    def _briefing(self) -> tuple[Carried | None, str | None]:
        """The newest mail to our people with a way to this lead, and that way."""
        site = self.world.settings.site_url
        for mail in reversed(self._about()):
            if link := link_to(mail.message, site, "/rep/lead"):
                return mail, link
        return None, None

    def _report(self, event: Mapping[str, Any]) -> None:
        self.world.do(lambda process: process.reports(event, None))

    def _newest(self) -> Carried | None:
        found = self.mails(is_follow_up)
        return found[-1] if found else None

    def _gate(self, gate_id: str) -> Gate:
        return open_bundle(self.world.disk.files).gate(gate_id or self.persona.opens)


def refused(status: int, body: str) -> str | None:
    """None where it was accepted; what it waits for where that may change. Raises `NotPossible`."""
    if status < HTTPStatus.BAD_REQUEST:
        return None
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NO_ANSWER_YET
    raise NotPossible(f"refused with {status} {body[:200] if body.startswith('{') else ''}".strip())


def opened(status: int) -> str | None:
    """The same for what only a pass opens."""
    return "the page is not open yet" if status == HTTPStatus.UNAUTHORIZED else refused(status, "")
