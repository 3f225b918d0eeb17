"""Lambda's way into `leadlight.handlers.on_tick`: the clock, each minute."""

from leadlight.entry import ready
from leadlight.handlers import on_tick
from leadlight.handlers.measures import measured
from leadlight.wiring.aws import aws

lambda_handler = ready(measured(on_tick.handler(aws())))
