"""What do a site's sources withhold, and what do they say in public? Called by the plugin and by `leadlight check`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import shorten
from urllib.parse import unquote

from leadlight.errors import BadPlaybook, Problem
from leadlight.gate.announced import is_announced
from leadlight.gate.inline import Sheet, only_withheld, static_files
from leadlight.gate.kinds import kind_problems, recording_problems
from leadlight.gate.leaks import Passage, Withheld
from leadlight.gate.passages import anchors, page_addresses, passages
from leadlight.gate.paths import Paths, path_problems, paths_of
from leadlight.gate.repeated import repeated
from leadlight.gate.sections import misnamed, stands_open
from leadlight.gate.source import Halves, Line, NoCut, body, fenced, halves, marks, unwritten
from leadlight.model.person import GateId
from leadlight.model.site import GateKind
from leadlight.playbook import findings
from leadlight.playbook.front import GateFront, gate_id, is_index, read_gate, rest_of_gate
from leadlight.playbook.recorded import Recording, read_recording
from leadlight.words import CATALOGUES

_THEME = "https://squidfunk.github.io/mkdocs-material"
"""Stands at the foot of every page that the theme makes."""

_ASSETS = Path(__file__).parent / "assets"
_WITHHELD = {"after.html", "first.html", "free.html"}
_URL = re.compile(r"https?://[^\s\"'<>()\[\]{}\\`|]+/[^\s\"'<>()\[\]{}\\`|]+")
_SNIPPET = re.compile(r"^\s*-+8<-+[ \t]+[\"']?([^\"'\n]+?)[\"']?\s*$")
_TIME = re.compile(r"\d:\d\d")
_SNIPPET_FENCE = re.compile(r"^\s*-+8<-+\s*$")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the sources lie. `publishes` tells whether MkDocs makes a page or file of a path within `docs_dir`;
    `snippets` are the folders that pymdownx.snippets reads; `named` the files that configuration and templates name;
    `address` tells where a page is to be found, if no plugin moves it, `elsewhere` the folders that repeat the site."""

    config_file: Path
    docs_dir: Path
    playbook_dir: Path
    snippets: tuple[Path, ...] = ()
    publishes: Callable[[str], bool] = lambda _: True
    named: frozenset[str] = frozenset()
    url: str = ""
    address: Callable[[str], str] = lambda src_uri: src_uri
    elsewhere: tuple[str, ...] = ()

    def name(self, src_uri: str) -> str:
        """A source as a person would open it: relative to where the command runs, if it lies below."""
        path = self.docs_dir / src_uri
        return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)

    def shown(self, problem: Problem) -> Problem:
        """A problem of a page or of the playbook, its file named so."""
        return replace(problem, file=self.name(problem.file))


@dataclass(frozen=True, slots=True)
class Page:
    """One page as written; `front` and `halves` are there when it is gated, `announce` when it is news.

    `recording` is what everybody may listen to.
    """

    src_uri: str
    text: str
    front: GateFront | None = None
    halves: Halves | None = None
    announce: bool = False
    recording: Recording | None = None


@dataclass(slots=True)
class Gathered:
    """Everything the leak check needs to know about the sources. `inline` are the files, per page, that only its
    withheld half asks for."""

    pages: list[Page] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    withheld: Withheld = field(default_factory=Withheld)
    said: list[str] = field(default_factory=list)
    inline: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)
    half_read: list[GateFront] = field(default_factory=list)  # what can be read of these
    unread: set[GateId] = field(default_factory=set)  # gates of pages with mistakes

    @property
    def recordings(self) -> Mapping[str, Recording]:
        """What everybody may listen to, by page."""
        return {page.src_uri: page.recording for page in self.pages if page.recording}


