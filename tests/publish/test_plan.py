"""What a plan says, and that it needs nobody for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.publish.account import STACK

from leadlight.cli import main
from leadlight.errors import OperatorMustFix
from leadlight.publish.order import Order
from leadlight.publish.plan import WIDTH, lines, plan
from leadlight.publish.record import Item, Record, compare, encoded, place_of
from leadlight.publish.template import Template, read_template

ORDER = Order(STACK, Path("mkdocs.yml"), {"MailFrom": "hello@example.com"})

ALONE = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("a plan asks nobody")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from leadlight.cli import main
main(["deploy", "--plan", "--json", "--mail-from", "hello@example.com"])
"""


def record(**sections: dict[str, Item]) -> Record:
    return Record(STACK, "1", "https://d1.cloudfront.net/", sections)


def test_a_plan_needs_no_credentials_no_settings_and_no_network(repository: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], env={"PATH": ""}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["record"]["sections"]["site"]) >= {"index.html", "guide/index.html"}


def test_a_plan_shows_how_each_object_is_served(repository: Path) -> None:
    sections = plan(ORDER).record.sections

    assert sections["site"]["index.html"].note == "text/html; charset=utf-8 · public, max-age=0, must-revalidate"
    assert sections["bundle"]["manifest.json"].note == "application/json · no-store"
    assert sections["gates"]["guide"].note == "opens by email"
    assert sections["forms"]["short"].note == "on 1 page"
    assert not any("Withheld for now" in line for line in lines(plan(ORDER)))


def test_a_plan_compares_with_the_record_of_the_last_deploy(repository: Path) -> None:
    before = plan(ORDER).record
    place_of(ORDER.out, STACK).parent.mkdir(parents=True)
    place_of(ORDER.out, STACK).write_bytes(encoded(before))
    (repository / "docs/new.md").write_text("# New\n")

    found = plan(Order(STACK, Path("mkdocs.yml"), {"MailFrom": "hi@example.com"}))

    changes = {(each.section, each.name, each.how) for each in found.changes}
    assert ("site", "new/index.html", "added") in changes
    assert ("parameters", "MailFrom", "changed") in changes
    assert not {each.section for each in found.changes} & {"resources", "forms", "sequences", "functions"}
    assert any(line.strip().startswith("+ new/index.html") for line in lines(found))


def test_an_object_that_the_bundle_needs_no_more_is_not_announced_as_removed() -> None:
    old = {"halves/1.json": Item("1")}

    assert compare(record(bundle=old, site={}), record(bundle={}, site={})) == ()


def test_a_page_with_another_cache_header_counts_as_changed() -> None:
    found = compare(record(site={"a.html": Item("1", "old")}), record(site={"a.html": Item("1", "new")}))

    assert [(each.name, each.how) for each in found] == [("a.html", "changed")]


def test_what_nobody_has_answered_yet_is_listed(repository: Path) -> None:
    found = plan(Order(STACK, Path("mkdocs.yml"), {}))

    assert any(line.startswith("MailDomain needs a value: ") for line in found.open)


def test_mails_may_come_from_the_domain_of_the_companys_address_also_when_it_changes() -> None:
    values = Order(STACK, Path("mkdocs.yml"), {"MailFrom": "Hello@New.example"}).values(
        read_template(), {"MailFrom": "hello@old.example", "MailDomain": "old.example"}
    )

    assert (values["MailFrom"], values["MailDomain"]) == ("Hello@new.example", "new.example")


@pytest.mark.parametrize(
    ("given", "known", "said"),
    [
        ({"MailFrom": "hello"}, {}, "hello is no address"),
        ({"MailFrom": "a@one.example", "MailDomain": "other.example"}, {}, "a@one.example is elsewhere"),
        ({"MailDomain": "other.example"}, {"MailFrom": "a@one.example"}, "a@one.example is elsewhere"),
    ],
)
def test_an_address_that_no_mail_could_come_from_is_refused(
    given: dict[str, str], known: dict[str, str], said: str
) -> None:
    with pytest.raises(OperatorMustFix, match=said):
        Order(STACK, Path("mkdocs.yml"), given).values(read_template(), known)


def test_resources_fit_a_terminal_and_none_is_left_out(repository: Path) -> None:
    found = plan(ORDER)

    said = [line for line in lines(found) if line.startswith(("  + AWS::", "      "))]
    assert max(map(len, said)) <= WIDTH
    assert all(any(name in line for line in said) for name in found.record.sections["resources"])


def test_functions_that_nobody_has_packed_yet_are_not_called_unchanged(repository: Path) -> None:
    said = [line for line in lines(plan(ORDER)) if line.startswith("functions")]

    assert said == ["functions: unknown until `leadlight package` has fetched what they need."]


@pytest.mark.parametrize("written", [b'{"stack": "www", "of": "another release"}', b'{"stack": "ww'])
def test_a_record_that_cannot_be_read_is_none(repository: Path, written: bytes) -> None:
    place_of(ORDER.out, STACK).parent.mkdir(parents=True)
    place_of(ORDER.out, STACK).write_bytes(written)

    assert plan(ORDER).before is None


def test_resources_that_nobody_asked_for_are_not_announced(repository: Path) -> None:
    template = read_template()
    plain = {name: asked.default or "" for name, asked in template.parameters.items()}

    assert "Firewall" not in template.resources(plain)
    assert "Firewall" in template.resources(plain | {"Waf": "yes"})


def test_a_comment_in_the_template_is_no_change() -> None:
    one = Template("Resources:\n  Bus:\n    Type: AWS::Events::EventBus\n    Properties: {Name: !Sub 'a'}\n")
    other = Template("Resources:\n  Bus: # ours\n    Properties: {Name: !Sub a}\n    Type: AWS::Events::EventBus\n")

    assert one.resources({}) == other.resources({})


def test_secrets_are_where_the_functions_look_for_them() -> None:
    assert 'LEADLIGHT_PARAMETERS: !Sub "/leadlight/${AWS::StackName}"' in read_template().text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["deploy", "--stack", "Not A Name", "--plan"], "a letter first"),
        (["deploy", "--stack", "n" * 28, "--plan"], "2 to 27"),
        (["deploy", "--stack", "default", "--plan"], "AWS's own"),
        (["deploy", "--set", "Waf", "--plan"], "write Waf=…"),
        (["deploy", "--hook"], "add --data"),
        (["doctor", "--smtp", "smtp://x"], "add --data"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(repository: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, arguments)

    assert (done.exit_code, said in done.output) == (2, True)


def test_a_mistake_in_a_page_ends_a_plan_with_1_and_its_place(repository: Path) -> None:
    (repository / "docs/guide.md").write_text("---\ngate: {unlcok: email}\n---\nText\n")

    done = CliRunner().invoke(main, ["deploy", "--plan"])

    assert done.exit_code == 1
    assert "guide.md:2: " in done.output


def test_destroying_data_asks_for_the_name(repository: Path) -> None:
    done = CliRunner().invoke(main, ["destroy", "--stack", STACK, "--with-data"], input="wwww\n")

    assert (done.exit_code, "nothing was deleted" in done.output) == (1, True)
