"""Lambda's way into `leadlight.handlers.on_rep_request`."""

from leadlight.entry import ready
from leadlight.handlers import on_rep_request
from leadlight.handlers.edge import warmed
from leadlight.handlers.measures import measured
from leadlight.wiring.aws import aws

lambda_handler = ready(measured(on_rep_request.handler(warmed(aws()))))
