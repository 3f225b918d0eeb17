"""Lambda's way into `leadlight.handlers.on_tick`: the clock, each minute."""

from leadlight.handlers import on_tick
from leadlight.wiring.aws import aws

lambda_handler = on_tick.handler(aws())
