"""`leadlight simulate`: the real handlers play what a persona file says, and the timeline tells why."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from tests.simulation.rehearsed import MONDAY, Theatre, project_in
from tests.world_site import COURSE, FILES, step

from leadlight.cli import main
from leadlight.cli.timeline import _print_table
from leadlight.gate.lean import compile_lean
from leadlight.local.files import LocalFiles
from leadlight.model.person import Purpose
from leadlight.model.sequence import Channel
from leadlight.playbook.bundle import open_bundle
from leadlight.simulate.browser import is_follow_up
from leadlight.simulate.casting import casting
from leadlight.simulate.rehearsal import rehearse

ROOT = Path(__file__).parents[2]
IN_TIME = ["06 Jan 09:00 01-hello", "08 Jan 09:00 02-company", "15 Jan 09:00 04-offer"]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_in(tmp_path_factory)


@pytest.fixture
def theatre(project: Path, tmp_path: Path) -> Theatre:
    return Theatre(project, tmp_path)


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of this repository's own content, without its site."""
    bundle = tmp_path_factory.mktemp("ours") / "bundle"
    compile_lean(ROOT / "mkdocs.yml", bundle)
    return bundle


def run(project: Path, *arguments: str) -> Result:
    """The command, on the test world's sources or bundle."""
    given = () if {"-f", "--bundle"} & set(arguments) else ("--bundle", str(project / "bundle"))
    return CliRunner().invoke(main, ["simulate", "-f", str(project / "mkdocs.yml"), *given, *arguments])


def test_every_sequence_of_this_repository_keeps_its_promise(ours: Path) -> None:
    cast = casting(ours, None, None)
    played = rehearse(ours, cast.story, start=MONDAY, until=MONDAY + timedelta(days=400))

    bundle = open_bundle(LocalFiles(ours))
    assert played.violations == cast.unreached == ()
    for name, ref in bundle.manifest.sequences.items():
        steps = [step.slug for step in bundle.sequence_version(ref.version).steps if step.channel is Channel.MAIL]
        sent = [mail.tag for mail in played.mails if is_follow_up(mail) and f"/{name}@" in mail.tag]
        assert [tag.rpartition("/")[2] for tag in sent] == steps


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hostile_world_breaks_no_promise(ours: Path, seed: int) -> None:
    story = casting(ours, None, None).story

    played = rehearse(ours, story, start=MONDAY, until=MONDAY + timedelta(days=60), seed=seed, is_hostile=True)

    assert played.violations == ()
    assert any(entry.what == "scanned" for entry in played.timeline)


def test_a_lead_who_does_nothing_gets_the_sequence_in_time(theatre: Theatre) -> None:
    played = theatre.play()

    assert played.follow_ups == IN_TIME
    assert [entry.step for entry in played.entries("handed-over")] == ["course/03-call"]


