"""What a lead sees behind the one-tap links of a mail: the question with its buttons, then what became of the answer.

Changes nothing by being opened: what acts is a button that posts.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.pages.frame import page
from leadlight.rules.offers import ACCEPTED, DECLINED, NO, OFFER, YES, day_in_words
from leadlight.visitor.answer import CHOICES, OTHER, Asked

BUTTONS = {
    ACCEPTED: "Yes, I accept",
    DECLINED: "No, thank you",
    YES: "Yes, I am satisfied",
    NO: "No, not quite",
}
"""The words of each answer."""


@dataclass(frozen=True, slots=True)
class Button:
    """One answer. The first stands out."""

    value: str
    words: str
    name: str = "answer"


def question(shell: str, asked: Asked) -> str:
    """What the mailed link opens. The answer that was tapped in the mail stands first."""
    first = asked.said or CHOICES[asked.what][0]
    values = sorted(CHOICES[asked.what], key=lambda value: value != first)
    heading = asked.step.offer.title if asked.what == OFFER and asked.step.offer else "Are you satisfied?"
    return page(
        shell,
        "answer.html",
        heading=heading,
        buttons=[Button(value, BUTTONS[value]) for value in values],
        done="",
        reasons=(),
        **_common(asked),
    )


def thanks(shell: str, asked: Asked) -> str:
    """What became of it, and after a no to an offer one question more."""
    said = asked.stands.facts["answer"] if asked.stands else ""
    reasons = [Button(each.name, each.title, "why") for each in asked.why]
    if reasons:
        reasons.append(Button(OTHER, "Something else", "why"))
    return page(
        shell,
        "answer.html",
        heading=HEADINGS[said],
        buttons=(),
        done=_done(asked, said),
        reasons=reasons,
        **_common(asked),
    )


HEADINGS = {
    ACCEPTED: "Thank you. It is noted",
    DECLINED: "Noted, and thank you for saying so",
    YES: "Good to hear. Thank you",
    NO: "Thank you for saying so",
}


def _common(asked: Asked) -> dict[str, object]:
    said = asked.stands.facts["answer"] if asked.stands else ""
    other = next((value for value in CHOICES[asked.what] if value != said), "")
    return {
        "token": asked.token,
        "what": asked.what,
        "company": asked.company,
        "rep": asked.rep,
        "offer": asked.step.offer,
        "until": day_in_words(asked.until),
        "over": asked.over,
        "said": BUTTONS.get(said, ""),
        "other": Button(other, BUTTONS.get(other, "")),
        "booking": asked.rep.booking if said == ACCEPTED else "",
    }


def _done(asked: Asked, said: str) -> str:
    who = asked.rep.name
    match said:
        case _ if said == ACCEPTED:
            return f"{who} has been told just now, and gets in touch with you about what comes next."
        case _ if said == DECLINED:
            return f"{who} has been told, and will not ask for this again."
        case _ if said == NO:
            return f"{who} has been told just now, and gets in touch with you. Until then no mail comes by itself."
        case _:
            return f"{who} will be glad to read it."
