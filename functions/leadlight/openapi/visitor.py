"""What visitors and readers may ask for: the routes of `on_visitor_request` and `on_my_data`."""

from __future__ import annotations

from leadlight.openapi.answered import (
    AccessProblem,
    CheckMail,
    Confirmed,
    FormShown,
    Half,
    Health,
    MyData,
    Noted,
    Opened,
    Sent,
)
from leadlight.openapi.route import (
    GATE,
    HTML,
    JSON,
    LANGUAGE,
    PROBLEM,
    Answer,
    Caller,
    Named,
    Route,
    goes,
    page,
    told,
)
from leadlight.openapi.sent import (
    AccessForm,
    Call,
    Code,
    ConfirmButton,
    MyDataButton,
    OneTap,
    Preferences,
    Question,
    Seen,
    Tapped,
)

OPENED = (
    "`__Host-leadlight_pass`, the pass of a confirmed browser, for a year; `leadlight_open=1`, which scripts may read, "
    "says that there is one. The gate's own pass is taken away."
)
FREE = Named("free", "`yes` asks for one of the meter's free reads, where no pass opens the page.")

GATES = (
    Route(
        "post",
        "/api/access",
        "The form of a gate",
        Caller.VISITOR,
        {
            200: told(Opened, "Where the gate is `unlock: form`, or a pass opens it.").setting(
                "`__Host-leadlight_gate_<…>`, a pass for this gate alone, for 30 days; with a pass, that pass again."
            ),
            202: told(
                CheckMail, "Everywhere else. The same, in the same time, for known and unknown addresses."
            ).setting("`__Host-leadlight_tab_<…>`, for a day: only this browser may type the code of the mail."),
            303: goes("The whole page, or one that waits for the mail.", "After a form post."),
            422: Answer(
                "Some fields need another value, or the browser is asked for a little work first.",
                {PROBLEM: AccessProblem, HTML: None},
            ),
        },
        refuses=(400, 403, 404, 410, 413, 429),
        more="The form's own questions go along as fields of their own, text each; several answers as a list, or as "
        "one field each. With a pass and no `email`, the browser's lead asks, and only what is new is read.",
        body=AccessForm,
        needs_caller=False,
    ),
    Route(
        "get",
        "/api/access",
        "Where a form post waits for its mail",
        Caller.VISITOR,
        {200: page("With a field for the six digits.")},
        refuses=(404,),
        query=(GATE, LANGUAGE),
    ),
    Route(
        "get",
        "/api/form/{gate}",
        "What the form asks this browser",
        Caller.VISITOR,
        {
            200: Answer("Which questions are still open. Never an answer.", {JSON: FormShown, HTML: None}),
            303: goes("The page, or the whole page where it is open.", "For a browser that the short form is not for."),
        },
        refuses=(404,),
        query=(LANGUAGE,),
        more="For a program by default; with `text/html` in `Accept`, the short form as a page.",
    ),
    Route(
        "get",
        "/confirm",
        "The page with the one button",
        Caller.TOKEN,
        {200: page("What the form agreed to, and a button.")},
        refuses=(403, 410),
    ),
    Route(
        "post",
        "/confirm",
        "The button: opens the gate",
        Caller.TOKEN,
        {
            200: page("With `fresh`: look into your mail."),
            303: goes("The page; of a browser without a script, the whole of it.").setting(OPENED),
        },
        refuses=(400, 403, 410, 413, 422),
        more="Confirms what that mail asked for and nothing else. The same again opens again, and changes nothing.",
        body=ConfirmButton,
        needs_body=False,
    ),
    Route(
        "post",
        "/api/code",
        "The six digits, typed into the waiting tab",
        Caller.VISITOR,
        {
            200: Answer(
                "They fit, or the mail is sent once more: to a browser without a script, as a page.",
                {JSON: Confirmed, HTML: None},
            ).setting(f"Where they fit: {OPENED}"),
            303: goes("The whole page.", "After a form post.").setting(OPENED),
        },
        refuses=(400, 403, 404, 410, 413, 422),
        more="Only in the browser that sent the form: its cookie `__Host-leadlight_tab_<…>` says so, else 403. A code "
        "works for 15 minutes and five tries, 20 tries a day for all codes of one address; 422 says no more than that "
        "it does not fit.",
        body=Code,
    ),
)

