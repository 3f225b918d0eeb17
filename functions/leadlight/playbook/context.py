"""Which names exist in templates and expressions, and what they have. Checked at build, filled by whoever mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from leadlight.model.criteria import Authority
from leadlight.model.lead import Stage, Temperature
from leadlight.model.person import Intent
from leadlight.playbook.briefed import BriefingView, RepLinks


@dataclass(frozen=True, slots=True)
class LeadView:
    """What a template may know about a lead. Text is what the person typed: it is data, never markup."""

    first_name: str = ""
    name: str = ""
    email: str = ""
    company: str = ""
    phone: str = ""
    country: str = ""
    language: str = "en"
    temperature: Temperature = Temperature.COLD
    stage: Stage = Stage.LEAD
    intent: Intent | None = None
    satisfied: bool | None = None  # by its last word after a sale
    authority: Authority | None = None  # as far as a rep has found out
    value: float = 0.0  # of the deal, by the rep's last word; 0 where nobody said
    band: str = ""  # of `criteria.yml`, such as `high`; empty below all of them
    sales: int = 0


@dataclass(frozen=True, slots=True)
class SaleView:
    """What a sequence may ask of the lead whose stage would begin it. Nothing here is what a person typed."""

    value: float = 0.0  # by the rep's last word, in the team's currency; 0 where nobody said
    band: str = ""  # of `criteria.yml`, such as `high`; empty below all of them
    sales: int = 0
    stage: Stage = Stage.LEAD
    intent: Intent | None = None
    language: str = "en"
    country: str = ""


@dataclass(frozen=True, slots=True)
class GateView:
    """The gated page the conversation began at. `url` is absolute, `minutes` the reading time of the withheld half."""

    title: str = ""
    url: str = ""
    minutes: int = 0
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepView:
    """The person of the team who answers."""

    name: str = ""
    first_name: str = ""
    email: str = ""
    phone: str = ""
    title: str = ""
    booking: str = ""


@dataclass(frozen=True, slots=True)
class CompanyView:
    """Who is writing. `url` is the site's."""

    name: str = ""
    postal: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class TheirCompany:
    """What a criterion may ask about where a lead works. `domain` is the registered one, empty for free mail."""

    name: str = ""
    domain: str = ""
    free_mail: bool = False


