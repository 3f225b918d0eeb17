"""What a mail may say about a lead, a page, us. Fills the context types that templates were checked against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadlight import links
from leadlight.errors import BadPlaybook
from leadlight.model.criteria import Criterion
from leadlight.model.lead import Lead, Temperature
from leadlight.model.person import CallKind, CallWish, Capture, Purpose
from leadlight.model.site import TRIAL
from leadlight.model.team import Person, Team
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.context import (
    Answers,
    CompanyView,
    Context,
    GateView,
    LeadView,
    RepView,
    ScoreView,
    TheirCompany,
)
from leadlight.playbook.expressions import truth
from leadlight.playbook.promise import in_words
from leadlight.ports import Services
from leadlight.profile import Profile
from leadlight.rules.company import company_domain
from leadlight.rules.score import score
from leadlight.words import ENGLISH, day, words_of

OPENINGS = {
    "start": "Ask what made them look for this today, and listen.",
    "advance": "Ask what would have to be true for them to try it, and agree on the next date.",
    "close": "They know enough to decide. Offer the next step plainly and ask for it.",
    "relate": "Ask how it is going, and what you could have told them earlier.",
}
"""What to begin with, by the objective that is open."""

ANSWER_FIRST = "Answer them first; then ask one thing back."
"""What to begin with where they have said something."""

ACCEPTED = "They said yes to “{offer}”. Thank them, and agree on the first date."
"""What to begin with where they have accepted an offer."""

SPOKEN = frozenset({TouchKind.ASKED, TouchKind.REPLIED})
"""Touches whose words the rep gets to read."""

ENJOYED = frozenset({TouchKind.READ, TouchKind.DOWNLOADED})
"""Touches by which somebody has read what is behind a gate."""

SHOWN = frozenset({"name", "first_name", "last_name", "company", "phone", "country"})
"""Answers that have a place of their own in the mail."""


def lead_view(
    lead: Lead, profile: Profile, *, temperature: Temperature = Temperature.COLD, band: str | None = None
) -> LeadView:
    """The lead as far as it is known. Whoever does not want calls has no phone here."""
    refused = lead.call is not None and lead.call.kind is CallKind.NO
    return LeadView(
        first_name=profile.first_name,
        name=profile.name,
        email=profile.address,
        company=profile.fields.get("company", ""),
        phone="" if refused else profile.fields.get("phone", ""),
        country=profile.fields.get("country", ""),
        language=lead.language,
        temperature=temperature,
        stage=lead.stage,
        intent=lead.intent,
        satisfied=lead.satisfied,
        authority=lead.authority,
        value=lead.value or 0.0,
        band=band or "",
        sales=lead.sales,
    )


def gate_view(services: Services, bundle: Bundle, gate_id: str, language: str = "") -> GateView:
    """The gated page with its public address, in that language if there is one.

    The site itself once the page is gone, so that no plan ends with it.
    """
    gate = bundle.gate(gate_id, language) if gate_id in bundle.manifest.gates else None
    if gate is None:
        return GateView(bundle.manifest.site_name, links.page(services, ""))
    return GateView(gate.title, links.page(services, gate.page), gate.minutes, gate.files)


def rep_view(person: Person) -> RepView:
    """Somebody of the team."""
    return RepView(
        name=person.name,
        first_name=person.name.split()[0] if person.name else "",
        email=person.email,
        phone=person.phone,
        title=person.title,
        booking=person.booking,
    )


def company_view(services: Services, team: Team) -> CompanyView:
    """Us."""
    return CompanyView(team.company.name, team.company.postal, team.company.email, services.settings.site_url)


def call_in_words(call: CallWish | None, at: str = "") -> str:
    """The visitor's word on calls for a person to read; empty if nothing was said. `at`: that time by their clock."""
    if call is None:
        return ""
    match call.kind:
        case CallKind.NOW:
            return "Call now"
        case CallKind.NO:
            return "Please don't call"
        case CallKind.AT:
            at = at or (f"{call.at:%A %d %B at %H:%M} UTC" if call.at else "")
            return f"Call on {at}" if at else "Call at a time"


