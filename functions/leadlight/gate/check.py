"""Is a site fit to be published? `leadlight check`: its sources, and with `--site` what somebody has built of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from leadlight.errors import BadPlaybook, Leak, Problem
from leadlight.gate import leaks
from leadlight.gate.alike import differing
from leadlight.gate.config import (
    language,
    languages,
    makes_pages,
    options_of,
    read_config,
    site_of,
    theme_files,
)
from leadlight.gate.gather import Site, gather
from leadlight.gate.mentions import broken, lost, places_of
from leadlight.gate.reworded import reworded
from leadlight.gate.untranslated import untranslated
from leadlight.gate.unused import unlisted, unmeant, unused
from leadlight.model.person import GateId
from leadlight.playbook.coverage import uncovered
from leadlight.playbook.front import GateFront, spoken_by
from leadlight.playbook.source import Looked, look, unknown_gates, unknown_names

_FORGES = (
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "sr.ht",
    "gitee.com",
    "framagit.org",
    "gitea.com",
)


_PUBLIC = (
    "repo_url is on {forge}: whoever reads the repository reads the withheld halves. If it is private, "
    "say `source: private` in the plugin's options; if that is meant, `public_because: …`"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What there is to say of sources: how many gates they have, what is wrong, and what could be better."""

    gates: int
    warnings: tuple[Problem, ...]
    problems: tuple[Problem, ...] = ()


def check_sources(config_file: Path) -> Checked:
    """Looks at the playbook, at each page's front matter and at what else would show.

    Raises `BadPlaybook` with every problem.
    """
    checked = look_over(config_file)
    if checked.problems:
        raise BadPlaybook(checked.problems)
    return checked


def look_over(config_file: Path, *, against: str | None = None) -> Checked:
    """The same in one go: problems and warnings, each once, by file and line. `against` adds which consents say other
    words than at that git revision.

    Raises `BadPlaybook` only where the configuration cannot be read, or git knows no such revision.
    """
    config = read_config(config_file)
    ours = options_of(config)
    site = site_of(config, ours)
    found = gather(site, for_leaks=False)
    looked = look(site.playbook_dir, language=language(config))
    fronts = [page.front for page in found.pages if page.front]
    gates = {front.id for front in fronts}
    problems = [*looked.problems, *_unknown(looked, fronts, found.half_read, gates | found.unread)]
    if site.playbook_dir.is_dir() and site.publishes(f"{ours.playbook_dir}/team.yml"):
        message = f"say `exclude_docs: /{ours.playbook_dir}/` too: another builder would publish the playbook"
        problems.append(_in_config(config_file, "exclude_docs", message))
    if (gates or found.unread) and not (ours.source or ours.public_because) and (forge := _forge(config.repo_url)):
        problems.append(_in_config(config_file, "repo_url", _PUBLIC.format(forge=forge)))
    leading = list(broken(site, places_of(site, found)))
    warnings = [*looked.playbook.warnings, *lost(site, found), *unused(site, found, looked.playbook)]
    warnings += [problem for front in fronts for problem in unmeant(front)]
    warnings += _beside(site, looked, fronts, main=language(config), built=languages(config))
    if against is not None:
        warnings += reworded(looked.playbook, site.playbook_dir, against, language=language(config))
    if config.nav and not makes_pages(config):
        meant = config.not_in_nav
        warnings += [page for page in unlisted(site, found) if not (meant and meant.match_file(page.file))]
    (warnings if makes_pages(config) else problems).extend(leading)
    wrong = [*found.problems, *map(site.shown, problems)]
    return Checked(len(gates), _sorted([*found.warnings, *map(site.shown, warnings)]), _sorted(wrong))


def _beside(site: Site, looked: Looked, fronts: list[GateFront], *, main: str, built: Iterable[str]) -> list[Problem]:
    """What could be better about team and translations, as far as those can be read."""
    team_file, playbook = site.playbook_dir / "team.yml", looked.playbook
    if any(Path(problem.file) == team_file for problem in looked.problems):
        beyond = []
    else:
        spoken = {main, *(spoken for front in fronts if (spoken := spoken_by(front.file)))}
        beyond = [*uncovered(team_file, playbook.team, gates=fronts, forms=playbook.forms, languages=spoken)]
    known = [front for front in fronts if front.form in playbook.forms]
    return [*beyond, *untranslated(known, playbook, site.playbook_dir, main=main, languages=built)]


def _unknown(
    looked: Looked, fronts: list[GateFront], half_read: list[GateFront], gates: set[GateId]
) -> Iterator[Problem]:
    for front in (*fronts, *half_read):
        yield from unknown_names(front, looked.playbook, looked=looked)
    yield from unknown_gates(looked.playbook, sorted(gates))
    yield from differing(fronts, looked.playbook)


def _in_config(config_file: Path, key: str, message: str) -> Problem:
    return Problem(str(config_file.resolve()), _line(config_file, key), message)


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.file, one.line, one.message)))


def check_site(config_file: Path, site_dir: Path) -> int:
    """Looks for withheld words in a built site, whoever built it; gives the number of files that it has read.

    Raises `BadPlaybook` if the sources do not say what is withheld, `Leak` with what was found.
    """
    config = read_config(config_file)
    found = gather(site_of(config, options_of(config)))
    if found.problems:
        raise BadPlaybook(found.problems)
    problems = leaks.find(found.withheld, said=found.said, site=site_dir, known=theme_files(config))
    if problems:
        raise Leak(problems)
    return sum(path.is_file() for path in site_dir.rglob("*"))


def _forge(repo_url: str | None) -> str | None:
    """The host of a repository, if anybody can open an account and look at public ones there."""
    host = (urlsplit(repo_url or "").hostname or "").removeprefix("www.")
    return host if any(host == forge or host.endswith("." + forge) for forge in _FORGES) else None


def _line(path: Path, key: str) -> int:
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"{key}\s*:", line)), 0)
