"""A sequence that follows another is restored with it: none of its mails goes out a second time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.journeys.deploys import course_of, deploy
from tests.journeys.test_followups_together import offer, sent
from tests.journeys.test_restore import restarted
from tests.world import MAIL, World

from leadlight.model.exchange import Change
from leadlight.restore import resume_after_restore


def in_a_chain(world: World) -> None:
    """A reader in a sequence of one mail that another of two follows, all of it promised."""
    follower = offer(world, mails=2)
    course = course_of(world)
    first = replace(course, version="chained", steps=course.steps[:1], then="offer", then_version=follower.version)
    deploy(world, first, follower, gates={MAIL: "course"})
    world.confirmed()
    roomy = tuple(replace(e, promise=replace(e.promise, mails=3, days=60)) for e in world.lead().enrolments)
    world.services.store.commit(Change(lead=replace(world.lead(), enrolments=roomy)))
    world.advance("1 hour")


def test_p2_what_follows_goes_out_once_though_its_beginning_was_lost(world: World, tmp_path: Path) -> None:
    in_a_chain(world)
    with closing(sqlite3.connect(world.data / "leads.db")) as leads, closing(sqlite3.connect(tmp_path / "c")) as copy:
        leads.backup(copy)
    world.jump("25 hours")
    world.jump("1 minute")  # the worker comes a little late
    world.settle()
    world.advance("2 days")

    after = restarted(world, world.bundle, tmp_path / "c")
    after.serve(replace(after.services, files=world.services.files))
    after.settle()
    resume_after_restore(after.services)
    after.advance("2 weeks")
    subjects = [subject for subject, _ in sent(after)]
    after.close()

    assert len(subjects) == len(set(subjects)) == 3
