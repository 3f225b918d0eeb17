"""The whole main job from outside: one demo process, plain curl, the files of a Maildir. Nothing of ours imported."""

from __future__ import annotations

import email
import email.policy
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from shutil import which

import pytest
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
GATE = "tutorials/seven-touch-points"
PAGE, CONTENT = f"/{GATE}/", f"/api/content/{GATE}"
OTHER = "other@northwind.example"
READER, REP = "anna.nowak@example.com", "leadlight.example"

LEADLIGHT = Path(sys.executable).with_name("leadlight")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(which("curl") is None, reason="curl is not installed")]


@dataclass
class Demo:
    """A running demo, as somebody sees it who has curl and its folder."""

    url: str
    data: Path

    def curl(self, path: str, *options: str, jar: str = "") -> tuple[int, str]:
        """The status and what came: the body, or with -i everything."""
        cookies = ["-b", str(self.data / jar), "-c", str(self.data / jar)] if jar else []
        address = path if path.startswith("http") else self.url + path
        command = ["curl", "-sS", "--path-as-is", "-w", "\n%{http_code}", *cookies, *options, address]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True, timeout=60)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def opened(self, address: str, times: int) -> set[int]:
        """The statuses of that address, opened again and again."""
        command = ["curl", "-sS", "--path-as-is", "-w", "%{http_code}\n", *["-o", "/dev/null", address] * times]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        statuses = [int(line) for line in done.stdout.split()]
        assert len(statuses) == times
        return set(statuses)

    def post(self, path: str, jar: str = "", **values: object) -> tuple[int, str]:
        kind = ("-H", "Content-Type: application/json", "-d", json.dumps(values))
        return self.curl(path, "-X", "POST", *kind, jar=jar)

    def advance(self, span: str) -> None:
        assert self.post("/_dev/clock", advance=span)[0] == 200

    def mails(self, to: str) -> list[EmailMessage]:
        new = (self.data / "mail" / "new").iterdir()  # names begin with the demo's own time
        paths = sorted(new, key=lambda path: (int(path.name.partition(".")[0]), path.stat().st_mtime_ns))
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        return [mail for mail in mails if to in str(mail["To"])]

    def mail(self, to: str, words: str) -> EmailMessage:
        """The newest mail to `to` with these words in its subject; waits for it as a person does."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = [mail for mail in self.mails(to) if words in str(mail["Subject"])]
            if found:
                return found[-1]
            time.sleep(0.02)
        pytest.fail(f"no mail “{words}” among {[str(mail['Subject']) for mail in self.mails(to)]}")

    def follow_ups(self, to: str = READER) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails(to) if mail["List-Unsubscribe"]]

    def stored(self) -> list[object]:
        """Everything stored, and how many mails there are."""
        leads = [self.told("leads", "list"), self.told("leads", "parked")]
        return [leads, len(self.mails(""))]

    def told(self, *words: str) -> str:
        command = [LEADLIGHT, *words, "--data", str(self.data), "--json"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def links_of(mail: EmailMessage) -> list[str]:
    """Every address in a mail."""
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    text = "\n".join([*parts, str(mail["List-Unsubscribe"] or "")]).replace("&amp;", "&")
    return sorted({link.rstrip(".,;") for link in re.findall(r"http://127[^\s<>\"')\]]+", text)})


def link(mail: EmailMessage, path: str) -> str:
    return next(found for found in links_of(mail) if path in found)


def code(mail: EmailMessage) -> str:
    found = re.search(r"(?m)^\s*(\d{6})\s*$", str(mail.get_body(("plain",)).get_content()))
    assert found
    return found[1]


def is_listening(port: int) -> bool:
    """Whether somebody answers there yet; to start curl a hundred times meanwhile took two seconds."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    port = free_port()
    command = [LEADLIGHT, "demo", "--port", str(port), "--data", str(tmp_path)]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process:
        demo = Demo(f"http://127.0.0.1:{port}", tmp_path)
        try:
            end = time.monotonic() + 60
            while not is_listening(port):
                assert time.monotonic() < end, (tmp_path / "log").read_text()
                time.sleep(0.1)
            assert demo.curl("/api/health")[0] == 200
            yield demo
        finally:
            process.terminate()
            process.wait(20)


def test_the_main_job_with_nothing_but_curl_and_a_mailbox(demo: Demo) -> None:
    """Read it from top to bottom: it is the story of one conversation."""
    a_stranger_asks_and_is_told_to_look_into_the_mail(demo)
    opening_links_changes_nothing(demo)
    the_code_opens_the_waiting_tab_only(demo)
    the_button_opens_another_device_whole(demo)
    steps_go_out_in_order_and_an_outcome_changes_the_plan(demo)
    leaving_stops_the_rest(demo)
    another_reader_gets_each_step_once_and_in_order(demo)
    opening_any_link_of_any_mail_changes_nothing(demo)

    assert len(demo.follow_ups(OTHER)) == len(STEPS), "the story was told to its end"


