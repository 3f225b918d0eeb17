"""From what actors say to what browsers get: statuses, cookies, headers. The only file that knows status codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie as SetCookie
from aws_lambda_powertools.shared.cookies import SameSite

from leadlight import errors
from leadlight.decide import Erased
from leadlight.handlers.request import Request
from leadlight.model.inline import Inline
from leadlight.pages import visitor as pages
from leadlight.pages.frame import styles
from leadlight.playbook.bundle import open_bundle
from leadlight.ports import Services
from leadlight.rules.policy import both, policy
from leadlight.visitor.passes import Cookie
from leadlight.words import ENGLISH, N_, in_language

STATUS: Mapping[type[errors.LeadlightError], HTTPStatus] = {
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.BadRequest: HTTPStatus.BAD_REQUEST,
    errors.ForeignOrigin: HTTPStatus.FORBIDDEN,
    errors.NotThroughTheDoor: HTTPStatus.FORBIDDEN,
    errors.BadFields: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnknownGate: HTTPStatus.NOT_FOUND,
    errors.UnknownLead: HTTPStatus.NOT_FOUND,
    errors.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    errors.NotOpen: HTTPStatus.UNAUTHORIZED,
    errors.WrongCode: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.UnknownHook: HTTPStatus.NOT_FOUND,
    errors.BadSignature: HTTPStatus.UNAUTHORIZED,
    errors.ExpiredToken: HTTPStatus.GONE,
    Erased: HTTPStatus.GONE,
    errors.BadToken: HTTPStatus.FORBIDDEN,
    errors.TryAgain: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class of an error decides; what an operator must fix is a 500 without its inside."""

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # What is here is for the site's own pages alone.
    "Cross-Origin-Resource-Policy": "same-origin",
    # `no-referrer` would make Chromium send `Origin: null` on the plain form posts of these pages.
    "Referrer-Policy": "same-origin",
}

TOKEN_HEADERS = {"Referrer-Policy": "no-referrer"}
"""On pages whose address carries a token: it stays between this person and us."""

POLICY = "Content-Security-Policy"

ALONE = {"Cross-Origin-Opener-Policy": "same-origin-allow-popups"}
"""Who opened a page of the site, or of ours, has no hand on its window. The same for both, so that going from one to
the other stays in one window's story; windows that a marketer's page opens, such as a calendar, go on talking to it."""

PAGE_HEADERS = {
    POLICY: "",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    **ALONE,
}
"""On pages of ours: their addresses and forms carry tokens, so no other host's script or style may be in them. What the
policy says is filled in at the edge. Pages of the site that are read in full have that of the site: `site_headers`."""

NO_PAGE = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""What an answer for programs may do where a browser is led to show it as a page."""

SECURE = "max-age=31536000"
"""A year of HTTPS alone (RFC 6797), where the site has it."""

PREFERENCES = "/preferences"
"""Where a reader is without a form of ours behind them: nothing there is to be sent afresh."""

STREAM = "X-Leadlight-File"
"""Tells the local server which object of the bundle to stream; it never leaves the process."""


def as_json(body: object, status: HTTPStatus = HTTPStatus.OK, cookies: Iterable[Cookie] = ()) -> Response[str]:
    """A JSON answer."""
    text = body.decode() if isinstance(body, bytes) else json.dumps(body)
    return Response(status, "application/json; charset=utf-8", text, dict(HEADERS), _set(cookies))


def as_saved(text: str, *, name: str) -> Response[str]:
    """JSON that a browser keeps as a file of that name."""
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(HTTPStatus.OK, "application/json; charset=utf-8", text, headers)


def as_nothing() -> Response[str]:
    """There is nothing to say."""
    return Response(HTTPStatus.NO_CONTENT, "text/plain", "", dict(HEADERS))


def as_page(body: str, status: HTTPStatus = HTTPStatus.OK, cookies: Iterable[Cookie] = ()) -> Response[str]:
    """A page of ours for a person."""
    return Response(status, "text/html; charset=utf-8", body, {**HEADERS, **PAGE_HEADERS}, _set(cookies))


def as_content(body: bytes, cookies: Iterable[Cookie] = ()) -> Response[str]:
    """A page of the site, in full."""
    return Response(HTTPStatus.OK, "text/html; charset=utf-8", body.decode(), dict(HEADERS), _set(cookies))


def guarding(headers: Mapping[str, str], services: Services) -> dict[str, str]:
    """What an answer's headers lack: which scripts and styles may run in a page of ours, and that HTTPS it is.

    None in what is no page. A page of the site, or a file, has the policy of whoever serves it.
    """
    said = {}
    if POLICY in headers:
        said = {POLICY: policy(both(_inline(services), styles()), attributes=False)}
    elif STREAM not in headers and not headers.get("Content-Type", "").startswith("text/html"):
        said = {POLICY: NO_PAGE}
    return {**said, **_https(services)}


def site_headers(services: Services) -> dict[str, str]:
    """What a server says of the site's own pages; on AWS the distribution does, by infra/template.yaml.

    Their elements may bring their own style, as Markdown's tables do.
    """
    return {
        POLICY: policy(_inline(services), attributes=True),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        **ALONE,
        **_https(services),
    }


def is_https(services: Services) -> bool:
    """Whether the site has HTTPS: on one's own machine it has not."""
    return services.settings.site_url.startswith("https://")


