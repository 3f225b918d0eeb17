"""A rep answers the mail about a lead in a line, such as "reached, Tuesday, SSO": it is logged as a tap would be.

Called by `handlers.on_mail_event`. The address has a token that is this rep's for this lead, and the mail has to be
from the rep's own address: a line by anybody else changes nothing. What was understood is mailed back.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadlight.decide import decide
from leadlight.errors import BadFields, BadToken, ExpiredToken
from leadlight.incoming import Incoming
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Budget, Change
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId
from leadlight.model.team import Person
from leadlight.model.touch import Touch, TouchKind
from leadlight.noted import NOTED, TOO_OLD
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.ports import Services
from leadlight.rep.outcome import ADDING, OUTCOME, Written, write
from leadlight.rep.saying import Saying, read_saying, room_of
from leadlight.rules.attendance import hours_of
from leadlight.rules.line import LONGEST, Line, Terms, understood
from leadlight.rules.moment import day_begins
from leadlight.vault import normal_address

PER_DAY = 20
"""So many lines about one lead a day are taken: nobody has more to say, but a loop of two machines has."""


class Noted(StrEnum):
    """What became of a line; the values are what the log says."""

    LOGGED = "note.taken"
    TOO_LATE = "note.too_old"
    AUTOMATIC = "note.automatic"
    FOREIGN = "note.from_somebody_else"
    TOO_MANY = "note.too_many"
    NOBODY = "note.for_nobody"  # no token that holds, or a lead that is gone


def take(services: Services, mail: Incoming) -> tuple[Noted, LeadId | None]:
    """Stores what the line says. The same mail again changes nothing. Raises `TryAgain`."""
    bundle = open_bundle(services.files)
    found = _addressed(services, bundle, mail)
    if found is None:
        return Noted.NOBODY, None
    lead, rep, too_old = found
    if mail.automatic:
        return Noted.AUTOMATIC, lead.id
    if not mail.sender or normal_address(mail.sender) != normal_address(rep.email):
        return Noted.FOREIGN, lead.id
    touches = services.store.touches(lead.id)
    if not _within_budget(services, lead, mail, touches):
        return Noted.TOO_MANY, lead.id
    if too_old:
        _say_so(services, lead, rep, mail)
        return Noted.TOO_LATE, lead.id
    write(services, bundle, lead, _written(services, bundle, lead, rep, mail, touches))
    return Noted.LOGGED, lead.id


def _addressed(services: Services, bundle: Bundle, mail: Incoming) -> tuple[Lead, Person, bool] | None:
    """The lead and the rep that an address names, and whether it is too old to be used."""
    reps = [person.id for person in bundle.team.people]
    for token in mail.notes:
        too_old = False
        try:
            try:
                name, generation, rep = services.tokens.read_note(token, reps)
            except ExpiredToken:
                name, generation, rep = services.tokens.read_note(token, reps, even_expired=True)
                too_old = True
        except BadToken:
            continue
        lead = services.store.lead(LeadId(name))
        if lead is not None and str(lead.generation) == generation:
            return lead, bundle.team.person(rep), too_old
    return None


def _written(
    services: Services, bundle: Bundle, lead: Lead, rep: Person, mail: Incoming, touches: tuple[Touch, ...]
) -> Written:
    """The line as it is to be stored; one that contradicts the rules of the form is kept as a note alone."""
    now, hours = services.clock.now(), hours_of(rep, bundle.team)
    titles = {name: objection.title for name, objection in bundle.knowledge.objections.items()}
    terms = Terms(now.astimezone(ZoneInfo(hours.zone)), day_begins(hours), bundle.team.costs.currency, titles)
    line = understood(mail.text, terms)
    room = room_of(bundle, lead, touches, rep)
    try:
        saying = read_saying(_aimed(line, lead, touches), room, now=now, adds=not line.has_result)
    except BadFields:
        line = Line({}, (" ".join(mail.text.split())[:LONGEST],))
        saying = Saying(None, note=line.unclear[0])
    touch_id = OUTCOME + mail.id
    last = next((t for t in reversed(touches) if t.kind is TouchKind.OUTCOME and t.by == rep.id), None)
    adds_to = last.id if last and not line.has_result and now - last.at <= ADDING else ""
    aside = {"unclear": "\n".join(line.unclear)} if line.unclear else {}
    return Written(touch_id, rep.id, saying, adds_to=adds_to, aside=aside, mails=(NOTED + touch_id,))


def _aimed(line: Line, lead: Lead, touches: tuple[Touch, ...]) -> dict[str, str]:
    """The fields, a line for those who write aimed at the page that the lead has come for."""
    values = dict(line.values)
    if values.get("feedback_aim") == "page":
        gates = [*(e.gate for e in reversed(lead.enrolments)), *(t.gate for t in reversed(touches) if t.gate)]
        values["feedback_aim"] = f"page:{gates[0]}" if gates else ""
    return values


def _say_so(services: Services, lead: Lead, rep: Person, mail: Incoming) -> None:
    """Tells the rep that the line came too late, with a link that works."""

    def tell(lead: Lead) -> Change:
        ref = f"{NOTED}{TOO_OLD}{rep.id}/{mail.id}"
        return Change(lead=lead, due=(Due(lead.id, lead.generation, DueKind.MAIL, ref, services.clock.now()),))

    decide(services, lead.id, str(lead.generation), tell)


def _within_budget(services: Services, lead: Lead, mail: Incoming, touches: tuple[Touch, ...]) -> bool:
    """Whether one more line may be taken today. One that is tried again was counted before, and may."""
    if not services.settings.budgets or any(touch.id == OUTCOME + mail.id for touch in touches):
        return True
    now = services.clock.now()
    return services.store.count(Budget(f"noted/{lead.id}/{now:%Y-%m-%d}", PER_DAY, now + timedelta(days=2)))
