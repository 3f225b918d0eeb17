"""What is done with people's data on this site? The facts behind the privacy notice and the processing record.

Gathered from what does it: the forms that pages ask with, the words of each purpose, the playbook's retention, the map
of what is kept, the lives of cookies. So neither text can say less than what happens. Called by the gate plugin and by
`leadlight plan --record`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from leadlight.model.person import Purpose
from leadlight.model.site import Field, FieldType, Form
from leadlight.model.team import Company
from leadlight.playbook.front import GateFront
from leadlight.playbook.source import Playbook
from leadlight.tokens import LIFE, TokenUse
from leadlight.words import N_, words_of

YEAR, DAY = timedelta(days=365), timedelta(days=1)

PURPOSES: Mapping[Purpose, str] = {
    Purpose.CONTENT: N_("To open what you asked for"),
    Purpose.FOLLOW_UP: N_("To write to you about it"),
    Purpose.PHONE: N_("To call you"),
    Purpose.NEWS: N_("To tell you of new pages"),
}

CONSENT = N_("your consent, Art. 6 (1) (a) GDPR")
INTEREST = N_("our legitimate interest, Art. 6 (1) (f) GDPR")
BASES: Mapping[Purpose, str] = dict.fromkeys(Purpose, CONSENT)
"""What `model.person.Consent.legal_basis` says of each, as the law names it."""

BY_THEMSELVES = (
    (N_("To keep floods of forms and mails away, by counters of networks and addresses"), INTEREST),
    (N_("To see whom to call first, by points"), INTEREST),
    (N_("To learn which pages and mails help, by figures without names"), INTEREST),
)
"""What nobody is asked for, and on which basis it is done."""

KEPT_FOR = {
    "unconfirmed": N_("an address that nobody has confirmed"),
    "lead": N_("somebody who has confirmed"),
    "prospect": N_("somebody who talks with us and can decide"),
    "opportunity": N_("somebody who may buy soon"),
    "customer": N_("a customer"),
    "repeat": N_("a customer who has come again"),
    "lost": N_("somebody who has decided otherwise"),
    "lapsed": N_("somebody of whom nothing is heard any more"),
    "disqualified": N_("somebody whom we cannot help"),
}
"""The stages of a retention, as their people would say."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """One that a visitor's browser gets from us. `name` may end with an ellipsis where a page's own mark follows."""

    name: str
    why: str
    use: TokenUse

    @property
    def life(self) -> timedelta:
        """For how long at most."""
        return LIFE[self.use]


COOKIES = (
    Cookie("leadlight_pass", N_("opens what you have unlocked"), TokenUse.LEAD_PASS),
    Cookie("leadlight_gate_…", N_("opens one page at once, before you have confirmed"), TokenUse.GATE_PASS),
    Cookie("leadlight_tab_…", N_("lets you type the six digits of a mail into the page that waits"), TokenUse.TAB),
    Cookie("leadlight_open", N_("says that a page may be open here, so that it need not ask"), TokenUse.LEAD_PASS),
    Cookie("leadlight_my_data", N_("shows you your own data, after you have typed digits"), TokenUse.MY_DATA_TAB),
)
METERED = (
    Cookie("leadlight_free", N_("counts the pages that you read without a form"), TokenUse.METER),
    Cookie("leadlight_metered", N_("says how many of these are left"), TokenUse.METER),
)
"""Those of a site that lets people read some pages without a form."""


@dataclass(frozen=True, slots=True)
class Asks:
    """One form, in one language, and the ids of the pages that ask with it."""

    form: Form
    pages: tuple[str, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What people see of it, hidden ones included: those say something, too."""
        return self.form.fields


@dataclass(frozen=True, slots=True)
class Processing:
    """Everything that both texts say of one site."""

    company: Company
    asks: tuple[Asks, ...]
    retention: Mapping[str, timedelta]
    cookies: tuple[Cookie, ...]


def processing_of(playbook: Playbook, fronts: Iterable[GateFront], language: str) -> Processing:
    """What that playbook and these gates do, in the words of that language."""
    fronts = list(fronts)
    cookies = (*COOKIES, *(METERED if any(front.meter for front in fronts) else ()))
    asks = tuple(_asks(playbook, fronts, language))
    return Processing(playbook.team.company, asks, playbook.criteria.retention, cookies)


def _asks(playbook: Playbook, fronts: list[GateFront], language: str) -> Iterator[Asks]:
    """Each form that is asked with. One that no page names asks nobody."""
    for name in sorted({front.form for front in fronts}):
        asking = [front for front in fronts if front.form == name]
        form = playbook.form(name, language, follows=any(front.sequence for front in asking))
        yield Asks(form, tuple(sorted({front.id for front in asking})))


def field_in_words(field: Field, language: str) -> str:
    """Whether it has to be answered; what a hidden one says."""
    _ = words_of(language).gettext
    if field.type is FieldType.HIDDEN:
        return _("unseen, it says “{value}”").format(value=", ".join(field.choices))
    return _("required") if field.required else _("optional")


def span_in_words(span: timedelta, language: str) -> str:
    """As people count: whole years, else days, else less.

    >>> span_in_words(timedelta(days=730), "en"), span_in_words(timedelta(days=30), "en")
    ('2 years', '30 days')
    """
    words = words_of(language)
    if span >= YEAR and span % YEAR in {timedelta(), DAY}:  # a meter's year is a leap year
        return words.ngettext("{count} year", "{count} years", span // YEAR).format(count=span // YEAR)
    if span >= DAY:
        return words.ngettext("{count} day", "{count} days", span // DAY).format(count=span // DAY)
    minutes = span // timedelta(minutes=1)
    return words.ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
