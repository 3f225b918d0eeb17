"""Can this be read? Makes the marketer's colours legible on light and dark paper (WCAG 2.2, contrast 4.5)."""

from __future__ import annotations

import re
from functools import lru_cache

ENOUGH = 4.5


@lru_cache(maxsize=64)
def readable(colour: str, *, on: str, fallback: str) -> str:
    """`colour`, moved towards black or white until it can be read on `on`; `fallback` for what is no hex colour.

    >>> readable("#4051b5", on="#ffffff", fallback="#000000")
    '#4051b5'
    """
    mixed = rgb(colour) or rgb(fallback) or (0, 0, 0)
    paper = rgb(on) or (255, 255, 255)
    target = 255 if _luminance(paper) < 0.18 else 0
    while contrast(mixed, paper) < ENOUGH and mixed != (target,) * 3:
        mixed = tuple(step + (target - step) // 12 + (1 if target > step else 0) for step in mixed)  # type: ignore[assignment]  # three stay three
        mixed = tuple(min(max(step, 0), 255) for step in mixed)  # type: ignore[assignment]  # the same
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def rgb(colour: str) -> tuple[int, int, int] | None:
    """The three parts, 0 to 255, of `#rgb`, `#rrggbb` or `#rrggbbaa`."""
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})", colour.strip())
    if match is None:
        return None
    digits = match[1] if len(match[1]) > 3 else "".join(2 * digit for digit in match[1])
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The WCAG contrast ratio, 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
