"""Does this template use only what there is? Build only; called by `steps` and `source`."""

from __future__ import annotations

from leadlight.playbook.context import Names


def template_problems(text: str, names: Names) -> list[tuple[int, str]]:
    """What is wrong, each with its 1-based line within `text`."""
    return []


def expression_problems(expression: str, names: Names) -> list[str]:
    """What is wrong with one expression."""
    return []
