"""Is a site fit to be published? `leadlight check`: its sources, and with `--site` what somebody has built of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from leadlight.errors import BadPlaybook, Leak, Problem
from leadlight.gate import leaks
from leadlight.gate.config import language, languages, options_of, read_config, site_of, theme_files
from leadlight.gate.gather import Gathered, Site, gather
from leadlight.gate.untranslated import untranslated
from leadlight.playbook import findings
from leadlight.playbook.coverage import uncovered
from leadlight.playbook.front import spoken_by
from leadlight.playbook.source import Playbook, load, unknown_gates, unknown_names

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


@dataclass(frozen=True, slots=True)
class Checked:
    """Sources without a mistake: how many gates they have, and what could be better about them."""

    gates: int
    warnings: tuple[Problem, ...]


def check_sources(config_file: Path) -> Checked:
    """Looks at the playbook, at each page's front matter and at what else would show.

    Raises `BadPlaybook` with every problem.
    """
    config = read_config(config_file)
    ours = options_of(config)
    site = site_of(config, ours)
    found = gather(site)
    problems = list(found.problems)
    playbook = findings.gather(problems, lambda: _playbook(site, found, language(config)))
    if site.playbook_dir.is_dir() and site.publishes(f"{ours.playbook_dir}/team.yml"):
        message = f"say `exclude_docs: /{ours.playbook_dir}/` too: another builder would publish the playbook"
        problems.append(Problem(str(config_file), _line(config_file, "exclude_docs"), message))
    gates = len({page.front.id for page in found.pages if page.front})
    if gates and not (ours.source or ours.public_because) and (forge := _forge(config.repo_url)):
        message = (
            f"repo_url is on {forge}: whoever reads the repository reads the withheld halves. If it is private, "
            "say `source: private` in the plugin's options; if that is meant, `public_because: …`"
        )
        problems.append(Problem(str(config_file), _line(config_file, "repo_url"), message))
    if playbook is None or problems:
        raise BadPlaybook(problems)
    fronts = [page.front for page in found.pages if page.front]
    spoken = {language(config), *(spoken for page in found.pages if page.front and (spoken := spoken_by(page.src_uri)))}
    team_file = site.playbook_dir / "team.yml"
    beyond = uncovered(team_file, playbook.team, gates=fronts, forms=playbook.forms, languages=spoken)
    main, others = language(config), languages(config)
    more = untranslated(fronts, playbook, site.playbook_dir, main=main, languages=others)
    return Checked(gates, tuple(site.shown(warning) for warning in (*playbook.warnings, *beyond, *more)))


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


def _playbook(site: Site, found: Gathered, spoken: str) -> Playbook:
    try:
        playbook = load(site.playbook_dir, language=spoken)
    except BadPlaybook as bad:
        raise BadPlaybook([site.shown(problem) for problem in bad.problems]) from bad
    fronts = [page.front for page in found.pages if page.front]
    unknown = [site.shown(bad) for front in fronts for bad in unknown_names(front, playbook)]
    unknown += [site.shown(bad) for bad in unknown_gates(playbook, [front.id for front in fronts])]
    if unknown:
        raise BadPlaybook(unknown)
    return playbook


def _forge(repo_url: str | None) -> str | None:
    """The host of a repository, if anybody can open an account and look at public ones there."""
    host = (urlsplit(repo_url or "").hostname or "").removeprefix("www.")
    return host if any(host == forge or host.endswith("." + forge) for forge in _FORGES) else None


def _line(path: Path, key: str) -> int:
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"{key}\s*:", line)), 0)
