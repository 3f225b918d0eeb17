"""Where is what the product carries along, the template and the list of exact versions? Asked by package and deploy.

In a checkout both lie at the top level; in an installed wheel, within the package itself.
"""

from __future__ import annotations

from pathlib import Path

import leadlight
from leadlight.publish.lacking import MissingLock

PACKAGE = Path(leadlight.__file__).parent
LOCK, INFRA = "requirements.lock", "infra"


def lock_file(package: Path = PACKAGE) -> Path:
    """The list of exact versions with their hashes. Raises `MissingLock`."""
    return _carried(package, LOCK)


def infra_folder(package: Path = PACKAGE) -> Path:
    """The folder of the template. Raises `MissingLock` where Leadlight is installed without it."""
    return _carried(package, INFRA)


def _carried(package: Path, name: str) -> Path:
    for folder in (package, package.parents[1]):
        if (folder / name).exists():
            return folder / name
    raise MissingLock(name)
