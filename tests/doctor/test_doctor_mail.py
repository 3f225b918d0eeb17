"""The doctor finds what would keep our mail out of inboxes, and replies from coming back."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.patient import IDENTITY, INBOUND, Patient

from leadlight.publish.doctor import State

BOUNCE, DMARC = "bounce.glass.example.", ("_dmarc.glass.example.", "TXT")
SPF = (BOUNCE, "TXT")


def dkim(**values: object) -> Mapping[str, object]:
    return {**IDENTITY, "DkimAttributes": {"SigningEnabled": True, "Tokens": ["tok1", "tok2"], **values}}


def mail_from(domain: str, status: str) -> Mapping[str, object]:
    attributes = {"MailFromDomain": domain, "MailFromDomainStatus": status, "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    return {**IDENTITY, "MailFromAttributes": attributes}


def test_a_sender_that_ses_does_not_know_fails(patient: Patient) -> None:
    patient.knows("glass.example", None)

    found = patient.examine()

    assert found["identity"].state is State.FAIL
    assert "Create identity, Domain: glass.example" in found["identity"].remedy
    assert found["dmarc"].state is State.OK


def test_a_sender_that_is_not_verified_yet_fails(patient: Patient) -> None:
    patient.knows("glass.example", {**IDENTITY, "VerifiedForSendingStatus": False})

    assert patient.examine()["identity"].state is State.FAIL


def test_dkim_records_that_are_not_seen_yet_are_spelt_out(patient: Patient) -> None:
    patient.knows("glass.example", dkim(Status="PENDING"))

    found = patient.examine()["dkim"]

    assert found.state is State.FAIL
    assert "tok2._domainkey.glass.example CNAME tok2.dkim.amazonses.com" in found.remedy


def test_dkim_records_lie_where_ses_says(patient: Patient) -> None:
    patient.knows("glass.example", dkim(Status="PENDING", SigningHostedZone="dkim.mars-1.amazonses.com"))

    assert "CNAME tok1.dkim.mars-1.amazonses.com" in patient.examine()["dkim"].remedy


def test_mails_that_are_not_signed_fail(patient: Patient) -> None:
    patient.knows("glass.example", dkim(SigningEnabled=False, Status="SUCCESS"))

    found = patient.examine()["dkim"]

    assert found.state is State.FAIL
    assert "--signing-enabled" in found.remedy


def test_an_address_that_is_verified_alone_is_not_signed(patient: Patient) -> None:
    patient.knows(
        "hello@glass.example", {"VerifiedForSendingStatus": True, "DkimAttributes": {"SigningEnabled": False}}
    )

    found = patient.examine()

    assert found["identity"].state is State.OK
    assert found["dkim"].state is State.FAIL
    assert "Make the domain glass.example an identity" in found["dkim"].remedy


def test_without_a_mail_from_domain_of_ours_spf_says_nothing(patient: Patient) -> None:
    patient.knows("glass.example", {name: value for name, value in IDENTITY.items() if name != "MailFromAttributes"})

    found = patient.examine()

    assert found["mail-from"].state is State.WARN
    assert "bounce.glass.example MX 10 feedback-smtp.eu-west-1.amazonses.com" in found["mail-from"].remedy
    assert "spf" not in found
    assert found["alignment"].what == "DKIM speaks for glass.example."


def test_a_mail_from_domain_that_ses_gave_up_fails(patient: Patient) -> None:
    patient.knows("glass.example", mail_from("bounce.glass.example", "FAILED"))

    assert patient.examine()["mail-from"].state is State.FAIL


@pytest.mark.parametrize("records", [[], ["10 mail.glass.example."], ["10 feedback-smtp.us-east-1.amazonses.com."]])
def test_bounces_that_do_not_go_to_ses_here_fail(patient: Patient, records: list[str]) -> None:
    patient.zone[BOUNCE, "MX"] = records

    found = patient.examine()["mail-from"]

    assert found.state is State.FAIL
    assert "feedback-smtp.eu-west-1.amazonses.com" in found.remedy


@pytest.mark.parametrize(
    ("records", "word"),
    [
        ([], "no SPF record"),
        (['"v=spf1 include:other.example -all"'], "does not name SES"),
        (['"v=spf1 include:amazonses.com ~all"', '"v=spf1 -all"'], "2 SPF records"),
        (['"v=spf10 include:amazonses.com"'], "no SPF record"),
    ],
)
def test_an_spf_record_that_does_not_let_ses_send_fails(patient: Patient, records: list[str], word: str) -> None:
    patient.zone[SPF] = records

    found = patient.examine()["spf"]

    assert found.state is State.FAIL
    assert word in found.what
    assert "“v=spf1 include:amazonses.com ~all”" in found.remedy


def test_a_domain_without_dmarc_fails(patient: Patient) -> None:
    patient.zone[DMARC] = []

    found = patient.examine()["dmarc"]

    assert found.state is State.FAIL
    assert "_dmarc.glass.example TXT “v=DMARC1; p=none" in found.remedy


def test_two_dmarc_records_count_as_none(patient: Patient) -> None:
    patient.zone[DMARC] = ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']

    assert patient.examine()["dmarc"].state is State.FAIL


def test_a_dmarc_record_without_a_policy_fails(patient: Patient) -> None:
    patient.zone[DMARC] = ['"v=DMARC1; rua=mailto:x@glass.example"']

    assert patient.examine()["dmarc"].state is State.FAIL


def test_the_organisation_speaks_for_what_is_below_it(patient: Patient) -> None:
    patient.names_sender("hello@news.glass.example")

    found = patient.examine()

    assert "_dmarc.glass.example" in found["dmarc"].what
    assert found["alignment"].state is State.OK


def test_strict_alignment_wants_the_very_domain(patient: Patient) -> None:
    patient.names_sender("hello@news.glass.example")
    patient.zone[DMARC] = ['"v=DMARC1; p=reject; adkim=s; aspf=s"']

    found = patient.examine()["alignment"]

    assert found.state is State.FAIL
    assert "adkim=s" in found.remedy


def test_spf_alone_does_not_survive_forwarding(patient: Patient) -> None:
    patient.names_sender("hello@news.glass.example")
    patient.zone[DMARC] = ['"v=DMARC1; p=reject; adkim=s"']

    assert patient.examine()["alignment"].state is State.WARN


def test_a_foreign_mail_from_domain_does_not_speak_for_us(patient: Patient) -> None:
    patient.knows("glass.example", mail_from("bounce.notglass.example", "SUCCESS"))

    assert patient.examine()["alignment"].what == "DKIM speaks for glass.example."


def test_a_name_server_that_is_broken_leaves_a_question_open_and_hides_nothing(patient: Patient) -> None:
    patient.zone[SPF] = ["broken"]

    found = patient.examine()

    assert found["spf"].state is State.UNKNOWN
    assert found["alignment"].state is State.OK
    assert found["receipt"].state is State.OK


def test_without_an_inbound_domain_replies_are_not_recorded(patient: Patient) -> None:
    patient.names_inbound("")

    found = patient.examine()["inbound"]

    assert found.state is State.WARN
    assert "reply.example.com" in found.remedy


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ([], State.FAIL),
        (["10 mx.other.example."], State.FAIL),
        (["10 inbound-smtp.eu-west-1.amazonaws.com.", "20 mx.other.example."], State.WARN),
    ],
)
def test_replies_that_go_elsewhere_are_shown(patient: Patient, records: list[str], state: State) -> None:
    patient.zone[f"{INBOUND}.", "MX"] = records

    found = patient.examine()["inbound"]

    assert found.state is state
    assert f"{INBOUND} MX 10 inbound-smtp.eu-west-1.amazonaws.com" in found.remedy


def test_an_inbound_domain_that_is_not_verified_fails(patient: Patient) -> None:
    patient.names_inbound("reply.other.example")

    assert patient.examine()["inbound identity"].state is State.FAIL


def test_without_an_active_rule_set_replies_are_turned_away(patient: Patient) -> None:
    patient.says("ses", "DescribeActiveReceiptRuleSet", {})
    patient.has_made("InboundRules", "AWS::SES::ReceiptRuleSet", "glass-rules")

    found = patient.examine()["receipt"]

    assert found.state is State.FAIL
    assert "set-active-receipt-rule-set --rule-set-name glass-rules" in found.remedy


def test_a_rule_set_for_others_does_not_store_our_replies(patient: Patient) -> None:
    patient.receives(["shop.glass.example"], name="shop")

    found = patient.examine()["receipt"]

    assert found.state is State.FAIL
    assert "shop" in found.what


@pytest.mark.parametrize("recipients", [[".glass.example"], [], ["shop.glass.example", INBOUND]])
def test_a_rule_may_name_our_domain_in_several_ways(patient: Patient, recipients: list[str]) -> None:
    patient.receives(recipients, name="other")

    assert patient.examine()["receipt"].state is State.OK
