"""Every mail that we ship, made by the product's own hand as somebody would get it: `messages/*` and all sequences.

What a template is filled with follows from the types that it was declared with, so a new mail is here by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from tests.rules.test_messages import BRIEF, READER
from tests.world import MONDAY, SETTINGS, SITE, World

from leadlight import letter
from leadlight.model.due import Due, DueKind
from leadlight.model.lead import Lead
from leadlight.model.person import LeadId, Purpose
from leadlight.model.sequence import Channel, Step
from leadlight.playbook.bundle import Bundle, open_bundle
from leadlight.playbook.context import MESSAGES, Context, LeadView, step_names
from leadlight.playbook.mails import TO_LEADS
from leadlight.playbook.source import load

ROOT = Path(__file__).parents[1]
PLAYBOOKS = ("content/playbook", "functions/leadlight/publish/start/content/playbook")
TOKEN = (
    "eyJsZWFkIjoibm5vMnA2bXVuam12eXBlNHQ1aGFrNHNoeG0iLCJnZW4iOjF9.aVuM4A.Xo3rYpQ0Lw7dJ2sT8vKzE1bNfHcGmRu5iA6xWq9yP4k"
)
LINK = f"{SITE}/confirm?token={TOKEN}"

WORDS: Mapping[str, str] = {
    "code": "482913",
    "headline": "3 to call, 2 due today",
    "reason": "Anna Nowak asked a question",
    "opened": "A checklist",
    "since": "Monday 5 January, 09:00",
    "until": "Tuesday 6 January, 11:00",
    "why": "5 of 210 mails within a day came back for good (2.38 %)",
    "usual": "4.5",
    "times": "Times are those of London.",
    "id": "f-1a2b3c",
    "commit": "1a2b3c4",
    "call": "We call you on Tuesday at 10:00.",
    "does": "opens",
}
"""What texts read like that no type tells; all others are links, or a title."""

LINKED = (
    "link", "url", "accept", "decline", "yes", "no", "lead", "take", "log", "disqualify", "replied", "book", "desk",
    "insights", "page", "unsubscribe",
)  # fmt: skip
LEAD = Lead(
    LeadId("nno2p6munjvmype4t5hak4shxm"), MONDAY, confirmed_at=MONDAY, purposes=(Purpose.FOLLOW_UP, Purpose.NEWS)
)


@dataclass(frozen=True, slots=True)
class Shipped:
    """One mail in one language. `listed`: somebody subscribed to it and may leave it with one click."""

    name: str
    message: EmailMessage
    to_lead: bool
    listed: bool

    @property
    def text(self) -> str:
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        return _part(self.message, "html")


def shipped(world: World) -> Iterator[Shipped]:
    """All of them, in the same order each time."""
    settings = replace(SETTINGS, inbound_domain="in.glass.example", mail_from="hello@glass.example")
    world.serve(replace(world.services, settings=settings))
    bundle = open_bundle(world.services.files)
    for name in MESSAGES:
        for language in ("en", "pl") if name in TO_LEADS else ("en",):
            yield Shipped(
                f"{name}.{language}", _message(world, bundle, name, language), name in TO_LEADS, name == "news"
            )
    for folder in PLAYBOOKS:
        yield from _sequences(world, bundle, _filled_in(world, folder))


def _filled_in(world: World, folder: str) -> Path:
    """The playbook as it is read; that of a new site comes without what it asks for when it is made."""
    source = ROOT / folder
    if folder == PLAYBOOKS[0]:
        return source
    copy = world.data / "start"
    for path in (source / "sequences").rglob("*.*"):
        target = copy / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return copy


def _sequences(world: World, bundle: Bundle, folder: Path) -> Iterator[Shipped]:
    for sequence in load(folder, language="en").sequences.values():
        for step in sequence.steps:
            if step.channel is Channel.MAIL:
                for language in ("en", *step.variants):
                    mail = _step(world, bundle, f"{sequence.name}@v1", step, language)
                    yield Shipped(f"{sequence.name}/{step.slug}.{language}", mail, to_lead=True, listed=True)


def _message(world: World, bundle: Bundle, name: str, language: str) -> EmailMessage:
    due, context, to = _due(f"{name}/x"), sample_of(MESSAGES[name]), ("Anna Nowak", "anna@example.com")
    if name in {"news", "arrived"}:
        lead = replace(LEAD, language=language)
        return letter.news(world.services, bundle, name, context, lead=lead, due=due, to=to)
    rep = bundle.team.people[0] if name == "delivery" else None
    links = ((letter.CONTROL, LINK),) if name == "delivery" else ()
    spoken = language if name in TO_LEADS else None
    return letter.message(
        world.services, bundle, name, context, to=to, due=due, sender=rep, footer_links=links, language=spoken
    )


def _step(world: World, bundle: Bundle, version: str, step: Step, language: str) -> EmailMessage:
    lead = replace(LEAD, language=language)
    due = Due(LEAD.id, 1, DueKind.STEP, f"{version}/20260105T100000/{step.slug}", MONDAY)
    context = sample_of(step_names(offers=True, after_sale=True))
    return letter.follow_up(world.services, bundle, replace(step, sender="rep"), context, lead=lead, due=due)


def _due(ref: str) -> Due:
    return Due(LEAD.id, 1, DueKind.MAIL, ref, MONDAY)


def sample_of(names: Mapping[str, Any]) -> Context:
    """Something of each declared type."""
    known = {**READER, "brief": BRIEF}
    return {
        name: known[name] if name in known and not isinstance(known[name], str) else _sample(name, kind)
        for name, kind in names.items()
    }


def _sample(name: str, kind: Any) -> Any:
    if kind is LeadView:
        return READER["lead"]
    if kind is str:
        return WORDS.get(name) or (LINK if name in LINKED else "Seven touch points")
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{each.name: _sample(each.name, hints[each.name]) for each in fields(kind)})
    if get_origin(kind) is tuple:
        parts = [part for part in get_args(kind) if part is not Ellipsis]
        one = _sample(name, parts[0]) if Ellipsis in get_args(kind) else tuple(_sample(name, part) for part in parts)
        return (one, one) if Ellipsis in get_args(kind) else one
    return {int: 3, bool: True, float: 1.0}.get(kind)


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
