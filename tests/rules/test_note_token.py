"""The address at which a rep says in a line how it went: for one lead, one rep, one month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadlight.errors import BadToken, ExpiredToken
from leadlight.tokens import NOTE_LIFE, Tokens

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
TOKENS = Tokens(["k" * 32], lambda: NOW)
LEAD, REPS = "mfrggzdfmztwq2lknnwg23tpob", ["olaf", "rita", "mark"]
TOKEN = TOKENS.sign_note(LEAD, 1, "rita")


def at(moment: datetime, *keys: str) -> Tokens:
    return Tokens(keys or ["k" * 32], lambda: moment)


def test_it_tells_the_lead_the_generation_and_whose_it_is() -> None:
    assert TOKENS.read_note(TOKEN, REPS) == (LEAD, "1", "rita")
    assert len(f"note+{TOKEN}") <= 64


def test_it_bears_folding_of_case_and_a_new_key() -> None:
    assert at(NOW, "k" * 32, "n" * 32).read_note(TOKEN.upper(), REPS)[2] == "rita"


def test_it_holds_for_a_month() -> None:
    assert at(NOW + NOTE_LIFE).read_note(TOKEN, REPS)[2] == "rita"
    late = at(NOW + NOTE_LIFE + timedelta(days=1))
    with pytest.raises(ExpiredToken):
        late.read_note(TOKEN, REPS)
    assert late.read_note(TOKEN, REPS, even_expired=True)[2] == "rita"


@pytest.mark.parametrize(
    "forged",
    [
        TOKENS.sign_short(LEAD, 1),
        TOKENS.sign_return(LEAD, 1, "1/mail/notify/x"),
        TOKEN.replace("-1-", "-2-"),
        TOKEN.replace(LEAD, LEAD[::-1]),
        TOKENS.sign_note(LEAD, 1, "somebody"),
        at(NOW, "o" * 32).sign_note(LEAD, 1, "rita"),
        TOKEN.rpartition("-")[0] + "-" + "a" * 16,
        TOKEN.replace("-1-", "-x-"),
        TOKEN + "-",
        "\N{LATIN SMALL LETTER LONG S}" + TOKEN[1:],
        LEAD,
        "",
    ],
)
def test_nothing_else_is_one(forged: str) -> None:
    with pytest.raises(BadToken):
        TOKENS.read_note(forged, REPS)


def test_a_later_day_cannot_be_written_into_it() -> None:
    lead, generation, _, signature = TOKEN.split("-")
    _, _, later, _ = at(NOW + timedelta(days=20)).sign_note(LEAD, 1, "rita").split("-")

    with pytest.raises(BadToken):
        TOKENS.read_note("-".join((lead, generation, later, signature)), REPS)
