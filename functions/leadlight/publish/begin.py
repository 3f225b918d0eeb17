"""What does a new site begin with? Called by `leadlight new`. The files lie in `start/`, as they will lie in the site.

Nothing is asked that can be told later: whoever begins changes one file, `content/playbook/team.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from leadlight import __version__
from leadlight.errors import NotEmpty
from leadlight.publish.shipped import infra_folder

SOURCES = Path(__file__).parent / "start"
RENAMED = {"gitignore": ".gitignore", "github": ".github"}
"""Under their own names they would count within the package as well."""

ONLY_SOLO = frozenset({"github/workflows/check.yml"})
"""What a site on AWS has a larger one in the place of."""

FLOWS = ("preview.yml", "deploy.yml")
"""The workflow files of a site on AWS: ours."""

WHEEL = f"wheels/leadlight-{__version__}-py3-none-any.whl"
"""Where a new site finds the product, which no index has yet: in its own repository."""

_TEXTS = Environment(
    variable_start_string="[[", variable_end_string="]]", block_start_string="[%", block_end_string="%]",
    comment_start_string="[#", comment_end_string="#]", undefined=StrictUndefined, keep_trailing_newline=True,
    autoescape=False,  # noqa: S701  # Markdown and YAML; `tojson` quotes what is not ours
)  # fmt: skip


def begin(folder: Path, *, name: str = "", solo: bool) -> tuple[Path, ...]:
    """Writes a site into that folder, and returns its files. Raises `NotEmpty` where one of them is there already."""
    facts = {"name": name or _title(folder), "version": __version__, "wheel": WHEEL, "solo": solo, "zone": _zone_here()}
    written = {folder / where: _TEXTS.from_string(text).render(facts) for where, text in _texts(solo=solo)}
    if not solo:
        written |= {folder / ".github/workflows" / name: (_workflows() / name).read_text("utf-8") for name in FLOWS}
    if there := [path for path in written if path.exists()]:
        raise NotEmpty(folder, there)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tuple(written)


def _texts(*, solo: bool) -> Iterator[tuple[str, str]]:
    for path in sorted(path for path in SOURCES.rglob("*") if path.is_file()):
        name = path.relative_to(SOURCES).as_posix()
        if solo or name not in ONLY_SOLO:
            first, slash, rest = name.partition("/")
            yield RENAMED.get(first, first) + slash + rest, path.read_text("utf-8")


def _workflows() -> Path:
    """The workflow files that publish to AWS: in a wheel beside the template, in a checkout our own."""
    carried = infra_folder() / "workflows"
    return carried if carried.is_dir() else infra_folder().parent / ".github" / "workflows"


def _title(folder: Path) -> str:
    words = re.sub(r"[-_.\s]+", " ", folder.absolute().name).strip()
    return words[:1].upper() + words[1:] or "My site"


def _zone_here() -> str:
    """This machine's time zone, where the system tells: by a link into the zone files."""
    _, found, zone = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")
    return zone if found and not zone.startswith("Etc/") else "UTC"
