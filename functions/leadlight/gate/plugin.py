"""The MkDocs plugin: everything after a gated page's mark goes into the bundle, and nothing of it into the site.

The page is rendered once and split in `on_page_content`, before any other plugin looks at it. What others read later
(`page.content`, `page.markdown`, `page.toc`, `page.edit_url`) is replaced there and then: handing on the open half
alone would still let feeds publish the rest.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, TemplateNotFound
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

from leadlight.errors import BadPlaybook, Leak, OperatorMustFix, Problem
from leadlight.gate import alike, leaks, links, merge, notice, paths, player
from leadlight.gate.config import (
    LeadlightConfig,
    add_assets,
    add_files,
    base_path,
    colours,
    language,
    languages,
    site_of,
    spoken_here,
    theme_files,
    unknown_options,
)
from leadlight.gate.gather import Gathered, gather
from leadlight.gate.head import NOINDEX, in_head, paywalled
from leadlight.gate.history import feedback_done
from leadlight.gate.shell import at_home
from leadlight.gate.source import NoCut, halves, unwritten
from leadlight.gate.split import BadMark, ids, prune_toc, split
from leadlight.gate.stage import About, GatedPage, Stage
from leadlight.gate.tongues import with_versions
from leadlight.model.site import SHELL_BODY, SHELL_TITLE, Announced, GateKind
from leadlight.playbook.front import GateFront, gate_id, spoken_by
from leadlight.playbook.privacy import noticed
from leadlight.playbook.source import load, unknown_gates, unknown_names

_FIRST, _LAST = 10_000, -10_000
_SCRIPT, _STYLE = "assets/leadlight.js", "assets/leadlight.css"
_TOC = '{% import "partials/language.html" as lang with context %}{% include "partials/toc.html" %}'
_SHELL = (
    '{% extends "main.html" %}'
    "{% block htmltitle %}<title>" + SHELL_TITLE + "</title>{% endblock %}"
    "{% block analytics %}{% endblock %}"  # addresses of these pages carry tokens: nobody else's script may see them
    "{% block extrahead %}{{ super() }}" + NOINDEX + "{% endblock %}"
    "{% block content %}" + SHELL_BODY + "{% endblock %}"
)


class LeadlightPlugin(BasePlugin[LeadlightConfig]):  # type: ignore[no-untyped-call]  # MkDocs takes plugins by inheritance, untyped
    """One instance lives as long as MkDocs does; a build may run within another (one per language)."""

    supports_multiple_instances = False

    def __init__(self) -> None:
        self.failure: OperatorMustFix | None = None
        self.warnings: tuple[str, ...] = ()  # of ours: they are advice, so MkDocs' strict mode is not to stop at them
        self._depth = 0
        self._serving = False
        self._work: Path | None = None

    def on_startup(self, *, command: str, dirty: bool) -> None:
        if dirty:
            raise PluginError(
                "leadlight: --dirty renders only some pages, so the bundle would miss halves. Leave it out."
            )
        self._serving = command == "serve"

    @event_priority(_LAST)  # another plugin may set the language of this build first
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self._depth += 1
        if self._depth == 1:
            self._begin(config)
        add_assets(config, _SCRIPT, _STYLE)
        return config

    def _begin(self, config: MkDocsConfig) -> None:
        if unknown := unknown_options(config):
            raise self._failed(BadPlaybook(unknown))
        root = Path(config.config_file_path).resolve().parent
        self._bundle_dir = (root / self.config.bundle_dir).resolve()
        for name, folder in (("docs_dir", config.docs_dir), ("site_dir", config.site_dir)):
            place = Path(folder).resolve()
            if self._bundle_dir == place or place in self._bundle_dir.parents or self._bundle_dir in place.parents:
                message = f"bundle_dir {self._bundle_dir} and {name} {place} must lie apart: the bundle is not public"
                raise self._failed(BadPlaybook([Problem(config.config_file_path, 0, message)]))
        self._tidy()
        self._work = Path(tempfile.mkdtemp(prefix="leadlight-"))
        self._site = site_of(config, self.config)
        self._spoken = language(config)  # by the site as a whole; builds for other languages may follow
        self._split = dict[str, GatedPage]()
        self._whole_toc = dict[str, TableOfContents]()
        self._links = dict[str, str]()
        self._published_as = dict[str, str]()  # where a gated file would lie in the site
        self._shells = dict[str, str]()  # by language
        try:
            playbook = load(self._site.playbook_dir, language=language(config))
        except BadPlaybook as bad:
            raise self._failed(BadPlaybook([self._site.shown(problem) for problem in bad.problems])) from bad
        self.warnings = tuple(str(self._site.shown(warning)) for warning in playbook.warnings)
        self._stage = Stage(self._work / "bundle", playbook)

    @event_priority(_FIRST)
    def _on_files_first(self, files: Files, *, config: MkDocsConfig) -> Files:  # noqa: ARG002  # by name
        """Nobody else gets to see the playbook."""
        playbook = self._site.playbook_dir
        for file in list(files):
            if file.abs_src_path and Path(file.abs_src_path).resolve().is_relative_to(playbook):
                files.remove(file)
        return files

    @event_priority(_LAST)
    def _on_files_last(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Gated files go where no site is; MkDocs then turns every link to them into our address by itself."""
        self._addresses = {file.src_uri: file.url for file in files.documentation_pages()}
        if self._depth == 1:
            self._found = self._gather()
            self._fronts = {page.src_uri: page.front for page in self._found.pages if page.front}
            self._news = {page.src_uri for page in self._found.pages if page.announce}
            self._named = {spoken for src_uri in self._addresses if (spoken := spoken_by(src_uri))} - {self._spoken}
            self._stage.several = bool(self._named) or len(languages(config)) > 1
        for front in self._fronts.values():
            for name in self._files_of(front):
                if file := files.get_file_from_path(name):
                    file.dest_dir = str(self._stage.root.with_name("files"))
                    file.abs_dest_path = os.path.normpath(Path(file.dest_dir) / file.dest_uri)
                    file.url = self._links.setdefault(name, _own(front, name))
                    file.inclusion = InclusionLevel.INCLUDED
                    self._published_as[name] = file.dest_uri
        add_files(config, files, _SCRIPT, _STYLE, *self._players(config))
        return files

    def _players(self, config: MkDocsConfig) -> tuple[str, ...]:
        """What makes a recording's chapters work, where there is one."""
        if self._found.recordings or any(front.kind is GateKind.AUDIO for front in self._fronts.values()):
            return add_assets(config, player.SCRIPT, player.STYLE)
        return ()

    on_files = CombinedEvent(_on_files_first, _on_files_last)

    def _gather(self) -> Gathered:
        found = gather(self._site, self._addresses)
        self.warnings += tuple(map(str, found.warnings))
        fronts, playbook = [page.front for page in found.pages if page.front], self._stage.playbook
        unknown = [bad for front in fronts for bad in unknown_names(front, playbook)]
        unknown += [*unknown_gates(playbook, [front.id for front in fronts]), *alike.differing(fronts, playbook)]
        found.problems += map(self._site.shown, unknown)
        if found.problems:
            raise self._failed(BadPlaybook(found.problems))
        return found

    @event_priority(_LAST)
    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002  # by name
        self._nav = nav
        return nav

    @event_priority(_FIRST)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002  # by name
        front = self._front(page)
        if not front:
            return noticed(markdown, self._stage.playbook, self._fronts.values(), self._language_of(page, config))
        if front.kind is GateKind.WAITLIST:
            return unwritten(markdown).marked
        try:
            return halves(markdown, front.teaser).marked
        except NoCut as no:
            raise self._failed(self._bad(page, front, f"this gated page {no}")) from no

    @event_priority(_FIRST)
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        front = self._front(page)
        html = with_versions(self._with_player(html, page, config, files), self._versions(page))
        if not front:
            self._refuse_private_files(html, page, config)
            return html
        try:
            parts = split(self._own_links(html, front, page, config))
            self._refuse_private_files(parts.teaser + parts.notes, page, config)
            gated = self._stage.page(
                front,
                parts,
                inline=self._found.inline.get(page.file.src_uri, ()),
                url=page.url.removeprefix("./"),
                title=str(page.title),
                language=self._language_of(page, config),
                docs_dir=self._site.docs_dir,
                following=self._following(front),
                privacy=notice.at(self._found.pages, self._addresses, self._language_of(page, config), self._spoken),
            )
        except BadMark as bad:
            raise self._failed(self._bad(page, front, str(bad))) from bad
        except BadPlaybook as bad:
            raise self._failed(bad) from bad
        return self._hide(page, gated)

    def _with_player(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """The page with what everybody may listen to on it."""
        recording = self._found.recordings.get(page.file.src_uri)
        file = files.get_file_from_path(recording.file) if recording else None
        if recording is None or file is None:
            return html
        address, spoken = get_relative_url(file.url, page.url), self._language_of(page, config)
        source = self._site.docs_dir / recording.file
        return player.below_title(html, player.of_file(source, address, chapters=recording.chapters, language=spoken))

    def _following(self, front: GateFront) -> tuple[str, str] | None:
        """The next page of its path, as the end of this one offers it."""
        stop = paths.after(front, self._found.paths)
        if stop is None:
            return None
        here = (file for file in self._addresses if (other := self._fronts.get(file)) and other.id == stop.front.id)
        file = stop.front.file if stop.front.file in self._addresses else next(here)
        return stop.title, "/" + self._addresses[file].removeprefix("./")

    def _language_of(self, page: Page, config: MkDocsConfig) -> str:
        """What a reader of the page speaks: that of this build, else what its file's name says."""
        if "i18n" in config.plugins:
            return language(config)
        return spoken_by(page.file.src_uri) or self._spoken

    def _versions(self, page: Page) -> dict[str, str]:
        """The addresses of the page's other languages. One that only repeats these words is none."""
        if alternates := getattr(page.file, "alternates", None):  # by mkdocs-static-i18n
            others = {spoken: file.url for spoken, file in alternates.items() if file.src_uri != page.file.src_uri}
        else:
            same = gate_id(page.file.src_uri)
            files = {file: url for file, url in self._addresses.items() if gate_id(file) == same} if self._named else {}
            files.pop(page.file.src_uri, None)
            others = {spoken_by(file) or self._spoken: url for file, url in files.items()}
        return {spoken: get_relative_url(url, page.url) for spoken, url in others.items()}

    def _hide(self, page: Page, gated: GatedPage) -> str:
        """Leaves only the open half in everything that other plugins read, and keeps the rest for the bundle."""
        public = gated.public
        self._split[page.url] = gated
        self._whole_toc[page.url] = page.toc
        page.toc = TableOfContents(prune_toc(page.toc, set(ids(public))))
        page.content = public
        if gated.front.kind is not GateKind.WAITLIST:  # there all that is written stands open
            page.markdown = halves(page.markdown or "", gated.front.teaser).teaser
        page.edit_url = None  # it leads to the whole source
        return public

    @event_priority(_LAST)
    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        self._env = env
        self._shells.update(self._shells_of(env, config, files))
        if self._depth == 1:
            self._about = About(
                site_name=config.site_name,
                site_url=config.site_url or "",
                language=language(config),
                theme=colours(config),
                shell=self._shells[self._spoken],
                feedback_done=feedback_done(Path(config.config_file_path or ".").absolute().parent),
                series={name: paths.ids_of(path) for name, path in self._found.paths.items()},
            )
        return env

    def _shells_of(self, env: Environment, config: MkDocsConfig, files: Files) -> Iterator[tuple[str, str]]:
        """The theme's page in the language of this build, and in those that only the names of files speak."""
        context = get_context(self._nav, files, config, base_url=base_path(config))
        own = language(config)
        for spoken in (own, *(() if "i18n" in config.plugins else sorted(self._named))):
            with spoken_here(config, spoken), suppress(TemplateNotFound):  # a language that the theme does not know
                yield spoken, at_home(env.from_string(_SHELL).render(context), config.site_url or "")

    @event_priority(_LAST)
    def on_page_context(
        self,
        context: TemplateContext,
        *,
        page: Page,
        config: MkDocsConfig,  # noqa: ARG002  # by name
        nav: Navigation,  # noqa: ARG002  # by name
    ) -> TemplateContext:
        if page.file.src_uri in self._news:
            self._announce(page)
        gated = self._split.get(page.url)
        if gated and self._front(page):
            shown = page.content, page.toc
            page.content, page.toc = gated.whole, self._whole_toc[page.url]
            try:
                template = self._env.get_template(page.meta.get("template", "main.html"))
                full, toc, free = in_head(template.render(context), NOINDEX), self._render_toc(context), ""
                if gated.front.meter:
                    page.content = gated.free
                    free = in_head(template.render(context), NOINDEX)
                self._stage.add(gated, toc=toc, full=full, free=free)
            finally:
                page.content, page.toc = shown
        return context

    def _announce(self, page: Page) -> None:
        """Something to tell of: its name is that of its gate, or would be."""
        front, main = self._front(page), self._spoken
        spoken = spoken_by(page.file.src_uri) or main
        news = Announced(page.url.removeprefix("./"), str(page.title), str(page.meta.get("description", "")), spoken)
        self._stage.announce(front.id if front else gate_id(page.file.src_uri), news, main=main)

    @event_priority(_FIRST)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG002  # by name
        return in_head(output, paywalled(str(page.title), page.canonical_url)) if self._front(page) else output

    @event_priority(_LAST)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        self._depth -= 1
        if self._depth:
            return
        if not self._serving:  # a preview is not published, and has no bundle
            self._publish(config)
        self._tidy()

    def _publish(self, config: MkDocsConfig) -> None:
        found = self._found
        problems = leaks.find(found.withheld, said=found.said, site=Path(config.site_dir), known=theme_files(config))
        if problems:
            raise self._failed(Leak(problems))
        others = {spoken: shell for spoken, shell in self._shells.items() if spoken != self._about.language}
        self._stage.finish(replace(self._about, shells=others), self._bundle_dir, Path(config.site_dir))
        merge.merge(self._stage.root, self._bundle_dir)

    def on_build_error(self, *, error: Exception) -> None:  # noqa: ARG002  # by name
        self._depth = 0
        self._tidy()

    def _tidy(self) -> None:
        """What is withheld stays nowhere but in the bundle."""
        if self._work:
            shutil.rmtree(self._work, ignore_errors=True)

    def _front(self, page: Page) -> GateFront | None:
        """The gate of a page. A gate that stands in no file we have read cannot be looked for later: refused."""
        front = self._fronts.get(page.file.src_uri)
        if front is None and page.meta.get("gate", False) is not False:
            message = "another plugin has made this gated page; write it as an .md file in docs_dir instead"
            raise self._failed(BadPlaybook([Problem(page.file.src_uri, 0, message)]))
        return front

    def _files_of(self, front: GateFront) -> tuple[str, ...]:
        return (*front.files, *self._found.inline.get(front.file, ()))

    def _own_links(self, html: str, front: GateFront, page: Page, config: MkDocsConfig) -> str:
        """A file that several gates share is asked for by the gate of the page that links to it.

        MkDocs leaves addresses within HTML as they were written; these are turned here.
        """
        there = [(name, _own(front, name)) for name in self._files_of(front) if name in self._links]
        to = {old: own for name, own in there for old in (self._links[name], self._published_as[name])}
        return links.redirected(html, page.url, to, config.site_url or "")

    def _refuse_private_files(self, html: str, page: Page, config: MkDocsConfig) -> None:
        """What a macro or another plugin shows in public, though no source names it there, would be missing."""
        for name in sorted({name for names in self._found.inline.values() for name in names if name in self._links}):
            to = dict.fromkeys((self._links[name], self._published_as[name]), "-")
            if links.redirected(html, page.url, to, config.site_url or "") != html:
                message = (
                    f"shows `{name}` in public, which is private since only a withheld half seems to ask for it: "
                    "name it under `extra:` in mkdocs.yml too, or give the withheld half a copy"
                )
                raise self._failed(BadPlaybook([Problem(self._site.name(page.file.src_uri), 0, message)]))

    def _render_toc(self, context: TemplateContext) -> str:
        try:
            return self._env.from_string(_TOC).render(context)
        except TemplateNotFound:
            return ""  # a theme without Material's partials

    def _bad(self, page: Page, front: GateFront, message: str) -> BadPlaybook:
        return BadPlaybook([Problem(self._site.name(page.file.src_uri), front.line, message)])

    def _failed(self, failure: OperatorMustFix) -> PluginError:
        """What MkDocs prints; `leadlight build` reads `failure` itself."""
        self.failure = failure
        return PluginError(str(failure))


def _own(front: GateFront, name: str) -> str:
    """Where a gate's readers get a file."""
    return f"api/files/{front.id}/{Path(name).name}"
