"""Signed, expiring, rotatable links and cookies. Called by actors and handlers; the clock is handed in.

itsdangerous with SHA-256, one salt per purpose (so a token of one purpose is worthless for another), and a list of
keys, oldest to newest, for rotation. Of the texts that base64 would read as the same signature only the one that was
written is taken; all the same, what must happen once is keyed by an id inside the token, never by its text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from leadlight.errors import BadToken, ExpiredToken
from leadlight.words import N_


class TokenUse(StrEnum):
    """What a token is good for; the value is its salt."""

    CONFIRM = "confirm"  # {lead, capture, gen}: mailed
    UNSUBSCRIBE = "unsubscribe"  # {lead, gen}, and {of} from a mail about news: mailed
    PREFERENCES = "preferences"  # {lead, gen}: mailed; shows the plan, and may only lower
    MY_DATA_TAB = "my-data-tab"  # {lead, gen, ask}: cookie of the tab that waits for the digits
    MY_DATA = "my-data"  # {lead, gen, ask}: cookie of the tab that has shown them
    CONSENT = "consent"  # {lead, gen, wish}: mailed; says yes to what a lead wished to have again
    REP = "rep"  # {lead, gen, rep, id}: mailed to a rep
    ANSWER = "answer"  # {lead, gen, what, ref}: mailed; an offer accepted or declined, satisfied or not
    SIGN_IN = "sign-in"  # {person, id}: mailed to somebody of the team
    SESSION = "session"  # {person, id}: cookie of somebody of the team who has signed in
    LEAD_PASS = "lead-pass"  # noqa: S105 a salt, not a password. {lead, gen}: cookie
    GATE_PASS = "gate-pass"  # noqa: S105 the same. {lead, gen, capture, gate}: cookie
    TAB = "tab"  # {lead, gen, capture, gate}: cookie of the tab that waits for the code
    FORM = "form"  # {gate, at}: handed out with a form; says when somebody began with it, and of nobody who it is
    METER = "meter"  # {period: pages}: cookie of somebody who reads for free; says of nobody who it is
    REP_BROWSER = "rep-browser"  # {id}: cookie of the browser that a rep's token is bound to


LIFE: Mapping[TokenUse, timedelta] = {
    TokenUse.CONFIRM: timedelta(days=14),
    TokenUse.UNSUBSCRIBE: timedelta(days=365 * 5),  # links in old mails must keep working
    TokenUse.PREFERENCES: timedelta(days=365 * 5),  # the same
    TokenUse.MY_DATA_TAB: timedelta(hours=1),
    TokenUse.MY_DATA: timedelta(minutes=30),
    TokenUse.CONSENT: timedelta(days=14),
    TokenUse.REP: timedelta(days=7),
    TokenUse.ANSWER: timedelta(days=60),
    TokenUse.SIGN_IN: timedelta(minutes=30),
    TokenUse.SESSION: timedelta(days=7),
    TokenUse.LEAD_PASS: timedelta(days=365),
    TokenUse.GATE_PASS: timedelta(days=30),
    TokenUse.TAB: timedelta(days=1),
    TokenUse.FORM: timedelta(days=1),
    TokenUse.METER: timedelta(days=366),  # as long as the longest period
    TokenUse.REP_BROWSER: timedelta(days=7),
}

NOTE_LIFE = timedelta(days=30)
"""So long may a rep answer the mail about a lead in a line. Each newer mail about it has an address of its own."""

INSTEAD: Mapping[TokenUse, tuple[str]] = {
    TokenUse.SIGN_IN: ("Such a link works for half an hour. Ask for a new one at /sign-in.",),
    TokenUse.PREFERENCES: (N_("Open the link in a newer mail."),),
    TokenUse.CONSENT: (N_("Open your preferences by the link in one of our mails, and tick it again."),),
    TokenUse.ANSWER: (N_("Reply to the mail instead: a person reads it."),),
}
"""What helps when the link is too old, where that is not to send the form again."""


class Tokens:
    """Signs and reads. `keys` oldest to newest; `now` is the product's clock."""

    def __init__(self, keys: Sequence[str], now: Callable[[], datetime]) -> None:
        self._keys = list(keys)
        self._now = now
        self._serializers: dict[TokenUse, URLSafeTimedSerializer] = {}

    def sign(self, use: TokenUse, facts: Mapping[str, object]) -> str:
        """A URL-safe token that says `facts` for `use`, from now on for `LIFE[use]`."""
        return str(self._serializer(use).dumps(dict(facts)))

    def read(self, use: TokenUse, text: str, *, even_expired: bool = False) -> Mapping[str, str]:
        """The facts. Raises `ExpiredToken` (ours, but over; unless that is fine) or `BadToken` (anything else)."""
        life = None if even_expired else int(LIFE[use].total_seconds())
        try:
            facts = self._serializer(use).loads(text, max_age=life)
        except SignatureExpired as error:
            signed_at = error.date_signed or datetime.fromtimestamp(0, UTC)
            said = self.read(use, text, even_expired=True)
            raise ExpiredToken(signed_at + LIFE[use], *INSTEAD.get(use, ()), use=use, facts=said) from error
        except (BadData, UnicodeError) as error:
            raise BadToken from error
        if not isinstance(facts, dict) or not _is_plain(text):
            raise BadToken
        return {str(name): str(value) for name, value in facts.items()}

    def sign_short(self, lead_id: str, generation: int) -> str:
        """A token of 45 characters for the local part of an address, where 64 fit (RFC 5321 § 4.5.3.1.1).

        It never expires: a mail may be answered after years. Lower case only, for mail systems that fold case. 80 bits
        of signature: each guess costs a mail.
        """
        return f"{lead_id}-{generation}-{_short(self._keys[-1], f'reply:{lead_id}-{generation}')}"

    def read_short(self, text: str) -> tuple[str, str]:
        """The lead id and the generation. Raises `BadToken`."""
        lead_id, _, rest = text.lower().partition("-")
        generation, _, signature = rest.partition("-")
        if not signature.isascii():
            raise BadToken
        # All are compared: how long it takes must not tell which key it was.
        fits = [hmac.compare_digest(signature, _short(key, f"reply:{lead_id}-{generation}")) for key in self._keys]
        if not any(fits):
            raise BadToken
        return lead_id, generation

    def sign_note(self, lead_id: str, generation: int, rep: str) -> str:
        """A token of 50 characters for an address at which that rep says in a line how it went with that lead.

        Whose it is stands in the signature alone: there is no room for a name. It holds for `NOTE_LIFE`.
        """
        return self._notes(lead_id, generation, rep, self._now().toordinal())[-1]

    def read_note(self, text: str, reps: Iterable[str], *, even_expired: bool = False) -> tuple[str, str, str]:
        """The lead id, the generation, and which of these reps it is of. Raises `ExpiredToken` or `BadToken`."""
        said = text.lower()
        lead_id, generation, day = [*said.split("-"), "", ""][:3]
        try:
            signed, age = int(day, 32), int(generation)
        except ValueError as error:
            raise BadToken from error
        whose = [rep for rep in reps for token in self._notes(lead_id, age, rep, signed) if _same(token, said)]
        if not whose:
            raise BadToken
        if self._now().toordinal() > signed + NOTE_LIFE.days and not even_expired:
            raise ExpiredToken(datetime.fromordinal(signed).replace(tzinfo=UTC) + NOTE_LIFE)
        return lead_id, generation, whose[0]

    def _notes(self, lead_id: str, generation: int, rep: str, day: int) -> list[str]:
        """One by each key, oldest to newest. The day it was signed on stands in it as a number to the base of 32."""
        head = f"{lead_id}-{generation}-{_to_base_32(day)}"
        return [f"{head}-{_short(key, f'note:{head}:{rep}')}" for key in self._keys]

    def sign_return(self, lead_id: str, generation: int, mail: str) -> str:
        """A token as long, for what comes back of one mail. It begins with the lead id; the signature binds the mail.

        So there is no room to lose for naming the mail, and who reads it asks of each mail there is: was it this?
        """
        return self._returns(lead_id, generation, mail)[-1]

    def is_return_of(self, text: str, lead_id: str, generation: int, mail: str) -> bool:
        """Whether that is the token of this mail."""
        said = text.lower().encode()
        fits = [hmac.compare_digest(said, token.encode()) for token in self._returns(lead_id, generation, mail)]
        return any(fits)

    def _returns(self, lead_id: str, generation: int, mail: str) -> list[str]:
        """One by each key, oldest to newest."""
        about = f"bounce:{lead_id}-{generation}-{mail}"
        return [f"{lead_id}-{generation}-{_short(key, about)}" for key in self._keys]

    def _serializer(self, use: TokenUse) -> URLSafeTimedSerializer:
        if use not in self._serializers:
            self._serializers[use] = self._made(use)
        return self._serializers[use]

    def _made(self, use: TokenUse) -> URLSafeTimedSerializer:
        now = self._now

        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(now().timestamp())

        return URLSafeTimedSerializer(
            self._keys,
            salt=f"leadlight.{use}",
            signer=Signer,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )


def _is_plain(text: str) -> bool:
    """Whether its signature is written as we write it. What it signs cannot be written in two ways."""
    signature = text.rpartition(".")[2].encode()
    return base64_encode(base64_decode(signature)) == signature


def _same(token: str, said: str) -> bool:
    return hmac.compare_digest(token.encode(), said.encode())


def _to_base_32(number: int) -> str:
    """As `int(text, 32)` reads it."""
    digits = ""
    while number:
        number, digit = divmod(number, 32)
        digits = "0123456789abcdefghijklmnopqrstuv"[digit] + digits
    return digits


def _short(key: str, about: str) -> str:
    """80 bits of signature. `about` begins with what it is good for."""
    digest = hmac.new(key.encode(), f"leadlight.{about}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()
