"""How does an installation in a folder get a new version of its site, while it is running?

Called by `leadlight deploy --data`, and by `serve` and `demo` for the build they start with. All is built and checked
beside what is served. Then the bundle gets what it lacks, the site is swapped by renaming one link, and the manifest
comes last: whoever asks meets the old version or the new one, and a build that fails has touched neither.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from leadlight.errors import Leak, Problem
from leadlight.gate.build import Built, build_site
from leadlight.gate.merge import add_objects, swap_manifest
from leadlight.model.person import GateId
from leadlight.model.site import Manifest
from leadlight.wiring.local import Place

KEPT = 3
"""Releases that stay beside the one that is served: somebody may still be reading from them."""

_STAGING = ".staging-"


@dataclass(frozen=True, slots=True)
class Republished:
    """What is served from now on, and which gates came and went with it."""

    manifest: Manifest
    release: Path
    warnings: tuple[str, ...]
    opened: tuple[GateId, ...]
    closed: tuple[GateId, ...]


def republish(config_file: Path, place: Place) -> Republished:
    """Builds the site and serves it instead of the one before. One at a time; a second call waits for the first.

    Where `place.site_url` is empty, the site keeps the address that it has.
    Raises `BadPlaybook` or `Leak`, and then nothing has changed.
    """
    place.data.mkdir(parents=True, exist_ok=True)
    with _alone(place.data), TemporaryDirectory(dir=place.data, prefix=_STAGING) as folder:
        staged, before = Path(folder), _manifest(place.bundle)
        built = _build(config_file, staged, place, before)
        adopt(place)
        add_objects(staged / "bundle", place.bundle)
        release = _release(place, datetime.now(UTC), built.manifest.version[:12])
        built.site_dir.rename(release)
        _point(place, release)
        swap_manifest(staged / "bundle", place.bundle)
        _prune(place)
    now, earlier = built.manifest.gates.keys(), before.gates.keys() if before else set[GateId]()
    return Republished(
        built.manifest, release, built.warnings, tuple(sorted(now - earlier)), tuple(sorted(earlier - now))
    )


def adopt(place: Place) -> None:
    """Makes a site that was built into a plain folder the first release, so that the next one can take its place.

    For a moment there is no site at all: `serve` does it before it listens.
    """
    site = _site(place)
    if site.is_dir() and not site.is_symlink():
        release = _release(place, datetime.fromtimestamp(site.stat().st_mtime, UTC), "found")
        site.rename(release)
        _point(place, release)


def hook(data: Path, *, leadlight: Path) -> str:
    """A post-receive hook for a bare repository: a push there republishes the installation in `data`."""
    text = Path(__file__).with_name("post-receive").read_text("utf-8")
    for mark, path in (("@leadlight@", leadlight), ("@data@", data.absolute())):
        text = text.replace(mark, shlex.quote(str(path)))
    return text


def _build(config_file: Path, staged: Path, place: Place, before: Manifest | None) -> Built:
    site, bundle = staged / "site", staged / "bundle"
    if before:
        _carry_over(before, place.bundle, bundle)
    address = place.site_url or (before.site_url if before else "")
    try:
        return build_site(config_file, site, bundle, site_url=f"{address.rstrip('/')}/" if address else None)
    except Leak as leak:
        raise Leak([_as_served(problem, staged) for problem in leak.leaks]) from leak


def _carry_over(before: Manifest, served: Path, bundle: Path) -> None:
    """Leads have agreed to the wordings that are there, so the build has to find them, and goes on naming them."""
    for name in ("manifest.json", *before.wordings.values()):
        if (served / name).exists():
            (bundle / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(served / name, bundle / name)


def _as_served(problem: Problem, staged: Path) -> Problem:
    """The staging folder is gone when somebody reads this; the place in the site is what helps."""
    return replace(problem, file=problem.file.removeprefix(f"{staged.resolve()}/"))


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Nobody else publishes here meanwhile; what one that was killed had begun is cleared away."""
    with (data / "publish.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in data.glob(f"{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _point(place: Place, release: Path) -> None:
    """Makes `site` a link to that release, by renaming: at every moment it leads to a whole site."""
    site = _site(place)
    fresh = site.with_name(".site.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(release, site.parent))
    fresh.replace(site)


def _prune(place: Place) -> None:
    served = _site(place).resolve()
    others = sorted(path for path in _releases(place).iterdir() if path.resolve() != served)
    for path in others[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _manifest(bundle: Path) -> Manifest | None:
    path = bundle / "manifest.json"
    return msgspec.json.decode(path.read_bytes(), type=Manifest) if path.exists() else None


def _site(place: Place) -> Path:
    return place.data / "site"


def _release(place: Place, at: datetime, name: str) -> Path:
    """A folder that is not there yet; the newest has the last name."""
    _releases(place).mkdir(exist_ok=True)
    return _releases(place) / f"{at:%Y%m%dT%H%M%S%f}-{name}"


def _releases(place: Place) -> Path:
    return place.data / "releases"