def gather(site: Site, addresses: Mapping[str, str] | None = None, *, for_leaks: bool = True) -> Gathered:
    """Reads all pages; problems are collected, not raised. `addresses` tells where pages really are, if known.

    Without `for_leaks` nothing is made ready for a search in what is built: that takes longer than all the rest.
    """
    found = Gathered()
    for path in sorted(site.docs_dir.rglob("*.md")):
        src_uri = path.relative_to(site.docs_dir).as_posix()
        if not path.is_relative_to(site.playbook_dir) and site.publishes(src_uri):
            page = _with_news(site, _page(site, path, src_uri, found), found.problems)
            found.pages.append(_with_recording(site, page, found.problems))
    found.problems += [site.shown(problem) for problem in misnamed(site.docs_dir, [p.src_uri for p in found.pages])]
    quoted = {path for page in found.pages if page.halves for path in _quoted(page.halves.withheld, site)}
    found.problems += _published(quoted, site)
    found.problems += _republished(found.pages, site)
    found.inline = _inline(site, found.pages, addresses or {})
    found.problems += _twins(site, found)
    found.problems += [site.shown(problem) for problem in _kinds(found)]
    found.warnings += _said_all_the_same(site, found)
    found.paths = paths_of((page.front, page.text) for page in found.pages if page.front)
    found.problems += [site.shown(problem) for problem in path_problems(found.paths)]
    if not for_leaks:
        return found
    found.withheld = _withheld(site, found, addresses or {})
    found.said += [text for page in found.pages for text in _said(page, site, quoted)]
    found.said += [path.read_text("utf-8", "replace") for path in _public_words(site)]
    return found


def _page(site: Site, path: Path, src_uri: str, found: Gathered) -> Page:
    problems = found.problems
    text = path.read_text("utf-8-sig", "replace")
    try:
        front = read_gate(path, src_uri)
    except BadPlaybook as bad:
        shown = [Problem(site.name(p.file), p.line, p.message) for p in bad.problems]
        problems += [problem for problem in shown if problem not in problems]  # a translation repeats its original's
        found.unread.add(gate_id(src_uri))
        found.half_read += filter(None, [rest_of_gate(path, src_uri)])
        return Page(src_uri, text)
    if not front:
        if doubt := stands_open(site.docs_dir, src_uri, text):
            (problems if is_index(src_uri) else found.warnings).append(site.shown(doubt))
        return Page(src_uri, text)
    markdown, skipped = body(text)
    if front.kind is GateKind.WAITLIST:
        if stray := marks(text):
            message = "a waitlist has nothing to withhold yet: take the mark out, or the kind"
            problems.append(Problem(site.name(src_uri), stray[0], message))
        return Page(src_uri, text, front, unwritten(markdown, skipped=skipped))
    try:
        cut = halves(markdown, front.teaser, skipped=skipped)
    except NoCut as no:
        problems.append(Problem(site.name(src_uri), front.line, f"this gated page {no}"))
        return Page(src_uri, text, front)
    if not any(line.text.strip() for line in cut.withheld) and not (front.files or front.trial):
        nothing = "this gated page withholds nothing: write on below the mark, or take the gate away"
        problems.append(Problem(site.name(src_uri), front.line, nothing))
        return Page(src_uri, text, front)
    return Page(src_uri, text, front, cut)


def _with_news(site: Site, page: Page, problems: list[Problem]) -> Page:
    try:
        return replace(page, announce=is_announced(page.text, site.name(page.src_uri)))
    except BadPlaybook as bad:
        problems += bad.problems
        return page


def _with_recording(site: Site, page: Page, problems: list[Problem]) -> Page:
    bad = list[Problem]()
    recording = findings.gather(bad, lambda: read_recording(page.text, page.src_uri, site.docs_dir))
    problems += [site.shown(problem) for problem in bad]
    return replace(page, recording=recording)


def _kinds(found: Gathered) -> Iterator[Problem]:
    fronts = [page.front for page in found.pages if page.front]
    for front in fronts:
        yield from kind_problems(front)
    yield from recording_problems(found.recordings, fronts)


def _said_all_the_same(site: Site, found: Gathered) -> Iterator[Problem]:
    """Whole sentences of a withheld half that another author, or the same one, has put onto a page's open lines."""
    withheld = [(site.name(page.src_uri), page.halves.withheld) for page in found.pages if page.halves]
    pages = [page for page in found.pages if page.front or gate_id(page.src_uri) not in found.unread]
    for one in repeated(withheld, [(site.name(page.src_uri), _open_lines(page)) for page in pages]):
        more = f", and {one.more} more of its sentences" if one.more else ""
        text = shorten(one.text, 80, placeholder=" …")
        message = f"says “{text}”{more}, withheld in {one.withheld}:{one.withheld_line}"
        yield Problem(one.page, one.line, f"{message}: what stands here is public; leave it out where it is a secret")


