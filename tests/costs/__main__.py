"""`python -m tests.costs` renews the figures in content/project/costs.md."""

from tests.costs.page import PAGE, renewed

PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
