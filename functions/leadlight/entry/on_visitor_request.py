"""Lambda's way into `leadlight.handlers.on_visitor_request`."""

from leadlight.entry import ready
from leadlight.handlers import on_visitor_request
from leadlight.handlers.edge import warmed
from leadlight.handlers.measures import measured
from leadlight.wiring.aws import aws

lambda_handler = ready(measured(on_visitor_request.handler(warmed(aws()))))
