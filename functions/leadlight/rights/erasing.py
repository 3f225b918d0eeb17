"""Everything about one person goes, and stays gone. Called by `visitor.my_data`, `leadlight leads erase`, retention.

First one transaction: the lead is stopped, so that no claim wins, and a due row stands. The row does the rest, here or
wherever it is found when its worker dies, as often as it takes; it is removed last. Each step may come twice:

    the mark against re-import    the keyed hash of the address, beside the keys
    mails and replies held here   by the ledger's tags, and whatever else holds the address, number or name
    what the report counts        under a name that nobody can lead back to a person
    the keys of sealed fields     so that copies of the store, too, hold only what no key opens
    every row of the lead         but the number of its generation, which is all that a new start needs

A form that comes after that first transaction is such a start: it stays, and with the last step its sender is a lead
of the next generation, who gets the mail that asks to confirm. Passes of the life before open nothing from then on.

What a carrier or a recipient has is out of reach, and so are copies that somebody made; people are told so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from leadlight import figures, gathered
from leadlight.errors import Conflict, LostKey, MissingBundle, StoreBusy
from leadlight.fate import Done
from leadlight.model.due import Due, DueKind, LedgerState
from leadlight.model.exchange import EPOCH_NOTE, About, Change
from leadlight.model.lead import Lead, StopReason
from leadlight.model.person import Capture, LeadId, Sealed
from leadlight.model.site import Unlock
from leadlight.model.touch import Touch, TouchKind
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.profile import Profile
from leadlight.rules.beginning import BY_FORM, lead_of, rows_of
from leadlight.rules.events import events_of
from leadlight.rules.past import past_of
from leadlight.rules.stop import stopped
from leadlight.tombstones import Mark, all_erased, bury
from leadlight.vault import unseal

TRIES = 8
AT_ONCE = 80
"""Due rows that one change may take along. Whoever finds a row that is left asks the lead, which is stopped."""
FORMS = 30
"""So many forms may begin a new life at once, or one transaction could not take their rows. Further ones are a flood's,
of which few mails would go out, and are erased along."""

BY_MAIL = frozenset({TouchKind.NOTIFIED, TouchKind.REPLIED, TouchKind.AUTO_REPLIED, TouchKind.BOUNCED})
"""By what a mail could be about somebody that has no tag of theirs. Of all others no mail but by its tag is looked for:
to look through a whole mailbox for each of many that never answered would take hours."""

ON_ITS_WAY = timedelta(minutes=1)
"""A form bears the time at which it came, and may be stored so much later: whether it was known is told by its id."""

COME_TO = "erased-again"
"""The note of how far the round after a restore has come: that copy's mark, and the last one looked at."""

MADE_AGAIN = "restore"
"""How an erasure came that a restored copy of the leads knew nothing of."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of somebody when it was decided that all of it goes, and when. What comes later begins anew.

    `generation`: the new one is of a greater one than this, whatever the store says.
    """

    captures: Sequence[Capture]
    at: datetime
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """How many were erased again. `is_over`: nobody is left."""

    leads: int
    is_over: bool


def begin(services: Services, lead_id: LeadId, *, how: str, known: Known | None = None) -> bool:
    """Stores that this lead is erased: from now on nothing goes out, and the rest happens by itself.

    False where there is nobody of that id. Twice is once. `how` is who wanted it, as an id; `known` is what was known
    when that was decided, if it was not just now. Raises `Conflict`.
    """
    for _ in range(TRIES):
        lead = services.store.lead(lead_id)
        rows = services.store.due_of(lead_id)
        what = known or Known(services.store.captures(lead_id), services.clock.now())
        if lead is None or any(_erases(row, lead.generation) for row in rows):
            return any(row.kind is DueKind.ERASURE for row in rows)
        try:
            services.store.commit(_stop(services, lead, rows, how, what))
        except Conflict:
            continue
        bury(services, lead.id, services.clock.now(), generation=lead.generation)
        return True
    raise Conflict("this lead changes all the time; please try again")


def erase(services: Services, lead_id: LeadId, *, how: str) -> bool:
    """The same, and all of it now, as far as no mail is on its way. Raises `TryAgain`: what is left is done later."""
    begun = begin(services, lead_id, how=how)
    go_on(services, lead_id)
    return begun


def go_on(services: Services, lead_id: LeadId) -> None:
    """Does what is left of an erasure that has begun, as `erase` does; who has begun anew since stays."""
    for row in _rows(services, lead_id):
        finish(services, row)


def is_under_way(services: Services, lead_id: LeadId) -> bool:
    """Whether something of an erasure is left to be done."""
    return bool(_rows(services, lead_id))


