"""Which words does a rep read out before mails may follow a sale? Put into the bundle by the build.

No form has promised what a sale begins, so somebody has to be asked. The receipt of their yes names these very words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from leadlight.model.person import Promise, Purpose
from leadlight.model.sequence import AFTER_SALE
from leadlight.model.site import SequenceRef, Wording
from leadlight.playbook.promise import mails_in_words


def spoken_of(sequences: Iterable[SequenceRef]) -> Wording | None:
    """The words with the most that may follow, whatever stage is reached; None if no stage begins any mails."""
    by_stage: defaultdict[str, list[Promise]] = defaultdict(list)
    for each in sequences:
        if each.starts_when and each.promise and each.promise.mails:
            by_stage[each.starts_when].append(each.promise)
    if not by_stage:
        return None
    promise = Promise(
        mails=max(sum(each.mails for each in begun) for begun in by_stage.values()),
        days=max(each.days for begun in by_stage.values() for each in begun),
        channels=("mail",),
        purpose=AFTER_SALE,
        sequence=None,
        version=None,
    )
    return Wording(form=AFTER_SALE, language="en", wording={Purpose.FOLLOW_UP: _words(promise)}, promise=promise)


def _words(promise: Promise) -> str:
    return (
        f"May we write to you from here on, so that you get the most out of it: at most {mails_in_words(promise)}? "
        "Each mail has a link that ends them."
    )
