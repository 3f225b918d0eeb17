"""What a carrier's report means, and which answers no person wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.rules.examples import DAY, MONDAY

from leadlight.aws.mailer import tags_of
from leadlight.errors import BadEvent
from leadlight.model.person import LeadId
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.mail_events import (
    Report,
    ReportKind,
    is_to_lead,
    mail_name,
    mail_tag,
    report_of,
    standing,
    why_automatic,
)
from leadlight.rules.standing import Level, Sort

EVENTS = Path(__file__).parents[1] / "events"
FOR_GOOD, PASSING = True, False


def event(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return read


@pytest.mark.parametrize(
    ("name", "kind", "reason", "final"),
    [
        ("ses_sent", ReportKind.ACCEPTED, "", False),
        ("ses_delivered", ReportKind.DELIVERED, "", False),
        ("ses_bounced_permanent", ReportKind.BOUNCED, "Permanent General 5.1.1", True),
        ("ses_bounced_suppressed", ReportKind.BOUNCED, "Permanent OnAccountSuppressionList 5.1.1", True),
        ("ses_bounced_transient", ReportKind.BOUNCED, "Transient MailboxFull 4.2.2", False),
        ("ses_bounced_undetermined", ReportKind.BOUNCED, "Undetermined Undetermined 5.0.0", False),
        ("ses_complained", ReportKind.COMPLAINED, "abuse", True),
        ("ses_complained_not_spam", ReportKind.COMPLAINED, "not-spam", False),
        ("ses_rejected", ReportKind.REJECTED, "", False),
        ("ses_delayed", ReportKind.DELAYED, "", False),
    ],
)
def test_each_report_is_read_without_what_is_personal(name: str, kind: ReportKind, reason: str, final: bool) -> None:
    report = report_of(event(name))

    assert report is not None
    assert (report.kind, report.lead_id, report.mail) == (kind, "LEAD", "TOUCH")
    assert (report.reason, report.final) == (reason, final)
    assert report.at.date() == datetime(2026, 1, 6, tzinfo=UTC).date()
    assert "@" not in repr(report)


def test_a_report_tells_the_carriers_name_of_the_mail_and_both_times() -> None:
    report = report_of(event("ses_delivered"))

    assert report is not None
    assert report.message_id == "0102019b8d3a5c60-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000"
    assert report.at == datetime(2026, 1, 6, 10, 0, 2, 981_000, tzinfo=UTC)
    assert report.sent_at == datetime(2026, 1, 6, 10, 0, 0, 104_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("feedback", "subtype", "reason"),
    [(None, "OnAccountSuppressionList", "OnAccountSuppressionList"), (None, None, "complaint"), ("", "", "complaint")],
)
def test_a_complaint_that_does_not_say_why_is_one_all_the_same(
    feedback: str | None, subtype: str | None, reason: str
) -> None:
    complained = event("ses_complained")
    complained["detail"]["complaint"] |= {"complaintFeedbackType": feedback, "complaintSubType": subtype}

    report = report_of(complained)

    assert report is not None
    assert (report.reason, report.final) == (reason, True)


@pytest.mark.parametrize("recipients", [None, [], [{}], [{"status": ""}]])
def test_a_bounce_without_a_status_is_one_all_the_same(recipients: object) -> None:
    bounced = event("ses_bounced_permanent")
    bounced["detail"]["bounce"]["bouncedRecipients"] = recipients

    report = report_of(bounced)

    assert report is not None
    assert (report.reason, report.final) == ("Permanent General", True)


@pytest.mark.parametrize("tags", [None, {}, {"lead": []}, {"lead": ["x"]}, {"ses:operation": ["SendEmail"]}])
def test_a_mail_without_our_tags_is_somebody_elses(tags: object) -> None:
    sent = event("ses_sent")
    sent["detail"]["mail"]["tags"] = tags

    assert report_of(sent) is None


@pytest.mark.parametrize("kind", ["Email Opened", "Email Clicked", "Sending Status Disabled"])
def test_a_report_that_we_do_nothing_about_is_none(kind: str) -> None:
    assert report_of({**event("ses_sent"), "detail-type": kind}) is None


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"detail-type": "Email Sent"},
        {"detail-type": "Email Sent", "detail": "text"},
        {"detail-type": "Email Sent", "detail": {"mail": {"tags": {"lead": ["a"], "touch": ["b"]}}}},
        {"detail-type": ["Email Sent"], "detail": {}},
        {**event("ses_bounced_permanent"), "detail": event("ses_sent")["detail"]},
    ],
)
def test_another_shape_than_documented_is_a_bad_event(broken: dict[str, Any]) -> None:
    with pytest.raises(BadEvent, match=r"cannot be read \(\w+Error\)"):
        report_of(broken)


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-06T10:00:00", ""])
def test_a_time_that_is_none_is_a_bad_event(moment: str) -> None:
    sent = event("ses_sent")
    sent["detail"]["mail"]["timestamp"] = moment

    with pytest.raises(BadEvent):
        report_of(sent)


def test_nothing_that_another_server_writes_freely_is_taken_over() -> None:
    bounced, complained = event("ses_bounced_permanent"), event("ses_complained")
    bounced["detail"]["bounce"]["bouncedRecipients"][0]["status"] = "5.1.1 anna@example.com"
    complained["detail"]["complaint"]["complaintFeedbackType"] = "abuse by anna@example.com"

    reasons = [report.reason for report in (report_of(bounced), report_of(complained)) if report]

    assert reasons == ["Permanent General", "complaint"]


@pytest.mark.parametrize(
    ("name", "subtype", "sort"),
    [
        ("ses_bounced_permanent", {}, Sort.HARD),
        ("ses_bounced_transient", {}, Sort.FULL),
        ("ses_bounced_transient", {"bounceSubType": "MessageTooLarge"}, Sort.OURS),
        ("ses_bounced_transient", {"bounceSubType": "General"}, Sort.FULL),  # by its status
        ("ses_bounced_undetermined", {}, Sort.SOFT),
        ("ses_bounced_undetermined", {"bounceSubType": "ContentRejected"}, Sort.OURS),
    ],
)
def test_a_bounce_tells_what_sort_it_is(name: str, subtype: dict[str, str], sort: Sort) -> None:
    bounced = event(name)
    bounced["detail"]["bounce"] |= subtype

    report = report_of(bounced)

    assert report is not None
    assert report.sort is sort


def test_each_due_thing_of_each_lead_has_a_name_of_its_own_for_its_mail() -> None:
    names = {mail_name(LeadId(who), key) for who in ("anna", "bob") for key in ("1/step/a", "2/step/a")}

    assert len(names) == 4
    assert mail_name(LeadId("anna"), "1/step/a") in names
    assert {len(name) for name in names} == {32}


def test_a_mail_is_tagged_here_as_where_it_is_sent() -> None:
    key = "1/step/course@v1/01"

    assert tags_of(f"lead/{key}")["touch"] == mail_tag(key)


@pytest.mark.parametrize(
    ("key", "to_lead"),
    [
        ("1/step/course@v1/01", True),
        ("1/mail/optin/c", True),
        ("2/mail/delivery/c", True),
        ("1/mail/raise/wished/x", True),
        ("1/mail/afresh/answer/x", True),
        ("1/mail/my-data/x", True),
        ("1/mail/notify/confirmed/c", False),
        ("1/mail/manager/hold-lapsed/x", False),
        ("1/mail/relink/rita/x", False),
        ("1/task/outcome/x", False),
        ("1/mail/digest/rita", False),
    ],
)
def test_only_mails_to_the_lead_say_something_about_it(key: str, to_lead: bool) -> None:
    assert is_to_lead(key) is to_lead


def bounce(mail: str, day: float, *, final: bool = PASSING) -> Report:
    return Report(ReportKind.BOUNCED, LeadId("anna"), "tag", mail, MONDAY + day * DAY, "", final)


def is_unreachable(report: Report, before: list[Touch], *, proven_at: datetime | None = None) -> bool:
    return standing(report, before, proven_at=proven_at).level >= Level.UNREACHABLE


def came_back(mail: str, day: float, *, to: str = "lead") -> Touch:
    facts = {"mail": mail, "to": to}
    return Touch(f"bounced/{mail}", LeadId("anna"), TouchKind.BOUNCED, MONDAY + day * DAY, facts=facts)


@pytest.mark.parametrize(
    ("report", "before", "expected"),
    [
        (bounce("c", 0, final=FOR_GOOD), [], True),
        (bounce("c", 14), [], False),
        (bounce("c", 14), [came_back("b", 7)], False),
        (bounce("c", 14), [came_back("a", 0), came_back("b", 7)], True),
        (bounce("c", 14.1), [came_back("a", 0), came_back("b", 7)], False),
        (bounce("a", 0), [came_back("b", 7), came_back("c", 14)], True),  # the first is told last
        (bounce("c", 14), [came_back("c", 0), came_back("b", 7)], False),  # the same mail twice
        (bounce("c", 14), [came_back("a", 0, to="team"), came_back("b", 7)], False),
        (bounce("d", 30), [came_back("a", 0), came_back("b", 20), came_back("c", 25)], True),
    ],
)
def test_three_passing_bounces_in_a_fortnight_are_as_good_as_one_for_good(
    report: Report, before: list[Touch], expected: bool
) -> None:
    assert is_unreachable(report, before) is expected


def test_only_mails_that_came_back_for_the_same_reason_add_up() -> None:
    sorts = {"a": "ours", "b": "full"}
    before = [came_back(mail, day) for day, mail in enumerate(sorts)]
    told = [replace(touch, facts={**touch.facts, "sort": sorts[touch.facts["mail"]]}) for touch in before]

    assert is_unreachable(bounce("c", 2), before)
    assert not is_unreachable(bounce("c", 2), told)


def test_mails_that_nobody_named_are_mails_of_their_own() -> None:
    nameless = [replace(came_back(name, 1), facts={"to": "lead"}) for name in "ab"]

    assert is_unreachable(bounce("c", 2), nameless)


def test_what_came_back_before_the_address_was_proven_to_work_does_not_count() -> None:
    before = [came_back("a", 0), came_back("b", 7)]

    assert not is_unreachable(bounce("c", 14), before, proven_at=MONDAY + DAY)
    assert not is_unreachable(bounce("c", 14), before, proven_at=MONDAY)
    assert not is_unreachable(bounce("c", 0, final=FOR_GOOD), [], proven_at=MONDAY + timedelta(hours=1))
    assert not is_unreachable(bounce("c", 0, final=FOR_GOOD), [], proven_at=MONDAY)
    assert is_unreachable(bounce("c", 1, final=FOR_GOOD), [], proven_at=MONDAY + timedelta(hours=1))


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, None),
        ({"auto-submitted": "no"}, None),
        ({"auto-submitted": "No; by=me"}, None),
        ({"auto-submitted": "auto-replied; owner-email=x"}, "Auto-Submitted"),
        ({"auto-submitted": "AUTO-GENERATED"}, "Auto-Submitted"),
        ({"precedence": "bulk"}, "Precedence"),
        ({"precedence": " Auto_Reply "}, "Precedence"),
        ({"precedence": "normal"}, None),
        ({"x-autoreply": "yes"}, "X-Autoreply"),
        ({"x-autorespond": ""}, "X-Autorespond"),
        ({"list-id": "<news.example>"}, "List-Id"),
        ({"return-path": "< >"}, "no return path"),
        ({"return-path": "<anna@example.com>"}, None),
        ({"content-type": "multipart/report; report-type=delivery-status"}, "a report"),
        ({"content-type": "text/plain"}, None),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], why: str | None) -> None:
    assert why_automatic(headers) == why
