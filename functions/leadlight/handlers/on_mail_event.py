"""Something happened to a mail: SES reports on one of ours, or one came in. On AWS a queue calls, with several at once.

What may succeed later comes again, and lies with the dead letters in the end; so does an event that cannot be read.
What waits there holds ids: EventBridge takes out of a report what is read of it, before it is put on the queue.
What is about nobody we know is dropped with a line in the log: other senders may share an account.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from leadlight import evidence, incoming, replies, returns
from leadlight.errors import BadEvent, MissingMail, TryAgain
from leadlight.handlers import measures
from leadlight.handlers.log import logger, wordless
from leadlight.ports import Services
from leadlight.rep import by_mail
from leadlight.rules.mail_events import TEAM, ReportKind, due_key, is_to_lead, report_of

Event = Mapping[str, Any]

COUNTED: Mapping[ReportKind, measures.Name] = {
    ReportKind.ACCEPTED: "MailAccepted",
    ReportKind.DELIVERED: "MailDelivered",
    ReportKind.BOUNCED: "MailBounced",
    ReportKind.COMPLAINED: "MailComplained",
}


TAKING_MS = 10_000
"""Milliseconds that one event may take at the worst; with less left, the others of a call come again."""


def handler(services: Services) -> Callable[[Event, Any], dict[str, Any] | None]:
    """The function behind the queue. Answers which messages are to come again.

    An event by itself is taken as well, as rules without a queue hand it over; that raises what goes wrong.
    """

    def handle_event(event: Event, context: Any) -> dict[str, Any] | None:
        if "Records" not in event:
            _handle(services, event)
            return None
        failed = [r["messageId"] for r in event["Records"] if not (_has_time(context) and _is_handled(services, r))]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}

    return wordless(handle_event)


def _has_time(context: Any) -> bool:
    return bool(context.get_remaining_time_in_millis() > TAKING_MS)


def _is_handled(services: Services, record: Event) -> bool:
    """Takes one message; False if it is to come again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    try:
        _handle(services, json.loads(record["body"]))
    except TryAgain as error:
        logger.warning("event.delayed", record=record["messageId"], why=type(error).__name__)
        return False
    except Exception:
        logger.exception("event.failed", record=record["messageId"])
        return False
    return True


def _handle(services: Services, event: Event) -> None:
    logger.thread_safe_append_keys(correlation_id=event.get("id"))
    match event.get("source"):
        case "aws.ses":
            handle_report(services, event)
        case "aws.s3":
            handle_mail(services, _key(event))
        case _:
            raise BadEvent("from a source that nobody subscribed to")


def handle_report(services: Services, event: Event) -> None:
    """What SES reports on a mail."""
    report = report_of(event)
    if report is None:
        logger.info("mail.not_ours", what=event.get("detail-type"))
        return
    if report.lead_id == TEAM:
        # Nobody else would hear that a digest, or a link to the desk, did not arrive.
        lost = report.kind in {ReportKind.BOUNCED, ReportKind.REJECTED}
        log = logger.error if lost else logger.info
        log(_name(report.kind), to=TEAM, mail=report.message_id, why=report.reason)
        return
    key = returns.note(services, report)
    if key is None:
        logger.warning("mail.unknown", lead=report.lead_id, what=report.kind, mail=report.message_id)
        return
    evidence.hear(services, report)
    if report.kind in COUNTED and (report.final or report.kind is not ReportKind.COMPLAINED):
        measures.count(COUNTED[report.kind])
    lost = report.kind is ReportKind.REJECTED or (report.kind is ReportKind.BOUNCED and not is_to_lead(key))
    log = logger.error if lost else logger.info  # a rep who is not reached, or a mail of ours taken for a virus
    log(_name(report.kind), lead=report.lead_id, what=due_key(key), mail=report.message_id, why=report.reason)


def handle_mail(services: Services, key: str) -> None:
    """A mail that came in."""
    try:
        mail = incoming.read(services.inbox.read(key))
    except MissingMail:  # the event came twice, or the mail has expired
        logger.info("mail.gone", key=key)
        return
    if mail.notes and _noted(services, key, mail):
        return
    taken, lead = replies.take(services, key, mail)
    if taken is replies.Taken.CAME_BACK:
        measures.count("MailBounced")
    log = logger.warning if taken in {replies.Taken.NOBODY, replies.Taken.TOO_MANY} else logger.info
    log(taken, lead=lead, key=key)


def _noted(services: Services, key: str, mail: incoming.Incoming) -> bool:
    """Whether it is a rep's line about a lead, whatever became of that. It is done with then."""
    noted, lead = by_mail.take(services, mail)
    if noted is by_mail.Noted.NOBODY:
        return False
    log = logger.warning if noted in {by_mail.Noted.FOREIGN, by_mail.Noted.TOO_MANY} else logger.info
    log(noted, lead=lead, key=key)
    services.inbox.done(key)
    return True


def take_in(services: Services) -> int:
    """Handles every mail that waits, for a place without events. Returns how many it looked at; never raises.

    One that fails for a reason that is no passing one is laid aside, so that it neither blocks the others nor comes
    again each time.
    """
    try:
        waiting = list(services.inbox.waiting())
        for key in waiting:
            _take(services, key)
    except TryAgain as error:
        logger.warning("inbox.delayed", why=type(error).__name__)
        return 0
    return len(waiting)


def _take(services: Services, key: str) -> None:
    try:
        handle_mail(services, key)
    except TryAgain as error:
        logger.warning("mail.delayed", key=key, why=type(error).__name__)
    except Exception:
        logger.exception("mail.failed", key=key)
        services.inbox.lay_aside(key)


def _key(event: Event) -> str:
    """The object that S3 has created (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html)."""
    try:
        return str(event["detail"]["object"]["key"])
    except (KeyError, TypeError) as error:
        raise BadEvent("of S3 names no object") from error


def _name(kind: ReportKind) -> str:
    return f"mail.{kind.name.lower()}"
