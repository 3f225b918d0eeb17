"""Lambda's way into `leadlight.handlers.on_visitor_request`."""

from leadlight.handlers import on_visitor_request
from leadlight.wiring.aws import aws

lambda_handler = on_visitor_request.handler(aws())