def _rows(services: Services, lead_id: LeadId) -> list[Due]:
    return [row for row in services.store.due_of(lead_id) if row.kind is DueKind.ERASURE]


def erase_again(services: Services, *, may_go_on: Callable[[], bool] = lambda: True) -> Again:
    """After a restore: whoever was erased before is erased again, but for the forms that they have sent since.

    To be called before the hold is lifted, until it is over: it goes on where there was no more time.
    """
    epoch = f"{services.store.note(EPOCH_NOTE) or ''}/"
    come_to = services.store.note(COME_TO) or ""
    behind = come_to.removeprefix(epoch) if come_to.startswith(epoch) else ""
    again = 0
    for mark in sorted(all_erased(services), key=lambda mark: mark.lead_id):
        if mark.lead_id <= behind:
            continue
        if not may_go_on():
            services.store.set_note(COME_TO, f"{epoch}{behind}")
            return Again(again, is_over=False)
        again += _erased_again(services, mark)
        behind = mark.lead_id
    return Again(again, is_over=True)


def _erased_again(services: Services, mark: Mark) -> bool:
    """Whether there was anything of them."""
    lead, begun = services.store.lead(mark.lead_id), False
    if lead is not None and lead.generation > mark.generation:
        return False
    if lead is not None:
        before = [each for each in services.store.captures(lead.id) if each.at <= mark.at]
        known = Known(before, mark.at, generation=mark.generation)
        begun = begin(services, lead.id, how=MADE_AGAIN, known=known)
    go_on(services, mark.lead_id)
    services.store.begin_after(mark.lead_id, mark.generation)
    return begun


def finish(services: Services, due: Due) -> Done | None:
    """What is still to be done of an erasure, by its row. Called for each such row that is due."""
    if not any(due.stands_as(row) for row in services.store.due_of(due.lead_id)):
        return None
    lead = services.store.lead(due.lead_id)
    if lead is not None and lead.generation == due.generation:
        until = _on_its_way(services, lead)
        if until:  # a mail that is being sent would lie here after all others are gone
            services.store.commit(Change(lead, due=(replace(due, at=until),)))
            return None
        _remove(services, lead, due)
    figures.settle(services, due.lead_id)
    services.store.scrub()
    services.bus.publish(events_of(_fact(services, due.lead_id, due.generation)))
    services.store.drop(due)
    with suppress(StoreBusy):  # of the row itself: nothing but the id, until the log is next moved into the file
        services.store.scrub()
    return None


def _erases(row: Due, generation: int) -> bool:
    return row.kind is DueKind.ERASURE and row.generation == generation


def _stop(services: Services, lead: Lead, rows: Sequence[Due], how: str, known: Known) -> Change:
    """The last change of a lead: nothing of it is left to happen but its end."""
    now, generation = services.clock.now(), max(lead.generation, known.generation)
    nobody = base64.b32encode(services.random(16)).decode().rstrip("=").lower()
    near = tuple(each.id for each in known.captures if each.at > known.at - ON_ITS_WAY)
    return Change(
        stopped(replace(lead, generation=generation, hold=None, pauses=()), StopReason.ERASED, known.at),
        touches=(replace(_fact(services, lead.id, generation), facts={"how": how}),),
        undue=tuple(row.key for row in rows if row.kind is not DueKind.ERASURE)[:AT_ONCE],  # of the life before
        due=(Due(lead.id, generation, DueKind.ERASURE, nobody, now, near, request=services.request),),
    )


def _fact(services: Services, lead_id: LeadId, generation: int) -> Touch:
    return Touch(f"erased/{generation}", lead_id, TouchKind.ERASED, services.clock.now())


def _on_its_way(services: Services, lead: Lead) -> datetime | None:
    """Until when somebody may still be handing over a mail of this lead's."""
    now = services.clock.now()
    held = (entry for entry in services.store.ledger(lead.id) if entry.state is LedgerState.CLAIMED)
    return max((entry.lease_until for entry in held if entry.lease_until > now), default=None)


