"""What marketers write: understood where it is right, and where it is wrong, told what to write instead."""

from pathlib import Path

import pytest
from tests.rules.playbooks import STEP, complaints, read

from leadlight.model.person import Purpose
from leadlight.model.sequence import Channel, Migrate, Wait, WaitUnit, Window
from leadlight.model.site import ConsentMode, FieldType
from leadlight.playbook.context import MESSAGES
from leadlight.playbook.mails import BUILT_IN
from leadlight.playbook.source import load


def test_a_site_without_a_playbook_gets_the_built_in_one(tmp_path: Path) -> None:
    playbook = load(tmp_path / "none", language="en")

    assert playbook.forms.keys() == {"short", "waitlist"}
    assert playbook.messages.keys() == MESSAGES.keys()
    assert playbook.sequences == {}
    assert playbook.team.people


def test_the_built_in_mails_have_no_mistake_that_a_team_would_hear_of(tmp_path: Path) -> None:
    files = {f"messages/{path.name}": path.read_text("utf-8") for path in BUILT_IN.glob("*.md")}

    assert len(files) > len(MESSAGES)
    assert read(tmp_path, files).messages.keys() == MESSAGES.keys()
    name = "messages/confirm.pl.md"
    assert complaints(tmp_path, {name: files[name] + "{{ nobody }}"})


def test_the_built_in_form_asks_for_follow_ups_only_where_some_follow(tmp_path: Path) -> None:
    ours = load(tmp_path / "none", language="en")
    own = read(tmp_path, {"forms/short.yml": "wording: {content: Send it., follow-up: And more.}\n"})

    asked = [
        Purpose.FOLLOW_UP in playbook.form("short", "en", follows=follows).wording
        for playbook in (ours, own)
        for follows in (True, False)
    ]

    assert asked == [True, False, True, True]


def test_three_lines_make_a_team(tmp_path: Path) -> None:
    playbook = read(tmp_path, {"team.yml": "company: Acme\npeople:\n  - {name: Ann Lee, email: ann@acme.example}\n"})

    assert playbook.team.company.name == "Acme"
    assert playbook.team.company.email == "ann@acme.example"
    assert [person.id for person in playbook.team.people] == ["ann-lee"]


def test_the_team_keeps_its_hours_and_holidays(tmp_path: Path) -> None:
    text = """\
        company: {name: Acme, postal: "Street 1"}
        people: [{id: ann, name: Ann, email: ann@acme.example, manager: true}]
        hours: {zone: Europe/Warsaw, days: mon-thu, from: "08:30", to: "16:00"}
        holidays: [2026-12-25]
        hold: 8 hours
        """
    team = read(tmp_path, {"team.yml": text}).team

    assert (team.hours.zone, team.hours.days, team.hours.start.minute) == ("Europe/Warsaw", (0, 1, 2, 3), 30)
    assert team.hours.holidays == ("2026-12-25",)
    assert team.hold == Wait(8, WaitUnit.HOURS)


def test_file_names_order_the_steps(tmp_path: Path) -> None:
    files = {f"sequences/zt/{name}.md": STEP for name in ("10-close", "02-company", "01-hello")}
    sequence = read(tmp_path, files).sequences["zt"]

    assert [step.slug for step in sequence.steps] == ["01-hello", "02-company", "10-close"]


def test_a_step_means_what_it_says(tmp_path: Path) -> None:
    front = "send: any\nchannel: rep\nonly_if: lead.temperature != 'hot'\nstale_after: 1 business day\n---\n"
    sequence = read(tmp_path, {"sequences/zt/01-call.md": STEP.replace("---\nHello", front + "Hello")}).sequences["zt"]
    step = sequence.steps[0]

    assert (step.wait, step.window, step.channel) == (Wait(2, WaitUnit.DAYS), Window.ANY, Channel.REP)
    assert step.stale_after == Wait(1, WaitUnit.BUSINESS_DAYS)
    assert step.body == "Hello."


def test_any_change_makes_another_version_and_the_same_text_the_same(tmp_path: Path) -> None:
    first = read(tmp_path / "a", {"sequences/zt/01-a.md": STEP}).sequences["zt"]
    again = read(tmp_path / "b", {"sequences/zt/01-a.md": STEP}).sequences["zt"]
    settings = "purpose: Help with zero trust\nmigrate: move\n"
    other = read(tmp_path / "c", {"sequences/zt/01-a.md": STEP, "sequences/zt/sequence.yml": settings}).sequences["zt"]

    assert first.version == again.version != other.version
    assert other.migrate is Migrate.MOVE


def test_a_form_asks_for_the_address_first_even_unsaid(tmp_path: Path) -> None:
    text = """\
        consent: required
        fields:
          - {name: company, label: Company, required: true, buys: an example of your size}
          - {name: role, type: choice, choices: [it, law]}
        wording: {content: Send it., follow-up: And write again.}
        """
    form = read(tmp_path, {"forms/long.yml": text}).forms["long"]

    assert [field.name for field in form.fields] == ["email", "company", "role"]
    assert form.fields[0].type is FieldType.EMAIL
    assert form.fields[0].required
    assert form.consent is ConsentMode.REQUIRED
    assert form.wording == {Purpose.CONTENT: "Send it.", Purpose.FOLLOW_UP: "And write again."}


