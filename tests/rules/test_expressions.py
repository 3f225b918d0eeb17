"""Jinja in its sandbox: says what there is, and nothing else."""

import pytest

from leadlight.errors import BadPlaybook
from leadlight.model.lead import Temperature
from leadlight.model.person import Intent
from leadlight.playbook.context import MESSAGES, STEP, Context, GateView, LeadView
from leadlight.playbook.expressions import render, truth
from leadlight.playbook.templates import expression_problems, template_problems

CONTEXT: Context = {
    "lead": LeadView(first_name="Anna", temperature=Temperature.WARM, intent=Intent.READY),
    "gate": GateView(title="ZT", files=("a.pdf", "b.mp3")),
}


def test_values_appear_as_text_and_nothing_as_nothing() -> None:
    text = "{{ lead.first_name }}|{{ lead.temperature }}|{{ lead.company }}|{{ gate.files|join(' and ') }}"

    assert render(text, CONTEXT) == "Anna|warm||a.pdf and b.mp3"
    assert render("{{ lead.intent }}", {"lead": LeadView()}) == ""


def test_a_line_with_only_a_tag_leaves_no_line() -> None:
    text = "- a\n{% for file in gate.files %}\n- {{ file }}\n{% endfor %}\n- z\n"

    assert render(text, CONTEXT) == "- a\n- a.pdf\n- b.mp3\n- z\n"


def test_a_tag_at_the_end_of_a_sentence_keeps_the_paragraph_apart() -> None:
    assert render("Hello{% if lead %}.{% endif %}\n\nNext", CONTEXT) == "Hello.\n\nNext"


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("lead.temperature != 'hot'", True),
        ("lead.intent == 'ready' and gate.files", True),
        ("lead.company", False),
        ("gate.minutes > 3", False),
    ],
)
def test_conditions_are_decided_on_what_is_known(expression: str, holds: bool) -> None:
    assert truth(expression, CONTEXT) is holds


@pytest.mark.parametrize(
    "text", ["{{ lead.frist_name }}", "{{ nobody }}", "{{ gate.files[9] }}", "{{ 1 / gate.minutes }}"]
)
def test_what_does_not_exist_is_an_error_and_no_gap(text: str) -> None:
    with pytest.raises(BadPlaybook):
        render(text, CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "{{ lead.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ lead.first_name.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(lead) }}",
        "{{ cycler }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(text: str) -> None:
    with pytest.raises(BadPlaybook):
        render(text, CONTEXT)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{{ lead.frist_name }}", "lead has no frist_name; did you mean `first_name`?"),
        ("{{ lead['frist_name'] }}", "lead has no frist_name; did you mean `first_name`?"),
        ("{% if false %}{{ lead.frist_name }}{% endif %}", "lead has no frist_name; did you mean `first_name`?"),
        ("{% set who = lead %}{{ who.nmae }}", "lead has no nmae; did you mean `name`?"),
        ("{{ leda.name }}", "there is no `leda` here; did you mean `lead`?"),
        ("{{ lead.name.size }}", "a text has no size"),
        ("{% for f in gate.files %}{{ f.url }}{% endfor %}", "a text has no url"),
        ("{% for f in gate.files %}{% endfor %}{{ f }}", "there is no `f` here"),
        ("{% for x in lead %}{% endfor %}", "`for` needs a list"),
        ("{{ gate.title|uper }}", "No filter named 'uper'"),
        ("{% if lead.intent == 'redy' %}{% endif %}", "intent is never `redy`; did you mean `ready`?"),
        ("{% include 'x' %}", "a mail stands by itself"),
        ("{{ gate.files[0] }}", "where little is known"),
        ("{{ lead.name", "this is not valid Jinja"),
        ("{{ range(9) }}", "there is no `range` here"),
    ],
)
def test_the_build_finds_what_would_fail_later(text: str, complaint: str) -> None:
    found = template_problems(text, STEP)

    assert len(found) == 1
    assert complaint in found[0][1]


def test_a_right_template_passes() -> None:
    loop = "{% for label, value in answers %}{{ loop.index }} {{ label|upper }}: {{ value.strip() }}{% endfor %}"
    text = loop + "{{ lead.name or 'you' }}"

    assert template_problems(text, MESSAGES["notify"]) == []


def test_problems_carry_their_line() -> None:
    assert [line for line, _ in template_problems("a\n{% if lead %}\n{{ lead.x }}\n{% endif %}\n{{ y }}", STEP)] == [
        3,
        5,
    ]


def test_a_block_that_is_never_closed_is_named_where_it_begins() -> None:
    text = "{% if lead %}\n{% if gate %}\na\n{% endif %}\n{% for x in gate.files %}{{ x }}{% endfor %}\nb\n"

    assert template_problems(text, STEP) == [(1, "this `{% if %}` is never closed: write `{% endif %}` where it ends")]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("{{ lead.name }}", "without braces"),
        ("lead.stage = 'lead'", "not a valid condition: chunk after expression; to compare, write `==`"),
        ("lead.temperature in ('hot', 'wram')", "temperature is never `wram`"),
        ("gate.files[0] == 'x'", "where little is known"),
    ],
)
def test_a_condition_that_cannot_hold_is_found(expression: str, complaint: str) -> None:
    assert complaint in expression_problems(expression, STEP)[0]


def test_what_cannot_be_seen_is_no_part_of_a_value() -> None:
    typed = "A\u202ed\x00\ta\r\nb\u2028c \ue0001 👩\u200d💻 \u00a0é"

    assert render("{{ lead.name }}", {"lead": LeadView(name=typed)}) == "Ad a\nb\nc 1 👩\u200d💻 \u00a0é"


def test_a_default_stands_for_what_is_empty() -> None:
    context = {"lead": LeadView(first_name="", company="Glass")}

    assert render("{{ lead.first_name | default('you') }} of {{ lead.company | d('us') }}", context) == "you of Glass"
