"""A small crowd that types the strings of `tests.injections` wherever somebody outside, or a rep, can type.

Each of them carries other strings, so that together every string has been through every field of free text.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import secrets
from dataclasses import dataclass, field, replace
from email.header import Header
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from standardwebhooks import Webhook
from tests.injections import GROUPS, Injection, injections, joined, local_parts, of_group, packed
from tests.journeys.desk import at_desk
from tests.journeys.lists import installed, listed
from tests.world import DAY, MAIL, REP_ADDRESS, SETTINGS, Answer, Browser, World
from tests.world_sale import SALE
from tests.world_site import COURSE, FIELDS, STOP, TEAM, WORDING, as_text, step

from leadlight.gate.lean import compile_lean
from leadlight.handlers import on_mail_event
from leadlight.local.bus import WebhookBus
from leadlight.local.inbox import MaildirInbox

PEOPLE, LINE = 36, 254
TEXTS, TEXT = 8, 2000
ANSWERED = (200, 204, 303, 400, 401, 403, 404, 405, 410, 422)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DOMAIN = "in.glass.example"
SHOWS = (
    "# {{ lead.name }}\n\n- {{ lead.company }}\n- {{ lead.name }}\n\n{{ lead.name }}\n\n> {{ lead.company }}\n\n"
    "**{{ lead.name }}** [{{ lead.company }}]({{ links.page }}) `{{ lead.first_name }}` and {{ lead.email }}\n\n"
    "[Write](mailto:{{ lead.email }}){: .button }\n\n{{ lead.company }}\n===\n"
)
MORE = [
    {"name": "tools", "type": "multi-choice", "label": "Tools", "choices": ["one", "two"]},
    {"name": "campaign", "type": "hidden", "value": "spring"},
    {"name": "team", "type": "text", "label": "Team"},
]
FORM = {"title": "Read on", "button": "Send", "consent": "required", "fields": [*FIELDS, *MORE], "wording": WORDING}


def site(folder: Path) -> Path:
    """The bundle of a site whose first follow-up and form show as much of what was typed as they can."""
    first = step(
        SHOWS + STOP, subject="{{ lead.name }}: {{ lead.company }}", wait="1 day", encounter="person", objective="start"
    )
    exchange = "docs/playbook/forms/exchange.yml"
    team = {"docs/playbook/team.yml": as_text({**TEAM, "notices": {"digest": "08:00"}})}
    for name, text in {**SALE, **team, f"{COURSE}/01-hello.md": first, exchange: as_text(FORM)}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    compile_lean(folder / "mkdocs.yml", folder / "bundle")
    return folder / "bundle"


@dataclass
class Crowd:
    """Everybody, and what came out on the way."""

    world: World
    inbox: Path
    log: io.StringIO
    handler: logging.Handler
    answers: list[Answer] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What commands have said."""

    def kept(self, answer: Answer, *statuses: int) -> Answer:
        """The answer, for the judges to see."""
        assert answer.status in (statuses or (200, 202, 303)), answer.text[:500]
        self.answers.append(answer)
        return answer

    def close(self) -> None:
        logging.getLogger("leadlight").removeHandler(self.handler)
        self.world.close()

    @property
    def pages(self) -> list[str]:
        return [each.text for each in self.answers if each.headers.get("content-type", "").startswith("text/html")]


def listening() -> tuple[io.StringIO, logging.Handler]:
    """What the functions write to their log from now on, as it is written."""
    logger, out = logging.getLogger("leadlight"), io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logger.handlers[0].formatter)
    logger.addHandler(handler)
    return out, handler


