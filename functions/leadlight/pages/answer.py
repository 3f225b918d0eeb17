"""What a lead sees behind the one-tap links of a mail: the question with its buttons, then what became of the answer.

Changes nothing by being opened: what acts is a button that posts.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.pages.frame import page
from leadlight.rules.offers import ACCEPTED, DECLINED, NO, OFFER, YES
from leadlight.visitor.answer import CHOICES, OTHER, Asked
from leadlight.words import N_, day, words_of

BUTTONS = {
    ACCEPTED: N_("Yes, I accept"),
    DECLINED: N_("No, thank you"),
    YES: N_("Yes, I am satisfied"),
    NO: N_("No, not quite"),
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
    _ = words_of(asked.language).gettext
    heading = (
        asked.step.offer_in(asked.language) if asked.what == OFFER and asked.step.offer else _("Are you satisfied?")
    )
    return page(
        shell,
        "answer.html",
        heading=heading,
        language=asked.language,
        buttons=[Button(value, _(BUTTONS[value])) for value in values],
        done="",
        reasons=(),
        **_common(asked),
    )


def thanks(shell: str, asked: Asked) -> str:
    """What became of it, and after a no to an offer one question more."""
    _ = words_of(asked.language).gettext
    said = asked.stands.facts["answer"] if asked.stands else ""
    reasons = [Button(each.name, each.title_in(asked.language), "why") for each in asked.why]
    if reasons:
        reasons.append(Button(OTHER, _("Something else"), "why"))
    return page(
        shell,
        "answer.html",
        heading=_(HEADINGS[said]),
        language=asked.language,
        buttons=(),
        done=_done(asked, said),
        reasons=reasons,
        **_common(asked),
    )


HEADINGS = {
    ACCEPTED: N_("Thank you. It is noted"),
    DECLINED: N_("Noted, and thank you for saying so"),
    YES: N_("Good to hear. Thank you"),
    NO: N_("Thank you for saying so"),
}


DONE = {
    ACCEPTED: N_("{who} has been told just now, and gets in touch with you about what comes next."),
    DECLINED: N_("{who} has been told, and will not ask for this again."),
    NO: N_("{who} has been told just now, and gets in touch with you. Until then no mail comes by itself."),
}
GLAD = N_("{who} will be glad to read it.")


def _common(asked: Asked) -> dict[str, object]:
    _ = words_of(asked.language).gettext
    said = asked.stands.facts["answer"] if asked.stands else ""
    other = next((value for value in CHOICES[asked.what] if value != said), "")
    return {
        "token": asked.token,
        "what": asked.what,
        "company": asked.company,
        "rep": asked.rep,
        "offer": asked.step.offer,
        "until": day(asked.until, asked.language) if asked.until else "",
        "over": asked.over,
        "said": _(BUTTONS[said]) if said in BUTTONS else "",
        "other": Button(other, _(BUTTONS[other]) if other in BUTTONS else ""),
        "booking": asked.rep.booking if said == ACCEPTED else "",
    }


def _done(asked: Asked, said: str) -> str:
    said_to = words_of(asked.language).gettext(DONE.get(said, GLAD))
    return said_to.format(who=asked.rep.name)
