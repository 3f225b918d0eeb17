"""What a package for Lambda can lack, and what to do about it. Raised by `publish.wheels`, `.package` and `.shipped`.

NotPackaged
├── MissingLock       .path
├── MissingWheel      .requirement, .platform
└── WrongPython       .found
"""

from __future__ import annotations

from collections.abc import Sequence

from leadlight.errors import OperatorMustFix


class NotPackaged(OperatorMustFix):
    """What a Lambda function needs cannot be put together."""


class MissingLock(NotPackaged):
    """The list of exact versions is not there, or does not have all that is needed."""

    def __init__(self, path: str, lacking: str = "") -> None:
        self.path, self.lacking = path, lacking
        wrong = f"There is no {lacking} in {path}" if lacking else f"There is no {path}"
        super().__init__(f"{wrong}. In a checkout, run `make lock`; else install Leadlight again from its wheel.")


class MissingWheel(NotPackaged):
    """A part of a function cannot be had for the platform that the function runs on."""

    def __init__(self, requirement: str, platform: str, said: str = "") -> None:
        self.requirement, self.platform = requirement, platform
        why = f" pip said: {said}" if said else ""
        super().__init__(
            f"There is no wheel of {requirement} for {platform}. Check that the package index can be reached, or pin "
            f"a version that has one.{why}"
        )


class WrongPython(NotPackaged):
    """Lambda has no runtime for the Python that this runs on."""

    def __init__(self, found: str, known: Sequence[str]) -> None:
        self.found = found
        super().__init__(
            f"This is Python {found}, and what it compiles runs on no runtime of Lambda. Run the same command with "
            f"one of {', '.join(known)}."
        )
