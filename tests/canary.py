"""A whole conversation with somebody whose every word is known, and all that machines write down of it meanwhile.

Whoever operates an installation reads logs, events, schedules, metrics and tables: none of these may name a person.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import awslambdaric.bootstrap as runtime
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller
from tests.ground import Here
from tests.journeys.injected import SECRET, listening, raw_mail, tell
from tests.journeys.mailers import Failing, is_follow_up
from tests.queued import handed_over, queued, woken
from tests.world import FORM, MAIL, REP_ADDRESS, Answer, Browser, Mail, World

from leadlight.handlers import measures, on_change, on_due, on_mail_event, on_tick, on_visitor_request
from leadlight.local.bus import WebhookBus
from leadlight.local.inbox import MaildirInbox
from leadlight.ports import Services
from leadlight.rights import erasing
from leadlight.rules.mail_events import mail_tag
from leadlight.serve import event_of

EVENTS = Path(__file__).parent / "events"
ADDRESS, PHONE, NAME = "canary.wren@nest-zq.example", "+44 20 7946 0666", "Wren Zaphodsdottir"
COMPANY, WORDS, NOTE = "Quokka Zaphod Works", "Marzipan zqlvx is what we need.", "Likes zqmango at noon."
MET = "clerk.zqfinch@branch-zq.example"
SECRETS = ("canary.wren", "nest-zq", "7946 0666", "79460666", "Zaphod", "zqlvx", "zqmango", "zqfinch", "branch-zq")
"""So little of each is a hit already."""

TOKEN = re.compile(r"token=([A-Za-z0-9._-]{20,})")


@dataclass(frozen=True)
class Held:
    """What an installation holds at one moment: rows, mails, and files by their place in its folder."""

    rows: dict[str, list[tuple[object, ...]]]
    mails: list[Mail]
    files: dict[Path, bytes]


def held(world: World) -> Held:
    paths = [path for path in sorted(world.data.rglob("*")) if path.is_file()]
    return Held(world.dump(), world.mails(), {path.relative_to(world.data): path.read_bytes() for path in paths})


@dataclass
class Talk:
    """What was said, and what was written down. `kept` is what was there when all was said; `left`, after erasing."""

    world: World
    log: io.StringIO
    out: io.StringIO
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    failures: list[object] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    kept: Held = field(init=False)
    left: Held = field(init=False)

    def see(self, answer: Answer, path: str) -> Answer:
        self.answers.append((path, answer))
        return answer

    def a_token(self) -> str:
        """One that somebody holds by now."""
        return next(token for mail in self.world.mails() for token in TOKEN.findall(mail.text))

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Every token that was in anybody's hands in the end: of links, and of cookies."""
        mailed = {found for mail in self.kept.mails for found in TOKEN.findall(mail.text + mail.html)}
        kept = {line.partition("=")[2].partition(";")[0] for _, answer in self.answers for line in answer.cookies}
        return frozenset(mailed | {value for value in kept if len(value) > 20})

    def hits(self, text: str, *, tokens: bool = True) -> list[str]:
        """What of the canary stands in a text, as it is or packed."""
        lower = text.lower()
        found = [needle for needle in NEEDLES if needle in lower] + [needle for needle in PACKED if needle in text]
        return found + ([token for token in self.tokens if token in text] if tokens else [])


def _packed(secret: str) -> Iterator[str]:
    """As it stands in base64, wherever in a text it begins."""
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + secret.encode() + b"\0\0").decode()
        yield coded[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]


NEEDLES = tuple(dict.fromkeys(way(secret.lower()) for secret in SECRETS for way in (str, quote)))
PACKED = tuple(code for secret in SECRETS for code in _packed(secret))


@contextmanager
def overheard() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """The functions' log, and whatever else is written while it lasts."""
    log, handler = listening()
    out = io.StringIO()
    other = logging.StreamHandler(out)
    other.setLevel(logging.INFO)
    other.addFilter(lambda record: record.name != "leadlight")
    logging.getLogger().addHandler(other)
    with redirect_stdout(out), redirect_stderr(out):
        yield log, out
    logging.getLogger().removeHandler(other)
    logging.getLogger("leadlight").removeHandler(handler)


