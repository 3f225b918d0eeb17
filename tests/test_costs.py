"""The page about costs says what the code does, call by call."""

import pytest
from tests.costs.page import PAGE, PART, renewed


@pytest.mark.slow
def test_the_page_says_what_a_thousand_leads_cost_now() -> None:
    page = PAGE.read_text("utf-8")

    assert PART.findall(renewed(page)) == PART.findall(page), "renew it: python -m tests.costs"
