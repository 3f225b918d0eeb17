"""Lambda's way into `leadlight.handlers.on_change`: the stream of the leads table."""

from leadlight.aws.stream import news_in
from leadlight.entry import ready
from leadlight.handlers import on_change
from leadlight.handlers.measures import measured
from leadlight.wiring.aws import aws

lambda_handler = ready(measured(on_change.handler(aws(), news_in)))
