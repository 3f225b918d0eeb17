"""What `criteria.yml`, `objections/` and `buyers/` say, and what is told where they are wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.rules.playbooks import complaints, read

from leadlight.errors import BadPlaybook
from leadlight.model.criteria import KIND_WEIGHTS, Authority, Band, Criteria, Criterion
from leadlight.model.site import Buyer, ConsentMode, Field, Form, Knowledge, Objection
from leadlight.model.touch import Encounter, TouchKind
from leadlight.playbook.criteria import read_criteria

FORMS = {"long": Form("long", (Field("size"), Field("class"), Field("email")), ConsentMode.OPTIONAL, {})}
WHOLE = """\
fit:
  - name: a firm
    when: not company.free_mail and company.domain != 'acme.example'
    points: 2.5
    required: yes
  - name: many of them
    when: answers.size == 'many' or lead.band == 'high'
    points: -1
  - {name: reads a lot, when: read | length > 2, points: 1}
weights:
  kinds: {content.read: 0.5, outcome.logged: 3}
  encounters: {product: 2}
half_life: 3 weeks
warm: 5
cap: 4
empowered: [decides]
lapse: 90 days
renewal: 30 days
bands: {huge: 50000, some: 500}
spend:
  google/spring: {2026-03: 1200, 2026-04: 900.5}
  news.example:
    2026-03: 80
