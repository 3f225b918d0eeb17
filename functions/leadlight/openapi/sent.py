"""What do bodies look like? Read by pydantic when a site is built, and only then.

The functions behind the routes read text, field by field, and say in words what to mend; they know nothing of these.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from leadlight.model.criteria import Authority
from leadlight.model.person import Intent
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.outcome import ContactBy

SAID = ConfigDict(use_attribute_docstrings=True)
OPEN = ConfigDict(use_attribute_docstrings=True, extra="allow")


@dataclass(config=OPEN, frozen=True, kw_only=True)
class AccessForm:
    """The form of a gate. Its own questions are further fields, by their names in the form."""

    gate: str = Field(examples=["tutorials/zero-trust"])
    """The gate's id, as it stands in the page's form."""
    email: str = Field(default="", max_length=254, examples=["anna@example.com"])
    """The address. Whoever has a pass may leave it out, and is asked less."""
    consent: bool = False
    """Whether follow-ups are agreed to: the box as it was ticked. A form says `yes`, `true`, `on` or `1`."""
    news: bool = False
    """Whether news are agreed to."""
    wording: str = ""
    """The hash of the words and the promise that were shown. Left out, the current ones were."""
    lang: str = ""
    """The language of the page."""
    call: str = Field(default="", examples=["now", "no", "2026-01-05T14:30"])
    """`now`, `no`, a time (ISO 8601), or `at` with the time in `call_at`."""
    call_at: str = ""
    """The time of a call, where `call` is `at`."""
    phone: str = ""
    """A number to call."""
    intent: Intent | Literal[""] = ""
    """How far the decision is."""
    zone: str = Field(default="", examples=["Europe/Warsaw"])
    """The browser's time zone; an odd one counts for nothing."""
    ticket: str = ""
    """What `GET /api/form/{gate}` said, if it did: when this form was handed out."""
    proof: str = ""
    """The solution of the challenge that a 422 brought along (ALTCHA v2)."""
    homepage: str = ""
    """Hidden from people, and left empty by them."""
    landing: str = ""
    """The query of the visit's first page, with `referrer`."""
    landing_last: str = ""
    """The same of the latest visit in this tab."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Code:
    """Six digits, typed into the tab that waits."""

    gate: str
    """The gate's id."""
    code: str = Field(default="", examples=["123456"])
    """The digits; spaces between them are fine."""
    lang: str = ""
    """The language of the page."""
    fresh: Literal["yes", ""] = ""
    """`yes` has the mail sent once more, with new digits; `code` may be missing then."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Question:
    """A question to the rep."""

    gate: str
    """The gate of the page it is asked on."""
    question: str = Field(min_length=1, max_length=2000)
    """In plain text."""
    lang: str = ""
    """The language of the page."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Call:
    """A wish for a call, or its withdrawal."""

    gate: str
    """The gate of the page it is asked on."""
    call: str = Field(examples=["now", "no", "2026-01-05T14:30"])
    """`now`, `no`, a time (ISO 8601), or `at` with the time in `call_at`."""
    call_at: str = ""
    """The time, where `call` is `at`."""
    phone: str = ""
    """A number to call."""
    lang: str = ""
    """The language of the page."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Seen:
    """What a stranger has seen. No identity, no cookie."""

    gate: str
    """The gate's id."""
    what: Literal["teaser", "form", "free"]
    """The open part was read to its end, the form was on the screen, or the meter let them read on."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Tapped:
    """A button behind a mailed link."""

    token: str = ""
    """The link's token, where it does not stand in the address."""


Wanted = Literal["pause", "resume", "fewer", "as-promised", "not-rated", "rated", "stop", "no-calls", "purposes", ""]