def _https(services: Services) -> dict[str, str]:
    return {"Strict-Transport-Security": SECURE} if is_https(services) else {}


def _inline(services: Services) -> Inline:
    """What stands in the site's own pages; nothing where there is no bundle, and so no page of the site's."""
    with suppress(errors.LeadlightError):
        return open_bundle(services.files).manifest.inline
    return Inline()


def found_at(address: str) -> Response[str]:
    """What was asked for is somewhere else, where the site's own manifest says."""
    return Response(HTTPStatus.FOUND, "text/plain", "", {**HEADERS, **TOKEN_HEADERS, "Location": address})


def see_other(location: str, cookies: Iterable[Cookie] = ()) -> Response[str]:
    """After a post: look there. `location` is a path of ours, never taken from a request."""
    return Response(HTTPStatus.SEE_OTHER, "text/plain", "", {**HEADERS, "Location": location}, _set(cookies))


def as_file(path: str, *, name: str, media_type: str, link: str | None) -> Response[str]:
    """A file, to be saved as `name` if it has one: from where it lies, or streamed by the local server."""
    if link:
        return Response(HTTPStatus.FOUND, "text/plain", "", {**HEADERS, "Location": link})
    headers = {**HEADERS, STREAM: path, "X-Leadlight-Name": name}
    return Response(HTTPStatus.OK, media_type, "", headers)


def refusal(error: errors.LeadlightError, request: Request, shell: str, language: str = ENGLISH) -> Response[str]:
    """The answer to what went wrong: problem JSON (RFC 9457) for a program, a page for a person; in their language."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)
    hidden = status is HTTPStatus.INTERNAL_SERVER_ERROR
    detail = in_language(
        BROKEN if hidden else DELAYED if isinstance(error, errors.TryAgain) else error.args[0], language
    )
    if request.wants_page:
        answer = as_page(_page_of(error, status, detail, request, shell, language), status)
    else:
        answer = _problem(error, status, detail, language)
    if isinstance(error, errors.TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.TryAgain):
        answer.headers["Retry-After"] = "2"
    return answer


def broken(request: Request) -> Response[str]:
    """The answer when we are at fault and know no more than that."""
    return refusal(errors.OperatorMustFix(), request, "")


def _problem(error: errors.LeadlightError, status: HTTPStatus, detail: str, language: str) -> Response[str]:
    body: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    if isinstance(error, errors.BadFields):
        body["fields"] = {name: in_language(text, language) for name, text in error.fields.items()}
    if isinstance(error, errors.NeedsProof):
        body["challenge"] = error.challenge
    if isinstance(error, errors.WrongCode):
        body["fields"] = {"code": detail}
    return Response(status, "application/problem+json", json.dumps(body), dict(HEADERS))


def _page_of(
    error: errors.LeadlightError, status: HTTPStatus, detail: str, request: Request, shell: str, language: str
) -> str:
    if isinstance(error, errors.BadFields) and request.path == PREFERENCES:
        said = " ".join(in_language(text, language) for text in error.fields.values())
        back = (_preferences_of(request), N_("Back to your preferences"))
        return pages.problem(shell, heading=HEADINGS[status], message=said, link=back, language=language)
    if isinstance(error, errors.BadFields):
        form = request.headers.get("referer", "/")
        return pages.form_errors(
            shell, page_url=_path_of(form), fields=error.fields, labels=error.labels, language=language
        )
    heading, home = HEADINGS.get(status, status.phrase), ("/", N_("To the site"))
    return pages.problem(shell, heading=heading, message=detail, link=home, language=language)


def _preferences_of(request: Request) -> str:
    """The page that the request came from, as its reader may open it: by the token, or without one."""
    token = request.query.get("token", "")
    with suppress(errors.LeadlightError):  # what cannot be read is perhaps the very error that is told here
        token = token or request.values.get("token", "")
    return f"{PREFERENCES}?{urlencode({'token': token})}" if token else PREFERENCES


BROKEN = N_("Something is broken on our side. Please try again later.")
DELAYED = N_("We could not store that just now, and nothing is half done. Please try again in a moment.")

HEADINGS = {
    HTTPStatus.GONE: N_("This link is too old"),
    HTTPStatus.FORBIDDEN: N_("This link does not work"),
    HTTPStatus.UNAUTHORIZED: N_("Not open yet"),
    HTTPStatus.NOT_FOUND: N_("Not here"),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("Almost"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("A moment, please"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("Once more, please"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Our fault"),
}


def _path_of(address: str) -> str:
    """Only the path of a referrer: no page of ours links to another site because a header says so."""
    path = "/" + address.partition("://")[2].partition("/")[2] if "://" in address else "/"
    return path.partition("?")[0]


def _set(cookies: Iterable[Cookie]) -> list[SetCookie]:
    return [
        SetCookie(
            name=cookie.name,
            value=cookie.value,
            path="/",
            secure=True,
            http_only=not cookie.readable,
            max_age=int(cookie.life.total_seconds()),
            same_site=SameSite.LAX_MODE,
        )
        for cookie in cookies
    ]
