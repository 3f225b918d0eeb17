"""What CloudWatch gets to read: figures in embedded metric format, and only on Lambda."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from leadlight.handlers import measures
from leadlight.handlers.measures import count, measured


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "glass")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "leadlight")
    yield
    measures._metrics.clear()


def sends_two(event: Mapping[str, Any], context: object) -> str:
    count("MailSent")
    count("MailSent")
    return "done"


def test_a_handler_s_figures_go_out_when_it_returns(capsys: pytest.CaptureFixture[str]) -> None:
    answer = measured(sends_two)({}, None)

    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert (answer, figures["MailSent"], figures["service"]) == ("done", [1.0, 1.0], "leadlight")
    assert figures["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "glass"


def test_a_handler_that_fails_still_tells_what_it_counted(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(event: Mapping[str, Any], context: object) -> None:
        count("RecordFailed")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 any would do
        measured(fails)({}, None)

    assert '"RecordFailed":[1.0]' in capsys.readouterr().out


def test_a_quiet_call_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    measured(lambda event, context: None)({}, None)

    assert capsys.readouterr().out == ""


def test_outside_of_lambda_nothing_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    count("MailSent", 200)

    assert capsys.readouterr().out == ""
