"""What somebody of the team sees at the desk: the door, whose turn it is, a company, a QR code, a form for new people.

Plain data in, a whole page out; `pages.desk_lead` has the page of one lead. Made for a thumb on a phone, without a
script; nothing changes by being opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.person import GateId, Purpose
from leadlight.model.site import ConsentMode, Gate
from leadlight.model.team import Person, Team
from leadlight.model.touch import TouchKind
from leadlight.pages.briefing import NEXT
from leadlight.pages.frame import page
from leadlight.playbook.bundle import Bundle
from leadlight.playbook.promise import in_words
from leadlight.profile import Profile
from leadlight.rep.desk import SEARCHED, Desk, Entry, may_see
from leadlight.rules.form import TURNS
from leadlight.rules.next_action import PAUSE, why_nothing
from leadlight.rules.routing import member
from leadlight.rules.there import named
from leadlight.rules.turns import Urgency

HEADINGS = {
    Urgency.OVERDUE: "Overdue",
    Urgency.TODAY: "Today",
    Urgency.COMING: "Coming",
    Urgency.WAITING: "Waiting",
}

WHY = {
    TouchKind.ASKED: "asks something",
    TouchKind.REPLIED: "has answered",
    TouchKind.CALL_WANTED: "wants a call",
    TouchKind.CONFIRMED: "waits to be let in",
    TouchKind.OUTCOME: "your next step",
    TouchKind.CLAIMED: "log how it went",
    TouchKind.HOLD_LAPSED: "was left open",
    TouchKind.SKIPPED: "your step of the plan",
    TouchKind.ADDED: "from your day: get in touch",
    TouchKind.IMPORTED: "from a list: get in touch",
    TouchKind.HANDED_OVER: "handed over to you",
    TouchKind.SATISFACTION: "is not happy",
    TouchKind.OFFER_ANSWERED: "has accepted the offer",
    TouchKind.FACT: "another system says something new",
}
"""Why it is the rep's turn, by the touch that asks for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One lead of a list: who, why, when, and where the one link goes; no link for somebody else's lead."""

    who: str
    why: str
    when: str
    link: str


def sign_in(shell: str, *, asked: bool = False) -> str:
    """The door: an address, and a button that has a link mailed. `asked`: it was, if the address is one of ours."""
    return page(shell, "sign_in.html", heading="Look into your mail" if asked else "Sign in to the desk", asked=asked)


def enter(shell: str, *, name: str, token: str) -> str:
    """What the mailed link opens: one button that posts `enter` to `/sign-in`."""
    return page(shell, "sign_in_enter.html", heading="One tap, and you are in", name=name, token=token)


def used(shell: str, *, token: str) -> str:
    """The link was used before: the desk, where it was used here, or a button that has a fresh one mailed."""
    return page(shell, "sign_in_used.html", heading="This link was used already", token=token)


def desk(shell: str, found: Desk, *, me: Person, zone: ZoneInfo, colleagues: Sequence[Desk], query: str = "") -> str:
    """The leads of one person by next action; for a manager, everybody's figures, too."""
    own = found.whose.id == me.id
    sections = [
        (urgency, HEADINGS[urgency], found.counts[urgency], [_line(entry, zone) for entry in entries])
        for urgency, entries in found.entries.items()
    ]
    return page(
        shell, "desk.html", heading="Your desk" if own else f"The desk of {found.whose.name}",
        found=found, sections=sections, colleagues=colleagues, query=query, own=own, urgency=Urgency,
        times=named(zone.key),
    )  # fmt: skip


def results(
    shell: str, found: Sequence[tuple[Lead, Profile]], *, query: str, team: Team, zone: ZoneInfo, all_seen: bool
) -> str:
    """What a search has found."""
    lines = [
        Line(who_is(profile), f"{lead.stage}, with {_owner(lead, team)}", when(lead.created_at, zone), link_to(lead))
        for lead, profile in found
    ]
    limit = 0 if all_seen else SEARCHED
    heading, times = f"“{query.translate(TURNS)}”", named(zone.key)
    return page(shell, "desk_results.html", heading=heading, lines=lines, query=query, limit=limit, times=times)


