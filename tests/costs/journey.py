"""One lead with seven follow-ups, on the AWS wiring: what was called, and what it consumed."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore import xform_name
from moto import mock_aws
from tests.capacity import Item, capacity_of
from tests.ground_aws import Account, AwsGround, Here
from tests.queued import handed_over, queued
from tests.world import SETTINGS, World, built
from tests.world_site import COURSE, FILES, step

from leadlight.handlers import on_mail_event

STEPS = 7
EVENTS = Path(__file__).parents[1] / "events"


class Bill:
    """What one part of a journey used, by the names of the price table; `calls` are counted by function."""

    def __init__(self) -> None:
        self.used: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()


class Meter:
    """Listens to botocore: each call that gets an answer is written on the current bill."""

    def __init__(self, account: Account) -> None:
        self.bill = Bill()
        self.tags: list[Mapping[str, str]] = []
        self._look = account.client("dynamodb")  # made before we listen: what it reads is on nobody's bill
        events = account.session.get_component("event_emitter")
        events.register("before-parameter-build", self._asked)
        events.register("after-call", self._answered)

    def _asked(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        context["metered"] = (params, self._before(params) if model.service_model.service_name == "dynamodb" else {})

    def _answered(self, parsed: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: object) -> None:
        params, before = context["metered"]
        match model.name:
            case "SendEmail":
                self.bill.used["Mails"] += 1
                self.tags.append({tag["Name"]: tag["Value"] for tag in params["EmailTags"]})
            case "PutEvents":
                self.bill.used["Events published"] += len(params["Entries"])
            case name if model.service_model.service_name == "dynamodb":
                used = capacity_of(xform_name(name), params, parsed, stored=lambda t, k: before.get((t, repr(k))))
                self.bill.used["DynamoDB write units"] += used.write
                self.bill.used["DynamoDB read units"] += used.read

    def _before(self, params: Mapping[str, Any]) -> Mapping[tuple[str, str], Item]:
        """What lay under each key that is about to be written."""
        parts = [body for part in params.get("TransactItems", ()) for body in part.values()] or [params]
        asked = [(body["TableName"], key) for body in parts if (key := key_of(body))]
        found = {(table, repr(key)): self._look.get_item(TableName=table, Key=key).get("Item") for table, key in asked}
        return {place: item for place, item in found.items() if item}


def key_of(body: Mapping[str, Any]) -> Item | None:
    """The key that one write is about."""
    item = body.get("Key") or body.get("Item") or {}
    for names in (("pk", "sk"), ("key",), ("id",)):
        if set(names) <= set(item):
            return {name: item[name] for name in names}
    return None


def bills() -> Mapping[str, Bill]:
    """What one lead used: for the form, for confirming, and for each follow-up on average."""
    with mock_aws(), tempfile.TemporaryDirectory() as folder:
        account = Account()
        meter = Meter(account)
        bundle = seven_steps(Path(folder))
        world = World(Path(folder), bundle, lambda clock: AwsGround(account, bundle, clock, SETTINGS, way="prompt"))
        with counted(meter, world) as part:
            browser = world.browser()
            with part("The form and its confirming mail"):
                visit(meter, browser.ask_for)
                world.settle()
            with part("Confirming: the way back, the rep's mail"):
                visit(meter, lambda: browser.post(world.mail(subject="Your link").link("/confirm")))
                world.settle()
            with part("Seven follow-ups"):
                world.advance("40 days")
        assert len(world.follow_ups()) == STEPS, world.follow_ups()
        world.close()
        return part.bills  # type: ignore[attr-defined]  # the context hands out a function with what it gathered


def visit(meter: Meter, asks: Callable[[], object]) -> None:
    """One request through the API."""
    meter.bill.used["HTTP API requests"] += 1
    meter.bill.calls["OnVisitorRequest"] += 1
    asks()


@contextmanager
def counted(meter: Meter, world: World) -> Iterator[Any]:
    """Gives a way to open one bill after the other, and counts what wakes functions meanwhile."""
    ground = world.ground
    assert isinstance(ground, AwsGround)

    def woken(name: str) -> None:
        meter.bill.calls[name] += 1
        if name == "OnDue":
            meter.bill.used["Schedules fired"] += 1

    ground.woken_by = woken

    @contextmanager
    def part(name: str) -> Iterator[None]:
        meter.bill, meter.tags = Bill(), []
        yield
        for tags in meter.tags:
            report(meter, world, tags)
        part.bills[name] = meter.bill  # type: ignore[attr-defined]  # see above

    part.bills = {}  # type: ignore[attr-defined]  # see above
    yield part


def report(meter: Meter, world: World, tags: Mapping[str, str]) -> None:
    """SES says that it sent and delivered the mail. At the worst each waits alone: put there, fetched, taken away."""
    for name in ("ses_sent", "ses_delivered"):
        event = json.loads((EVENTS / f"{name}.json").read_text())
        event["detail"]["mail"]["tags"] |= {tag: [value] for tag, value in tags.items()}
        meter.bill.calls["OnMailEvent"] += 1
        meter.bill.used["SQS requests"] += 3
        on_mail_event.handler(world.services)(handed_over(queued(event)), Here())


def seven_steps(folder: Path) -> Path:
    """The world's site with a sequence of seven mails; its bundle."""
    front = {"encounter": "subject", "objective": "advance", "wait": "2 days"}
    steps = {
        f"{COURSE}/0{n}-step.md": step(
            f"{'A paragraph of the length that such a mail has. ' * 12}", subject=f"Step {n}", **front
        )
        for n in range(1, STEPS + 1)
    }
    files = {name: text for name, text in FILES.items() if not name.startswith(COURSE)} | steps
    return built(folder, files)
