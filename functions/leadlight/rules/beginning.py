"""What does a form begin that a stranger has sent? Pure; for `visitor.access`, and for `rights` where its sender was
being erased when it came.
"""

from __future__ import annotations

from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.person import Capture
from leadlight.rules.source import FROM

BY_FORM = "form"
"""How a stranger's consent was given, as their capture says."""


def lead_of(capture: Capture) -> Lead:
    """Who sent it, where there is no lead of that id; whose QR code led here has them."""
    brought_by = (capture.campaign or {}).get(FROM)
    return Lead(
        id=capture.lead_id, created_at=capture.at, generation=capture.generation, language=capture.language,
        owner=brought_by, source=f"qr/{brought_by}" if brought_by else "",
    )  # fmt: skip


def rows_of(capture: Capture, *, tell_rep: bool) -> tuple[Due, ...]:
    """The mail that asks to confirm, and the one to a rep where the page opened at once."""
    lead, generation, now = capture.lead_id, capture.generation, capture.at
    opt_in = Due(lead, generation, DueKind.MAIL, f"optin/{capture.id}", now, (capture.id,))
    tell = Due(lead, generation, DueKind.MAIL, f"notify/captured/{capture.id}", now)
    return (opt_in, tell) if tell_rep else (opt_in,)
