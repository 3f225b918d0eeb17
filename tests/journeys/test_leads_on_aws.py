"""`leadlight leads … --stack`: an operator's word to an installation on AWS, which does it by its own role."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from tests.ground import Here
from tests.journeys.desk import at_desk
from tests.world import ANNA, MANAGER_ADDRESS, World

from leadlight.cli import main
from leadlight.handlers import on_tick
from leadlight.model.due import Due, DueKind
from leadlight.model.exchange import Change
from leadlight.ports import Services
from leadlight.publish import account as accounts

pytestmark = pytest.mark.grounds("prompt")
REGION = "eu-central-1"

Awake = Callable[[Services], Callable[[Any, Any], Any]]


class Lambda:
    """An account whose stack `www` has one function; what it is asked goes to the world's tick."""

    def __init__(self, world: World) -> None:
        self.world, self.asked = world, list[dict[str, Any]]()
        self.awake: Awake = on_tick.handler
        self.session = boto3.Session("testing", "testing", region_name=REGION)
        self.session.events.register("before-call.cloudformation.DescribeStackResource", self._found)
        self.session.events.register("before-call.lambda.Invoke", self._invoked)

    def run(self, *words: str, group: tuple[str, ...] = ("leads",)) -> Result:
        return CliRunner().invoke(main, [*group, *words, "--stack", "www", "--region", REGION])

    def _found(self, params: dict[str, Any], **_: object) -> tuple[Any, Any]:
        assert params["body"]["LogicalResourceId"] == "OnTick"
        return SimpleNamespace(status_code=200), {"StackResourceDetail": {"PhysicalResourceId": "www-OnTick-1"}}

    def _invoked(self, params: dict[str, Any], **_: object) -> tuple[Any, Any]:
        assert "X-Amz-Invocation-Type" not in params["headers"]  # it waits: nothing lies in a queue
        assert params["url_path"].split("/")[-2] == "www-OnTick-1"
        self.asked.append(json.loads(params["body"]))
        try:
            said, failed = self.awake(self.world.services)(self.asked[-1], Here()), {}
        except Exception as error:  # noqa: BLE001  # as Lambda's runtime does
            said, failed = {"errorMessage": str(error)}, {"FunctionError": "Unhandled"}
        reply = io.BytesIO(json.dumps(said).encode())
        return SimpleNamespace(status_code=200), {"StatusCode": 200, "Payload": reply, **failed}


@pytest.fixture
def there(world: World, monkeypatch: pytest.MonkeyPatch) -> Lambda:
    made = Lambda(world)
    monkeypatch.setattr(accounts.boto3, "Session", lambda **_: made.session)
    return made


