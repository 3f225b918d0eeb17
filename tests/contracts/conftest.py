"""Lets pytest explain failures inside the contracts, which are not test modules themselves."""

import pytest

for part in ("captures", "claims", "commits", "reads"):
    pytest.register_assert_rewrite(f"tests.contracts.store_{part}")