class Exploding:
    """A store that fails, and says of whom it spoke."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def explode(*_: object, **__: object) -> None:
            raise RuntimeError(f"{name}: no place for {NAME} <{ADDRESS}>, {PHONE}")

        return explode


def prepared(world: World, folder: Path, *, local: bool) -> None:
    """Replies come in, other systems are told and tell."""
    settings = replace(world.services.settings, inbound_domain="in.glass.example", hook_secrets=(SECRET,))
    told = WebhookBus(folder / "events.db", world.clock.now, endpoints=("http://127.0.0.1:9/",), secret=SECRET)
    bus = told if local else world.services.bus
    world.serve(replace(world.services, settings=settings, bus=bus, inbox=MaildirInbox(folder / "post")))


def converse(talk: Talk, folder: Path) -> None:
    """From the first form to the stop."""
    world, reader = talk.world, talk.world.browser()
    _comes(talk, reader)
    world.advance("2 days")
    asked = next(mail for mail in world.mails(ADDRESS) if mail.message["List-Unsubscribe"])
    _answers(talk, folder, WORDS)
    rep = _is_told(talk)
    link = asked.link("/preferences")
    talk.see(reader.get(link, accept="text/html"), link)
    talk.see(reader.submit(link, do="pause", span="a-month"), link)
    data = link.replace("/preferences", "/my-data")
    talk.see(reader.submit(data, do="ask"), data)
    world.settle()
    code = [mail for mail in world.mails(ADDRESS) if "Six digits" in mail.subject][-1].code
    for do in ({"do": "open", "code": code}, {"do": "show"}, {"do": "save"}):
        talk.see(reader.submit(data, **do), data)
    _meets(talk, rep)
    for name in ("booking", "trial.used"):
        at = world.later("1 day").isoformat()
        talk.see(tell(world, name, {"email": ADDRESS, "note": NOTE, "at": at}), "/api/hooks/booking")
    world.settle()
    stop = asked.link("/unsubscribe")
    talk.see(reader.get(stop, accept="text/html"), stop)


def _comes(talk: Talk, reader: Browser) -> None:
    world = talk.world
    typed = {"name": NAME, "company": COMPANY, "phone": PHONE, "about": WORDS, "call": "now"}
    talk.see(reader.ask_for(MAIL, ADDRESS, **typed), "/api/access")
    talk.see(reader.submit("/api/access", gate=FORM, email=ADDRESS, consent="true", name=NAME), "/api/access")
    world.settle()
    link = world.mail(ADDRESS, "Your link to “Mail").link("/confirm")
    talk.see(reader.head(link), link)
    talk.see(reader.get(link, accept="text/html"), link)
    talk.see(reader.post(link), link)
    world.settle()
    for path in (f"/api/content/{MAIL}", f"/api/files/{MAIL}/guide.pdf", "/guides/mail/_full", f"/api/form/{FORM}"):
        talk.see(reader.get(path), path)
    talk.see(reader.post("/api/question", gate=MAIL, question=WORDS), "/api/question")
    talk.see(reader.post("/api/call", gate=MAIL, call="now", phone=PHONE), "/api/call")
    world.settle()


def _answers(talk: Talk, folder: Path, words: str) -> None:
    asked = next(mail for mail in talk.world.mails(ADDRESS) if mail.message["List-Unsubscribe"]).message
    told = str(asked["Reply-To"] or "")
    raw = raw_mail(f"{NAME} says", words, sender=ADDRESS, to=told, asked=str(asked["Message-ID"]))
    (folder / "post" / "new" / "reply").write_bytes(raw)
    (folder / "post" / "new" / "foreign").write_bytes(
        raw.replace(told.encode(), b"reply+nobody-at-all@in.glass.example")
    )
    on_mail_event.take_in(talk.world.services)
    talk.world.settle()


def _is_told(talk: Talk) -> Browser:
    world, rep = talk.world, talk.world.browser()
    link = world.briefing()
    for path in (link, link.replace("lead", "claim"), link.replace("lead", "outcome"), link.replace("lead", "replied")):
        talk.see(rep.get(path, accept="text/html"), path)
    claim = link.replace("/rep/lead", "/rep/claim")
    talk.see(rep.submit(claim), claim)
    said = {"objective": "advance", "achieved": "yes", "note": NOTE, "feedback": NOTE, "feedback_aim": "product"}
    outcome = link.replace("/rep/lead", "/rep/outcome")
    talk.see(rep.submit(outcome, **said), outcome)
    world.settle()
    return rep


def _meets(talk: Talk, rep: Browser) -> None:
    talk.see(rep.submit("/sign-in", email=REP_ADDRESS), "/sign-in")
    on_tick.handle(talk.world.services)
    link = talk.world.mail(REP_ADDRESS, "Your link to the desk").link("/sign-in")
    talk.see(rep.get(link, accept="text/html"), link)
    talk.see(rep.submit("/sign-in", enter=link.partition("token=")[2]), "/sign-in")
    added = rep.submit("/rep/leads", email=MET, name=NAME, company=COMPANY, note=NOTE, phone=PHONE)
    talk.see(added, "/rep/leads")
    for path in ("/rep/desk", f"/rep/desk?find={quote(NAME)}", added.location, "/rep/desk/add"):
        talk.see(rep.get(path, accept="text/html"), path)


def fail(talk: Talk, folder: Path) -> None:
    """Everything goes wrong that can, with the person's name on its lips."""
    world, services = talk.world, talk.world.services
    _asks_badly(talk)
    rows = world.services.store.due_of(world.id_of(ADDRESS))
    broken = replace(services, store=Exploding())  # type: ignore[arg-type]  # whatever it is asked, it fails
    world.serve(broken)
    talk.see(world.browser().ask_for(MAIL, ADDRESS, name=NAME, phone=PHONE), "/api/access")
    talk.see(world.browser().get(f"/rep/lead?token={talk.a_token()}"), "/rep/lead")
    world.serve(services)
    for row in rows:
        on_due.handle(broken, row)
    (folder / "post" / "new" / "last").write_bytes(raw_mail(NAME, WORDS, sender=ADDRESS, to="reply+x@in.glass.example"))
    on_mail_event.take_in(broken)
    for event in _of_ses(talk):
        talk.letters += dead_letters(on_mail_event.handler(broken), event)
        talk.failures += [*invoked(talk, on_mail_event.handler(services), event)]
        talk.failures += [*invoked(talk, on_mail_event.handler(broken), event)]
    for handler in (on_tick.handler(broken), on_due.handler(broken), on_change.handler(broken, _unreadable)):
        talk.failures += [*invoked(talk, handler, {"Records": [{"dynamodb": {"SequenceNumber": "7"}}]})]
    _is_refused(talk, services)


