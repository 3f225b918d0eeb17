"""What does a rep's one line say about a contact, such as "reached, Tuesday, SSO"? Asked by `rep.by_mail`.

The answer is the fields of the outcome's form, so that a line and a tap are read by the same rules after this. Each
clause has to match one pattern as a whole. Nothing is guessed: what does not match, or contradicts another clause, is
kept as the note and named as not understood. English words; days and times by the rep's clock, see `rules.moment`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from leadlight.model.criteria import Authority
from leadlight.model.lead import Stage
from leadlight.model.touch import Objective, WhyNot
from leadlight.rules.moment import MONTHS, moment
from leadlight.rules.outcome import ContactBy, amount_of, amount_text

WHO = r"(?: (?:her|him|them))?"
THEY = r"(?:(?:she|he|they) )?"
REACHED = "reached"
"""A field of this module alone: somebody was spoken to, whatever came of it."""

PATTERNS: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (rf"(?:i )?(?:reached|spoke (?:to|with)|talked (?:to|with)){WHO}|(?:we )?(?:spoke|talked)", {REACHED: "yes"}),
        (rf"(?:i )?met(?: with)?{WHO}|had a meeting", {REACHED: "yes", "channel": ContactBy.MEETING}),
        (r"achieved|success|it worked", {"achieved": "yes"}),
        (r"advanced", {"achieved": "yes", "objective": Objective.ADVANCE}),
        (
            rf"not reached|(?:could not|couldn'?t|did not|didn'?t) reach{WHO}|no answer|nobody answered",
            {"why_not": WhyNot.NOT_REACHED},
        ),
        (r"voice ?mail|left (?:a )?(?:message|voice ?mail)", {"why_not": WhyNot.NOT_REACHED}),
        (r"(?:wrong|bad) time|busy|not now", {"why_not": WhyNot.WRONG_TIME}),
        (r"(?:the )?wrong person|not the right person", {"why_not": WhyNot.WRONG_PERSON}),
        (r"(?:an )?objection", {"why_not": WhyNot.OBJECTION}),
        (r"no need|not interested|no interest|disqualif(?:y|ied)", {"why_not": WhyNot.NO_NEED}),
        (r"lost", {"why_not": WhyNot.LOST}),
        (rf"{THEY}decides?|(?:is )?(?:the )?decision[ -]maker", {"authority": Authority.DECIDES}),
        (rf"{THEY}influences?(?: it| the decision)?", {"authority": Authority.INFLUENCES}),
        (rf"{THEY}uses? it", {"authority": Authority.USES}),
        (rf"{THEY}(?:(?:has|have) )?no (?:say|authority)", {"authority": Authority.NONE}),
        (r"by (?:phone|call)|on the phone|phone call", {"channel": ContactBy.CALL}),
        (r"in person|in a meeting", {"channel": ContactBy.MEETING}),
        (r"by e?-?mail", {"channel": ContactBy.MAIL}),
        (r"satisfied|happy", {"satisfaction": "yes"}),
        (r"unhappy|dissatisfied|not (?:satisfied|happy)", {"satisfaction": "no"}),
    )
)
"""What a clause says, if it matches as a whole."""

WON = {"stage": Stage.CUSTOMER, "achieved": "yes", "objective": Objective.CLOSE}
DEALS: Mapping[str, Mapping[str, str]] = {"won": WON, "sold": WON, "opportunity": {"stage": Stage.OPPORTUNITY}}

DEAL = re.compile(r"(won|sold|opportunity)(?:(?: for| at| worth|:)? (.+))?", re.IGNORECASE)
WORTH = re.compile(r"(?:worth |value:? )(.+)|((?:[€$£]|[a-z]{3}) ?\d.*|\d.* ?(?:[€$£]|[a-z]{3}))", re.IGNORECASE)
LOST_TO = re.compile(r"lost(?: it)? to (.+)", re.IGNORECASE)
OBJECTION = re.compile(r"objections?:? (.+)", re.IGNORECASE)
MINUTES = re.compile(r"(\d{1,3}) ?(?:min|mins|minutes?)|(\d{1,2}) ?(?:h|hours?)", re.IGNORECASE)
TOLD = re.compile(r"\b(note|feedback on (?:the |this )?(?:page|product)) ?: ?(.+)\Z", re.IGNORECASE | re.DOTALL)

NEXT_WORDS = frozenset(
    re.findall(
        r"\S+",
        "call ring phone mail email write meet meeting demo visit see talk follow up follow-up followup next step "
        "step: next: contact back again then her him them me to a i will wants want on at by agreed booked appointment",
    )
)
"""Words that may stand around the time of a next step."""

SMALL_WORDS = frozenset({"on", "at", "by", "then", "next", "next:", "step", "step:"})
"""Those among them that say nothing of what it is."""

MONTHS_DOT = rf"(?<=\b(?:{'|'.join(MONTHS)})\.)|(?<=\bsept\.)"
CLAUSES = re.compile(
    rf"\s*(?:(?<!\d)[,;]|[,;](?!\d)|(?<=[a-z]{{3}})\.(?=\s)(?!(?:{MONTHS_DOT})\s+\d)|\n)\s*", re.IGNORECASE
)
"""Where a clause ends: not within a number, nor after the dot of a short word, nor within `Jan. 13`."""

OBJECTED = "objected"
"""A field of this module alone: an objection was named, which is the result where no other is."""

RESULTS = ("achieved", "why_not")
MOST_CLAUSES = 12
LONGEST = 1800
"""Characters of a note; a form takes a little more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line may speak of: the rep's clock, when work begins by it, the team's currency, the known objections."""

    now: datetime  # in the rep's zone
    opens: time = time(9)
    currency: str = "EUR"
    objections: Mapping[str, str] = field(default_factory=dict)  # name to title


@dataclass(frozen=True, slots=True)
class Line:
    """`values` are fields of the outcome's form; without `achieved` or `why_not` no result was understood.

    `unclear` are the clauses that were not understood. They stand in the note as well.
    """

    values: Mapping[str, str]
    unclear: tuple[str, ...] = ()

    @property
    def has_result(self) -> bool:
        """Whether it says what came of a contact."""
        return any(name in self.values for name in RESULTS)


Said = Mapping[str, str]


def understood(text: str, terms: Terms) -> Line:
    """What the first paragraph says; what follows it is a note."""
    first, _, rest = text.strip().partition("\n\n")
    told: dict[str, str] = {}
    if match := TOLD.search(first):
        first, told = first[: match.start()], _told(match[1].lower(), " ".join(match[2].split()))
    clauses = _joined([clause for clause in map(_bare, CLAUSES.split(first)) if clause], terms)
    read = [pair for clause in clauses[:MOST_CLAUSES] for pair in _read(clause, terms)]
    unclear = [clause for clause, said in read if said is None]
    meant = [(clause, said) for clause, said in read if said is not None]
    contradicted = _contradicting(meant)
    values = _together([said for clause, said in meant if clause not in contradicted])
    left = [*unclear, *contradicted, *_no_result(values, meant), *clauses[MOST_CLAUSES:]]
    unclear = list(dict.fromkeys(left))
    note = "\n".join(part for part in (told.pop("note", ""), ", ".join(unclear), rest.strip()) if part)[:LONGEST]
    return Line({**values, **told, **({"note": note} if note else {})}, tuple(unclear))


def _bare(clause: str) -> str:
    """Without what stands at its ends; the dot behind a number may belong to it."""
    return re.sub(r"(?<!\d)\.+$", "", clause.strip(" !-")).strip()


def _told(about: str, text: str) -> dict[str, str]:
    """What is said to somebody: the reader of the note, or those who write."""
    if about == "note":
        return {"note": text}
    return {"feedback": text, "feedback_aim": "page" if about.endswith("page") else "product"}


def _joined(clauses: list[str], terms: Terms) -> list[str]:
    """A day and its time belong together, also where a comma stands between them."""
    joined: list[str] = []
    for clause in clauses:
        both = f"{joined[-1]} {clause}" if joined else ""
        if both and _next_step(both, terms) and (_next_step(joined[-1], terms) or _next_step(clause, terms)):
            joined[-1] = both
        else:
            joined.append(clause)
    return joined


def _read(clause: str, terms: Terms) -> list[tuple[str, Said | None]]:
    """What a clause says, or what each part of it says that "and" joins, if all of them say something."""
    said = _meaning(clause, terms)
    parts = re.split(r" and then | and ", clause, flags=re.IGNORECASE)
    if said is None and len(parts) > 1:
        read: list[tuple[str, Said | None]] = [(part, _meaning(part, terms)) for part in parts]
        if all(meant is not None for _, meant in read):
            return read
    return [(clause, said)]


def _meaning(clause: str, terms: Terms) -> Said | None:
    words = " ".join(clause.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    if words in set(Objective):
        return {"objective": words}
    for pattern, said in PATTERNS:
        if pattern.fullmatch(words):
            return said
    if match := LOST_TO.fullmatch(clause):
        return {"why_not": WhyNot.LOST, "lost_to": match[1]}
    if match := OBJECTION.fullmatch(clause):
        return _objections(match[1], terms)
    return _figures(clause, terms) or _next_step(clause, terms) or _tag(words, terms)


def _figures(clause: str, terms: Terms) -> Said | None:
    """A deal, what it is worth, how long the contact took."""
    if match := MINUTES.fullmatch(clause):
        return {"minutes": match[1] or str(60 * int(match[2]))}
    deal, worth = DEAL.fullmatch(clause), WORTH.fullmatch(clause)
    amount = deal[2] if deal else (worth[1] or worth[2]) if worth else None
    try:
        value = {"value": amount_text(amount_of(amount, terms.currency))} if amount else {}
    except ValueError:
        return None
    if deal is None:
        return value or None
    return {**DEALS[deal[1].lower()], **value}


def _objections(text: str, terms: Terms) -> Said | None:
    """The objections of that name or title; None if there is one that the playbook does not know."""
    found = [_named(part, terms) for part in re.split(r" and | & |/", text.lower())]
    return None if None in found else {"objections": ",".join(filter(None, found)), OBJECTED: "yes"}


def _tag(words: str, terms: Terms) -> Said | None:
    """An objection by its bare name."""
    name = _named(words, terms)
    return {"objections": name} if name else None


def _named(words: str, terms: Terms) -> str | None:
    wanted = words.strip().replace("-", " ")
    known = ((name, (name.lower().replace("-", " "), title.lower())) for name, title in terms.objections.items())
    return next((name for name, called in known if wanted in called), None)


def _next_step(clause: str, terms: Terms) -> Said | None:
    """When the rep's next step is, and which, as far as known words say it around the time."""
    words = clause.lower().split()
    for first, last in _spans(words):
        if at := moment(" ".join(words[first:last]), now=terms.now, opens=terms.opens):
            around = [*clause.split()[:first], *clause.split()[last:]]
            said = " ".join(word for word in around if word.lower() not in SMALL_WORDS)
            return {"next_at": at.isoformat(), **({"next": said[:1].upper() + said[1:]} if said else {})}
    return None