class Answers:
    """What a criterion may ask of all forms' answers, by the names of their fields; empty where nothing was said."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._given.get(name, "")


@dataclass(frozen=True, slots=True)
class ScoreView:
    """How promising a lead is, for people. `points` is the sum of the reasons: (points with their sign, words) each.

    `hot` says why, where it is; `band` and `value` are those of the deal, empty where nothing is known.
    """

    points: str = ""
    temperature: Temperature = Temperature.COLD
    stage: Stage = Stage.LEAD
    hot: str = ""
    band: str = ""
    value: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    rated: bool = True  # False: they asked us not to


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses a follow-up may point to; absolute."""

    page: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class OfferView:
    """What a step offers, and the addresses of a yes and of a no; `until` is the last day in words, if there is one."""

    title: str = ""
    accept: str = ""
    decline: str = ""
    url: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class SatisfiedView:
    """The addresses of the two answers to “are you satisfied?”."""

    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One lead in a digest, why it is there, and the way to its briefing. `there` is what the lead's clock shows."""

    who: str = ""
    company: str = ""
    phone: str = ""
    why: str = ""
    there: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page that is news. `url` is absolute."""

    title: str = ""
    url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class TopicView:
    """What reps have said about one page, one step, or the product: id, words and who said them."""

    about: str = ""
    lines: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AdviceView:
    """One thing worth doing, what speaks for it, and whether it did last week."""

    todo: str = ""
    evidence: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class CountView:
    """How many did something in one week, and in the one before."""

    did: str = ""
    now: int = 0
    before: int = 0


Context = Mapping[str, object]
"""Names to values, as a template gets them."""

Names = Mapping[str, Any]
"""Names to the types they were declared with."""

_READER = {"lead": LeadView, "gate": GateView, "rep": RepView, "company": CompanyView}

STEP: Names = MappingProxyType({**_READER, "links": Links})

SALE: Names = MappingProxyType({"lead": SaleView})
"""What the `only_if` of a sequence may ask that a stage begins."""


def step_names(*, offers: bool, after_sale: bool) -> Names:
    """The names for one step: more of them where it makes an offer, or comes after a sale."""
    more = {**({"offer": OfferView} if offers else {}), **({"satisfied": SatisfiedView} if after_sale else {})}
    return MappingProxyType({**STEP, **more})


MESSAGES: Mapping[str, Names] = MappingProxyType(
    {
        "confirm": {
            "gate": GateView,
            "company": CompanyView,
            **dict.fromkeys(("link", "code", "does"), str),  # `does` is what the yes does: `opens`, `lists` or `asks`
            "agreed": tuple[str, ...],
        },
        "delivery": {**_READER, "link": str, "call": str},
        "arrived": {"lead": LeadView, "page": NewPage, "rep": RepView, "company": CompanyView},
        "news": {"lead": LeadView, "page": NewPage, "rep": RepView, "company": CompanyView},
        "consent": {"company": CompanyView, "link": str, "agreed": tuple[str, ...], "opened": str},
        "afresh": {"company": CompanyView, "link": str},
        "my-data": {"company": CompanyView, "code": str, "minutes": int},
        "notify": {
            **_READER,
            "brief": BriefingView,
            "go": RepLinks,
            "causes": tuple[str, ...],
            "link": str,
            "call": str,
            "confirmed": bool,
            "reason": str,
            "read": tuple[str, ...],
            "answers": tuple[tuple[str, str], ...],
            "question": str,
            "opening": str,
        },
        "noted": {
            "lead": LeadView,
            "rep": RepView,
            "company": CompanyView,
            "link": str,
            "understood": tuple[str, ...],
            "unclear": tuple[str, ...],
            "too_old": bool,
        },
        "moved": {"lead": LeadView, "rep": RepView, "company": CompanyView, "owner": RepView},
        "signin": {"lead": LeadView, "rep": RepView, "company": CompanyView, "link": str},
        "breaker": {
            "rep": RepView,
            "company": CompanyView,
            "since": str,
            **dict.fromkeys(("limit", "days"), int),
        },
        "crowded": {
            "rep": RepView,
            "company": CompanyView,
            "domain": str,
            **dict.fromkeys(("count", "days", "most"), int),
            "is_last": bool,
        },
        "paused": {"rep": RepView, "company": CompanyView, "why": str, "until": str},
        "desk-link": {"rep": RepView, "company": CompanyView, "link": str, "minutes": int},
        "digest": {
            "rep": RepView,
            "company": CompanyView,
            **dict.fromkeys(("call", "due", "unanswered", "cooling", "worked"), tuple[LineView, ...]),
            "headline": str,
            "more": int,
            "times": str,
            "desk": str,
        },
        "pulse": {
            "rep": RepView,
            "company": CompanyView,
            "count": int,
            "weeks": tuple[str, ...],
            "usual": str,
            "falling": bool,
            "sales": int,
            "until": str,
        },
        "weekly": {
            "rep": RepView,
            "company": CompanyView,
            "headline": str,
            "advice": tuple[AdviceView, ...],
            "counts": tuple[CountView, ...],
            "until": str,
            "topics": tuple[TopicView, ...],
            "open": int,
            "example": str,
            "insights": str,
        },
        "taken-up": {
            "rep": RepView,
            "company": CompanyView,
            **dict.fromkeys(("id", "about", "line", "commit", "subject"), str),
        },
        "manager": {
            "lead": LeadView,
            "rep": RepView,
            "company": CompanyView,
            "brief": BriefingView,
            "go": RepLinks,
            "headline": str,
            "link": str,
            "reason": str,
        },
    }
)
"""The mails outside sequences. `confirm` and `consent` have no name for anything that a person typed: whoever has had
the one sent need not own the address, nor whoever holds a forwarded link that of the other."""