def _asks_badly(talk: Talk) -> None:
    stranger, named = talk.world.browser(), quote(ADDRESS)
    token = talk.a_token()
    for path in (
        f"/api/content/{named}", f"/api/files/{MAIL}/{named}", f"/{named}/_full", f"/confirm?token={token}{named}",
        f"/rep/lead?token={token[:-3]}", f"/preferences?token={named}", f"/my-data?token={token}",
    ):  # fmt: skip
        talk.see(stranger.get(path, accept="text/html"), path)
        talk.see(
            stranger.send(
                "POST", path, f'{{"email": "{ADDRESS}", "name'.encode(), {"content-type": "application/json"}
            ),
            path,
        )
    headers = {
        "content-type": "application/json",
        "origin": "https://evil.example",
        "cookie": f"pass={token}",
        "user-agent": NAME,
    }
    talk.see(stranger.send("POST", "/api/access", json.dumps({"email": ADDRESS}).encode(), headers), "/api/access")
    talk.see(stranger.post("/api/hooks/booking", email=ADDRESS, note=WORDS), "/api/hooks/booking")
    talk.see(stranger.post("/api/code", gate=MAIL, code=PHONE, email=ADDRESS), "/api/code")
    talk.see(stranger.submit("/sign-in", email=ADDRESS, token=token), "/sign-in")


def _unreadable(record: object) -> Any:
    raise ValueError(f"{ADDRESS} in {record}")


def _is_refused(talk: Talk, services: Services) -> None:
    """A mail server that quotes whom it does not know, in an error that nobody foresaw."""
    world = talk.world
    echo = Failing(
        services.mailer, lambda: OSError(f"550 <{ADDRESS}> {NAME}"), sends=False, tells=False, hits=is_not_rep
    )
    world.serve(services.with_mailer(echo))
    talk.see(world.browser().ask_for(FORM, ADDRESS, name=NAME), "/api/access")
    world.settle()
    world.advance("1 hour")
    assert echo.failed
    world.serve(services)