def _spans(words: list[str]) -> Iterator[tuple[int, int]]:
    """From the whole inwards: what may be the time, with nothing but known words around it."""
    known = [word in NEXT_WORDS for word in words]
    for first in range(len(words)):
        if not all(known[:first]):
            return
        for last in range(len(words), first, -1):
            if not all(known[last:]):
                break
            yield first, last


def _contradicting(meant: list[tuple[str, Said]]) -> list[str]:
    """The clauses that say of the same thing what others do not."""
    by_field: dict[str, dict[str, list[str]]] = {}
    for clause, said in meant:
        for name, value in _claims(said):
            by_field.setdefault(name, {}).setdefault(value, []).append(clause)
    told = [
        clause for values in by_field.values() if len(values) > 1 for clauses in values.values() for clause in clauses
    ]
    return list(dict.fromkeys(told))


def _claims(said: Said) -> Iterator[tuple[str, str]]:
    """The fields of a clause that can have one value only. Any result but "not reached" claims that they spoke."""
    for name, value in said.items():
        if name in RESULTS:
            yield "result", value
        elif name not in {"objections", "next", OBJECTED, REACHED}:
            yield name, value
    if REACHED in said or OBJECTED in said or "why_not" in said:
        yield "reached", "no" if said.get("why_not") == WhyNot.NOT_REACHED else "yes"


def _together(meant: list[Said]) -> dict[str, str]:
    """All of them as one. A named objection is the result where no other is; so is having reached somebody at all."""
    values = {name: value for said in meant for name, value in said.items()}
    if tags := [said["objections"] for said in meant if "objections" in said]:
        values["objections"] = ",".join(dict.fromkeys(",".join(tags).split(",")))
    if values.pop(OBJECTED, "") and not any(name in values for name in RESULTS):
        values["why_not"] = WhyNot.OBJECTION
    reached = values.pop(REACHED, "")
    if reached and not any(name in values for name in RESULTS) and values.get("objective", Objective.START) == "start":
        values |= {"achieved": "yes", "objective": Objective.START}
    return values


def _no_result(values: Said, meant: list[tuple[str, Said]]) -> list[str]:
    """That somebody was reached says nothing of another aim than to begin a conversation."""
    if any(name in values for name in RESULTS):
        return []
    return [clause for clause, said in meant if REACHED in said]