def _remove(services: Services, lead: Lead, due: Due) -> None:
    """Takes everything away but the forms that came since; once more, where something has come or changed meanwhile."""
    store = services.store
    bury(services, lead.id, services.clock.now(), generation=lead.generation)
    for _ in range(TRIES):
        captures, touches = store.captures(lead.id), store.touches(lead.id)
        found = store.lead(lead.id)
        if found is None or found.generation != due.generation:  # another worker has done it: these may be a new life's
            return None
        lead = found
        anew = _begun_since(lead, due, captures, touches)
        if anew:
            captures = tuple(capture for capture in captures if capture not in anew.captures)
            touches = tuple(touch for touch in touches if touch not in anew.touches)
        _remove_mails(services, lead, captures, touches)
        store.keep_past(past_of(touches, to=LeadId(due.ref), named=lambda name: _unnamed(services, due.ref, name)))
        figures.forget(services, lead.id, LeadId(due.ref))
        services.keys.shred([sealed.key_id for sealed in _sealed(captures, touches)])
        gathered.blank(services, touches)
        try:
            return store.erase(lead, captures=[capture.id for capture in captures], but=due, anew=anew)
        except Conflict:
            continue
    raise Conflict("this lead changes all the time; please try again")


def _begun_since(lead: Lead, due: Due, captures: Sequence[Capture], touches: Sequence[Touch]) -> Change | None:
    """Who begins anew by forms of which nobody knew who had all of it erased; None without any.

    What came by a rep or a list is none: these may not bring back who was erased.
    """
    if lead.erased_at is None:
        return None
    since = lead.erased_at - ON_ITS_WAY
    told = {touch.facts.get("capture"): touch for touch in touches if touch.kind is TouchKind.CAPTURED}
    forms = (each for each in captures if each.consent.how == BY_FORM and each.id in told)
    late = [each for each in forms if each.at > since and each.id not in due.captures]
    if not late:
        return None
    sent = [(capture, told[capture.id]) for capture in late[:FORMS]]
    begun = replace(lead_of(late[0]), generation=lead.generation + 1, revision=lead.revision)
    rows = (rows_of(capture, tell_rep=touch.facts.get("unlock") == Unlock.FORM) for capture, touch in sent)
    return Change(
        begun,
        captures=tuple(capture for capture, _ in sent),
        touches=tuple(touch for _, touch in sent),
        due=tuple(chain.from_iterable(rows)),
    )


def _unnamed(services: Services, nobody: str, touch_id: str) -> str:
    """The same for the same touch, so that a second try writes it once; without our key nobody finds it by its id."""
    return hmac.new(services.settings.lead_key, f"past/{nobody}/{touch_id}".encode(), hashlib.sha256).hexdigest()[:24]


def _sealed(captures: Sequence[Capture], touches: Sequence[Touch]) -> Iterator[Sealed]:
    yield from (capture.sealed for capture in captures)
    yield from (touch.sealed for touch in touches if touch.sealed)


def _remove_mails(services: Services, lead: Lead, captures: Sequence[Capture], touches: Sequence[Touch]) -> None:
    """What our own mailboxes hold of what was written to them, about them and by them."""
    secrets = services.keys.secrets([sealed.key_id for sealed in _sealed(captures, touches)])
    profiles = [Profile(_opened(sealed, secrets, lead.id)) for sealed in _sealed(captures, touches)]
    addresses = filter(None, dict.fromkeys(profile.address for profile in profiles))
    names = dict.fromkeys(name for profile in profiles for name in _names(profile))
    ours, own_names = _ours(services)
    theirs = tuple(name for name in names if name and " ".join(name.split()).casefold() not in own_names)
    tags = [f"{lead.id}/{entry.key}" for entry in services.store.ledger(lead.id)]
    heard_of = lead.confirmed_at or lead.owner or lead.source or any(touch.kind in BY_MAIL for touch in touches)
    about = About((lead.id, *addresses), theirs, ours) if heard_of else About(())
    services.mailer.erase(tags, about)
    if heard_of:
        services.inbox.erase(about)


def _ours(services: Services) -> tuple[tuple[str, ...], frozenset[str]]:
    """The addresses of our own people, and their names, which stand in all their mails, whoever else goes by these.

    None without a bundle, and then their mails are known by their tags alone.
    """
    try:
        team = open_bundle(services.files).team
    except MissingBundle:
        return (), frozenset()
    addresses = (team.company.email, *(person.email for person in team.people))
    names = (team.company.name, *(person.name for person in team.people))
    return tuple(filter(None, addresses)), frozenset(" ".join(name.split()).casefold() for name in names)


def _opened(sealed: Sealed, secrets: Mapping[str, bytes], lead_id: LeadId) -> Mapping[str, str]:
    try:
        return unseal(sealed, secrets=secrets, owner=lead_id)
    except LostKey:  # shredded by the try before, which has removed these mails
        return {}


def _names(profile: Profile) -> Iterator[str]:
    """What others may go by as well. A first name alone is too many people's."""
    yield profile.fields.get("phone", "")
    yield profile.name if " " in profile.name else ""
