"""How did a folder look at another revision? Asks git; called by `check` and `plan` for `--against`. Build only."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem


@contextmanager
def checked_out(folder: Path, revision: str) -> Iterator[Path]:
    """A copy of the folder as it was at that revision, as long as the block lasts; empty if it was not there yet.

    Raises `BadPlaybook` where git knows no such revision.
    """
    with tempfile.TemporaryDirectory(prefix="leadlight-") as made:
        into = Path(made).resolve()
        there = next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
        known = _git(there, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if known.returncode:
            message = f"git knows no revision `{revision}` here; name a branch, a tag or a commit, such as `main`"
            raise BadPlaybook([Problem(str(folder), 0, message)])
        packed = (
            _git(folder, "archive", "--format=tar", known.stdout.decode().strip(), ".") if there == folder else None
        )
        if packed and packed.returncode == 0:
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
                tar.extractall(into, filter="data")
        yield into


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # the user's own git, no shell
