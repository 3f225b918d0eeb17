"""Whatever is sent, the answer is clear, nothing is lost and nothing is stored that should not be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.world import ANNA, FORM, MAIL, REP_ADDRESS, SITE, Answer, Browser, World

pytestmark = pytest.mark.grounds("local", "prompt")

JSON = {"content-type": "application/json"}
FORM_POST = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
GOOD = b'{"gate": "guides/mail", "email": "anna.nowak@example.com", "consent": true}'
EVIL = "Anna\r\nBcc: victim@example.com"
FIELDS = ["name", "company", "phone", "role", "about", "email", "intent", "call", "gate", "wording", "country"]


def is_problem(answer: Answer) -> bool:
    """Problem JSON (RFC 9457) that says what to do."""
    body = answer.json
    return (
        answer.headers["content-type"] == "application/problem+json"
        and body["status"] == answer.status
        and bool(body["title"])
        and bool(body["detail"])
    )


BODIES = {
    "not JSON": (b"hello", 400),
    "nothing": (b"", 400),
    "half of it": (GOOD[:-5], 400),
    "an array": (b"[1, 2]", 400),
    "a number": (b"7", 400),
    "a megabyte": (b"x" * 1_000_000, 413),
    "a megabyte of JSON": (b'{"about": "' + b"x" * 1_000_000 + b'"}', 413),
    "not UTF-8": (b"\xff\xfe{}", 400),
    "nested a hundred thousand deep": (b'{"a":' * 100_000, 413),
    "nested as deep as fits": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    "open brackets": (b"[" * 60_000, 400),
    "an object as a value": (GOOD[:-1] + b', "name": {"a": 1}}', 422),
    "a lone surrogate as name": (GOOD[:-1] + b', "name": "\\ud800"}', 400),
    "a lone surrogate as gate": (b'{"gate": "\\ud800", "email": "a@example.com", "consent": true}', 400),
    "a lone surrogate as wording": (GOOD[:-1] + b', "wording": "\\udfff"}', 400),
    "an unknown gate": (GOOD.replace(b"guides/mail", b"guides/none"), 404),
    "no gate": (b'{"email": "anna.nowak@example.com", "consent": true}', 404),
    "no consent": (GOOD.replace(b"true", b"false"), 422),
    "consent left out": (b'{"gate": "guides/mail", "email": "anna.nowak@example.com"}', 422),
    "half an address": (GOOD.replace(b"anna.nowak@example.com", b"a@b"), 422),
    "an address without end": (GOOD.replace(b"anna", b"a" * 300), 422),
    "an encoded word as address": (GOOD.replace(b"anna.nowak", b"=?utf-8?q?a=0AX=3A_1?="), 422),
    "an old wording nobody knows": (GOOD[:-1] + b', "wording": "0000"}', 422),
    "a number without end": (GOOD[:-1] + b', "name": ' + b"9" * 5000 + b"}", 400),
}


def test_a_body_that_cannot_be_taken_gets_problem_json_and_stores_nothing(world: World) -> None:
    before = world.dump()

    for what, (body, status) in BODIES.items():
        answer = world.browser().send("POST", "/api/access", body, JSON)
        assert (answer.status, is_problem(answer)) == (status, True), what
        assert world.dump() == before, what


FORMS = {
    "nothing": (b"", 404),
    "a megabyte": (b"x=" + b"x" * 1_000_000, 413),
    "too many fields": (b"&".join(b"a%d=1" % n for n in range(300)), 400),
    "not UTF-8": (b"gate=\xff", 400),
    "escaped nonsense": (b"gate=%ff%00%zz", 404),
    "no consent": (b"gate=guides/mail&email=a%40example.com", 422),
}


def test_a_form_that_cannot_be_taken_gets_a_page_and_stores_nothing(world: World) -> None:
    before = world.dump()

    for what, (body, status) in FORMS.items():
        answer = world.browser().send("POST", "/api/access", body, FORM_POST)
        assert answer.status == status, what
        assert answer.headers["content-type"].startswith("text/html"), what
        assert world.dump() == before, what


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_takes_what_could_end_a_header(world: World, field: str) -> None:
    before = world.dump()

    # Free text may have lines: it stands in no header.
    for value in ["a\0b"] if field == "about" else [EVIL, "a\0b", "a\nb", "\u2028x\u2028y"]:
        answer = world.browser().post("/api/access", **{"gate": MAIL, "email": ANNA, "consent": True, field: value})
        assert answer.status == (404 if field == "gate" else 422), repr(value)
        assert field == "gate" or field in answer.json["fields"], repr(value)
        assert world.dump() == before, repr(value)


def test_every_wrong_field_is_named_at_once(world: World) -> None:
    answer = world.browser().post("/api/access", gate=MAIL, email="a@b", name=EVIL, phone="call me", role="king")

    assert set(answer.json["fields"]) == {"email", "name", "phone", "role", "consent"}


def test_a_page_of_errors_never_shows_what_was_typed(world: World) -> None:
    answer = world.browser().submit("/api/access", gate=MAIL, email="<script>alert(1)</script>", consent="true")

    assert answer.status == 422
    assert "alert(1)" not in answer.text


def waiting(world: World) -> Browser:
    """A tab that waits for its code."""
    browser = world.browser()
    browser.ask_for()
    world.settle()
    return browser


def test_after_five_wrong_codes_the_right_one_does_not_fit_either(world: World) -> None:
    tab, right = waiting(world), world.mail(ANNA).code

    answers = [tab.post("/api/code", gate=MAIL, code=f"{(int(right) + n) % 10**6:06d}") for n in range(1, 7)]
    late = tab.post("/api/code", gate=MAIL, code=right)

    assert [answer.status for answer in (*answers, late)] == [422] * 7
    assert "too often" in late.json["detail"]
    assert tab.get(f"/api/content/{MAIL}").status == 401


def test_the_link_still_works_after_the_code_was_used_up(world: World) -> None:
    tab = waiting(world)
    for _ in range(6):
        tab.post("/api/code", gate=MAIL, code="000000")

    assert tab.post(world.mail(ANNA).link("/confirm")).status == 303


def test_codes_of_one_lead_can_be_tried_twenty_times_a_day_over_all_tabs(world: World) -> None:
    world.lift_budgets()
    tabs = [waiting(world) for _ in range(5)]
    right = world.mail(ANNA).code
    for tab in tabs[:4]:
        for _ in range(5):
            tab.post("/api/code", gate=MAIL, code="no")

    assert tabs[4].post("/api/code", gate=MAIL, code=right).status == 422


def test_the_code_of_another_tab_does_not_fit(world: World) -> None:
    first = waiting(world)
    waiting(world)

    assert first.post("/api/code", gate=MAIL, code=world.mail(ANNA).code).status == 422


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\0" * 6, "9" * 4000])
def test_what_is_no_code_does_not_fit(world: World, code: str) -> None:
    assert waiting(world).post("/api/code", gate=MAIL, code=code).status == 422


def test_a_code_for_another_page_is_refused(world: World) -> None:
    assert waiting(world).post("/api/code", gate=FORM, code=world.mail(ANNA).code).status == 403


def test_a_code_without_a_waiting_tab_is_refused(world: World) -> None:
    waiting(world)

    assert is_problem(world.browser().post("/api/code", gate=MAIL, code=world.mail(ANNA).code))


def test_a_code_before_its_mail_was_sent_does_not_exist(world: World) -> None:
    from leadlight.vault import six_digits

    tab = world.browser()
    tab.ask_for()
    (capture,) = world.services.store.captures(world.id_of())

    right = six_digits(capture.id, world.services.settings.token_keys[0])
    assert tab.post("/api/code", gate=MAIL, code=right).status == 422


ROUTES = ["/confirm", "/unsubscribe", "/rep/lead", "/rep/claim", "/rep/outcome"]


def token_for(world: World, path: str) -> str:
    """A good token for that route."""
    world.confirmed()
    world.advance("1 day")
    mail = {"/confirm": world.mail(ANNA, "Your link"), "/unsubscribe": world.mail(ANNA, "First")}.get(path)
    link = mail.link(path) if mail else world.mail(REP_ADDRESS).link("/rep/lead")
    return link.partition("token=")[2]


@pytest.mark.parametrize("path", ROUTES)
def test_a_token_that_is_wrong_cut_or_of_another_purpose_is_refused(world: World, path: str) -> None:
    methods = ["GET"] if path == "/rep/lead" else ["GET", "POST"]  # the briefing takes no posts
    good = token_for(world, path)
    other = token_for(world, "/unsubscribe" if path == "/confirm" else "/confirm")
    before = world.dump()

    wrong = ("", "x", good[:-4], good[: len(good) // 2], good[1:], other, "%00", "%ff", "%ud800", "a.b.c")
    for method, token in product(methods, wrong):
        answer = world.browser().send(method, f"{path}?token={token}", b"", FORM_POST)
        assert answer.status == 403, (method, token)
        assert "does not work" in answer.text

    assert world.dump() == before


def test_a_confirm_link_lives_for_fourteen_days(world: World) -> None:
    tab = waiting(world)
    link = world.mail(ANNA).link("/confirm")
    world.jump("15 days")

    answer = tab.post(link)

    assert answer.status == 410
    assert "19 January 2026" in answer.json["detail"]
    assert not world.lead().confirmed


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://glass.example.evil.example", "https://glass.exampl"]
)
def test_posts_from_another_site_are_refused(world: World, origin: str) -> None:
    before = world.dump()

    for path in ("/api/access", "/api/code", "/api/question", "/api/call", "/confirm", "/rep/outcome"):
        answer = world.browser().send("POST", path, GOOD, {**JSON, "origin": origin})
        assert answer.status == 403, path
        assert world.dump() == before, path


@pytest.mark.parametrize("origin", ["null", SITE])
def test_a_token_stands_for_itself_where_a_page_hides_its_origin(world: World, origin: str) -> None:
    tab = waiting(world)

    assert tab.send("POST", world.mail(ANNA).link("/confirm"), b"", {"origin": origin}).status == 303


NOT_OURS = [
    ("PUT", "/api/access"), ("DELETE", "/confirm"), ("PATCH", "/unsubscribe"), ("GET", "/api/code"),
    ("POST", "/api/content/guides/mail"), ("OPTIONS", "/rep/outcome"), ("POST", "/guides/mail/_full"),
    ("TRACE", "/api/health"), ("GET", "/api/"), ("GET", "/api/nothing"), ("GET", "/rep/nothing"),
]  # fmt: skip


def test_a_method_or_a_path_that_we_do_not_have_is_not_found(world: World) -> None:
    for method, path in NOT_OURS:
        answer = world.browser().send(method, path)
        assert answer.status in {404, 405}, (method, path)
        assert is_problem(answer), (method, path)


ODD = [
    "/api/files/guides/mail/../../manifest.json", "/api/files/guides/mail/%2e%2e/manifest.json",
    "/api/files/guides/mail/..%2f..%2fmanifest.json", "/api/files/../../etc/passwd", "/api/files/guides/mail/",
    "/api/files/guides/mail/guide.pdf%00", "/api/files/guides/mail/%252e%252e%252fmanifest.json", "/api/files/",
    "/api/files//", "/api/files/guides/mail/guide.pdf%0a", "/api/content/../guides/mail", "/api/content/guides/mail/",
    "/api/content/%ff%fe", "/api/content/%ud800", "/api/content/guides%252Fmail2", "/..%2f_full", "/%00_full",
]  # fmt: skip


def test_no_path_leads_out_of_the_gates_own_files(world: World) -> None:
    reader = world.confirmed()

    for path in ODD:
        answer = reader.get(path)
        assert (answer.status, is_problem(answer)) == (404, True), path


def test_too_much_from_one_network_is_put_off_with_a_time(world: World) -> None:
    without_proof = replace(world.services.settings, proof_of_work=False)
    world.serve(replace(world.services, settings=without_proof))
    statuses = [world.browser().ask_for(address=f"a{n}@example.com").status for n in range(21)]
    answer = world.browser().ask_for(address="late@example.com")

    assert statuses == [202] * 20 + [429]
    assert 0 < int(answer.headers["retry-after"]) <= 600
    assert world.browser("203.0.113.9").ask_for(address="far@example.com").status == 202


def test_one_address_gets_three_opt_in_mails_a_day_and_nobody_sees_that(world: World) -> None:
    answers = [world.browser().ask_for() for _ in range(7)]
    world.settle()

    assert {answer.status for answer in answers} == {202}
    assert len(world.mails(ANNA)) == 3


def test_a_reserved_or_unknown_field_is_not_kept(world: World) -> None:
    world.browser().ask_for(FORM, network="10.0.0.0", lead="x", is_admin="yes", name="Anna")
    world.settle()

    page = world.browser().get(world.briefing()).text

    assert "Anna" in page
    assert "is_admin" not in page
    assert "Is admin" not in page


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(max_codepoint=127), max_size=60),
    st.sampled_from(
        ["{{ 7 * 7 }}", "{% raw %}", "<b>x</b>", "=cmd|'/C'!A0", "=?utf-8?q?=0AX:_1?=", "[a](b)", "# a", "*" * 50]
    ),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(name=TEXTS, company=TEXTS, phone=TEXTS, about=TEXTS, local=TEXTS, question=TEXTS)
@example(name="Anna", company="", phone="", about="", local="", question="How much?")
def test_any_text_in_any_field_gets_an_answer_and_breaks_no_mail(
    world: World, name: str, company: str, phone: str, about: str, local: str, question: str
) -> None:
    world.lift_budgets()
    browser = world.browser()
    known = len(world.mails())
    values = {"name": name, "company": company, "phone": phone, "about": about}

    taken = browser.ask_for(FORM, f"{local}@example.com" if local else ANNA, **values)
    asked = browser.post("/api/question", gate=FORM, question=question)
    world.settle()

    mails = world.mails()[known:]
    assert taken.status in {200, 422}
    assert asked.status in ({200, 422} if taken.status == 200 else {401})
    assert len(mails) == (taken.status == 200) * 2  # a question asked at once stands in the mail about the form
    assert all(set(mail.message.keys()) <= HEADERS for mail in mails)
    assert all(len(mail.message["To"].addresses) == 1 for mail in mails)


HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted",
}  # fmt: skip
