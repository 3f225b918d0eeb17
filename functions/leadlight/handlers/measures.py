"""How often did something happen? Counted by handlers; on Lambda it goes out as CloudWatch metrics (EMF), else nowhere.

The names are what alarms and the dashboard in `infra/template.yaml` look at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from aws_lambda_powertools.metrics import Metrics, MetricUnit

Name = Literal[
    "Captured",  # submits that were stored
    "MailSent",  # mails handed over
    "MailParked",  # follow-ups of which nobody knows whether they were sent
    "MailWithheld",  # opt-in mails that were held back because too many would have gone out
    "SendingPaused",  # ticks at which follow-ups and news wait, since too many mails came back
    "MailReleased",  # mails that were certainly not accepted, to be tried again
    "MailSkipped",  # mails that were not to be sent any more
    "MailAccepted",  # SES says that it has sent it
    "MailDelivered",
    "MailBounced",
    "MailComplained",
    "NotCounted",  # leads whose figures could not be counted for a reason nobody foresaw
    "NotScheduled",  # leads whose next wake-up could not be set or taken back: the tick does it
    "RecordFailed",  # records of the stream that came back
    "RowFailed",  # due rows that failed for a reason nobody foresaw
    "Swept",  # due rows that the tick found: it came first, or schedules and the stream were late
    "Restored",  # ticks at which the leads were a copy from before, so that nothing was sent
    "Overdue",  # of these, rows that had been due for longer than five minutes
]

Handle = Callable[[Mapping[str, Any], Any], Any]

_metrics: list[Metrics] = []
"""The one collector of a Lambda environment; empty elsewhere."""


def count(name: Name, times: int = 1) -> None:
    """Counts, where somebody collects."""
    for metrics in _metrics:
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)


def measured(handle: Handle) -> Handle:
    """The handler with its figures written out after each call. For Lambda's entries only."""
    metrics = Metrics()
    _metrics[:] = [metrics]

    def handle_and_flush(event: Mapping[str, Any], context: Any) -> Any:
        try:
            return handle(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    return handle_and_flush
