"""What does a site's mkdocs.yml say that matters to us? Options of the plugin, and MkDocs' own, in our terms.

Called by the plugin, by `check`, and by the process that `leadlight build` runs MkDocs in.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from mkdocs.commands.build import build
from mkdocs.config import base, load_config
from mkdocs.config import config_options as options
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.files import File, Files
from mkdocs.utils.yaml import yaml_load

from leadlight.errors import BadPlaybook, Leak, Problem
from leadlight.gate.gather import Site
from leadlight.gate.links import in_html, in_quotes
from leadlight.gate.order import Order, Report
from leadlight.gate.palette import theme_of
from leadlight.gate.published import proof_name, published
from leadlight.model.site import Theme
from leadlight.playbook.findings import nearest
from leadlight.playbook.front import spoken_by

NAME = "leadlight"
_MAKES_NONE = {NAME, "search", "tags", "i18n", "meta", "minify", "privacy", "optimize", "offline", "glightbox"}
_NOT_NAMING = {"exclude_docs", "draft_docs", "not_in_nav"}


class LeadlightConfig(base.Config):  # type: ignore[no-untyped-call]  # MkDocs takes options by inheritance, untyped
    """Options of the plugin. The last two say why a public repository is no leak: see `leadlight check`."""

    playbook_dir = options.Type(str, default="playbook")
    bundle_dir = options.Type(str, default="bundle")
    source = options.Optional(options.Choice(("private",)))
    public_because = options.Optional(options.Type(str))


@contextmanager
def hearing() -> Iterator[list[str]]:
    """Whatever MkDocs and other plugins warn of meanwhile."""
    said = list[str]()
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]  # shorter than a class
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def unknown_options(config: MkDocsConfig) -> list[Problem]:
    """Options that our plugin does not have. Each would count as not given: `playbok_dir` would publish mails."""
    file = Path(config.config_file_path)
    known = [name for name in vars(LeadlightConfig) if not name.startswith("_")]
    given = {key for part in options_of(config).user_configs for key in part}
    return [
        Problem(str(file), _line_of(file, key), f"the leadlight plugin has no option `{key}`{nearest(key, known)}")
        for key in sorted(given - {*known})
    ]


def _line_of(file: Path, key: str) -> int:
    lines = file.read_text("utf-8", "replace").split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.strip().removeprefix("- ").startswith(f"{key}:")), 0)


def read_config(config_file: Path, **instead: Any) -> MkDocsConfig:
    """MkDocs' configuration, validated, with some of its settings given here.

    Raises `BadPlaybook` with MkDocs' complaints, or if our plugin is missing.
    """
    with hearing() as said:
        try:
            config = load_config(str(config_file), **instead)
        except (MkDocsException, Abort) as error:
            raise BadPlaybook([Problem(str(config_file), 0, text) for text in said or [str(error)]]) from error
    if NAME not in config.plugins:
        raise BadPlaybook([Problem(str(config_file), 0, "the plugin is missing: add `- leadlight` under `plugins:`")])
    if unknown := unknown_options(config):
        raise BadPlaybook(unknown)
    return config


def options_of(config: MkDocsConfig) -> LeadlightConfig:
    """The plugin's options within a whole configuration."""
    found = config.plugins[NAME].config
    assert isinstance(found, LeadlightConfig)  # noqa: S101  # MkDocs has validated it
    return found


def site_of(config: MkDocsConfig, ours: LeadlightConfig) -> Site:
    """Where the sources lie."""
    docs_dir, config_file = Path(config.docs_dir).resolve(), Path(config.config_file_path).resolve()
    snippets = config.mdx_configs.get("pymdownx.snippets", {}).get("base_path", ["."])
    bases = [snippets] if isinstance(snippets, str) else snippets
    uses_snippets = "pymdownx.snippets" in config.markdown_extensions
    return Site(
        config_file=config_file,
        docs_dir=docs_dir,
        playbook_dir=docs_dir / ours.playbook_dir,
        snippets=tuple((Path.cwd() / base).resolve() for base in bases) if uses_snippets else (),
        publishes=lambda src_uri: publishes(config, src_uri),
        named=frozenset(named(config)),
        url=config.site_url or "",
        address=lambda src_uri: _address(config, src_uri),
        elsewhere=tuple(f"{spoken}/" for spoken in languages(config)[1:]),
    )


def named(config: MkDocsConfig) -> Iterator[str]:
    """Paths in docs_dir that the configuration and the site's own templates may mean: logo, style sheets, `extra`."""
    with Path(config.config_file_path).open("rb") as file:
        written = {key: value for key, value in yaml_load(file).items() if key not in _NOT_NAMING}
    for text in _strings([written, config.extra_css, config.extra_javascript]):
        yield text.strip().lstrip("/")
    for path in Path(config.theme.custom_dir).rglob("*") if config.theme.custom_dir else ():
        if path.is_file() and path.suffix in {".html", ".css", ".js", ".xml", ".json"}:
            text = path.read_text("utf-8", "replace")
            yield from (address.lstrip("./") for address in [*in_quotes(text), *in_html(text)])


def _strings(value: object) -> Iterator[str]:
    """All text within lists and mappings."""
    if isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
    elif value is not None:
        yield str(value)


def publishes(config: MkDocsConfig, src_uri: str) -> bool:
    """Whether MkDocs makes something public of a path in docs_dir; the plugin's own exclusions are not asked."""
    specs = (config.exclude_docs, config.draft_docs)
    hidden = any(part.startswith(".") for part in src_uri.split("/"))
    return not hidden and not any(spec.match_file(src_uri) for spec in specs if spec is not None)


