"""Is this a country, a currency, an amount, an end? Words from closed sets, beyond enums. Raises ValueError saying what
to write. Build only; called by `shapes`."""

from __future__ import annotations

import difflib
import math
import re

from leadlight.model.lead import Stage
from leadlight.model.touch import Objective
from leadlight.playbook.findings import nearest

ENDINGS = ("replied", "taken-over", Stage.PROSPECT, Stage.OPPORTUNITY, Stage.CUSTOMER, *Objective)
"""The facts that may end a sequence before its time."""


STARTS = (Stage.CUSTOMER, Stage.REPEAT, Stage.OPPORTUNITY)
"""The stages that may begin a sequence."""


def beginning(value: object) -> str | None:
    """One of the stages that may begin a sequence."""
    if value is not None and value not in STARTS:
        raise ValueError(f"nothing starts when a lead becomes `{value}`{nearest(str(value), [str(s) for s in STARTS])}")
    return None if value is None else str(value)


def endings(value: object) -> tuple[str, ...]:
    """One fact or a list of them, each once."""
    words = [str(word).strip() for word in (value if isinstance(value, list) else [value])]
    for word in words:
        if word not in ENDINGS:
            raise ValueError(f"nothing ends by `{word}`{nearest(word, [str(end) for end in ENDINGS])}")
    return tuple(dict.fromkeys(words))


def country_code(text: str) -> str:
    """A country whose public holidays are known, in two capital letters (ISO 3166-1); nothing for none."""
    from holidays import list_supported_countries  # noqa: PLC0415  # takes its time, and few playbooks name a country
    from holidays.registry import COUNTRIES  # noqa: PLC0415  # the same

    code = text.strip().upper()
    if not code or code in list_supported_countries(include_aliases=False):
        return code
    names = {_letters(name): known[1] for known in COUNTRIES.values() for name in known}
    near = difflib.get_close_matches(_letters(text), names, n=1, cutoff=0.8)
    instead = f"did you mean `{names[near[0]]}`?" if near else "write its two letters, such as `GB` or `PL`"
    raise ValueError(f"{text!r} is no country whose holidays are known; {instead}")


def currency_code(text: str) -> str:
    """Three capital letters (ISO 4217)."""
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f"{text!r} is no currency; write three capital letters, such as `EUR`")
    return text


def amount(value: object) -> float:
    """A number that is not below 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"write a number of 0 or more, such as `0.8`, not {value!r}")
    return float(value)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())
