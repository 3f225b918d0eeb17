"""Lambda's way into `leadlight.handlers.on_mail_event`: what SES reports, and mail that came in."""

from leadlight.entry import ready
from leadlight.handlers import on_mail_event
from leadlight.handlers.measures import measured
from leadlight.wiring.aws import aws

lambda_handler = ready(measured(on_mail_event.handler(aws())))
