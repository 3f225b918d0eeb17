"""What a playbook may say of offers and of sequences that a stage begins, and how mistakes in it are named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.rules.playbooks import STEP, complaints, one, read, step, warned

from leadlight.errors import Problem
from leadlight.model.sequence import Offer, Wait, WaitUnit
from leadlight.model.team import Hours
from leadlight.playbook.knowledge import objection, read_texts
from leadlight.playbook.promise import own_promise

ANSWERS = "[Yes]({{ offer.accept }}) or [no]({{ offer.decline }})"
OFFER = "offer: {title: A trial}"
SATISFIED = STEP.replace("Hello.", "[Yes]({{ satisfied.yes }}) [No]({{ satisfied.no }})")


def offering(text: str = ANSWERS, *lines: str) -> str:
    return step(*(lines or (OFFER,)), objective="close").replace("Hello.", text)


@pytest.mark.parametrize(
    ("expires", "found"), [("2 weeks", Wait(2, WaitUnit.WEEKS)), ("2026-03-31", date(2026, 3, 31)), ("", None)]
)
def test_an_offer_stands_until_a_day_or_for_a_span(tmp_path: Path, expires: str, found: object) -> None:
    line = f"offer: {{title: A trial, url: 'https://glass.example/x'{f', expires: {expires}' if expires else ''}}}"

    assert one(tmp_path, offering(ANSWERS, line)).steps[0].offer == Offer("A trial", "https://glass.example/x", found)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (offering(ANSWERS.replace("accept", "acept")), "8: offer has no acept; did you mean `accept`?"),
        (offering("Take it."), "8: the text leaves out a way to answer the offer: add […]({{ offer.accept }}) and"),
        (offering("[Yes]({{ offer.accept }})"), "8: the text leaves out a way to answer the offer: add […]({{ offer.d"),
        (step().replace("Hello.", ANSWERS), "7: there is no `offer` here"),
        (SATISFIED, "7: there is no `satisfied` here"),
        (offering(ANSWERS, "offer: {}"), "6: `title` is missing: write what it is in one line"),
        (offering(ANSWERS, "offer: {title: A, expires: soon}"), "6: `expires`: write a day such as 2026-03-31"),
        (offering("Hello.", OFFER, "channel: rep"), "6: a task makes no offer: its rep does"),
    ],
)
def test_a_mistake_in_an_offer_is_named_with_its_cure(tmp_path: Path, text: str, complaint: str) -> None:
    found = complaints(tmp_path, {"sequences/zt/01-a.md": text})

    assert any(line.startswith(f"sequences/zt/01-a.md:{complaint}") for line in found), found


def test_an_offer_is_answerable_in_every_language(tmp_path: Path) -> None:
    files = {"sequences/zt/01-a.md": offering(), "sequences/zt/01-a.pl.md": "Bez odpowiedzi.\n"}

    (found,) = complaints(tmp_path, files)

    assert found.startswith("sequences/zt/01-a.pl.md:1: the text leaves out a way to answer the offer")


def test_who_is_asked_to_close_without_a_way_to_say_yes_is_warned_of(tmp_path: Path) -> None:
    def advised(name: str, text: str) -> bool:
        return any("nobody can say yes" in line for line in warned(tmp_path / name, {"sequences/zt/01-a.md": text}))

    assert advised("plain", step(objective="close"))
    assert not advised("offer", offering())
    assert not advised("booking", step(objective="close").replace("Hello.", "Choose: {{ rep.booking }}"))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("starts_when: custmer", "1: `starts_when`: nothing starts when a lead becomes `custmer`; did you mean"),
        ("only_if: lead.value > 1", "1: `only_if` asks whose stage begins this: say `starts_when`"),
        ("starts_when: customer\nonly_if: lead.valu > 1", "2: lead has no valu; did you mean `value`?"),
        ("starts_when: customer\nonly_if: lead.email", "2: lead has no email"),
        ("starts_when: customer\nends_when: opportunity", "2: a lead that this begins with has passed `opportunity`"),
        ("then: sold", "1: `sold` begins when a lead becomes a customer, and follows nothing"),
    ],
)
def test_a_mistake_about_a_beginning_is_named_with_its_cure(tmp_path: Path, settings: str, complaint: str) -> None:
    sold = {"sequences/sold/01-a.md": STEP, "sequences/sold/sequence.yml": "starts_when: customer\npurpose: x\n"}
    files = {"sequences/zt/01-a.md": STEP, "sequences/zt/sequence.yml": f"{settings}\n", **sold}

    found = complaints(tmp_path, files)

    assert found[0].startswith(f"sequences/zt/sequence.yml:{complaint}"), found


def test_what_a_sale_begins_has_a_purpose_and_a_promise_of_its_own(tmp_path: Path) -> None:
    files = {"sequences/zt/01-a.md": SATISFIED, "sequences/zt/sequence.yml": "starts_when: repeat\n"}
    found = read(tmp_path, files).sequences["zt"]

    promise = own_promise(found, hours=Hours())

    assert (found.starts_when, found.purpose, found.skip_ahead) == ("repeat", "after the sale", False)
    assert (promise.mails, promise.purpose, promise.sequence) == (1, "after the sale", "zt")


def test_what_stood_in_the_way_is_asked_in_the_readers_language(tmp_path: Path) -> None:
    (tmp_path / "dear.md").write_text("---\ntitle: {en: Too dear, pl: Za drogo}\n---\nAsk what it costs not to.\n")
    problems: list[Problem] = []
    (text,) = read_texts([tmp_path / "dear.md"], problems, "en")

    found = objection(text)
    assert (found.title, found.title_in("pl"), found.title_in("de"), problems) == (
        "Too dear",
        "Za drogo",
        "Too dear",
        [],
    )