def a_stranger_asks_and_is_told_to_look_into_the_mail(demo: Demo) -> None:
    status, body = demo.post(
        "/api/access", "desk", gate=GATE, email=READER, consent=True, call="now", phone="+442079460999"
    )
    assert (status, json.loads(body)) == (202, {"status": "check_mail"})
    name = files_of(demo)[0]
    for path, refused in ((CONTENT, 401), (f"/api/files/{GATE}/{name}", 401), (f"{PAGE}_full", 303)):
        assert demo.curl(path, jar="desk")[0] == refused


def files_of(demo: Demo) -> list[str]:
    manifest = json.loads((demo.data / "bundle" / "manifest.json").read_text())
    return list(manifest["gates"][GATE]["files"])


def opening_links_changes_nothing(demo: Demo) -> None:
    links = links_of(demo.mail(READER, "Your link"))
    before = demo.stored()
    for address in links:
        assert demo.curl(address, "-I")[0] == 200
        assert demo.opened(address, 5) == {200}
    assert demo.stored() == before
    assert demo.curl(CONTENT, jar="desk")[0] == 401


def the_code_opens_the_waiting_tab_only(demo: Demo) -> None:
    digits = code(demo.mail(READER, "Your link"))
    assert demo.post("/api/code", "stranger", gate=GATE, code=digits)[0] in {401, 403}
    status, body = demo.post("/api/code", "desk", gate=GATE, code=digits)
    assert (status, json.loads(body)) == (200, {"status": "open"})
    assert demo.curl(CONTENT, jar="desk")[0] == 200
    assert demo.curl(CONTENT, jar="stranger")[0] == 401


def the_button_opens_another_device_whole(demo: Demo) -> None:
    way_back = demo.mail(READER, "way back")
    status, heads = demo.curl(link(way_back, "/confirm"), "-i", "-X", "POST", jar="phone")
    assert status == 303
    assert f"location: {PAGE}" in heads.lower()
    half = json.loads(demo.curl(CONTENT, jar="phone")[1])["html"]
    assert len(re.sub("<[^>]+>", " ", half).split()) > 300
    assert re.sub(r"\s", "", half)[-200:] in re.sub(r"\s", "", demo.curl(f"{PAGE}_full", jar="phone")[1])
    for name in files_of(demo):
        kept = demo.data / name
        assert demo.curl(f"/api/files/{GATE}/{name}", "-o", str(kept), jar="phone")[0] == 200
        assert kept.read_bytes() == (ROOT / "content" / "downloads" / name).read_bytes()
    assert demo.curl(f"/api/files/{GATE}/{name}", "-r", "0-9", "-o", "/dev/null", jar="phone")[0] == 206


STEPS = ("Which of the four", "A blank plan", "Ten files", "Twenty minutes", "Yes, no, or")
"""How the subjects begin. The second and the fourth are to advance the conversation."""


def steps_go_out_in_order_and_an_outcome_changes_the_plan(demo: Demo) -> None:
    notice = demo.mail(REP, "CALL NOW")
    demo.advance("1 day")
    assert [subject[:9] for subject in demo.follow_ups()] == [STEPS[0][:9]]
    outcome = link(notice, "/rep/lead").replace("/rep/lead", "/rep/outcome")
    assert demo.curl(outcome, "-X", "POST", "-d", "objective=advance", "-d", "achieved=yes", jar="rep")[0] == 303
    demo.advance("2 weeks")
    assert [subject[:9] for subject in demo.follow_ups()] == [STEPS[0][:9], STEPS[2][:9]]


def leaving_stops_the_rest(demo: Demo) -> None:
    before = demo.follow_ups()
    one_click = str(demo.mail(READER, before[-1])["List-Unsubscribe"]).strip("<>")
    assert demo.curl(one_click, "-X", "POST", "-d", "List-Unsubscribe=One-Click")[0] == 200
    demo.advance("8 weeks")
    assert demo.follow_ups() == before
    assert demo.curl(CONTENT, jar="phone")[0] == 200


def another_reader_gets_each_step_once_and_in_order(demo: Demo) -> None:
    assert demo.post("/api/access", "other", gate=GATE, email=OTHER, consent=True)[0] == 202
    assert demo.curl(link(demo.mail(OTHER, "Your link"), "/confirm"), "-X", "POST", jar="other")[0] == 303
    demo.mail(OTHER, "way back")
    demo.advance("45 days")
    assert [subject[:9] for subject in demo.follow_ups(OTHER)] == [step[:9] for step in STEPS]


def opening_any_link_of_any_mail_changes_nothing(demo: Demo) -> None:
    before = demo.stored()
    links = {address for mail in demo.mails("") for address in links_of(mail)}
    for address in links:
        statuses = {demo.curl(address, "-I")[0]} | demo.opened(address, 5)
        # A rep's link is at home elsewhere, or too old by now; desk and report lead strangers away.
        assert statuses <= ({303} if address.endswith(("/rep/desk", "/insights")) else {200, 403, 410}), address
    assert len(links) > 10
    assert demo.stored() == before
