"""What has this person agreed to, when, in which words, and does it still hold? Purpose by purpose, for the record.

Art. 7 (1) GDPR wants it shown, not said. Nothing is kept for it beside what there is anyway: a form holds the hash of
the words that it showed, a wish its words, the timeline what was taken back. Called by `rights.receipts`; nothing
decides by it whether a mail may go out (`rules.stop` does), so it can show that each of them was right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leadlight.model.due import LedgerEntry, LedgerState
from leadlight.model.lead import Lead
from leadlight.model.person import CallKind, Capture, Promise, Purpose
from leadlight.model.site import Wording
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.preferences import lowered_by

CONSENT = "consent"
"""The basis of what somebody said yes to (Art. 6 (1) (a) GDPR)."""

ALL_MAILS = (Purpose.FOLLOW_UP, Purpose.NEWS)
ENDS = {TouchKind.UNSUBSCRIBED: ALL_MAILS, TouchKind.COMPLAINED: (*ALL_MAILS, Purpose.PHONE)}
"""What a touch takes back without naming it."""

SAID = {CallKind.NOW: "(chosen in the form: call now)", CallKind.AT: "(chosen in the form: call at a time)"}
"""A wish for a call has no words of its own: the choice says it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One yes to one purpose; without a purpose, one form that agreed to nothing and is kept by its `legal_basis`.

    `sha256` is that of `words`, `version` the hash of all that the form showed, its promise included; empty where
    nobody saw a form. `network` is cut to /24 or /64. `confirmed_at` is when the button in the mail `mail` was pressed:
    before, a yes binds nothing. `withdrawn_at` is empty while it holds, `withdrawn_by` names the touch that ended it.
    """

    purpose: Purpose | None
    at: datetime
    how: str
    legal_basis: str
    language: str
    words: str = ""
    sha256: str = ""
    form: str = ""
    version: str = ""
    promise: Promise | None = None
    page: str = ""
    network: str = ""
    confirmed_at: datetime | None = None
    mail: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether it did so then."""
        begun = self.confirmed_at is not None and self.confirmed_at <= at
        return bool(self.legal_basis) and begun and (self.withdrawn_at is None or at < self.withdrawn_at)


def receipts(
    lead: Lead,
    captures: Sequence[Capture],
    touches: Sequence[Touch],
    ledger: Sequence[LedgerEntry],
    *,
    shown: Callable[[str], Wording | None],
    network: Callable[[Capture], str],
) -> tuple[Receipt, ...]:
    """All of them, oldest first. `shown` finds what a hash stands for, `network` opens where a form came from."""
    mails = {entry.key.partition("/")[2]: entry.message_id or "" for entry in ledger if entry.state is LedgerState.SENT}
    found = [
        *(one for capture in captures for one in _by_form(capture, shown, network(capture), mails)),
        *(one for touch in touches for one in _by_touch(lead, touch, shown, mails)),
    ]
    ends = list(_ends(captures, touches))
    return tuple(sorted((_until(one, ends) for one in found), key=lambda one: (one.at, one.purpose or "")))


def _by_form(
    capture: Capture, shown: Callable[[str], Wording | None], network: str, mails: dict[str, str]
) -> Iterator[Receipt]:
    """What one form agreed to; also one that nobody has confirmed, which binds nothing."""
    consent, wording = capture.consent, shown(capture.consent.wording)
    for purpose in consent.purposes or (None,):
        words = wording.wording.get(purpose, "") if wording and purpose else ""
        if not words and purpose is Purpose.PHONE and capture.call:
            words = SAID.get(capture.call.kind, "")
        yield Receipt(
            purpose, consent.at, consent.how, consent.legal_basis, capture.language,
            words=words, sha256=_hash(words), form=wording.form if wording else "", version=consent.wording,
            promise=consent.promise if purpose is Purpose.FOLLOW_UP else None, page=capture.gate, network=network,
            confirmed_at=capture.confirmed_at, mail=mails.get(f"mail/optin/{capture.id}", ""),
        )  # fmt: skip


def _by_touch(
    lead: Lead, touch: Touch, shown: Callable[[str], Wording | None], mails: dict[str, str]
) -> Iterator[Receipt]:
    """What the button behind a wish's mail, a rep's question or the page itself has agreed to."""
    facts = touch.facts
    one = Receipt(None, touch.at, facts.get("how", ""), CONSENT, lead.language, page=touch.gate or "")
    one = replace(one, confirmed_at=touch.at)
    if touch.kind is TouchKind.PREFERRED and facts.get("did") == "agreed":
        words, named = facts.get("words", ""), facts["purposes"].split()
        mail = mails.get(f"mail/raise/{facts.get('wish', '')}", "")
        one = replace(one, words=words, sha256=_hash(words), version=facts.get("wording", ""), mail=mail)
        yield from (replace(one, purpose=purpose) for purpose in Purpose if purpose in named)
    elif facts.get("agreed") == "yes":
        wording = shown(facts.get("wording", ""))
        words = wording.wording.get(Purpose.FOLLOW_UP, "") if wording else ""
        yield replace(
            one, purpose=Purpose.FOLLOW_UP, how=f"rep/{touch.by}", words=words, sha256=_hash(words),
            version=facts.get("wording", ""), form=wording.form if wording else "",
        )  # fmt: skip
    elif _is_wish_of_its_own(touch):
        words = SAID[CallKind(facts["call"])].replace("in the form", "on the page")
        yield replace(one, purpose=Purpose.PHONE, how="page", words=words, sha256=_hash(words))


def _is_wish_of_its_own(touch: Touch) -> bool:
    """A call that was asked for on an opened page, neither with a form nor by a mail's button."""
    facts = touch.facts
    own = touch.kind is TouchKind.CALL_WANTED and "capture" not in facts and "wished/" not in touch.id
    return own and facts.get("confirmed") == "yes" and facts.get("call") in SAID


def _ends(captures: Sequence[Capture], touches: Sequence[Touch]) -> Iterator[tuple[Purpose, datetime, str]]:
    """Each time that a purpose was taken back, and by what."""
    for touch in touches:
        lowered = lowered_by(touch)
        gone = [purpose for purpose in Purpose if purpose in lowered] or ENDS.get(touch.kind, ())
        if touch.kind is TouchKind.CALL_WANTED and touch.facts.get("call") == CallKind.NO:
            gone = (Purpose.PHONE,)
        yield from ((purpose, touch.at, touch.id) for purpose in gone)
    for capture in captures:
        if capture.confirmed_at and capture.call and capture.call.kind is CallKind.NO:
            yield Purpose.PHONE, capture.at, f"captured/{capture.id}"


def _until(one: Receipt, ends: Sequence[tuple[Purpose, datetime, str]]) -> Receipt:
    later = [(at, by) for purpose, at, by in ends if purpose is one.purpose and at >= one.at]
    at, by = min(later, default=(None, ""))
    return replace(one, withdrawn_at=at, withdrawn_by=by)


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest() if words else ""