def add_assets(config: MkDocsConfig, script: str, style: str) -> tuple[str, str]:
    """Has each page load these two of ours; gives their addresses."""
    if style not in config.extra_css:
        config.extra_css.append(style)
        module = ExtraScriptValue(script)
        module.type = "module"
        config.extra_javascript.append(module)
    return script, style


def add_files(config: MkDocsConfig, files: Files, *assets: str) -> None:
    """Has the site serve these of ours, and what its API is; a file of its own at such an address goes before."""
    from leadlight.openapi.document import document  # noqa: PLC0415 `check` builds nothing

    content = {address: published(Path(address).name) for address in (*assets, f"assets/{proof_name()}")}
    for address, text in {**content, "openapi.json": document(config.site_name)}.items():
        if files.get_file_from_path(address) is None:
            files.append(File.generated(config, address, content=text))


def colours(config: MkDocsConfig) -> Theme:
    """The palette of the site's theme."""
    sheets = [Path(config.docs_dir) / sheet for sheet in config.extra_css]
    return theme_of(config.theme.get("palette"), [path.read_text("utf-8") for path in sheets if path.is_file()])


def language(config: MkDocsConfig) -> str:
    """The language that the theme speaks."""
    return str(config.theme.get("language") or config.theme.get("locale") or "en").replace("_", "-")


def languages(config: MkDocsConfig) -> tuple[str, ...]:
    """What mkdocs-static-i18n builds the site in, its own language first; without it, that alone."""
    i18n = config.plugins.get("i18n")
    others = [str(spoken).replace("_", "-") for spoken in getattr(i18n, "build_languages", ())]
    return tuple(dict.fromkeys([language(config), *others]))


@contextmanager
def spoken_here(config: MkDocsConfig, spoken: str) -> Iterator[None]:
    """Lets the theme speak that language meanwhile, if it speaks any."""
    own = config.theme.get("language")
    if own is not None:
        config.theme["language"] = spoken
    try:
        yield
    finally:
        if own is not None:
            config.theme["language"] = own


def _address(config: MkDocsConfig, src_uri: str) -> str:
    """Where a page is to be found. Translations lie in a folder by their language, where a plugin sees to it."""
    spoken = spoken_by(src_uri)
    if spoken not in languages(config)[1:]:
        return File(src_uri, "", "", config.use_directory_urls).url
    original = src_uri.removesuffix(f".{spoken}.md") + ".md"
    return f"{spoken}/{File(original, '', '', config.use_directory_urls).url.removeprefix('./')}"


def makes_pages(config: MkDocsConfig) -> bool:
    """Whether something besides us may publish what is no page among the sources, such as a blog or redirects."""
    return bool(config.hooks) or any(name.rpartition("/")[2] not in _MAKES_NONE for name in config.plugins)


def base_path(config: MkDocsConfig) -> str:
    """Where the site lies on its server: `/`, or a folder with slashes on both sides."""
    return "/" + (path + "/" if (path := urlsplit(config.site_url or "/").path.strip("/")) else "")


def theme_files(config: MkDocsConfig) -> frozenset[str]:
    """SHA-256 sums of the files that come with the theme or from us, which nobody has written anything into.

    What our API is, is the same on every site: a page may well use the words that it is described by.
    """
    from leadlight.openapi.document import document  # noqa: PLC0415 nothing but a build and its check asks

    own = config.theme.custom_dir
    folders = [Path(folder) for folder in config.theme.dirs if not own or Path(folder) != Path(own)]
    parts = [
        part for folder in folders if folder.is_dir() for part in folder.iterdir() if not part.name.startswith(".")
    ]
    files = (path for part in parts for path in [part, *part.rglob("*")] if path.is_file() and path.suffix != ".html")
    known = [document(config.site_name).encode(), *(path.read_bytes() for path in files)]
    return frozenset(hashlib.sha256(content).hexdigest() for content in known)


def build_here(order: Order) -> Report:
    """Builds a site as `mkdocs build -q` does."""
    config_file = Path(order.config_file)
    try:
        config = read_config(config_file, site_dir=order.site_dir, site_url=order.site_url, strict=order.strict)
    except BadPlaybook as bad:
        return Report(bad.problems)
    ours = options_of(config)
    ours.bundle_dir = str((config_file.resolve().parent / (order.bundle_dir or ours.bundle_dir)).resolve())
    with hearing() as said:
        try:
            config.plugins.on_startup(command="build", dirty=False)
            build(config)
        except (MkDocsException, Abort) as error:
            failure = getattr(config.plugins[NAME], "failure", None)
            if isinstance(failure, Leak):
                for leak in failure.leaks:  # a step that ignores our exit code must not publish what we refused
                    Path(config.site_dir, leak.file).unlink(missing_ok=True)
                return Report(failure.leaks, leak=True)
            if isinstance(failure, BadPlaybook):
                return Report(failure.problems)
            return Report(tuple(Problem(str(config_file), 0, text) for text in [*said, str(error)]))
        finally:
            config.plugins.on_shutdown()
    warnings = (*said, *getattr(config.plugins[NAME], "warnings", ()))
    return Report(warnings=warnings, site_dir=config.site_dir, bundle_dir=ours.bundle_dir)


def main(order: str, report: str) -> None:
    """The process: `order` is JSON, our findings go into the file `report`."""
    outcome = build_here(msgspec.json.decode(order, type=Order))
    Path(report).write_bytes(msgspec.json.encode(outcome))
