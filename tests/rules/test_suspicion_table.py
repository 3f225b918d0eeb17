"""What makes a form look like a program's, and how hard a puzzle that brings."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from leadlight.rules.suspicion import HARDEST, Signs, effort

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(), 0),
        (Signs(taken=None), 0),
        (Signs(taken=3 * SECOND), 0),
        (Signs(taken=timedelta(hours=9)), 0),
        (Signs(set_before=40), 0),
        (Signs(taken=2.9 * SECOND), 1),
        (Signs(taken=-5 * SECOND), 1),
        (Signs(trapped=True), 1),
        (Signs(crowded=True), 1),
        (Signs(trapped=True, taken=SECOND, crowded=True), 1),
        (Signs(crowded=True, set_before=5), 2),
        (Signs(crowded=True, set_before=15), 3),
        (Signs(crowded=True, set_before=40), 4),
        (Signs(attacked=True), 2),
        (Signs(attacked=True, trapped=True), 2),
        (Signs(attacked=True, set_before=15), 4),
        (Signs(attacked=True, crowded=True, set_before=40), HARDEST),
    ],
)
def test_the_work_grows_with_the_signs(signs: Signs, expected: int) -> None:
    assert effort(signs) == expected


def test_nothing_about_the_address_is_a_sign() -> None:
    assert {field.name for field in fields(Signs)} == {"trapped", "taken", "crowded", "attacked", "set_before"}
