"""What was asked over HTTP? An API Gateway event (payload v2) as a frozen value, read once."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from leadlight.errors import BadFields, BadRequest, ForeignOrigin, LeadlightError, NotThroughTheDoor, TooLarge
from leadlight.rules.form import BETWEEN
from leadlight.settings import Settings

LIMIT = 64 * 1024
"""Bytes of a body: the longest form there can be is far smaller."""

MOST_FIELDS = 200
TOO_MANY_FIELDS = "This has more fields than a form of ours. Please send the form as the page does."

DOOR, VIEWER = "x-leadlight-origin", "cloudfront-viewer-address"
"""Headers that the distribution adds: its secret, and who asks."""

FORM = "application/x-www-form-urlencoded"

HOST = "__Host-"
"""Begins the names of our cookies where there is HTTPS: no other host, a neighbour below the same domain included, can
set one that is called so (RFC 6265bis § 4.1.3.2)."""


PART = re.compile(rb"bytes=([0-9]{0,15})-([0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class Request:
    """`values` are the fields of a form or of a JSON object, all text. `inert` is a HEAD: nothing may change."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes
    source: str
    id: str = ""  # API Gateway's, for the log: what follows from this request carries it

    @property
    def inert(self) -> bool:
        """Whether this is a HEAD."""
        return self.method == "HEAD"

    @property
    def is_form(self) -> bool:
        """Whether a browser without our script posted it."""
        return self.headers.get("content-type", "").startswith((FORM, "multipart/form-data"))

    @property
    def wants_page(self) -> bool:
        """Whether a person reads the answer."""
        return self.is_form or "text/html" in self.headers.get("accept", "")

    @property
    def values(self) -> Mapping[str, str]:
        """What was sent. Raises `BadRequest`, `TooLarge`, `BadFields`."""
        return self._sent(several=False)

    @property
    def answers(self) -> Mapping[str, str]:
        """The same of a form in which a question may have several answers: they stand in one text, `, ` between."""
        return self._sent(several=True)

    def _sent(self, *, several: bool) -> Mapping[str, str]:
        check_size(self)
        try:
            text = self.body.decode()
        except UnicodeDecodeError as error:
            raise BadRequest("This is not UTF-8 text. Please send the form as the page does.") from error
        return _from_form(text, several=several) if self.is_form else _from_json(text, several=several)

    def language(self, spoken: Sequence[str]) -> str:
        """Which of these languages to answer in: as the page says that it was sent from, else as the browser prefers.

        The first of them is the site's own, and goes where neither says anything.
        """
        with suppress(LeadlightError):  # what cannot be read is perhaps the very error that is told here
            said = self.query.get("lang") or (self.values.get("lang", "") if self.body else "")
            if said in spoken:
                return said
        preferred = (part.partition(";")[0].strip() for part in self.headers.get("accept-language", "").split(","))
        return next((one for name in preferred for one in spoken if name.partition("-")[0] == one), spoken[0])

    def every(self, name: str) -> str:
        """All values that a form sent under that name, one a line: boxes of which several may be ticked."""
        if not self.is_form:
            return self.values.get(name, "")
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        return "\n".join(value for key, value in pairs if key == name)


def read(event: Mapping[str, Any], *, https: bool = False) -> Request:
    """The request in an event. Cookies keep the first value of a name; with `https` only those of this host count."""
    http = event["requestContext"]["http"]
    body = event.get("body") or ""
    cookies: dict[str, str] = {}
    for cookie in event.get("cookies") or ():
        name, _, value = cookie.partition("=")
        if not https or name.strip().startswith(HOST):
            cookies.setdefault(name.strip().removeprefix(HOST), value.strip())
    return Request(
        method=http["method"],
        path=unquote(event["rawPath"]),
        query=dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        cookies=cookies,
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        source=http.get("sourceIp", ""),
        id=event["requestContext"].get("requestId", ""),
    )


def names_a_part(text: bytes) -> bool:
    """Whether a `Range` names one part of a file. Units that one does not know have to be ignored (RFC 9110 § 14.2)."""
    found = PART.fullmatch(text)
    first, last = found.groups() if found else (b"", b"")
    return bool(first or last) and not (first and last and int(first) > int(last))


def check_door(request: Request, settings: Settings) -> None:
    """Refuses what did not come through the distribution, whose secret header nobody else knows.

    Only behind it can `CloudFront-Viewer-Address` be believed, and only there do its limits and its firewall hold.
    """
    shown = request.headers.get(DOOR, "").encode()
    known = [hmac.compare_digest(shown, secret.encode()) for secret in settings.origin_secrets]
    if settings.origin_secrets and not any(known):
        raise NotThroughTheDoor


def check_size(request: Request) -> None:
    """Refuses a body that is longer than any form or fact may be, before anything is made of it."""
    if len(request.body) > LIMIT:
        raise TooLarge(LIMIT)


def network_of(request: Request, settings: Settings) -> str:
    """The sender's network: /24 of an IPv4 address, /64 of an IPv6 one; never the whole address."""
    source = _source_of(request, settings)
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped:  # how a socket for both shows the older ones
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def check_origin(request: Request, settings: Settings, *, by_token: bool, by_session: bool = False) -> None:
    """Refuses posts from other sites. `null` (pages that send no referrer) passes where a token stands for itself.

    Programs say nothing of where they come from, and may; browsers always do. So a post that a session's cookie alone
    lets in has to say it.
    """
    origin = request.headers.get("origin")
    if (origin is None and not by_session) or (by_token and origin == "null"):
        return
    host = request.headers.get("host", "")
    if origin not in {settings.site_url, f"http://{host}", f"https://{host}"}:
        raise ForeignOrigin


def _source_of(request: Request, settings: Settings) -> str:
    """The visitor's address, as whoever stands in front of us tells it, if that is somebody to be believed.

    CloudFront says `192.0.2.1:4711`, and `2001:db8::1:4711` without brackets (its guide, "Add CloudFront request
    headers"): the port is what follows the last colon.
    """
    if settings.origin_secrets:
        return request.headers.get(VIEWER, "").rpartition(":")[0].strip("[]")
    forwarded = request.headers.get("x-forwarded-for")
    if settings.trust_forwarded and forwarded and _is_loopback(request.source):
        return forwarded.rpartition(",")[2].strip()
    return request.source


def _is_loopback(source: str) -> bool:
    try:
        return ipaddress.ip_address(source).is_loopback
    except ValueError:
        return False


def _from_form(text: str, *, several: bool) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadRequest(TOO_MANY_FIELDS) from error
    if not several:
        return dict(pairs)
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: BETWEEN.join(values) for name, values in found.items()}


def _from_json(text: str, *, several: bool) -> Mapping[str, str]:
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest('This is not JSON. Send an object such as {"email": "…"}.') from error
    if not isinstance(sent, dict):
        raise BadRequest('This is JSON, but not an object. Send one such as {"email": "…"}.')
    if len(sent) > MOST_FIELDS:
        raise BadRequest(TOO_MANY_FIELDS)
    if several:
        sent = {name: _joined(value) for name, value in sent.items()}
    nested = [name for name, value in sent.items() if isinstance(value, (dict, list))]
    if nested:
        raise BadFields(dict.fromkeys(nested, "Please send text here."))
    return {name: _text(value) for name, value in sent.items()}


def _joined(value: object) -> object:
    """A list of texts as one; anything else as it is."""
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return BETWEEN.join(value) if is_list else value  # type: ignore[arg-type]  # the line above says that it is one


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:  # half of a pair of surrogates: no text that anything could store
        raise BadRequest("This is not UTF-8 text. Please send the form as the page does.") from error
    return text