@dataclass(config=SAID, frozen=True, kw_only=True)
class ConfirmButton:
    """The button behind the mail of a form."""

    token: str = ""
    """The link's token, where it does not stand in the address."""
    plain: str = ""
    """Of a browser without a script: leads to the whole page."""
    fresh: Literal["yes", ""] = ""
    """`yes` is the button behind a link that is too old: has a fresh one mailed to the same address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Preferences:
    """A button of the preferences page."""

    do: Wanted = ""
    """Which one. Behind the mail of a wish there is a single one, without a name."""
    span: Literal["2 weeks", "1 month", "3 months", ""] = ""
    """For how long, with `pause`."""
    until: str = ""
    """Or the day that it ends with, such as `2026-01-31`: from tomorrow, at most a year ahead."""
    token: str = ""
    """The link's token, where it does not stand in the address."""
    news: str = ""
    """With `purposes`: `yes` if its box is ticked."""
    phone: str = ""
    """With `purposes`: `yes` if its box is ticked."""
    follow_up: str = Field(default="", alias="follow-up")
    """With `purposes`: `yes` if its box is ticked."""
    fresh: Literal["yes", ""] = ""
    """`yes` is the button behind a link that is too old: has a fresh one mailed to the same address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class MyDataButton:
    """A button of the page about one's own data."""

    do: Literal["ask", "open", "show", "save", "sure", "erase"]
    """Have digits mailed; type them; then, for half an hour, read, save, or have it erased in two steps."""
    code: str = ""
    """The digits, with `open`."""
    token: str = ""
    """The link's token, where it does not stand in the address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class OneTap:
    """An answer to an offer, or to “are you satisfied?”."""

    answer: Literal["accepted", "declined", "yes", "no"]
    """Which button."""
    why: str = ""
    """After a no to an offer: the id of an objection of the playbook, or `other`."""
    token: str = ""
    """The link's token, where it does not stand in the address."""
    fresh: Literal["yes", ""] = ""
    """`yes` is the button behind a link that is too old: has a fresh one mailed to the same address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Claim:
    """A lead is taken."""

    objective: Objective | Literal[""] = ""
    """What the contact is to effect; left out, what is suggested."""
    token: str = ""
    """The link's token, where it does not stand in the address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Pause:
    """The plan waits."""

    until: str = Field(examples=["2026-01-19"])
    """The day on which it goes on."""
    token: str = ""
    """The link's token, where it does not stand in the address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class HandOver:
    """A lead goes to a colleague."""

    to: str
    """The colleague's id in `team.yml`."""
    word: str = Field(default="", max_length=2000)
    """A word to them."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Outcome:
    """What a contact achieved, or why not; or what is added to an outcome within half an hour."""

    achieved: Literal["yes", "no", ""] = ""
    """Whether the objective was."""
    why_not: WhyNot | Literal[""] = ""
    """Why it was not."""
    objective: Objective | Literal[""] = ""
    """What the contact was to effect."""
    outcome: str = ""
    """The id of the outcome to add to."""
    next_at: str = Field(default="", examples=["2026-01-19T10:00"])
    """When the next step is."""
    next_own: str = ""
    """The same as it was typed; goes before `next_at`."""
    next: str = ""
    """What the next step is."""
    note: str = Field(default="", max_length=2000)
    """In plain text."""
    stage: Literal["opportunity", "customer", "won", "lost", "disqualified", ""] = ""
    """What became of the deal."""
    value: str = ""
    """What it is worth, in the team's currency."""
    lost_to: str = ""
    """Who was better."""
    authority: Authority | Literal[""] = ""
    """What they may do about a decision."""
    channel: ContactBy | Literal[""] = ""
    """How the contact came about."""
    minutes: str = ""
    """How long it took, in whole minutes."""
    objections: str = ""
    """Ids of the playbook, with commas or in a field each."""
    needs: str = ""
    """What they need, in the playbook's words, one a line or in a field each."""
    needs_shown: str = ""
    """Which were ticked when the page was shown."""
    satisfaction: str = ""
    """`yes` or `no`."""
    agreed: str = ""
    """The hash of the words about mails after the sale that they agreed to."""
    renewal_at: str = ""
    """A day."""
    feedback: str = ""
    """One line for those who write."""
    feedback_aim: str = ""
    """What it is about: `page:<gate>`, `step:<sequence>/<slug>` or `product`."""
    token: str = ""
    """The link's token, where it does not stand in the address."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class SignIn:
    """Exactly one of the three."""

    email: str = ""
    """Has a link mailed, if the address is one of the team. The answer is the same for every address."""
    enter: str = ""
    """The token of that mail: comes in."""
    token: str = ""
    """The token of a lead's link that works no more: has its rep mailed a fresh one."""
    fresh: Literal["yes", ""] = ""
    """`yes`, with `enter`: the link is too old, so a fresh one is mailed."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Somebody:
    """Somebody from the rep's own day."""

    email: str = Field(examples=["bob@example.com"])
    """Their address."""
    name: str = ""
    """Their name."""
    company: str = ""
    """Where they work."""
    phone: str = ""
    """Their number."""
    source: str = ""
    """Where they were met."""
    note: str = Field(default="", max_length=2000)
    """In plain text."""
    asked: str = ""
    """`yes` if they asked for the page and said yes to its words: then the ordinary opt-in mail goes out."""
    gate: str = ""
    """What they asked for."""
    wording: str = ""
    """The hash of the words that were read to them."""
    follow: str = ""
    """`yes` if they agreed to follow-ups, too."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class FactData:
    """Of whom, and what."""

    email: str = ""
    """Their address; or"""
    lead: str = ""
    """the id that was given out with a trial's link."""
    at: str = Field(default="", examples=["2026-01-05T14:30:00+01:00"])
    """When, with its offset; a booking needs it."""
    value: str | int | float = ""
    """What a deal is worth: a plain number."""
    why: str = ""
    """Why a deal was lost: a short id."""
    to: str = ""
    """To whom a deal was lost."""
    note: str = ""
    """For the rep to read."""
    renewal_at: str = ""
    """A day."""


@dataclass(config=SAID, frozen=True, kw_only=True)
class Fact:
    """What another system tells."""

    type: Literal["booking", "trial.used", "crm.won", "crm.lost"]
    """The same as in the address."""
    data: FactData
