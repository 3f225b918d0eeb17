"""How a lead of a journey comes to its page of preferences, what it reads there and what it presses."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from urllib.parse import urlsplit

from tests.journeys.mailers import is_follow_up
from tests.world import ANNA, Answer, World

YES = "One tap, and it is so again"


def link(world: World, subject: str = "way back") -> str:
    """The link to the preferences in a mail, as path and query."""
    return path_of(world.mail(ANNA, subject).link("/preferences"))


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def press(world: World, do: str, where: str = "", **values: str) -> Answer:
    """Somebody with nothing but the link presses a button; then everything that follows happens."""
    answer = world.browser().submit(where or link(world), do=do, **values)
    assert answer.status == 200, answer.text
    world.settle()
    return answer


def words(answer: Answer) -> str:
    """The page as text."""
    body = re.sub(r"<style>.*?</style>", "", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def page(world: World, where: str = "") -> str:
    return words(world.browser().get(where or link(world), accept="text/html"))


def dates(world: World) -> list[datetime]:
    """When follow-ups went out."""
    return [mail.message["Date"].datetime for mail in world.mails(ANNA) if is_follow_up(mail.message)]


def as_shown(at: datetime) -> str:
    """A time as the page writes it."""
    return f"{at:%A} {at.day} {at:%B %Y, %H:%M}"


def shown_dates(text: str) -> list[str]:
    """The days that the page gives the steps ahead, as `Tuesday 6 January 2026, 10:00`."""
    return re.findall(r"\w+day \d+ \w+ \d{4}, \d\d:\d\d", text)


def say_yes(world: World) -> Answer:
    """The owner of the mailbox opens the mail of a wish and presses its button."""
    mailed = path_of(world.mail(ANNA, YES).link("/preferences"))
    answer = world.browser().submit(mailed)
    assert answer.status == 200, answer.text
    world.settle()
    return answer