def is_not_rep(message: Any) -> bool:
    return ADDRESS in str(message["To"]) or is_follow_up(message)


def _of_ses(talk: Talk) -> Iterator[dict[str, Any]]:
    """Reports on mails to the canary as SES writes them, which quote whom they are about; and broken ones."""
    lead = talk.world.id_of(ADDRESS)
    entry = talk.world.services.store.ledger(lead)[-1]
    for path in sorted(EVENTS.glob("ses_*.json")):
        text = path.read_text().replace("anna.nowak@example.com", ADDRESS).replace("Anna Nowak", NAME)
        event = json.loads(text.replace('"LEAD"', f'"{lead}"').replace('"TOUCH"', f'"{mail_tag(entry.key)}"'))
        yield event
        for who in event["detail"].get("bounce", {}).get("bouncedRecipients", ()):
            who["status"] = f"5.1.1 ({ADDRESS})"
        if complaint := event["detail"].get("complaint"):
            complaint["complaintFeedbackType"] = NAME
        yield event
    yield {"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"bounce": {"to": ADDRESS}}}
    yield {"source": ADDRESS, "detail": {"to": ADDRESS}}
    yield {"source": "aws.s3", "detail": {"object": {"key": "../" + "x" * 10}}}


@dataclass
class Client:
    """What the runtime client posts its answers to."""

    failed: list[object]
    marshaller: LambdaMarshaller = field(default_factory=LambdaMarshaller)

    def post_invocation_result(self, *_: object) -> None: ...

    def post_invocation_error(self, *said: object) -> None:
        self.failed.append(said)


def invoked(talk: Talk, handler: Callable[..., Any], event: dict[str, Any]) -> Iterator[object]:
    """The function as Lambda's own runtime client calls it, which writes down what a function raises."""

    client = Client([])
    sink = runtime.StandardLogSink()
    with redirect_stdout(talk.out):
        runtime.handle_event_request(
            client, lambda event, _: handler(event, Here()), "id", json.dumps(event), "application/json", None, None,
            "arn:aws:lambda:eu-west-1:123456789012:function:x", 4_000_000_000_000, None, sink,
        )  # fmt: skip
    yield from client.failed


def dead_letters(handler: Callable[..., Any], event: dict[str, Any]) -> Iterator[str]:
    """What SQS puts aside of an event that a function cannot take, however often it gets it."""
    bodies = queued(event) if woken(event) else []
    failed = {item["itemIdentifier"] for item in handler(handed_over(bodies), Here())["batchItemFailures"]}
    yield from (message["body"] for message in handed_over(bodies)["Records"] if message["messageId"] in failed)


def erase(talk: Talk, folder: Path) -> None:
    """Both people of whom anything was said are erased, and then somebody tries every door that they had."""
    world = talk.world
    talk.kept = held(world)
    for address in (ADDRESS, MET):
        assert erasing.begin(world.services, world.id_of(address), how="test")
    world.settle()
    world.serve(world.services)  # what was measured had handlers of its own, and they share their routes
    stranger = world.browser()
    for link in [link for mail in talk.kept.mails for link in mail.links if "token=" in link]:
        assert talk.see(stranger.get(link, accept="text/html"), link).status < 500
    (folder / "post" / "new" / "late").write_bytes(raw_mail(NAME, WORDS, sender=ADDRESS, to="info@in.glass.example"))
    on_mail_event.take_in(world.services)
    world.advance("1 day")
    talk.left = held(world)


def measure(talk: Talk) -> None:
    """Requests and rows counted as CloudWatch metrics."""
    services = talk.world.services
    body = json.dumps({"gate": FORM, "email": ADDRESS, "consent": True, "name": NAME})
    headers = [(b"content-type", b"application/json"), (b"user-agent", NAME.encode())]
    scope = {"method": "POST", "path": "/api/access", "query_string": f"to={ADDRESS}".encode(), "headers": headers}
    event = talk.world.ground.arrives(event_of({**scope, "client": ("198.51.100.9", 4711)}, body.encode()))
    with patch.dict(os.environ, POWERTOOLS_METRICS_NAMESPACE="canary", POWERTOOLS_SERVICE_NAME="canary"):
        measures.measured(on_visitor_request.handler(services))(event, Here())
    measures._metrics.clear()
