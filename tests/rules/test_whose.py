"""Who hears of what somebody of the team has done with a colleague's lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from tests.rules.examples import DAY, HOUR, MONDAY, TEAM, lead

from leadlight.model.due import Due, DueKind
from leadlight.model.person import CallKind, CallWish
from leadlight.model.sequence import OpenHours
from leadlight.model.team import Notices
from leadlight.model.touch import Touch, TouchKind
from leadlight.rules.whose import hearing, is_theirs, may_end, named_in

NIGHT = replace(TEAM, notices=Notices(OpenHours((0, 1, 2, 3, 4, 5, 6), time(20), time(8))))
TONIGHT, MORNING = MONDAY + 11 * HOUR, MONDAY + 22 * HOUR


@pytest.mark.parametrize(
    ("owner", "person", "theirs", "may"),
    [
        ("rita", "rita", True, True),
        ("rita", "olaf", False, False),
        ("rita", "mark", False, True),  # who manages may for everybody
        ("rita", "gone", False, False),
        ("gone", "olaf", True, True),  # nobody's who is in the team
        (None, "olaf", True, True),
    ],
)
def test_a_lead_is_its_owners_and_a_manager_may_let_it_go_on(
    owner: str | None, person: str, theirs: bool, may: bool
) -> None:
    assert is_theirs(lead(owner=owner), person, TEAM) is theirs
    assert may_end(lead(owner=owner), person, TEAM) is may


@pytest.mark.parametrize(
    ("before", "after", "by", "refs"),
    [
        ("rita", "rita", "rita", []),
        ("rita", "rita", "olaf", ["notify/t"]),
        ("rita", "olaf", "olaf", ["moved/rita/t"]),  # taken
        ("rita", "olaf", "rita", ["notify/t"]),  # given away
        ("rita", "olaf", "mark", ["notify/t", "moved/rita/t"]),
        ("gone", "olaf", "mark", ["notify/t"]),
        ("rita", "gone", "mark", ["moved/rita/t"]),
        (None, "olaf", "olaf", []),
        (None, None, "mark", []),
    ],
)
def test_others_hear_of_it_and_nobody_of_their_own_act(
    before: str | None, after: str | None, by: str, refs: list[str]
) -> None:
    done = Touch("t", lead().id, TouchKind.OUTCOME, MONDAY, by=by)

    told = hearing(lead(owner=before), lead(owner=after, generation=3), done, TEAM, MONDAY)

    assert list(told) == [Due(lead().id, 3, DueKind.MAIL, ref, MONDAY) for ref in refs]


@pytest.mark.parametrize(
    ("call", "owner_hears"),
    [
        (None, MORNING),
        (CallWish(CallKind.NOW), TONIGHT),
        (CallWish(CallKind.NO), MORNING),
        (CallWish(CallKind.AT, TONIGHT + DAY), MORNING),
    ],
)
def test_only_a_call_wanted_now_breaks_the_quiet_of_who_has_the_lead(call: CallWish | None, owner_hears) -> None:
    done = Touch("t", lead().id, TouchKind.HANDED_OVER, TONIGHT, by="mark")

    to_owner, to_former = hearing(lead(owner="rita"), lead(owner="olaf", call=call), done, NIGHT, TONIGHT)

    assert (to_owner.at, to_former.at) == (owner_hears, MORNING)


def test_a_row_names_who_has_lost_the_lead() -> None:
    assert named_in(Due(lead().id, 1, DueKind.MAIL, "moved/rita/outcome.logged/1", MONDAY)) == "rita"
