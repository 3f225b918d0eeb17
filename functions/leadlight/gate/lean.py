"""What would a build hand to the running system, without the site? Called by the command line, for rehearsals.

Gates, forms, promises, sequences and team are those of a build, read and checked in the same way. Nothing is rendered
but the halves of gated pages, by the site's own Markdown extensions, and nothing public is written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from markdown import Markdown

from leadlight.errors import BadPlaybook, Problem
from leadlight.gate.config import colours, language, options_of, read_config, site_of
from leadlight.gate.gather import Page, Site, gather
from leadlight.gate.merge import merge
from leadlight.gate.player import ASSETS
from leadlight.gate.source import body, halves
from leadlight.gate.split import BadMark, Split, split
from leadlight.gate.stage import About, GatedPage, Stage
from leadlight.model.site import SHELL_BODY, SHELL_TITLE, Manifest
from leadlight.playbook.front import GateFront
from leadlight.playbook.processing import Processing, processing_of
from leadlight.playbook.source import Playbook, load, unknown_names
from leadlight.playbook.written import read_yaml, split_front

SHELL = f"<!doctype html><title>{SHELL_TITLE}</title>{SHELL_BODY}"
"""Stands for the theme's page around what we serve."""

PLACEHOLDER = "https://site.example/"
"""Where the site of a rehearsal stands if mkdocs.yml does not say."""


def compile_lean(config_file: Path, bundle: Path, *, playbook_dir: Path | None = None) -> Manifest:
    """Merges what a build would withhold into the folder `bundle`; `playbook_dir` instead of the site's own.

    Raises `BadPlaybook` with every problem.
    """
    config = read_config(config_file)
    site = site_of(config, options_of(config))
    if playbook_dir is not None:
        site = replace(site, playbook_dir=playbook_dir.resolve())
    with tempfile.TemporaryDirectory(prefix="leadlight-") as folder:
        stage = Stage(Path(folder), _playbook(site, language(config)))
        for gated in _staged(config_file, site, stage):
            stage.add(gated, toc="", full=gated.whole)
        url = config.site_url or PLACEHOLDER
        about = About(config.site_name, url, language(config), colours(config), SHELL)
        manifest = stage.finish(about, bundle)
        merge(Path(folder), bundle)
    return manifest


def gated_pages(config_file: Path) -> tuple[GatedPage, ...]:
    """The gated pages as a visitor meets them, teaser and form; one for each gate. Raises `BadPlaybook`."""
    config = read_config(config_file)
    site = site_of(config, options_of(config))
    with tempfile.TemporaryDirectory(prefix="leadlight-") as folder:
        return tuple(_staged(config_file, site, Stage(Path(folder), _playbook(site, language(config)))))


def _staged(config_file: Path, site: Site, stage: Stage) -> Iterator[GatedPage]:
    """Each gated page, its Markdown rendered by the site's own extensions."""
    config = read_config(config_file)
    names = dict(_named(config.nav))
    markdown = Markdown(extensions=list(config.markdown_extensions), extension_configs=config.mdx_configs)
    for page, front in _gated(_pages(site, stage)):
        yield stage.page(
            front,
            _parts(markdown, page, front, site),
            url=site.address(page.src_uri).removeprefix("./"),
            title=names.get(page.src_uri) or _title(page),
            language=language(config),
            docs_dir=site.docs_dir,
        )


def done_with_data(config_file: Path) -> tuple[Processing, str]:
    """What the site does with people's data, in its own language, and its name. Raises `BadPlaybook`."""
    config = read_config(config_file)
    site, spoken = site_of(config, options_of(config)), language(config)
    playbook = _playbook(site, spoken)
    fronts = [page.front for page in gather(site, for_leaks=False).pages if page.front]
    return processing_of(playbook, fronts, spoken), config.site_name


def style() -> str:
    """The style sheet of our forms, as the site loads it."""
    return (ASSETS / "leadlight.css").read_text("utf-8")


def _playbook(site: Site, spoken: str) -> Playbook:
    try:
        return load(site.playbook_dir, language=spoken)
    except BadPlaybook as bad:
        raise BadPlaybook([site.shown(problem) for problem in bad.problems]) from bad


def _pages(site: Site, stage: Stage) -> list[Page]:
    found = gather(site, for_leaks=False)
    unknown = [bad for page in found.pages if page.front for bad in unknown_names(page.front, stage.playbook)]
    if problems := [*found.problems, *(Problem(site.name(bad.file), bad.line, bad.message) for bad in unknown)]:
        raise BadPlaybook(problems)
    return found.pages


def _named(nav: object) -> Iterator[tuple[str, str]]:
    """The titles that `nav` gives to pages."""
    for entry in nav if isinstance(nav, list) else ():
        for title, target in entry.items() if isinstance(entry, dict) else ():
            if isinstance(target, str):
                yield target, title
            yield from _named(target)


def _gated(pages: list[Page]) -> Iterator[tuple[Page, GateFront]]:
    """One page per gate: a translation shares its id, and the page without a language in its name stands for all."""
    seen = set[str]()
    for page in sorted(pages, key=lambda page: (len(PurePosixPath(page.src_uri).suffixes), page.src_uri)):
        if page.front and page.front.id not in seen:
            seen.add(page.front.id)
            yield page, page.front


def _parts(markdown: Markdown, page: Page, front: GateFront, site: Site) -> Split:
    text, _ = body(page.text)
    try:
        return split(markdown.reset().convert(halves(text, front.teaser).marked))
    except BadMark as bad:
        raise BadPlaybook([Problem(site.name(page.src_uri), front.line, str(bad))]) from bad


def _title(page: Page) -> str:
    """As MkDocs finds it: in the front matter, else the first heading, else the file's name."""
    written = read_yaml(split_front(page.text).front, file=page.src_uri, first_line=2)
    if isinstance(written.data, dict) and written.data.get("title"):
        return str(written.data["title"])
    text, _ = body(page.text)
    headings = (line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# "))
    return next(headings, PurePosixPath(page.src_uri).stem.replace("-", " ").capitalize())
