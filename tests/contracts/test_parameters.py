"""Secrets below a prefix: what a function reads at its start, and what an operator reads when it cannot."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError, ReadTimeoutError
from moto import mock_aws
from tests.contracts.account import Weather, connected

from leadlight.aws.parameters import secrets_below
from leadlight.errors import MissingSecrets, MissingSetting, StoreBusy
from leadlight.settings import LEAD_KEY, ORIGIN_SECRETS, TOKEN_KEYS, from_environment
from leadlight.wiring.aws import RETRIES

_numbers = count(1)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        yield connected("ssm", RETRIES)


@pytest.fixture
def prefix() -> str:
    return f"/leadlight/stage-{next(_numbers)}"


@pytest.fixture
def weather(client: Any) -> Iterator[Weather]:
    weather = Weather(client)
    yield weather
    weather.over()


def put(client: Any, name: str, value: str = "secret") -> None:
    """As `leadlight deploy` does."""
    client.put_parameter(Name=name, Value=value, Type="SecureString")


def test_secrets_come_decrypted_by_the_last_part_of_their_name(client: Any, prefix: str) -> None:
    put(client, f"{prefix}/token-keys", "old,new")
    put(client, f"{prefix}/lead-key", "00ff")

    assert secrets_below(client, prefix) == {"token-keys": "old,new", "lead-key": "00ff"}


def test_settings_are_made_of_them(client: Any, prefix: str) -> None:
    for name, value in {TOKEN_KEYS: "one,two", LEAD_KEY: "ab" * 32, ORIGIN_SECRETS: "door"}.items():
        put(client, f"{prefix}/{name}", value)

    settings = from_environment(secrets_below(client, prefix), {"LEADLIGHT_SITE_URL": "https://www.example.com"})

    assert (settings.token_keys, settings.lead_key) == (("one", "two"), b"\xab" * 32)


@pytest.mark.parametrize("value", ["one,two,", ",one,two", "one, two\n", "one,,two"])
def test_a_comma_too_many_makes_no_secret_that_everybody_knows(value: str) -> None:
    secrets = {TOKEN_KEYS: value, LEAD_KEY: "ab" * 32, ORIGIN_SECRETS: value}

    settings = from_environment(secrets, {"LEADLIGHT_SITE_URL": "https://www.example.com"})

    assert settings.token_keys == settings.origin_secrets == ("one", "two")


def test_a_parameter_of_commas_is_no_secret() -> None:
    secrets = {TOKEN_KEYS: " , ", LEAD_KEY: "ab" * 32, ORIGIN_SECRETS: "door"}

    with pytest.raises(MissingSetting):
        from_environment(secrets, {"LEADLIGHT_SITE_URL": "https://www.example.com"})


def test_more_than_a_page_of_them_is_read_to_the_end(client: Any, prefix: str, weather: Weather) -> None:
    for number in range(23):
        put(client, f"{prefix}/number-{number}")
    weather.asked.clear()

    assert len(secrets_below(client, prefix)) == 23
    assert weather.asked == ["GetParametersByPath"] * 3


def test_three_secrets_cost_one_call(client: Any, prefix: str, weather: Weather) -> None:
    for name in (TOKEN_KEYS, LEAD_KEY, ORIGIN_SECRETS):
        put(client, f"{prefix}/{name}")
    weather.asked.clear()
    secrets_below(client, prefix)

    assert weather.asked == ["GetParametersByPath"]


def test_a_neighbours_secrets_are_not_ours(client: Any, prefix: str) -> None:
    put(client, f"{prefix}/lead-key", "ours")
    put(client, f"{prefix}-b/lead-key", "theirs")
    put(client, f"{prefix}/old/lead-key", "put aside")

    assert secrets_below(client, prefix) == {"lead-key": "ours"}


def test_an_installation_without_secrets_asks_for_a_deploy(client: Any, prefix: str) -> None:
    with pytest.raises(MissingSecrets, match="leadlight deploy") as missing:
        secrets_below(client, prefix)

    assert missing.value.prefix == prefix
    assert prefix in str(missing.value)


def test_a_role_that_may_not_read_them_is_told_what_it_needs(client: Any, weather: Weather) -> None:
    weather.failing = ("AccessDeniedException", 400)

    with pytest.raises(MissingSecrets, match="ssm:GetParametersByPath on parameter/leadlight/prod"):
        secrets_below(client, "/leadlight/prod")


@pytest.mark.parametrize(
    "failing", [("ValidationException", 400), ("InvalidKeyId", 400), NoCredentialsError()], ids=str
)
def test_what_waiting_cannot_cure_is_for_the_operator(client: Any, prefix: str, weather: Weather, failing: Any) -> None:
    weather.failing = failing

    with pytest.raises(MissingSecrets):
        secrets_below(client, prefix)


@pytest.mark.parametrize("prefix", ["", "no-slash"])
def test_a_prefix_that_is_none_is_for_the_operator(client: Any, prefix: str) -> None:
    with pytest.raises(MissingSecrets):
        secrets_below(client, prefix)


@pytest.mark.parametrize(
    "failing",
    [("ThrottlingException", 400), ("InternalServerError", 500), ("ServiceUnavailable", 503),
     ReadTimeoutError(endpoint_url="https://ssm"), ConnectTimeoutError(endpoint_url="https://ssm")],
    ids=str,
)  # fmt: skip
def test_what_passes_by_itself_is_to_be_tried_again(client: Any, prefix: str, weather: Weather, failing: Any) -> None:
    weather.failing = failing

    with pytest.raises(StoreBusy, match="SSM"):
        secrets_below(client, prefix)


def test_an_error_on_a_later_page_gives_no_half_of_the_secrets(client: Any, prefix: str, weather: Weather) -> None:
    for number in range(11):
        put(client, f"{prefix}/number-{number}")
    weather.asked.clear()
    weather.failing_from = 2
    weather.failing = ("ThrottlingException", 400)

    with pytest.raises(StoreBusy):
        secrets_below(client, prefix)

    assert len(weather.asked) == 2
