"""How does a made-up person reach the product? As API Gateway events with cookies, and by the links in mails."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import msgspec

from leadlight.local.mailer import Carried
from leadlight.model.due import DueKind

Event = dict[str, Any]
Answers = Callable[[Event], Mapping[str, Any] | None]
"""What the function behind the path answers; None where no answer came."""

REP, REP_PAGES = "/rep/", frozenset({"/sign-in", "/sign-out"})
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
NO_ANSWER = 503


class Browser:
    """Cookies, and an address in a network of its own."""

    def __init__(self, answers: Answers, host: str, source: str) -> None:
        self._answers, self._host, self._source = answers, host, source
        self._cookies: dict[str, str] = {}
        self._sent = 0

    def get(self, address: str, *, method: str = "GET") -> int:
        """Opens a page; the status."""
        return self._send(method, address, b"", {"accept": "text/html"})[0]

    def post(self, address: str, values: Mapping[str, object]) -> tuple[int, str]:
        """Posts JSON, as our script does; the status and the body."""
        return self._send("POST", address, msgspec.json.encode(values), {"content-type": JSON})

    def submit(self, address: str, values: Mapping[str, str]) -> tuple[int, str]:
        """Presses the button of a form."""
        return self._send("POST", address, urlencode(values).encode(), {"content-type": FORM, "accept": "text/html"})

    def _send(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        parts = urlsplit(address)
        self._sent += 1
        http = {"method": method, "path": unquote(parts.path), "sourceIp": self._source, "protocol": "HTTP/1.1"}
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": unquote(parts.path),
            "rawQueryString": parts.query,
            "headers": {"host": self._host, **headers},
            "cookies": [f"{name}={value}" for name, value in self._cookies.items()],
            "requestContext": {"http": http, "requestId": f"{self._source}/{self._sent}", "stage": "$default"},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = self._answers(event)
        if answer is None:
            return NO_ANSWER, ""
        for line in answer.get("cookies") or ():
            self._keep(line)
        return int(answer["statusCode"]), str(answer.get("body") or "")

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self._cookies.pop(name, None)
            else:
                self._cookies[name] = morsel.value


def is_for_rep(event: Event) -> bool:
    """Which of the two functions answers."""
    path = event["rawPath"]
    return bool(path.startswith(REP) or path in REP_PAGES)


def links_in(message: EmailMessage, site_url: str) -> tuple[str, ...]:
    """Every address of ours in a mail, its headers included, each once."""
    texts = [str(message["List-Unsubscribe"] or "")]
    for subtype in ("plain", "html"):
        part = message.get_body((subtype,))
        texts.append(str(part.get_content()) if part else "")
    found = re.findall(rf"{re.escape(site_url)}[^\s<>()\"\]]*", "\n".join(texts))
    return tuple(dict.fromkeys(link.rstrip(".,").replace("&amp;", "&") for link in found))


def link_to(message: EmailMessage, site_url: str, path: str) -> str | None:
    """The first address of ours in a mail that goes there."""
    return next((link for link in links_in(message, site_url) if urlsplit(link).path == path), None)


def answer_to(mail: Carried, sender: str, text: str, number: int) -> bytes:
    """What a mail program sends when somebody answers."""
    to, subject = mail.message["Reply-To"] or mail.message["From"], str(mail.message["Subject"])
    answer = EmailMessage()
    answer["From"] = sender
    answer["To"] = str(to)
    answer["Subject"] = f"Re: {subject}"
    answer["Message-ID"] = f"<answer-{number}@{sender.rpartition('@')[2]}>"
    answer["In-Reply-To"] = str(mail.message["Message-ID"])
    answer.set_content(text)
    return answer.as_bytes()


def is_follow_up(mail: Carried) -> bool:
    """Whether the mail was a step of a sequence."""
    return mail.tag.split("/", 3)[2] == DueKind.STEP


def is_opt_in(mail: Carried) -> bool:
    """Whether the mail asks to confirm."""
    return mail.tag.split("/", 3)[3].startswith("optin/")