def crowd_in(folder: Path, bundle: Path, lines: list[str], texts: list[str]) -> Crowd:
    """An installation to which as many people have come as there are lines, each with others in their fields."""
    world = World(folder, bundle)
    installed(world)
    out, handler = listening()
    bus = WebhookBus(folder / "events.db", world.clock.now, endpoints=("http://127.0.0.1:9/",), secret=SECRET)
    settings = replace(SETTINGS, budgets=False, inbound_domain=DOMAIN, hook_secrets=(SECRET,))
    inbox = folder / "post"
    world.serve(replace(world.services, bus=bus, settings=settings, inbox=MaildirInbox(inbox)))
    crowd = Crowd(world, inbox / "new", out, handler)
    names = [each.text for each in local_parts()]
    for number in range(len(lines)):
        own = [lines[(number + shift * len(lines) // 6) % len(lines)] for shift in range(6)]
        said = [texts[(number + shift) % len(texts)] for shift in range(4)]
        crowd.addresses.append(names[number] if number < len(names) else f"p{number}@plain{number}.example")
        _in_person(crowd, crowd.addresses[-1], own, said)
    return crowd


def _in_person(crowd: Crowd, address: str, lines: list[str], texts: list[str]) -> None:
    """One of them comes, asks, answers; their rep writes down; other systems tell; somebody else adds colleagues."""
    world, browser = crowd.world, crowd.world.browser()
    typed = {"name": lines[0], "company": lines[1], "team": lines[2], "campaign": lines[3], "about": texts[0]}
    query = urlencode({"utm_source": lines[0], "utm_campaign": lines[1], "utm_term": lines[2], "referrer": lines[3]})
    landing = {"landing": elsewhere(query), "from": lines[3]}
    odd = {"zone": lines[0], "language": lines[1], lines[2][:60]: lines[3], "lang": lines[4]}
    values = {"gate": MAIL, "email": address, "consent": "true", "phone": "+44 20 7946 0999", **typed, **landing, **odd}
    crowd.kept(_sent(browser, "/api/access", values, lines), 202)
    world.settle()
    crowd.kept(browser.post(world.mail(_at(address), "Your link").link("/confirm")), 303)
    world.settle()
    crowd.kept(browser.get("/api/form/guides/form", accept="text/html"), 200)
    crowd.kept(browser.post("/api/question", gate=MAIL, question=texts[1]))
    crowd.kept(browser.post("/api/call", gate=MAIL, call="now", phone="+44 20 7946 0998", why=lines[0]))
    world.settle()
    _log_outcome(crowd, lines, texts)
    world.settle()


def _sent(browser: Browser, path: str, values: dict[str, str], lines: list[str]) -> Answer:
    """As our script sends it, with headers that say as much as headers can."""
    plain = [line.encode("ascii", "ignore").decode() for line in lines]
    headers = {
        "content-type": "application/json", "user-agent": plain[0], "x-forwarded-for": plain[1], "referer": plain[2],
        "accept-language": plain[3], "cookie": plain[4], "x-request-id": plain[5],
    }  # fmt: skip
    return browser.send("POST", path, msgspec.json.encode(values), headers)


def _log_outcome(crowd: Crowd, lines: list[str], texts: list[str]) -> None:
    """The rep's own words, on every line that there is for them."""
    rep = crowd.world.browser()
    said = {
        "objective": "advance", "achieved": "no", "why_not": "objection", "objections": "too-dear", "note": texts[2],
        "feedback": lines[4], "feedback_aim": "page:guides/mail", "value": "700",
    }  # fmt: skip
    if len(crowd.addresses) % 5 == 0:
        said |= {"why_not": "lost", "lost_to": lines[5]}
    address = crowd.world.briefing()
    crowd.kept(rep.get(address, accept="text/html"))
    outcome = address.replace("/rep/lead", "/rep/outcome")
    answer = crowd.kept(rep.submit(outcome, **said))
    crowd.kept(rep.get(answer.location, accept="text/html"))
    wrong = {
        "next": lines[0],
        "objective": lines[1],
        "value": lines[2],
        "stage": lines[3],
        "minutes": lines[4],
        "note": texts[3],
    }
    crowd.kept(rep.submit(outcome, **{**said, **wrong}), 422)


def replies(crowd: Crowd, lines: list[str], texts: list[str]) -> None:
    """Answers to follow-ups, with odd subjects, names, attachments; some encoded, some as they are."""
    for number, address in enumerate(crowd.addresses):
        mails = [mail for mail in crowd.world.mails(_at(address)) if mail.message["List-Unsubscribe"]]
        if mails:
            line, text = lines[number % len(lines)], texts[number % len(texts)]
            to, asked = str(mails[-1].message["Reply-To"]), str(mails[-1].message["Message-ID"])
            arrives(
                crowd, raw_mail(line, text, sender=f"other{number}@firm.example", to=to, asked=asked, odd=number % 3)
            )


def _at(address: str) -> str:
    """What nobody else's address holds."""
    return "@" + address.rpartition("@")[2]


def raw_mail(line: str, text: str, *, sender: str, to: str, asked: str = "", odd: int = 0) -> bytes:
    """A mail as nobody's mail program would make it. Headers and HTML are read as such: markers of their own there."""
    line, text = elsewhere(line), elsewhere(text) if odd == 2 else text
    said = line if odd == 1 else Header(line, "utf-8").encode(linesep="\r\n")
    name = f'filename="{line}"' if odd == 1 else f"filename*=utf-8''{quote(line)}"
    kind = "html" if odd == 2 else "plain"
    return (
        f"From: {said} <{sender}>\r\nTo: {to}\r\nSubject: {said}\r\nIn-Reply-To: {asked}\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <{secrets.token_hex(8)}@example.com>\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n"
        f"--zz\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}\r\n--zz\r\nContent-Type: application/pdf\r\n"
        f"Content-Disposition: attachment; {name}\r\n\r\nx\r\n--zz--\r\n"
    ).encode()


def elsewhere(text: str) -> str:
    """The same with markers of which nobody expects that the words around them stay as they are."""
    return re.sub(r"zq[09](\d{3}x)", r"zq5\1", text)


def arrives(crowd: Crowd, raw: bytes) -> None:
    (crowd.inbox / secrets.token_hex(8)).write_bytes(raw)
    on_mail_event.take_in(crowd.world.services)
    crowd.world.settle()


def lines_by_mail(crowd: Crowd, texts: list[str]) -> None:
    """A rep answers mails about leads in words that nobody understands."""
    told = [mail for mail in crowd.world.mails(REP_ADDRESS) if "note+" in str(mail.message["Reply-To"])]
    for number, (text, mail) in enumerate(zip(map(elsewhere, texts), told, strict=False)):
        subject, to = text.split("\n")[0], str(mail.message["Reply-To"])
        arrives(crowd, raw_mail(subject, text, sender=REP_ADDRESS, to=to, odd=number % 3))


def quick_added(crowd: Crowd, lines: list[str], texts: list[str]) -> None:
    """People whom a rep has met, and one who is handed over with a word."""
    desk = at_desk(crowd.world)
    for number, line in enumerate(lines):
        told = {
            "name": line,
            "company": lines[number - 1],
            "source": lines[number - 2],
            "note": texts[number % len(texts)],
        }
        added = crowd.kept(desk.submit("/rep/leads", email=f"met{number}@met.example", **told))
        if number % 5 == 0:
            crowd.kept(desk.get(added.location, accept="text/html"))
            crowd.kept(desk.submit(f"{added.location}/hand-over", to="mark", word=texts[number % len(texts)]))
    crowd.world.settle()


def taken_in(crowd: Crowd, lines: list[str]) -> list[Any]:
    """A supplier's list, with columns that have odd names."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["email", "name", "company", "notes", elsewhere(lines[0][:40]), "country"])
    for number, line in enumerate(lines):
        table.writerow(
            [f"list{number}@list.example", line, lines[number - 1], lines[number - 2], lines[number - 3], ""]
        )
        table.writerow([line, line, "", "", "", line])
    return [listed(crowd.world, out.getvalue()), listed(crowd.world, out.getvalue(), "--yes")]


def told_by_others(crowd: Crowd, lines: list[str], texts: list[str]) -> None:
    """Facts of other systems, known and unknown, good and bad."""
    for number, address in enumerate(crowd.addresses[:10]):
        name = ("booking", "trial.used", "crm.won", "crm.lost")[number % 4]
        at = (crowd.world.clock.now() + DAY).isoformat()
        data = {"email": address, "note": texts[number % len(texts)], "to": lines[number], "at": at}
        crowd.kept(tell(crowd.world, name, {**data, lines[number][:40]: lines[number]}), 202)
        bad = {
            "email": lines[number],
            "why": lines[number - 1],
            "value": lines[number - 2],
            "at": lines[number - 3],
            "lead": lines[0],
        }
        crowd.kept(tell(crowd.world, name, bad), 422)
    crowd.world.settle()


def tell(world: World, name: str, data: dict[str, str]) -> Answer:
    fact, now = f"msg_{secrets.token_hex(6)}", world.clock.now()
    body = msgspec.json.encode({"type": name, "data": data})
    signature = Webhook(SECRET).sign(fact, now, body.decode())
    headers = {"webhook-id": fact, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    return world.browser().send("POST", f"/api/hooks/{name}", body, headers)


def asked_for_in_vain(crowd: Crowd, lines: list[str]) -> None:
    """What there is not: gates, pages, leads, links, people of that name, in paths, queries, headers and cookies."""
    stranger, desk = crowd.world.browser(), at_desk(crowd.world)
    for line in lines:
        named = quote(line, safe="")
        by_token = (
            "confirm",
            "unsubscribe",
            "preferences",
            "my-data",
            "rep/lead",
            "rep/outcome",
            "rep/claim",
            "sign-in",
        )
        paths = (
            *(f"/{path}?token={named}&answer={named}&why={named}" for path in (*by_token, "answer")),
            *(f"/{place}/{named}?lang={named}" for place in ("api/content", "api/files/guides/mail", "api/form")),
            *(f"/{place}/{named}" for place in ("api/hooks", "rep", "api")),
            f"/{named}/_full",
            f"/api/access?gate={named}&lang={named}",
        )
        for path in paths:
            for accept in ("text/html", "application/json"):
                crowd.kept(stranger.get(path, accept=accept), *ANSWERED)
        crowd.kept(desk.get(f"/rep/desk?find={named}", accept="text/html"), *ANSWERED)
        crowd.kept(desk.get(f"/rep/desk?of={named}", accept="text/html"), *ANSWERED)
        crowd.kept(desk.get(f"/rep/desk/lead/{named}", accept="text/html"), *ANSWERED)
        crowd.kept(desk.get(f"/rep/desk/company/{named}", accept="text/html"), *ANSWERED)
        crowd.kept(desk.get(f"/rep/desk/qr?gate={named}", accept="text/html"), *ANSWERED)
        crowd.kept(desk.get(f"/rep/desk/add?gate={named}", accept="text/html"), *ANSWERED)
        crowd.kept(stranger.submit("/sign-in", email=line), *ANSWERED)
        crowd.kept(
            stranger.submit("/api/access", gate=MAIL, email=line, phone=line, role=line, call=line, intent=line),
            *ANSWERED,
        )
        crowd.kept(stranger.post("/api/access", **{"gate": line, "email": line, line: line}), *ANSWERED)
        crowd.kept(stranger.post("/api/access", gate=MAIL, email=line, call=line, intent=line, wording=line), *ANSWERED)
        crowd.kept(stranger.post("/api/seen", gate=line, what=line), *ANSWERED)
        odd = {"accept": "text/html", "cookie": f"leadlight={named}; pass={named}", "accept-language": named}
        crowd.kept(stranger.send("GET", "/api/form/guides/mail", headers=odd), *ANSWERED)


def with_a_link(crowd: Crowd, lines: list[str], texts: list[str]) -> None:
    """What somebody with a mailed link can send along: preferences, answers to offers, their own data."""
    world = crowd.world
    for number, address in enumerate(crowd.addresses[:12]):
        line, text = lines[number], texts[number % len(texts)]
        mine = [mail for mail in world.mails(_at(address)) if "/preferences" in mail.text]
        link = mine[0].link("/preferences")
        reader = world.browser()
        crowd.kept(reader.get(link, accept="text/html"))
        for values in (
            {"do": line},
            {"do": "pause", "until": line},
            {"do": "pause", "span": line},
            {"news": text, "lang": line},
        ):
            crowd.kept(reader.submit(link, **values), 200, 422)
        data = link.replace("/preferences", "/my-data")
        crowd.kept(reader.submit(data, do="ask"), 200)
        world.settle()
        codes = [mail for mail in world.mails(_at(address)) if "Six digits" in mail.subject]
        crowd.kept(reader.submit(data, do="open", code=line), 200, 422)
        crowd.kept(reader.submit(data, do="open", code=codes[-1].code), 200)
        crowd.kept(reader.submit(data, do="show"), 200)
        crowd.kept(reader.submit(data, do="save"), 200)


def everything(folder: Path) -> Crowd:
    """All that can be typed has been, once; and all that can be read was asked for."""
    lines = [joined(each, " ") for each in packed(injections(), most=LINE, between=" ", times=PEOPLE)]
    texts = [joined(each, "\n") for each in packed(injections(), most=TEXT, between="\n", times=TEXTS)]
    first = [of_group(name)[0].text for name in GROUPS if name != "broken"]
    return _all_of(folder, first, lines, texts)


def single(folder: Path, each: Injection) -> Crowd:
    """The same with one string alone in every field."""
    return _all_of(folder, [each.text], [each.text] * 5, [each.text])


def _all_of(folder: Path, first: list[str], lines: list[str], texts: list[str]) -> Crowd:
    bundle = site(folder / "site")
    (folder / "data").mkdir()
    crowd = crowd_in(folder / "data", bundle, lines, texts)
    crowd.world.advance("2 days")
    with_a_link(crowd, lines, texts)
    replies(crowd, lines, texts)
    lines_by_mail(crowd, texts)
    quick_added(crowd, lines, texts)
    crowd.said += [result.output for result in taken_in(crowd, lines)]
    told_by_others(crowd, lines, texts)
    asked_for_in_vain(crowd, first)
    crowd.world.advance("5 days")  # until Monday, when marketers are written to
    looked_at(crowd)
    return crowd


def looked_at(crowd: Crowd) -> None:
    """Every page that there is of every one of them, by their rep and their manager."""
    world = crowd.world
    desks = [at_desk(world), at_desk(world, "mark@glass.example")]
    found = set()
    for desk in desks:
        crowd.kept(desk.get("/rep/desk", accept="text/html"))
        crowd.kept(desk.get("/insights", accept="text/html"), 200, 303)
        found |= set(re.findall(r"/rep/desk/lead/[a-z2-7]+", crowd.answers[-2].text))
    leads = list(world.services.store.leads())
    for lead in leads:
        page = crowd.kept(desks[1].get(f"/rep/desk/lead/{lead.id}", accept="text/html"))
        for company in re.findall(r'/rep/desk/company/[^"]+', page.text)[:1]:
            crowd.kept(desks[1].get(company, accept="text/html"))
    for lead in leads[:: max(1, len(leads) // 10)]:
        crowd.kept(desks[1].get(f"/rep/desk/lead/{lead.id}/outcome", accept="text/html"))