def company(
    shell: str, name: str, found: Sequence[tuple[Lead, Profile, datetime]], *, me: Person, team: Team, zone: ZoneInfo
) -> str:
    """All leads of one company. Whose lead is a colleague's is not named to others: only that there is somebody."""
    lines = [
        Line(
            who_is(profile) if may_see(me, lead) else "Somebody else there",
            f"{lead.stage}, with {_owner(lead, team)}",
            f"last contact {when(last, zone)}",
            link_to(lead) if may_see(me, lead) else "",
        )
        for lead, profile, last in found
    ]
    return page(shell, "desk_company.html", heading=name or "One company", lines=lines, times=named(zone.key))


def add(shell: str, bundle: Bundle, *, chosen: str) -> str:
    """The form for somebody from the rep's own day. `chosen` is the gate that they asked for, if they did."""
    gates = _gates(bundle)
    gate = bundle.manifest.gates.get(GateId(chosen))
    wording = bundle.wording(gate.wording) if gate else None
    return page(
        shell, "desk_add.html", heading="Add somebody", gates=gates, chosen=chosen if gate else "",
        title=gate.title if gate else "",
        wording=gate.wording if gate else "",
        words=wording.wording.get(Purpose.CONTENT, "") if wording else "",
        follow=wording.wording.get(Purpose.FOLLOW_UP, "") if wording else "",
        promise=in_words(wording.promise, language=wording.language) if wording else "",
        required=gate is not None and gate.consent is ConsentMode.REQUIRED,
        us=bundle.team.company.name,
    )  # fmt: skip


def added(shell: str, *, owner: str) -> str:
    """Where the person is a colleague's already."""
    return page(shell, "desk_added.html", heading=f"They are with {owner} already", owner=owner)


def qr(shell: str, bundle: Bundle, *, me: Person, chosen: str, address: str, svg: str) -> str:
    """The QR code of one rep and gate, to print or to hold out."""
    gate = bundle.manifest.gates.get(GateId(chosen))
    return page(
        shell, "qr.html", heading=gate.title if gate else "Your QR code",
        gates=_gates(bundle), chosen=chosen if gate else "", address=address, svg=svg, name=me.name,
    )  # fmt: skip


def who_is(profile: Profile) -> str:
    """Name and company, as far as they are known, else the address."""
    known = (profile.name or profile.address, profile.fields.get("company", ""))
    return ", ".join(part for part in known if part) or "Somebody whose data is gone"


def link_to(lead: Lead) -> str:
    """The page of one lead."""
    return f"/rep/desk/lead/{lead.id}"


def when(at: datetime, zone: ZoneInfo) -> str:
    """A moment as a person says it, where that person works."""
    return f"{at.astimezone(zone):%a %d %b, %H:%M}"


def of_row(row: Due) -> str:
    """What a due row will do by itself, or ask for."""
    if row.kind is DueKind.CLAIM:
        return "goes to the next rep unless somebody takes it"
    if row.ref.startswith(PAUSE):
        return "the pause ends, and follow-ups go on"
    slug = row.ref.rpartition("/")[2].partition("~")[0].lstrip("0123456789-").replace("-", " ")
    words = NEXT.get(row.kind, "Something is due").format(slug=slug)
    return words[:1].lower() + words[1:]


def _line(entry: Entry, zone: ZoneInfo) -> Line:
    turn, lead = entry.turn, entry.lead
    at = when(turn.at, zone) if turn.at else ""
    link = link_to(lead)
    who = who_is(entry.profile)
    if turn.row is not None and turn.row.kind is DueKind.CLAIM:
        return Line(who, "nobody has taken it: then it goes to the next rep", f"until {at}", link)
    if turn.urgency is Urgency.WAITING:
        why = of_row(turn.row) if turn.row else why_nothing(lead) or "nothing is planned"
        return Line(who, why, at, link)
    why = WHY.get(turn.cause.kind, "your turn") if turn.cause else "your turn"
    if turn.row is not None and turn.row.kind is DueKind.HOLD and turn.urgency is Urgency.TODAY:
        return Line(who, "log how it went", f"the take-over lapses {at}", link)
    waiting = turn.cause is not None and turn.at == turn.cause.at
    return Line(who, why, f"since {at}" if waiting else at, link)


def _owner(lead: Lead, team: Team) -> str:
    person = member(team, lead.owner)
    return person.name if person else f"{lead.owner} (has left)" if lead.owner else "nobody"


def _gates(bundle: Bundle) -> Mapping[GateId, Gate]:
    gates = bundle.manifest.gates
    return {gate: gates[gate] for gate in sorted(gates, key=lambda gate: (gates[gate].title, gate))}