READING = (
    Route(
        "get",
        "/api/content/{gate}",
        "The withheld half of a page",
        Caller.PASS,
        {
            200: told(Half, "What stands after the mark.").setting(
                "With `free=yes`: `__Host-leadlight_free`, what was read."
            )
        },
        refuses=(401, 404, 410),
        query=(LANGUAGE, FREE),
        needs_caller=False,
    ),
    Route(
        "get",
        "/api/files/{gate}/{name}",
        "A download, or a picture of the withheld half",
        Caller.PASS,
        {
            200: Answer("The file.", {"*/*": None}),
            206: Answer("The part that `Range` asks for (RFC 9110 § 14).", {"*/*": None}),
            302: goes("Where the file lies, for five minutes at most; of `trial`, where it begins."),
            416: Answer("There is no such part.", {"text/plain": None}),
        },
        refuses=(401, 404, 410),
        query=(LANGUAGE, Named("play", "`yes` shows the file in the browser, as far as it can, and does not save it.")),
        headers=(Named("Range", "A part of the file, such as `bytes=0-99`.", "bytes=0-99"),),
        more="The last segment is the file's name, what stands before it the gate. On AWS each answer is a 302 to "
        "storage, which knows `Range`, too. The name `trial` leads to where the gate's trial begins.",
        needs_caller=False,
    ),
)

TALKING = (
    Route(
        "post",
        "/api/question",
        "A question to the rep",
        Caller.PASS,
        {200: told(Sent, "The rep has it."), 303: goes("The whole page.", "After a form post.")},
        refuses=(400, 401, 403, 404, 410, 413, 422, 429),
        body=Question,
    ),
    Route(
        "post",
        "/api/call",
        "A wish for a call, or its withdrawal",
        Caller.PASS,
        {200: told(Noted, "The rep knows."), 303: goes("The whole page.", "After a form post.")},
        refuses=(400, 401, 403, 404, 410, 413, 422, 429),
        body=Call,
    ),
    Route(
        "get",
        "/unsubscribe",
        "The page with the one button",
        Caller.TOKEN,
        {200: page("A button.")},
        refuses=(403,),
    ),
    Route(
        "post",
        "/unsubscribe",
        "Ends all mails at once (RFC 8058)",
        Caller.TOKEN,
        {200: page("It is over.")},
        refuses=(400, 403, 413, 422),
        more="No cookie and no further question; with a token in the address, whatever the body says. Twice is once. "
        "The link is never too old.",
        body=Tapped,
        needs_body=False,
    ),
    Route(
        "get",
        "/preferences",
        "What is still to come, and buttons for less of it",
        Caller.TOKEN,
        {200: page("The plan, the purposes, the buttons; behind the mail of a wish, what it says yes to.")},
        refuses=(403, 410),
        query=(),
        more="A confirmed browser needs no token: its pass says whose plan to show.",
        needs_caller=False,
    ),
    Route(
        "post",
        "/preferences",
        "A button of that page",
        Caller.TOKEN,
        {200: page("What counts from now on.")},
        refuses=(400, 403, 410, 413, 422, 429),
        more="Less counts at once. More is asked for by a fresh mail first, whose button says yes.",
        body=Preferences,
        needs_body=False,
        needs_caller=False,
    ),
    Route(
        "get",
        "/my-data",
        "What is kept of somebody, and its end",
        Caller.TOKEN,
        {200: page("How far this browser is: a button that has digits mailed, a field for them, then what they open.")},
        refuses=(403, 410),
        more="The link is that of the preferences; a confirmed browser needs none.",
        needs_caller=False,
    ),
    Route(
        "post",
        "/my-data",
        "A button of that page",
        Caller.TOKEN,
        {
            200: Answer("The page; with `do=save`, the file.", {HTML: None, JSON: MyData}).setting(
                "`__Host-leadlight_my_data`: this browser has asked for digits (an hour), or shown them (half an hour)."
            )
        },
        refuses=(400, 403, 410, 413, 422, 429),
        more="Mails get forwarded, so nothing is shown before the digits of a fresh mail were typed here. They work "
        "for 10 minutes and five tries.",
        body=MyDataButton,
        needs_caller=False,
    ),
    Route(
        "get",
        "/answer",
        "The question behind a one-tap link",
        Caller.TOKEN,
        {200: page("The question and its buttons.")},
        refuses=(403, 410),
        query=(Named("answer", "Which button the mail's link stood for; it is shown first."),),
    ),
    Route(
        "post",
        "/answer",
        "An offer accepted or declined, satisfied or not",
        Caller.TOKEN,
        {200: page("Thanks, and what follows.")},
        refuses=(400, 403, 410, 413, 422, 429),
        body=OneTap,
    ),
    Route(
        "post",
        "/api/seen",
        "A teaser was read, a form seen, or the rest read for free",
        Caller.VISITOR,
        {204: Answer("Always, whatever was sent.", {})},
        more="Counted, and nothing else: no identity, no cookie. A browser's post has to come from the site.",
        body=Seen,
    ),
    Route(
        "get",
        "/api/health",
        "Which release serves which bundle",
        Caller.VISITOR,
        {200: told(Health, "All is well.")},
    ),
)
