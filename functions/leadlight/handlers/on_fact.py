"""Another system tells a fact. Its route is part of the rep's function, `on_rep_request`: one more function would cost
a role, a log and a start of its own for a few requests a day, and this one may already do all that follows.
"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from leadlight import facts
from leadlight.handlers.edge import here
from leadlight.handlers.http import as_json
from leadlight.handlers.request import check_size
from leadlight.rules.fact import read_fact

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.post("/api/hooks/<name>")
def post_fact(name: str) -> Response[str]:
    """The same answer for known and unknown addresses, and for a fact that was told before."""
    services, request = here(router)
    known = facts.known_name(services, name)
    check_size(request)
    signed = facts.Signed(
        request.headers.get("webhook-id", ""),
        request.headers.get("webhook-timestamp", ""),
        request.headers.get("webhook-signature", ""),
    )
    facts.check(services, signed, request.body)
    facts.receive(services, read_fact(known, request.body, now=services.clock.now()), signed.id)
    return as_json({"status": "taken"}, HTTPStatus.ACCEPTED)
