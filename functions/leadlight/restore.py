"""Were the leads put back from a copy? Then nothing is sent until an operator says that all is in place.

The tick keeps the marks, the ledger asks before it sends, `leadlight leads resume --after-restore` lifts the hold.
"""

from __future__ import annotations

from leadlight.model.exchange import EPOCH_NOTE, SIGNED_OUT, Dossier
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.epoch import Mark, is_restored, lifted, mark_of, raised


def is_held(services: Services) -> bool:
    """Whether the leads are a copy that nobody has said yes to."""
    leads, keys = _marks(services)
    return is_restored(leads, keys)


def keep_watch(services: Services) -> bool:
    """Raises both marks when it is time, the leads' first: a crash in between looks like nothing. False if held."""
    leads, keys = _marks(services)
    if is_restored(leads, keys):
        return False
    if mark := raised(leads, services.clock.now()):
        _note(services, mark)
    return True


def mark_for(services: Services, dossier: Dossier) -> tuple[Mark | None, bool]:
    """The leads' mark as it came along with what is due, and whether nothing may be sent.

    The two marks were not read in one moment: where they differ, the tick may just be raising them.
    """
    beside = services.keys.note(EPOCH_NOTE) if dossier.keys_epoch is None else dossier.keys_epoch
    leads = mark_of(dossier.epoch)
    return leads, is_restored(leads, mark_of(beside)) and is_held(services)


def resume_after_restore(services: Services) -> Mark:
    """An operator says that leads and keys are in place: from now on mails go out again.

    Follow-ups planned up to now are not sent again: they count as sent where the carrier shows them, and are parked
    where nobody knows. Also for a restore that could not be noticed, since the keys were put back together with the
    leads: called before the first start, it does the same.

    Sessions at the desk are over, everybody's: the copy does not know which of them had ended since it was made. First,
    so that who is cut off here is held still, and calls again.
    """
    for person in open_bundle(services.files).team.people:
        services.store.raise_note(f"{SIGNED_OUT}{person.id}", services.clock.now().isoformat())
    mark = lifted(*_marks(services), services.clock.now())
    _note(services, mark)
    return mark


def _marks(services: Services) -> tuple[Mark | None, Mark | None]:
    """The leads' mark and the keys', which is read first: raised by another in between, it only looks older."""
    keys = mark_of(services.keys.note(EPOCH_NOTE))
    return mark_of(services.store.note(EPOCH_NOTE)), keys


def _note(services: Services, mark: Mark) -> None:
    services.store.raise_note(EPOCH_NOTE, str(mark))
    services.keys.raise_note(EPOCH_NOTE, str(mark))