def call_promise(call: CallWish | None, *, language: str = ENGLISH) -> str:
    """The same as said to the visitor, as a sentence; empty where no call was wished."""
    if call is None or call.kind is CallKind.NO:
        return ""
    if call.kind is CallKind.NOW:
        return words_of(language).gettext("You asked for a call now: it is on its way.")
    assert call.at is not None  # noqa: S101 - a wish for a time has one: the form sees to it
    noted = words_of(language).gettext("You asked for a call on {day} at {time} UTC: it is noted.")
    return noted.format(day=day(call.at, language, year=False), time=f"{call.at:%H:%M}")


def words_agreed(bundle: Bundle, capture: Capture) -> tuple[str, ...]:
    """What the form of this capture agreed to, in the words it showed. They are ours, whoever typed the address."""
    wording = bundle.wording(capture.consent.wording)
    if wording is None:
        return ()
    said = [words for purpose, words in wording.wording.items() if purpose in capture.consent.purposes]
    follows = Purpose.FOLLOW_UP in capture.consent.purposes
    promise = in_words(capture.consent.promise, language=wording.language)
    what = words_of(wording.language).gettext("What follows: {promise}.").format(promise=promise)
    return (*said, *([what] if follows else []))


def said_wish(touch: Touch) -> CallWish | None:
    """The word on calls in a touch."""
    call, at = touch.facts.get("call"), touch.facts.get("at")
    return CallWish(CallKind(call), datetime.fromisoformat(at) if at else None) if call else None


def counts(touch: Touch, *, confirmed: bool) -> bool:
    """Whether a touch holds: for a confirmed lead, only what was done or said with the lead's own pass."""
    return not confirmed or touch.facts.get("confirmed") != "no"


def titles_read(bundle: Bundle, touches: tuple[Touch, ...], *, confirmed: bool) -> tuple[str, ...]:
    """The pages this lead read to the end and the files downloaded, newest first, each once."""
    seen: dict[str, None] = {}
    for touch in (touch for touch in reversed(touches) if counts(touch, confirmed=confirmed)):
        if touch.kind is TouchKind.DOWNLOADED and touch.facts.get("file") != TRIAL:
            seen.setdefault(touch.facts.get("file", ""), None)
        elif touch.kind in ENJOYED and touch.gate and touch.gate in bundle.manifest.gates:
            seen.setdefault(bundle.gate(touch.gate).title, None)
    return tuple(seen)


def criteria_met(bundle: Bundle, lead: Lead, touches: Sequence[Touch], profile: Profile) -> tuple[Criterion, ...]:
    """The criteria of `criteria.yml` that hold for this lead. One that cannot be told does not hold."""
    fit = bundle.criteria.fit
    if not fit:
        return ()
    context = _fit_context(bundle, lead, touches, profile)
    return tuple(criterion for criterion in fit if _is_met(criterion, context))


def _fit_context(bundle: Bundle, lead: Lead, touches: Sequence[Touch], profile: Profile) -> Context:
    """What criteria may ask: see `playbook.criteria.fit_names`."""
    domain = company_domain(profile.address)
    read = (t.gate for t in touches if t.gate and t.kind in ENJOYED and t.facts.get("confirmed") != "no")
    return {
        "lead": lead_view(lead, profile, band=bundle.criteria.band(lead.value)),
        "company": TheirCompany(
            profile.fields.get("company", ""), domain or "", free_mail=bool(profile.address) and not domain
        ),
        "read": tuple(dict.fromkeys(read)),
        "answers": Answers(profile.answers),
    }


def score_view(
    services: Services,  # noqa: ARG001 whoever shows a lead calls all views alike
    bundle: Bundle,
    lead: Lead,
    touches: Sequence[Touch],
    profile: Profile,
    now: datetime,
) -> ScoreView:
    """How promising the lead is, with every reason, for a mail or a page."""
    criteria = bundle.criteria
    found = score(lead, touches, criteria, fit=criteria_met(bundle, lead, touches, profile), now=now)
    currency = bundle.team.costs.currency
    return ScoreView(
        points=f"{found.points:g}",
        temperature=found.temperature,
        stage=lead.stage,
        hot=found.hot or "",
        band=criteria.band(lead.value) or "",
        value=f"{lead.value:,.0f} {currency}" if lead.value else "",
        reasons=tuple((f"{reason.points:+g}".replace("-", "\u2212"), reason.words) for reason in found.reasons),
        rated=found.rated,
    )


def _is_met(criterion: Criterion, context: Context) -> bool:
    try:
        return truth(criterion.when, context)
    except BadPlaybook:  # such as a comparison with what this lead has left open
        return False
