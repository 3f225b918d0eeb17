"""Nobody who operates an installation meets a person where machines write: an address, a number, a name, a token."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

import pytest
from tests import canary
from tests.canary import ADDRESS, MET, NAME, SECRETS, Talk
from tests.world import SETTINGS, SITE, World, mail_of

from leadlight.errors import BadPlaybook, Problem, StoreBusy
from leadlight.handlers.log import told
from leadlight.rules.mail_events import ReportKind


@pytest.fixture(scope="module", params=["local", pytest.param("prompt", marks=pytest.mark.aws)])
def talk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, world_bundle: Path
) -> Iterator[Talk]:
    """A conversation is over, everything has gone wrong once, and in the end all of it is erased."""
    folder = tmp_path_factory.mktemp("canary")
    calls: list[tuple[str, str]] = []
    with patch("leadlight.aws.tables.SHARDS", 3), canary.overheard() as (log, out):
        world = _world(request, folder, world_bundle, calls)
        canary.prepared(world, folder, local=request.param == "local")
        talk = Talk(world, log, out, calls=calls)
        canary.converse(talk, folder)
        canary.fail(talk, folder)
        canary.measure(talk)
        canary.erase(talk, folder)
        yield talk
        world.close()


def _world(request: pytest.FixtureRequest, folder: Path, bundle: Path, calls: list[tuple[str, str]]) -> World:
    if request.param == "local":
        return World(folder, bundle)
    from tests.ground_aws import AwsGround

    account = request.getfixturevalue("account")

    def asked(params: object, model: object, **_: object) -> None:
        calls.append((f"{model.service_model.service_name}:{model.name}", repr(params)))  # type: ignore[attr-defined]  # botocore's

    account.session.get_component("event_emitter").register("before-parameter-build", asked)
    return World(folder, bundle, lambda clock: AwsGround(account, bundle, clock, SETTINGS, way="prompt"))


def test_the_canary_was_everywhere_that_people_look(talk: Talk) -> None:
    mails = "".join(mail.text for mail in talk.kept.mails)
    pages = "".join(answer.text for _, answer in talk.answers if "html" in answer.headers.get("content-type", ""))

    assert set(talk.hits(mails, tokens=False)) >= {"canary.wren", "7946 0666", "zaphod", "zqlvx"}
    assert set(talk.hits(pages, tokens=False)) >= {"canary.wren", "7946 0666", "zaphod", "zqlvx", "zqmango", "zqfinch"}
    assert len(talk.tokens) > 10
    assert any(answer.status == 500 for _, answer in talk.answers)


def test_p11_no_log_holds_an_address_a_number_a_name_a_word_or_a_token(talk: Talk) -> None:
    lines = talk.log.getvalue().splitlines()

    assert any("request.failed" in line for line in lines)
    assert any("due.failed" in line for line in lines)
    assert [(line, hits) for line in lines if (hits := talk.hits(line))] == []


def test_nothing_else_that_is_written_holds_any_of_it_metrics_and_the_runtime_included(talk: Talk) -> None:
    said = talk.out.getvalue()

    assert '"Captured"' in said
    assert "[ERROR]" in said
    assert [(line, hits) for line in said.splitlines() if (hits := talk.hits(line))] == []


def test_what_a_function_raises_names_nobody(talk: Talk) -> None:
    assert len(talk.failures) > 5
    assert [(said, hits) for said in talk.failures if (hits := talk.hits(str(said)))] == []


def test_what_is_stored_is_sealed(talk: Talk) -> None:
    rows = talk.kept.rows

    assert sum(map(len, rows.values())) > 20
    assert {name: hits for name, found in rows.items() if (hits := talk.hits(repr(found)))} == {}


def test_no_file_holds_any_of_it_but_mails_and_no_file_is_called_so(talk: Talk) -> None:
    """Also what a database has left over in its pages. An inbox and a mailbox hold mails, as they have to."""
    files = {path: data for path, data in talk.kept.files.items() if not {"mail", "post"} & set(path.parts)}

    assert [(path, hits) for path in talk.kept.files if (hits := talk.hits(str(path)))] == []
    assert [(path, hits) for path, data in files.items() if (hits := talk.hits(data.decode("latin-1")))] == []


def test_p9_once_it_is_erased_no_row_no_file_no_mail_here_no_bundle_and_no_log_holds_any_of_it(talk: Talk) -> None:
    bundle = {path: path.read_bytes() for path in talk.world.bundle.rglob("*") if path.is_file()}
    files = {**talk.left.files, **bundle}

    assert [talk.world.services.store.lead(talk.world.id_of(address)) for address in (ADDRESS, MET)] == [None, None]
    mails = [mail_of(data) for path, data in talk.left.files.items() if "mail" in path.parts]
    assert [(path, hits) for path, data in files.items() if (hits := talk.hits(data.decode("latin-1")))] == []
    assert [
        hits for mail in mails if (hits := talk.hits(f"{mail.subject} {mail.text} {mail.html}", tokens=False))
    ] == []
    assert {name: hits for name, found in talk.left.rows.items() if (hits := talk.hits(repr(found)))} == {}
    assert talk.hits(talk.log.getvalue() + talk.out.getvalue()) == []


def test_no_event_names_anybody(talk: Talk) -> None:
    told_of = [params for what, params in talk.calls if what == "events:PutEvents"]
    if (outbox := talk.world.data / "events.db").exists():
        with sqlite3.connect(outbox) as db:
            told_of = [body for (body,) in db.execute("SELECT body FROM delivery")]
        db.close()

    assert len(told_of) > 5
    assert [(body, hits) for body in told_of if (hits := talk.hits(body))] == []


def test_no_call_to_aws_but_a_mail_names_anybody_schedules_and_dead_letters_included(talk: Talk) -> None:
    """A dead letter is what a schedule or a record was made of; what SES reports has its own test below."""
    if not talk.calls:
        pytest.skip("there is no AWS here")
    mailed = [params for what, params in talk.calls if what == "sesv2:SendEmail"]
    others = [(what, params) for what, params in talk.calls if what != "sesv2:SendEmail"]

    assert mailed
    assert {"scheduler:CreateSchedule", "dynamodb:TransactWriteItems"} <= {what for what, _ in others}
    assert [(what, hits) for what, params in others if (hits := talk.hits(params))] == []


def test_no_dead_letter_names_anybody_whatever_ses_and_the_receivers_server_write(talk: Talk) -> None:
    """A report that no release can take waits for two weeks, as EventBridge put it on the queue."""
    kinds = {json.loads(letter)["detail-type"] for letter in talk.letters}

    assert kinds == {str(kind) for kind in ReportKind}
    assert [(letter, hits) for letter in talk.letters if (hits := talk.hits(letter))] == []


def test_no_redirect_says_who_somebody_is_and_none_hands_a_token_on_to_another_page(talk: Talk) -> None:
    for path, answer in talk.answers:
        if place := answer.headers.get("location"):
            assert talk.hits(place, tokens=False) == [], path
            handed_on = [token for token in talk.tokens if token in place]
            of_a_rep = all(one.removeprefix(SITE).startswith("/rep/") for one in (path, place))
            assert handed_on == [] or of_a_rep, path
            assert place.startswith(("/", SITE)) or "X-Amz-Signature" in place, place


def test_a_page_whose_address_holds_a_token_sends_no_referrer_and_asks_nobody_else(talk: Talk) -> None:
    with_token = [answer for path, answer in talk.answers if "token=" in path]

    assert len(with_token) > 20
    assert {answer.headers.get("referrer-policy") for answer in with_token} == {"no-referrer"}
    for answer in with_token:
        assert _asked_for(answer.text) == [], answer.text[:200]
        assert "no-store" in answer.headers["cache-control"]


def test_no_title_and_no_link_to_another_host_holds_a_token(talk: Talk) -> None:
    for path, answer in talk.answers:
        if "html" in answer.headers.get("content-type", ""):
            title = answer.text.partition("<title>")[2].partition("</title>")[0]
            assert not [token for token in talk.tokens if token in title], path


def test_an_exceptions_own_words_are_no_part_of_what_is_logged() -> None:
    with pytest.raises(RuntimeError) as raised:
        _quote(KeyError(ADDRESS))
    said = told(raised.value)

    assert not any(secret in said for secret in SECRETS)
    assert said.index("builtins.KeyError") < said.index("builtins.RuntimeError")
    assert "test_canary.py" in said


def _quote(cause: Exception) -> None:
    raise RuntimeError(f"nothing about {NAME}") from cause


def test_our_own_errors_are_logged_with_their_words_but_for_those_of_a_template() -> None:
    assert told(StoreBusy("The disk is full.")).endswith("leadlight.errors.StoreBusy: The disk is full.")
    assert NAME not in told(BadPlaybook([Problem("template", 3, f"no attribute {NAME}")]))


class _Asked(HTMLParser):  # the standard library offers this by inheritance only
    def __init__(self) -> None:
        super().__init__()
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        loaded = [values.get("src"), values.get("srcset"), values.get("data"), values.get("action")]
        loaded += [values.get("href")] if tag == "link" else []
        self.others += [
            at for at in loaded if at and at.startswith(("http:", "https:", "//")) and not at.startswith(SITE)
        ]


def _asked_for(page: str) -> list[str]:
    """What a page loads from elsewhere, or sends there."""
    reader = _Asked()
    reader.feed(page)
    return reader.others