def test_who_asks_by_letter_gets_everything_and_the_log_an_id(
    world: World, there: Lambda, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.confirmed(name="Anna Nowak")
    caplog.clear()
    page = tmp_path / "anna.html"
    said = [
        there.run("export", "--email", ANNA),
        there.run("export", "--email", ANNA, "--format", "html", "-o", str(page)),
    ]

    document = json.loads(said[0].stdout)
    assert (document["forms"][0]["said"]["email"], document["lead"]["id"]) == (ANNA, world.id_of())
    assert "Anna Nowak" in page.read_text()
    (line, _) = [record for record in caplog.records if record.msg == "operator.exported"]
    assert (vars(line)["lead"], ANNA in caplog.text) == (world.id_of(), False)


def test_who_wishes_by_telephone_is_erased_at_once(
    world: World, there: Lambda, caplog: pytest.LogCaptureFixture
) -> None:
    world.confirmed()
    told = there.run("erase", "--email", ANNA, "--yes")

    assert (told.exit_code, world.services.store.lead(world.id_of())) == (0, None)
    assert "copies of the keys go by\n  themselves, within 14 days" in told.stdout
    assert [vars(record)["lead"] for record in caplog.records if record.msg == "operator.erased"] == [world.id_of()]
    world.settle()
    assert [
        said.exit_code for said in (there.run("erase", "--email", ANNA, "--yes"), there.run("export", "--email", ANNA))
    ] == [1, 1]


@pytest.mark.grounds("local")
def test_a_mail_on_its_way_is_waited_for_and_that_is_said(world: World, there: Lambda) -> None:
    world.confirmed()
    row = Due(world.id_of(), 1, DueKind.MAIL, "delivery/again", world.clock.now())
    lead = world.services.store.commit(Change(world.lead(), due=(row,)))
    until = world.later("3 minutes")
    now = world.clock.now()
    world.services.store.claim(row, lead=lead, owner="w", now=now, lease_until=until, may_repeat=True)
    told = there.run("erase", world.id_of(), "--yes", "--json")
    world.advance("4 minutes")

    assert json.loads(told.stdout) == {"id": world.id_of(), "erased": False}
    assert world.services.store.lead(world.id_of()) is None


@pytest.mark.grounds("local")
def test_nobody_is_erased_without_a_yes_or_without_a_name(world: World, there: Lambda) -> None:
    world.confirmed()
    said = [there.run("erase", "--email", ANNA), there.run("erase", "--yes"), there.run("export")]
    said += [there.run("export", "--email", ANNA, "--format", "csv"), there.run("erase", ANNA, "--yes", "--data", "x")]

    assert ([each.exit_code for each in said], there.asked) == ([2] * 5, [])
    assert world.lead()


@pytest.mark.grounds("local")
def test_the_other_words_of_an_operator_reach_the_same_function(world: World, there: Lambda) -> None:
    said = [there.run("resume", "--sending"), there.run("resume", "--after-restore", "--json")]
    said += [there.run("breaker", "--drop", "--gate", "x"), there.run("breaker", "--release", "--json")]

    assert [each.exit_code for each in said] == [0] * 4
    assert there.asked[0] == {"resume": "sending"}
    assert there.asked[1:] == [
        {"resume": "after-restore"},
        {"breaker": "drop", "gate": "x"},
        {"breaker": "release", "gate": ""},
    ]
    assert (said[0].stdout, said[2].stdout) == ("Nothing waits for that.\n", "0 mails are dropped.\n")
    assert (json.loads(said[1].stdout)["erased_again"], json.loads(said[3].stdout)) == (0, {"release": 0})
    assert [there.run(*words).exit_code for words in (["resume"], ["resume", "x"], ["breaker"])] == [2] * 3


def test_an_operator_ends_the_sessions_of_one_person_and_of_all(world: World, there: Lambda) -> None:
    rita, mona = at_desk(world), at_desk(world, MANAGER_ADDRESS)
    world.jump("1 minute")

    assert there.run("sign-out", "rita", group=()).stdout == "Signed out everywhere: rita.\n"
    assert [browser.get("/rep/desk").status for browser in (rita, mona)] == [303, 200]
    assert json.loads(there.run("sign-out", "--all", "--json", group=()).stdout)["signed_out"][0] == "rita"
    assert mona.get("/rep/desk").status == 303
    assert there.run("sign-out", "nobody", group=()).exit_code == 1
    assert [there.run(*words, group=()).exit_code for words in (["sign-out"], ["sign-out", "rita", "--all"])] == [2, 2]


@pytest.mark.grounds("local")
def test_what_fails_there_is_said_with_what_to_do(world: World, there: Lambda) -> None:
    def broken(_: Services) -> Callable[[Any, Any], Any]:
        return lambda event, context: 1 / 0

    def older(_: Services) -> Callable[[Any, Any], Any]:
        return lambda event, context: {"swept": 0}

    said = []
    for there.awake in (broken, older):
        said.append(there.run("export", "--email", ANNA))

    assert [each.exit_code for each in said] == [1, 1]
    assert "/leadlight/www/on_tick" in said[0].stderr
    assert "leadlight deploy --stack www" in said[1].stderr


@pytest.mark.grounds("local")
@pytest.mark.parametrize("whom", [ANNA, {}, {"email": ""}, {"email": ANNA, "lead": "x"}, {"email": [ANNA]}])
def test_a_word_about_nobody_in_particular_is_refused(world: World, whom: object) -> None:
    tick = on_tick.handler(world.services)

    assert [tick({word: whom}, Here())[word] for word in ("erase", "export")] == [
        {"problem": "Name one lead, by its address or its id."}
    ] * 2
