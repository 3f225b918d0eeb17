"""Lambda's way into `leadlight.handlers.on_due`: a schedule."""

from leadlight.entry import ready
from leadlight.handlers import on_due
from leadlight.handlers.measures import measured
from leadlight.wiring.aws import aws

lambda_handler = ready(measured(on_due.handler(aws())))