"""


def criteria(folder: Path, text: str) -> Criteria:
    path = folder / "criteria.yml"
    path.write_text(text)
    return read_criteria(path, FORMS).criteria


def test_everything_in_it_is_compiled(tmp_path: Path) -> None:
    found = criteria(tmp_path, WHOLE)

    assert found == Criteria(
        fit=(
            Criterion("a firm", "not company.free_mail and company.domain != 'acme.example'", 2.5, required=True),
            Criterion("many of them", "answers.size == 'many' or lead.band == 'high'", -1),
            Criterion("reads a lot", "read | length > 2", 1),
        ),
        half_life=timedelta(weeks=3),
        warm=5,
        cap=4,
        kinds={**KIND_WEIGHTS, TouchKind.READ: 0.5, TouchKind.OUTCOME: 3},
        encounters={Encounter.PRODUCT: 2},
        empowered=(Authority.DECIDES,),
        lapse=timedelta(days=90),
        renewal=timedelta(days=30),
        bands=(Band("some", 500), Band("huge", 50_000)),
        spend={"google/spring": {"2026-03": 1200, "2026-04": 900.5}, "news.example": {"2026-03": 80}},
    )
    assert msgspec.json.decode(msgspec.json.encode(found), type=Criteria) == found


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "fit: []\n", "weights: {}\n", "costs: {}\n"])
def test_an_empty_file_takes_the_defaults(tmp_path: Path, text: str) -> None:
    assert criteria(tmp_path, text) == Criteria()


def test_no_file_takes_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, {}).criteria == Criteria()


def entry(when: str = "company.name", *, more: str = "points: 1") -> str:
    return f"fit:\n  - name: a firm\n    when: {when}\n    {more}\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fit:\n  - publishes for buyers\n", "2: `fit`: nothing can check the sentence 'publishes for buyers';"),
        (entry("company.domian"), "3: company has no domian; did you mean `domain`?"),
        (entry("lead.frist_name"), "3: lead has no frist_name; did you mean `first_name`?"),
        (entry("answers.sise"), "3: answers has no sise; did you mean `size`?"),
        (entry("answer.size"), "3: there is no `answer` here; did you mean `answers`?"),
        (entry("gate.title"), "3: there is no `gate` here"),
        (entry("lead.intent == 'redy'"), "3: intent is never `redy`; did you mean `ready`?"),
        (entry("lead.authority == 'boss'"), "3: authority is never `boss`"),
        (entry("company.name ="), "3: this is not a valid condition"),
        (entry('"{{ company.name }}"'), "3: write the condition without braces"),
        (entry("answers.size > 50"), "3: this fails where everything is known"),
        (entry("lead.temperature == 'hot'"), "3: the temperature follows from the criteria; ask something else"),
        (entry(more="points: many"), "4: `points`: write a number, such as `3`, or `-2` for what speaks against"),
        (entry(more="points: 0"), "2: `a firm` changes nothing: give it `points`, or say `required: yes`"),
        (entry(more="point: 1"), "4: unknown key `point`; did you mean `points`?"),
        ("fit: [{when: company.name}]\n", "1: `name` is missing: say in a few words what speaks for the lead"),
        ("fit: [{name: a}]\n", "1: `when` is missing: write the condition, such as `not company.free_mail`"),
        (entry() + "  - {name: a firm, when: lead.name, points: 1}\n", "5: two criteria are called `a firm`"),
        ("halflife: 14 days\n", "1: unknown key `halflife`; did you mean `half_life`?"),
        ("half_life: 10 business days\n", "1: `half_life`: this goes by the calendar; write `10 days`"),
        ("half_life: 0 days\n", "1: `half_life`: write a span that is longer than nothing"),
        ("lapse: 6 months\n", "1: `lapse`: months are not all of one length; write `24 weeks` instead"),
        ("warm: 0\n", "1: `warm`: write a number above 0"),
        ("cap: -1\n", "1: `cap`: write a number of 0 or more"),
        ("weights:\n  kinds:\n    content.raed: 2\n", "3: nothing has the weight of `content.raed`; did you mean"),
        ("weights:\n  kinds:\n    touch.sent: 2\n", "3: nothing has the weight of `touch.sent`"),
        ("weights:\n  encounters:\n    prodict: 2\n", "3: nothing has the weight of `prodict`; did you mean"),
        ("weights: {kinds: {content.read: much}}\n", "1: `content.read`: write a number of 0 or more"),
        ("empowered: [boss]\n", "1: `empowered` cannot be `boss`; there is `decides`, `influences`, `uses` or `none`"),
        ("empowered: []\n", "1: `empowered`: name those who have a say; there is `decides`, `influences` or `uses`"),
        ("empowered: [none]\n", "1: `empowered`: name those who have a say"),
        ("warm: 1\nbands:\n  a lot: 9\n", "3: name the band `a lot` with lower-case letters, such as `high`"),
        ("bands: {low: 9, high: 9}\n", "1: `low` begins where another band does; give each its own amount"),
        ("spend:\n  google:\n    2026-3: 9\n", "3: `2026-3` is no month; write it as `2026-03`"),
        ("spend:\n  google:\n    2026-03-01: 9\n", "3: `2026-03-01` is no month"),
        ("spend:\n  google:\n    2026-03: much\n", "3: `2026-03`: write a number of 0 or more"),
        ("spend:\n  Google Ads: {2026-03: 9}\n", "2: no visit comes from `Google Ads`: a source is written as"),
        ("spend: {google: 1200}\n", "1: `google` must be `name: value` lines"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_line_and_cure(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadPlaybook) as wrong:
        criteria(tmp_path, text)

    assert str(wrong.value.problems[0]).replace(f"{tmp_path}/", "").startswith(f"criteria.yml:{complaint}")


def test_an_entry_that_cannot_be_read_is_left_out_and_the_others_keep_their_lines(tmp_path: Path) -> None:
    fit = "fit:\n  - {name: a, when: lead.nix, points: 1}\n  - {name: b, when: company.name, points: many}\n"
    text = fit + "  - {name: c, when: company.nix, points: 1}\n  - {name: a, when: company.name}\n"

    found = complaints(tmp_path, {"criteria.yml": text})

    lines = [each.partition(": ")[0].partition(":")[2] for each in found]
    assert sorted(lines) == ["2", "3", "4", "5", "5"]  # the last for want of points, and for its name


def test_a_broken_form_does_not_hide_what_is_wrong_in_the_criteria(tmp_path: Path) -> None:
    found = complaints(tmp_path, {"criteria.yml": "warm: 0\n", "forms/long.yml": "title: x\n"})

    assert [line.partition(":")[0] for line in found] == ["forms/long.yml", "criteria.yml"]


OBJECTION = "---\ntitle: Too dear\n---\nIt costs less than a call.\n\n**Ask back:** than what?\n"
BUYER = """\
# The person who decides

Runs a firm.

**Needs**

- To know what it costs,
  all in.
- To sleep at night.

## Asks

1. Not this list.

- Who else uses it?
"""


def test_a_rep_finds_the_objections_and_the_buyers_in_the_bundle(tmp_path: Path) -> None:
    playbook = read(tmp_path, {"objections/too-dear.md": OBJECTION, "buyers/boss.md": BUYER})

    assert playbook.knowledge == Knowledge(
        objections={
            "too-dear": Objection("too-dear", "Too dear", "It costs less than a call.\n\n**Ask back:** than what?")
        },
        buyers={
            "boss": Buyer(
                "boss", "The person who decides", ("To know what it costs, all in.", "To sleep at night."),
                ("Who else uses it?",),
            )
        },
    )  # fmt: skip


def test_a_buyer_without_lists_has_no_needs_and_asks_nothing(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"buyers/boss.md": "# Boss\n\nJust a text.\n"}).knowledge.buyers.values()

    assert (found.title, found.needs, found.questions) == ("Boss", (), ())