def test_the_same_seed_gives_the_same_digest_in_every_process(project: Path) -> None:
    command = [sys.executable, "-c", "from leadlight.cli import main; main()", "simulate"]
    arguments = ["-f", str(project / "mkdocs.yml"), "--bundle", str(project / "bundle"), "--hostile", "--seed", "7"]
    told = [
        subprocess.run(
            [*command, *arguments, "--format", "json"],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip

    assert json.loads(told[0])["digest"] == json.loads(told[1])["digest"]
    assert told[0] == told[1]


def test_other_seeds_meet_other_trouble(theatre: Theatre) -> None:
    digests = {theatre.play(hostile=True, seed=seed).rehearsal.digest for seed in (1, 2)}

    assert len(digests) == 2


def test_an_answer_stops_the_plan_and_tells_the_rep(theatre: Theatre) -> None:
    played = theatre.play(does=[{"on": "day 2", "what": "replies", "text": "Ring me."}])

    assert played.steps == ["01-hello"]
    assert [entry.why for entry in played.entries("stopped")] == ["replied"]
    assert "Ring me." in str(played.mails_to_team()[1].message.get_body(("plain",)))


def test_an_unsubscribed_lead_gets_nothing_more(theatre: Theatre) -> None:
    played = theatre.play(does=[{"on": "day 3", "what": "unsubscribes"}])

    assert played.steps == ["01-hello", "02-company"]
    assert [entry.why for entry in played.entries("ended")] == ["stopped: unsubscribed"]


def test_whoever_has_no_mail_to_leave_by_leaves_with_the_first(theatre: Theatre) -> None:
    played = theatre.play(does=[{"on": "day 0", "what": "unsubscribes"}])

    assert played.follow_ups == IN_TIME[:1]
    assert [f"{entry.at:%d %b %H:%M}" for entry in played.entries("unsubscribed")] == ["06 Jan 09:00"]


def test_reading_downloading_and_asking_are_on_the_timeline(theatre: Theatre) -> None:
    does = [
        {"on": "day 1", "what": "reads"},
        {"after": "1 hour", "what": "downloads"},
        {"after": "1 hour", "what": "asks"},
    ]

    played = theatre.play(days=2, does=does)

    told = [(entry.what, f"{entry.at:%H:%M}") for entry in played.rehearsal.timeline if entry.at.day == 6]
    assert [one for one in told if one[0] in {"read", "downloaded", "asked"}] == [
        ("read", "12:00"), ("downloaded", "13:00"), ("asked", "14:00"),
    ]  # fmt: skip


def test_a_wish_for_a_call_reaches_the_rep_at_once(theatre: Theatre) -> None:
    played = theatre.play(days=1, does=[{"at": "2026-01-05 10:00", "what": "wants-call"}])

    assert "CALL NOW" in str(played.mails_to_team()[-1].message["Subject"])


def test_a_pause_moves_the_plan_behind_it(theatre: Theatre) -> None:
    played = theatre.play(days=60, does=[{"on": "day 2", "what": "pauses", "for": "2 weeks"}])

    assert played.follow_ups[:1] == IN_TIME[:1]
    assert played.follow_ups[1] >= "21 Jan"
    assert {"paused", "resumed"} <= played.whats()


def test_fewer_is_fewer(theatre: Theatre) -> None:
    played = theatre.play(days=60, does=[{"on": "day 2", "what": "fewer"}])

    assert "08 Jan 09:00 02-company" not in played.follow_ups
    assert "preferred" in played.whats()


def test_a_lead_that_opens_another_gate_is_captured_there(theatre: Theatre) -> None:
    played = theatre.play(does=[{"on": "day 2", "opens": "guides/form"}])

    assert [entry.why for entry in played.entries("captured")] == ["guides/mail", "guides/form"]
    assert played.steps == ["01-hello", "02-company", "04-offer"]


def test_a_lead_that_moves_is_written_to_by_its_new_clock(theatre: Theatre) -> None:
    played = theatre.play(does=[{"on": "day 2", "moves-to": "America/New_York"}])

    assert played.follow_ups == ["06 Jan 09:00 01-hello", "08 Jan 14:00 02-company", "15 Jan 14:00 04-offer"]
    assert played.entries("sent")[-1].zone == "America/New_York"


def test_summer_time_keeps_the_hour_of_the_leads_clock(theatre: Theatre) -> None:
    start = datetime(2026, 3, 26, 8, tzinfo=UTC)

    played = theatre.play(start=start, zone="Europe/Warsaw")

    assert played.follow_ups[:2] == ["27 Mar 08:02 01-hello", "30 Mar 07:00 02-company"]


@pytest.mark.parametrize("lines", [{"does": [{"on": "day 2", "what": "bounces"}]}, {"world": [{"bounce": "day 2"}]}])
def test_a_mail_that_comes_back_stops_the_lead(theatre: Theatre, lines: dict[str, object]) -> None:
    played = theatre.play(**lines)

    assert played.steps == ["01-hello", "02-company"]
    assert [entry.why for entry in played.entries("stopped")] == ["bounced"]


def test_a_complaint_stops_the_lead(theatre: Theatre) -> None:
    played = theatre.play(does=[{"on": "day 2", "what": "complains"}])

    assert played.steps == ["01-hello"]
    assert [entry.why for entry in played.entries("stopped")] == ["complained"]


def test_whoever_never_confirms_gets_one_mail(theatre: Theatre) -> None:
    played = theatre.play(confirms="never")

    assert len(played.rehearsal.mails) == 1
    assert played.seen.lead.confirmed_at is None


def test_whoever_does_not_agree_gets_no_follow_up(theatre: Theatre) -> None:
    played = theatre.play(opens="guides/form", consents=False, confirms="after 5 minutes")

    assert played.steps == []
    assert Purpose.FOLLOW_UP not in played.seen.lead.purposes


def test_the_answers_of_the_file_stand_in_the_mails(theatre: Theatre) -> None:
    played = theatre.play(
        days=2, answers={"name": "Olga Bloom", "company": "Bloom Ltd"}, intent="evaluating", call="no"
    )

    assert "Olga Bloom, Bloom Ltd" in str(played.mails_to_team()[0].message["Subject"])
    assert str(played.seen.lead.intent) == "evaluating"
    assert any("No call" in str(mail.message["Subject"]) for mail in played.mails_to_team())


def test_a_scanner_opens_every_link_and_changes_nothing(theatre: Theatre) -> None:
    played = theatre.play(world=["scanner"])

    assert played.follow_ups == IN_TIME
    assert len(played.entries("scanned")) == len(played.rehearsal.mails)


def test_after_an_outage_what_is_not_stale_goes_out_late(theatre: Theatre) -> None:
    played = theatre.play(world=[{"outage": "30 hours from day 1 at 08:00"}])

    assert played.follow_ups[0] >= "07 Jan 14:00"
    assert played.steps == ["01-hello", "02-company", "04-offer"]


def test_a_carrier_that_is_down_delays_and_loses_nothing(theatre: Theatre) -> None:
    played = theatre.play(world=[{"carrier-down": "3 hours from day 1 at 08:00"}])

    assert played.steps == ["01-hello", "02-company", "04-offer"]
    assert played.follow_ups[0] == "06 Jan 11:02 01-hello"
    assert "The mail server cannot be reached" in played.entries("moved")[0].why


def test_a_holiday_moves_what_would_have_gone_out_on_it(theatre: Theatre) -> None:
    played = theatre.play(world=[{"holiday": "2026-01-08"}])

    assert played.follow_ups[1] == "09 Jan 09:00 02-company"


def test_a_rep_who_takes_over_holds_the_plan_until_an_outcome(theatre: Theatre) -> None:
    played = theatre.play(world=[{"rep": "takes over on day 2 and logs achieved/close on day 4 at 10:00"}])

    assert played.follow_ups == ["06 Jan 09:00 01-hello", "12 Jan 09:00 02-company"]
    assert [entry.why for entry in played.entries("skipped")] == ["'close' is achieved already"]
    assert [entry.why for entry in played.entries("outcome")] == ["rita: close achieved"]


def test_a_rep_who_takes_over_and_says_nothing_is_told_on(theatre: Theatre) -> None:
    played = theatre.play(world=[{"rep": "takes over on day 2"}])

    assert "hold-lapsed" in played.whats()
    assert any("mark@glass.example" in str(mail.message["To"]) for mail in played.mails_to_team())


def test_a_silent_rep_changes_nothing(theatre: Theatre) -> None:
    assert theatre.play(world=[{"rep": "silent"}]).rehearsal.digest == theatre.play().rehearsal.digest


def test_a_lead_in_flight_finishes_what_it_started_when_new_content_is_deployed(theatre: Theatre) -> None:
    changed = theatre.folder / "changed"
    for name, text in FILES.items():
        if name.startswith("docs/playbook/"):
            path = changed / name.removeprefix("docs/playbook/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    fresh = step("Quite new.", subject="New", wait="1 day", encounter="company", objective="advance")
    (changed / COURSE.removeprefix("docs/playbook/") / "02-company.md").write_text(fresh)

    played = theatre.play(world=[{"deploy": "changed on day 1"}])

    assert [entry.why for entry in played.entries("deploy")] == ["changed"]
    assert played.follow_ups == IN_TIME
    assert "Second" in {str(mail.message["Subject"]) for mail in played.rehearsal.mails}


def test_things_delivered_twice_happen_once(theatre: Theatre) -> None:
    twice, once = theatre.play(world=["duplicate-delivery"]), theatre.play()

    assert twice.follow_ups == IN_TIME
    assert len(twice.rehearsal.mails) == len(once.rehearsal.mails)


@pytest.mark.parametrize("restart", ["restart", {"restart": "day 1"}])
def test_a_process_that_starts_anew_forgets_nothing_that_matters(theatre: Theatre, restart: object) -> None:
    assert theatre.play(world=[restart]).follow_ups == IN_TIME


def test_what_cannot_be_done_is_told(theatre: Theatre) -> None:
    played = theatre.play(confirms="never", does=[{"on": "day 1", "what": "reads"}, {"on": "day 2", "what": "replies"}])

    assert [entry.why for entry in played.entries("missed")] == [
        "reads: the page is not open yet", "replies: no mail has come to do it with",
    ]  # fmt: skip


def test_the_timeline_is_json_for_programs(project: Path) -> None:
    done = run(project, "course", "--format", "json", "--from", "2026-02-02", "--until", "10d", "--seed", "3")

    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (told["from"], told["until"], told["seed"]) == ("2026-02-02T08:00:00Z", "2026-02-12T08:00:00Z", 3)
    assert told["violations"] == []
    assert {"at", "lead", "what", "step", "why", "zone"} == set(told["timeline"][0])
    assert len(told["digest"]) == 64


def test_the_text_tells_days_and_reasons_by_the_leads_clock(project: Path, theatre: Theatre) -> None:
    done = run(project, "--persona", str(theatre.persona(zone="America/New_York")), "--until", "4d")

    assert done.exit_code == 0
    assert "Tue 06 Jan 09:00 EST  sent       course/01-hello    1 day after the unlock, in working hours" in done.stdout
    assert "Every promise was kept." in done.stdout


def test_a_terminal_shows_each_day_once(theatre: Theatre, capsys: pytest.CaptureFixture[str]) -> None:
    _print_table(theatre.play(days=4).rehearsal.timeline)

    told = capsys.readouterr().out
    assert told.count("Mon 05 Jan") == told.count("Tue 06 Jan") == 1
    assert "course/01-hello" in told


def test_a_playbook_is_compiled_when_no_bundle_is_given(project: Path) -> None:
    done = run(project, "-f", str(project / "mkdocs.yml"), "--until", "2d")

    assert done.exit_code == 0
    assert "course/01-hello" in done.stdout


def test_a_broken_step_breaks_the_promise_and_exits_with_1(project: Path, theatre: Theatre) -> None:
    bundle = theatre.bundle()
    for path in (bundle / "sequences").iterdir():
        path.write_text(path.read_text().replace("{{ lead.first_name or 'there' }}", "{{ lead.nonsense.more }}"))

    done = run(project, "course", "--bundle", str(bundle), "--until", "2d")

    assert done.exit_code == 1
    assert "broken: nothing_breaks" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["cuorse"], "there is no sequence `cuorse`; did you mean `course`?"),
        (["course", "--from", "yesterday"], "'yesterday' is no time"),
        (["course", "--until", "2026-01-01"], "is not after --from"),
        (["course", "--format", "html5"], "html5"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(project: Path, arguments: list[str], told: str) -> None:
    done = run(project, *arguments)

    assert done.exit_code == 2
    assert told in done.stderr


def test_a_sequence_that_no_page_leads_to_says_how_to_get_there(project: Path, theatre: Theatre) -> None:
    path = project / "bundle" / "manifest.json"
    bundle = theatre.bundle()
    manifest = json.loads(path.read_text())
    for gate in manifest["gates"].values():
        gate["sequence"] = None
    (bundle / "manifest.json").write_bytes(msgspec.json.encode(manifest))

    named = run(project, "course", "--bundle", str(bundle))
    every = run(project, "--bundle", str(bundle))

    assert named.exit_code == 2
    assert "write `sequence: course` under `gate:` of a page, or `then: course`" in named.stderr
    assert (every.exit_code, every.stderr) == (0, "note: no page leads to `course`, so nobody gets it\n")