def _inline(site: Site, pages: list[Page], addresses: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    explicit = {name for page in pages if page.front for name in page.front.files}
    files = {name for name in static_files(site.docs_dir, site.playbook_dir) if site.publishes(name)} - explicit
    sheets = [
        Sheet(
            src_uri=page.src_uri,
            folders=(page.src_uri.rpartition("/")[0], _address(page, site, addresses).rpartition("/")[0]),
            front="\n".join(page.text.split("\n")[: body(page.text)[1]]),
            public=_outside_fences(_open_lines(page), site),
            withheld=_outside_fences(page.halves.withheld, site) if page.halves else "",
        )
        for page in pages
    ]
    return only_withheld(sheets, files, site.docs_dir, named=site.named, site_url=site.url)


def _address(page: Page, site: Site, addresses: Mapping[str, str]) -> str:
    return unquote(addresses.get(page.src_uri) or site.address(page.src_uri))


def _outside_fences(lines: tuple[Line, ...] | list[Line], site: Site) -> str:
    text = [line.text for line in _expanded(lines, site)]
    code = fenced(text)
    return "\n".join(line for number, line in enumerate(text) if number not in code)


def _twins(site: Site, found: Gathered) -> Iterator[Problem]:
    """Within a gate a file is asked for by its name, in whatever language."""
    first = dict[tuple[GateId, str], tuple[str, str]]()
    for page in found.pages:
        if page.front is None:
            continue
        front, name = page.front, site.name(page.src_uri)
        for path in (*front.files, *found.inline.get(page.src_uri, ())):
            other, owner = first.setdefault((front.id, Path(path).name), (path, page.src_uri))
            if other == path:
                continue
            if owner == page.src_uri:
                message = f"its withheld half asks for two files of one name, `{other}` and `{path}`; rename one"
                yield Problem(name, front.line, message)
            elif _sum(site.docs_dir / other) != _sum(site.docs_dir / path):
                message = f"`{path}` has the name of `{other}` in {owner}, and readers would get that; rename one"
                yield Problem(name, front.lines["files"] if path in front.files else front.line, message)


def _withheld(site: Site, found: Gathered, addresses: Mapping[str, str]) -> Withheld:
    said, urls, places, files = list[Passage](), dict[str, str](), dict[tuple[str, str], str](), dict[str, str]()
    for page in found.pages:
        if not page.front or not page.halves:
            continue
        name, lines = site.name(page.src_uri), _expanded(page.halves.withheld, site)
        said += passages(lines, name)
        told = f"{name}:{page.front.lines['chapters']}"
        said += [Passage(chapter.title, told, heading=True) for chapter in page.front.chapters]
        linked = [(m[0].rstrip(".,;:!?/"), ln.number) for ln in lines for m in _URL.finditer(ln.text)]
        known = tuple(address for address in (site.url.rstrip("/"), _THEME) if address)
        urls |= {url: f"{name}:{number}" for url, number in linked if not url.startswith(known)}
        shown = anchors(page.halves.public)
        for anchor, number in anchors(lines).items():
            if anchor not in shown:
                here = page_addresses(page.src_uri) | {_address(page, site, addresses)}
                here |= {folder + address for folder in site.elsewhere for address in here}
                places |= {(address, anchor): f"{name}:{number}" for address in here}
        for file in page.front.files:
            files[_sum(site.docs_dir / file)] = file
    files |= _sums(site, {name for names in found.inline.values() for name in names})
    for path in sorted(site.playbook_dir.rglob("*")):
        if path.is_file() and path.suffix in {".md", ".yml"} and path.stat().st_size:
            files[_sum(path)] = site.name(path.as_posix())
        if path.suffix == ".md":
            text, skipped = body(path.read_text("utf-8-sig", "replace"))
            lines = [Line(n, line) for n, line in enumerate(text.split("\n"), skipped + 1)]
            said += passages(lines, site.name(path.as_posix()))
    return Withheld(tuple(said), urls, places, files)


def _sums(site: Site, inline: set[str]) -> dict[str, str]:
    """The SHA-256 of each, but of those that are published under another name as well: somebody has made a copy."""
    sizes = {size for name in inline if (size := (site.docs_dir / name).stat().st_size)}
    others = static_files(site.docs_dir, site.playbook_dir) - inline if inline else set()
    alike = [name for name in sorted(others) if (site.docs_dir / name).stat().st_size in sizes and site.publishes(name)]
    copies = {_sum(site.docs_dir / name) for name in alike}
    sums = {_sum(site.docs_dir / name): name for name in sorted(inline) if (site.docs_dir / name).stat().st_size}
    return {found: name for found, name in sums.items() if found not in copies}


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _said(page: Page, site: Site, quoted: set[Path]) -> Iterator[str]:
    """What a page says in public, its markup gone and as it stands."""
    if site.docs_dir / page.src_uri in quoted:
        return
    yield "\n".join(_front_lines(page))
    if page.front and not page.halves:
        return
    lines = _expanded(_open_lines(page), site)
    yield "\n".join(line.text for line in lines)
    yield "\n".join(passage.text for passage in passages(lines, page.src_uri))


def _front_lines(page: Page) -> Iterator[str]:
    """The front matter, which other plugins may show, but for the chapters of a recording that is withheld."""
    _, skipped = body(page.text)
    withheld = [chapter.title for chapter in page.front.chapters] if page.front else []
    for line in page.text.split("\n")[:skipped]:
        if not (_TIME.search(line) and any(title in line for title in withheld)):
            yield line


def _open_lines(page: Page) -> tuple[Line, ...] | list[Line]:
    if page.front:
        return page.halves.public if page.halves else []
    text, skipped = body(page.text)
    return [Line(n, line) for n, line in enumerate(text.split("\n"), skipped + 1)]


def _public_words(site: Site) -> Iterator[Path]:
    """Files beside the pages whose words are on public pages by intent."""
    yield site.config_file
    yield from sorted((site.playbook_dir / "forms").glob("*.yml"))
    yield from sorted((Path(__file__).parents[1] / "playbook" / "forms").glob("*.yml"))
    yield from sorted(site.docs_dir.rglob(".authors.yml"))
    yield from sorted(path for path in _ASSETS.iterdir() if path.name not in _WITHHELD)
    yield from sorted(CATALOGUES.rglob("*.po"))


def _expanded(lines: tuple[Line, ...] | list[Line], site: Site) -> list[Line]:
    """The lines, followed by those of the snippets that they include."""
    quoted = [
        Line(line.number, text)
        for path, line in _includes(lines, site)
        for text in path.read_text("utf-8-sig", "replace").split("\n")
    ]
    return [*lines, *quoted]


def _quoted(lines: tuple[Line, ...], site: Site) -> Iterator[Path]:
    yield from (path for path, _ in _includes(lines, site))


def _includes(lines: tuple[Line, ...] | list[Line], site: Site) -> Iterator[tuple[Path, Line]]:
    """Files that pymdownx.snippets puts in, in either of its notations."""
    inside = False
    for line in lines if site.snippets else ():
        if _SNIPPET_FENCE.match(line.text):
            inside = not inside
            continue
        match = _SNIPPET.match(line.text)
        name = match[1] if match else line.text.strip() if inside else ""
        name = re.sub(r"(:[\w-]*){1,2}$", "", name)
        if path := next((base / name for base in site.snippets if name and (base / name).is_file()), None):
            yield path.resolve(), line


def _republished(pages: list[Page], site: Site) -> Iterator[Problem]:
    """Open lines that would put a gated page, or something of the playbook, onto a public page."""
    gated = {(site.docs_dir / page.src_uri).resolve(): page.src_uri for page in pages if page.front}
    playbook = site.playbook_dir.resolve()
    for page in pages:
        for path, line in _includes(_open_lines(page), site):
            if path in gated:
                what = f"the gated page {gated[path]}, its withheld half too"
            elif path.is_relative_to(playbook):
                what = f"{path.name} of the playbook, which is private"
            else:
                continue
            message = f"this snippet would publish {what}; move what both need into a file of its own"
            yield Problem(site.name(page.src_uri), line.number, message)


def _published(quoted: set[Path], site: Site) -> Iterator[Problem]:
    for path in sorted(quoted):
        if path.is_relative_to(site.docs_dir):
            src_uri = path.relative_to(site.docs_dir).as_posix()
            if site.publishes(src_uri):
                message = (
                    "a withheld half includes this snippet, yet MkDocs publishes it as a file of its own: "
                    f"move it out of {site.docs_dir.name}, or name it under exclude_docs"
                )
                yield Problem(site.name(src_uri), 0, message)
