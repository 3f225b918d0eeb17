"""Secrets are made once, and stay where they are."""

import pytest
from tests.publish.account import Cloud

from leadlight.errors import OperatorMustFix
from leadlight.publish.secrets import LOSSES, NAMES, forget, make_missing, origin_secret
from leadlight.settings import from_environment


def values(aws: Cloud) -> dict[str, str]:
    names = [f"/leadlight/www/{name}" for name in NAMES]
    found = aws.client("ssm").get_parameters(Names=names, WithDecryption=True)["Parameters"]
    return {each["Name"].rpartition("/")[2]: each["Value"] for each in found}


def test_missing_secrets_are_made_as_secure_strings(aws: Cloud) -> None:
    made = make_missing(aws.account.client("ssm"), "www", lived=False)

    assert made == NAMES
    assert {sent["Type"] for sent in aws.asked("PutParameter")} == {"SecureString"}


def test_what_is_made_is_what_the_functions_read(aws: Cloud) -> None:
    make_missing(aws.account.client("ssm"), "www", lived=False)

    settings = from_environment(values(aws), {"LEADLIGHT_SITE_URL": "https://www.example.com"})

    assert len(settings.lead_key) == 32
    assert all(len(key) >= 32 for key in (*settings.token_keys, *settings.origin_secrets))


def test_a_secret_is_never_overwritten(aws: Cloud) -> None:
    make_missing(aws.account.client("ssm"), "www", lived=False)
    before = values(aws)

    made = make_missing(aws.account.client("ssm"), "www", lived=True)

    assert made == ()
    assert values(aws) == before
    assert {sent["Overwrite"] for sent in aws.asked("PutParameter")} == {False}


def test_a_secret_that_somebody_else_made_meanwhile_counts(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.client("ssm").put_parameter(Name="/leadlight/www/lead-key", Value="theirs", Type="SecureString")
    monkeypatch.setattr("leadlight.publish.secrets._there", lambda *_: set())

    make_missing(aws.account.client("ssm"), "www", lived=False)

    assert values(aws)["lead-key"] == "theirs"


@pytest.mark.parametrize("name", LOSSES)
def test_a_lost_secret_that_leads_depend_on_is_not_made_anew(aws: Cloud, name: str) -> None:
    make_missing(aws.account.client("ssm"), "www", lived=False)
    aws.client("ssm").delete_parameter(Name=f"/leadlight/www/{name}")

    with pytest.raises(OperatorMustFix, match="Put the old one back"):
        make_missing(aws.account.client("ssm"), "www", lived=True)

    assert name not in values(aws)


def test_the_distribution_shows_the_newest_secret(aws: Cloud) -> None:
    aws.client("ssm").put_parameter(Name="/leadlight/www/origin-secrets", Value="old,new", Type="SecureString")

    assert origin_secret(aws.account.client("ssm"), "www") == "new"


def test_forgetting_takes_only_those_of_that_stack(aws: Cloud) -> None:
    for stack in ("www", "shop"):
        make_missing(aws.account.client("ssm"), stack, lived=False)

    forget(aws.account.client("ssm"), "shop")

    assert set(values(aws)) == set(NAMES)
