"""What the team and other systems may ask for: the routes of `handlers.on_rep_request` and those it takes along."""

from __future__ import annotations

from leadlight.openapi.answered import Added, Taken
from leadlight.openapi.route import HTML, JSON, Answer, Caller, Named, Route, goes, page, told
from leadlight.openapi.sent import Claim, Fact, HandOver, Outcome, Pause, SignIn, Somebody, Tapped

BROWSER = "`__Host-leadlight_rep`, for a week: the first post binds the link to this browser."
ELSEWHERE = (
    "The first post binds the link to its browser, by the cookie `__Host-leadlight_rep`. In another one, or after "
    "seven days, the page (403 or 410) offers to mail a fresh link to that rep. Who has handed the lead on reads who "
    "has it (403)."
)
GATE = Named("gate", "A gate's id.")
DONE = (
    Named("outcome", "Behind a tap: the id of the outcome."),
    Named("done", "Behind a tap: `1` shows what follows from it."),
    Named("why", "Which reason the mail's link stood for; it is shown first."),
)
DOOR = goes("`/sign-in`.", "Without a session.")
BACK = goes("The lead's page; without a session, `/sign-in`.")
TO_BRIEFING = goes("The briefing.").setting(BROWSER)


def _asked(path: str, does: str, says: str, query: tuple[Named, ...] = ()) -> Route:
    """A page behind a mailed link."""
    answers = {200: page(says).setting(BROWSER)}
    return Route("get", path, does, Caller.TOKEN, answers, refuses=(403, 410), query=query, more=ELSEWHERE)


def _tapped(path: str, does: str, body: type, answer: Answer = TO_BRIEFING) -> Route:
    """A button behind a mailed link."""
    refuses = (400, 403, 410, 413, 422)
    return Route(
        "post", path, does, Caller.TOKEN, {303: answer}, refuses, ELSEWHERE, body=body, needs_body=body is Pause
    )


MAILED = (
    _asked("/rep/lead", "The briefing", "What was read and asked, what to say; changes nothing."),
    _asked("/rep/claim", "The page with the button that takes the lead", "The briefing, and a button."),
    _tapped("/rep/claim", "The rep has the lead from now on", Claim),
    _asked("/rep/outcome", "The page with the one-tap answers", "The answers; after a tap, what follows.", DONE),
    _tapped(
        "/rep/outcome",
        "One tap: what the contact achieved, or why not",
        Outcome,
        goes("What follows from it.").setting(BROWSER),
    ),
    _asked("/rep/replied", "The page with the button “they replied”", "A button."),
    _tapped("/rep/replied", "They have answered by another way: the plan stops", Tapped),
    _tapped("/rep/pause", "The plan waits until that day", Pause),
    _tapped("/rep/resume", "The plan goes on", Tapped),
)


def _shown(path: str, does: str, says: str, *query: Named, refuses: tuple[int, ...] = (404,)) -> Route:
    """A page of the desk."""
    return Route("get", path, does, Caller.SESSION, {200: page(says), 303: DOOR}, refuses, query=query)


def _done(path: str, does: str, body: type | None, answer: Answer = BACK) -> Route:
    """A button of the desk."""
    refuses = (400, 401, 403, 404, 413, 422) if body else (401, 403, 404)
    needs_body = body is Pause or body is HandOver
    return Route("post", path, does, Caller.SESSION, {303: answer}, refuses, body=body, needs_body=needs_body)


DESK = (
    Route(
        "get",
        "/sign-in",
        "The door to the desk",
        Caller.VISITOR,
        {200: page("A field for the address; with a token, the button that comes in.")},
        refuses=(403, 410),
        query=(
            Named("token", "What stands in the link of the mail."),
            Named("asked", "Says that a link was asked for."),
        ),
    ),
    Route(
        "post",
        "/sign-in",
        "Has a link mailed, or comes in by one",
        Caller.VISITOR,
        {
            200: page("Look into your mail: after `token`."),
            303: goes("The desk, or back to the door.").setting(
                "After `enter`: `__Host-leadlight_desk`, the session, for a week."
            ),
        },
        refuses=(400, 403, 410, 413, 422, 429),
        more="The same answer for every address. A link works once, for half an hour.",
        body=SignIn,
    ),
    Route(
        "post",
        "/sign-out",
        "Every session of this person is over",
        Caller.SESSION,
        {303: goes("`/sign-in`.").setting("`__Host-leadlight_desk` is taken away.")},
        refuses=(403,),
        needs_caller=False,
    ),
    _shown(
        "/rep/desk",
        "My leads by next action",
        "For a manager, everybody's.",
        Named("find", "Words to look for among the leads."),
        Named("of", "For a manager: whose desk, by the id in `team.yml`."),
    ),
    _shown("/rep/desk/lead/{lead_id}", "Everything on one lead", "And what its rep can do."),
    _done("/rep/desk/lead/{lead_id}/claim", "The lead is mine from now on", Claim),
    _done("/rep/desk/lead/{lead_id}/pause", "The plan waits until that day", Pause),
    _done("/rep/desk/lead/{lead_id}/resume", "The plan goes on", None),
    _done(
        "/rep/desk/lead/{lead_id}/hand-over",
        "The lead is a colleague's",
        HandOver,
        goes("The lead's page, or the desk where it is not shown any more; without a session, `/sign-in`."),
    ),
    _shown("/rep/desk/lead/{lead_id}/outcome", "The page with the one-tap answers", "As behind a mailed link.", *DONE),
    _done(
        "/rep/desk/lead/{lead_id}/outcome",
        "One tap: what the contact achieved, or why not",
        Outcome,
        goes("What follows from it; without a session, `/sign-in`."),
    ),
    _shown("/rep/desk/company/{company}", "All leads of one company", "With their stages and last contacts."),
    _shown(
        "/rep/desk/add", "The form for somebody from the rep's own day", "With the words to read out.", GATE, refuses=()
    ),
    Route(
        "post",
        "/rep/leads",
        "Adds somebody from the rep's own day",
        Caller.SESSION,
        {
            200: Answer("For a browser, where a colleague has them already.", {HTML: None}),
            202: told(Added, "For a program."),
            303: goes("The lead's page; without a session, `/sign-in`.", "For a browser."),
        },
        refuses=(400, 401, 403, 404, 413, 422, 429),
        more="Sends at most the ordinary opt-in mail, and only where `asked` says that they asked for it.",
        body=Somebody,
    ),
    _shown("/rep/desk/qr", "The rep's QR code for one page", "To print.", GATE),
    _shown(
        "/insights",
        "The report",
        "The weeks that the address names, held against those before.",
        Named("until", "The last week, such as `2026-W03`."),
        Named("weeks", "How many, from 1 to 104."),
        Named("against", "How many before them, from 1 to 104."),
        refuses=(400,),
    ),
)

SYSTEMS = (
    Route(
        "post",
        "/api/hooks/{name}",
        "Another system tells a fact",
        Caller.WEBHOOK,
        {202: told(Taken, "The same for known and unknown addresses, and for a fact that was told before.")},
        refuses=(400, 401, 404, 413, 422),
        headers=(
            Named("webhook-id", "The fact's own id: told twice, it counts once.", "msg_1", required=True),
            Named("webhook-timestamp", "Seconds since 1970; five minutes old at most.", "1767607200", required=True),
        ),
        parts=(Named("name", "`booking`, `trial.used`, `crm.won` or `crm.lost`.", "booking"),),
        more="Signed as Standard Webhooks says, over `{id}.{timestamp}.{body}`.",
        body=Fact,
        kinds=(JSON,),
    ),
)