def test_a_message_of_the_playbook_replaces_the_built_in_one(tmp_path: Path) -> None:
    text = "---\nsubject: Yours\n---\nOpen {{ link }} or type {{ code }}.\n"
    messages = read(tmp_path, {"messages/confirm.md": text}).messages

    assert messages["confirm"].body == "Open {{ link }} or type {{ code }}."
    assert messages["notify"].subject


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("objectiv: advance", "sequences/zt/01-a.md:6: unknown key `objectiv`; did you mean `objective`?"),
        ("channel: male", "6: `channel` cannot be `male`; did you mean `mail`?"),
        ("stale_after: 5 dyas", "6: `stale_after`: `dyas` is no unit of time; did you mean `5 days`?"),
        ("channel: sms", "6: `channel` cannot be `sms`; there is `mail` or `rep`"),
        ("stale_after: none", "6: `stale_after`: write a span such as `5 days`, or `never`"),
        ("stale_after: soon", "6: `stale_after`: write a number and a unit, such as `2 days`"),
        ("from: bob", "6: `from` cannot be `bob`"),
        ("only_if: lead.temprature == 'hot'", "6: lead has no temprature; did you mean `temperature`?"),
        ("wait: 3 days", "this key is there twice"),
        ("only_if: [", "this is not valid YAML"),
    ],
)
def test_a_wrong_line_of_a_step_is_named_with_its_cure(tmp_path: Path, line: str, complaint: str) -> None:
    text = STEP.replace("---\nHello", line + "\n---\nHello")

    assert any(complaint in found for found in complaints(tmp_path, {"sequences/zt/01-a.md": text}))


@pytest.mark.parametrize("key", ["subject", "wait", "encounter", "objective"])
def test_no_step_passes_without_what_it_needs(tmp_path: Path, key: str) -> None:
    text = "".join(line for line in STEP.splitlines(keepends=True) if not line.startswith(key))

    found = complaints(tmp_path, {"sequences/zt/01-a.md": text})

    assert len(found) == 1
    assert f"01-a.md:2: `{key}` is missing: " in found[0]


def test_a_misspelt_name_in_the_text_is_found_at_its_line(tmp_path: Path) -> None:
    found = complaints(tmp_path, {"sequences/zt/01-a.md": STEP + "\nDear {{ lead.frist_name }},\n"})

    assert found == ["sequences/zt/01-a.md:9: lead has no frist_name; did you mean `first_name`?"]


def test_what_only_fails_when_it_runs_is_found_at_its_line(tmp_path: Path) -> None:
    (found,) = complaints(tmp_path, {"sequences/zt/01-a.md": STEP + "\nTake\n\n{{ gate.files[0] }}\n"})

    assert found.startswith("sequences/zt/01-a.md:11: this fails where little is known")


def test_the_confirmation_cannot_repeat_what_was_typed(tmp_path: Path) -> None:
    text = "---\nsubject: Hi {{ lead.name }}\n---\n{{ link }}\n"

    assert "there is no `lead` here" in complaints(tmp_path, {"messages/confirm.md": text})[0]


def test_every_problem_of_every_file_comes_at_once(tmp_path: Path) -> None:
    files = {
        "team.yml": "company: Acme\npeople:\n  - {name: Ann, email: ann}\n  - {nmae: Bob, email: bob@acme.example}\n",
        "forms/long.yml": "wording: {follow-up: Later.}\nfields:\n  - {name: role, type: choice}\n",
        "sequences/zt/1-hello.md": STEP,
        "sequences/empty/sequence.yml": "migrate: never\n",
        "messages/confrim.md": "---\nsubject: x\n---\nx\n",
        "buyers/cto.md": "",
        "criteria.yml": "- a list\n",
        "sequence/zt/01-a.md": STEP,
    }
    found = "\n".join(complaints(tmp_path, files))

    assert "team.yml:3: `email`: 'ann' is no mail address" in found
    assert "team.yml:4: unknown key `nmae`; did you mean `name`?" in found
    assert "forms/long.yml:1: `content` is missing" in found
    assert "forms/long.yml:3: `role` needs both `type: choice` and `choices:`" in found
    assert "sequences/zt/1-hello.md: name steps with two digits" in found
    assert "sequences/empty/sequence.yml:1: `migrate` cannot be `never`" in found
    assert "no mail is called `confrim`; did you mean `confirm`?" in found
    assert "buyers/cto.md:1: `title` is missing" in found
    assert "criteria.yml:1: write `name: value` lines" in found
    assert "a playbook has no `sequence`; did you mean `sequences`?" in found


def test_two_steps_cannot_share_a_number(tmp_path: Path) -> None:
    found = complaints(tmp_path, {"sequences/zt/01-a.md": STEP, "sequences/zt/01-b.md": STEP})

    assert found == ["sequences/zt/01-b.md: 01-a.md has the number 01 too; the numbers give the order, so change one"]


def test_consent_that_is_required_has_to_say_so(tmp_path: Path) -> None:
    found = complaints(tmp_path, {"forms/long.yml": "consent: required\nwording: {content: Send it.}\n"})

    assert "forms/long.yml:1: `consent: required` makes follow-ups part of the exchange" in found[0]
