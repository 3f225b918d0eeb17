"""How do gated pages become a bundle? Called by the plugin, page by page, then once at the end; knows no MkDocs.

All is staged in a folder of its own and merged into the bundle only after the leak check: objects first, which never
change, the manifest last. A bundle that is being served stays whole at every moment.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import msgspec

from leadlight.errors import BadPlaybook, Problem
from leadlight.gate.player import human_size, player, templates
from leadlight.gate.split import Measure, Split, measure
from leadlight.model.person import GateId, Promise
from leadlight.model.sequence import Sequence
from leadlight.model.site import (
    MANIFEST_SCHEMA,
    Announced,
    FeedbackDone,
    FileObject,
    Form,
    Gate,
    GateKind,
    Manifest,
    Theme,
    Unlock,
    Wording,
)
from leadlight.playbook.front import GateFront
from leadlight.playbook.promise import in_words, own_promise, promise_of
from leadlight.playbook.source import Playbook, profile_of, unlock_of
from leadlight.playbook.spoken import spoken_of
from leadlight.playbook.write import BundleWriter, as_json, content_hash, wording_hash, wording_of
from leadlight.rules.countries import offered
from leadlight.rules.meter import left_in_words, used_up_in_words
from leadlight.rules.policy import inline_of
from leadlight.words import in_language


@dataclass(frozen=True, slots=True)
class GatedPage:
    """One gated page, split: what a visitor reads in the form, and what opens afterwards.

    `files` are offered as downloads, `inline` are the pictures and other files that only the withheld half asks for.
    """

    src_uri: str
    url: str
    title: str
    language: str
    front: GateFront
    unlock: Unlock
    form: Form
    promise: Promise
    wording: Wording
    files: Mapping[str, FileObject]
    inline: Mapping[str, FileObject]
    parts: Split
    size: Measure
    following: tuple[str, str] | None = None  # the next page of its path: title and address
    several: bool = False  # whether the site speaks more than one language
    privacy: str = ""  # the address of what people are told about their data

    @property
    def public(self) -> str:
        """The HTML that everybody gets: teaser, form, the teaser's footnotes."""
        return "\n".join(part for part in (self.parts.teaser, self._render("form.html"), self.parts.notes) if part)

    @property
    def half(self) -> str:
        """The HTML that opens: the withheld half, downloads, a question, a call."""
        return "\n".join(filter(None, (self._first, self.parts.withheld, self._render("after.html"))))

    @property
    def whole(self) -> str:
        """The HTML of the page for readers without JavaScript."""
        above, below = self.parts.whole[: self.parts.at], self.parts.whole[self.parts.at :]
        return "\n".join((above, self._first, below, self._render("after.html")))

    @property
    def free(self) -> str:
        """The HTML of the page for somebody who reads it by the meter, without JavaScript; with it the form stays."""
        return f"{self.parts.whole}\n{self._render('free.html')}"

    @property
    def _first(self) -> str:
        """What the withheld half begins with: a recording, or the way to a trial."""
        name = self._recording
        if not name:
            return self._render("first.html").strip()
        address, file = f"/api/files/{quote(self.front.id, safe='')}/{quote(name)}", self.files[name]
        return player(
            address,
            name=name,
            size=human_size(file.size),
            chapters=self.front.chapters,
            language=self.language,
            play=f"{address}?play=yes",
        )

    @property
    def _recording(self) -> str:
        """The file that has a player of its own."""
        audio = (name for name, file in self.files.items() if file.type.startswith("audio/"))
        return next(audio, "") if self.front.kind is GateKind.AUDIO else ""

    def _render(self, template: str) -> str:
        page_url = f"/{self.url}"
        return (
            templates(self.language)
            .get_template(template)
            .render(
                gate_id=self.front.id,
                title=self.title,
                unlock=str(self.unlock),
                form=self.form,
                fields=self.form.fields,
                consent=str(self.form.consent),
                wording={str(purpose): words for purpose, words in self.form.wording.items()},
                wording_hash=wording_hash(self.wording),
                promise=self.promise,
                promise_text=in_words(self.promise, language=self.language),
                withheld_percent=self.size.percent,
                withheld_words=self.size.words,
                minutes=self.size.minutes,
                files=tuple((name, human_size(file.size), file.type) for name, file in self.files.items()),
                recording=self._recording,
                page_url=page_url,
                full_url=f"{page_url}_full",
                language=self.language,
                offered=partial(offered, language=self.language),
                several=self.several,
                privacy=self.privacy,
                kind=str(self.front.kind),
                trial=self.front.trial,
                **self._metered,
                following=self.following,
            )
        )

    @property
    def _metered(self) -> dict[str, str]:
        """What the form says of free reads: to somebody who has had none, and to who has had all of them."""
        meter = self.front.meter
        if meter is None:
            return {"free_left": "", "used_up": ""}
        return {
            "free_left": in_language(left_in_words(meter.count, meter.per), self.language),
            "used_up": in_language(used_up_in_words(meter, self.size.percent), self.language),
        }


@dataclass(frozen=True, slots=True)
class About:
    """What the manifest says of the site as a whole; `shell` is the theme's page around what we serve."""

    site_name: str
    site_url: str
    language: str
    theme: Theme
    shell: str
    feedback_done: tuple[FeedbackDone, ...] = ()
    series: Mapping[str, tuple[GateId, ...]] = field(default_factory=dict)
    shells: Mapping[str, str] = field(default_factory=dict)  # the page around in other languages, by language


@dataclass(slots=True)
class Stage:
    """Collects one build below `root`."""

    root: Path
    playbook: Playbook
    several: bool = False  # whether the site speaks more than one language
    gates: dict[GateId, dict[str, Gate]] = field(default_factory=dict)  # by language
    wordings: dict[str, str] = field(default_factory=dict)
    owners: dict[tuple[GateId, str], str] = field(default_factory=dict)
    announced: dict[str, Announced] = field(default_factory=dict)

    def page(
        self,
        front: GateFront,
        parts: Split,
        *,
        url: str,
        title: str,
        language: str,
        docs_dir: Path,
        inline: Iterable[str] = (),
        following: tuple[str, str] | None = None,
        privacy: str = "",
    ) -> GatedPage:
        """Brings together what one page's form has to say. Raises `BadPlaybook` if its id is taken."""
        owner = self.owners.setdefault((front.id, language), front.file)
        if owner != front.file:
            message = f"the gate `{front.id}` is already that of {owner}; give this one an `id:` of its own"
            raise BadPlaybook([Problem(front.file, front.line, message)])
        form = self.playbook.form(front.form, language, follows=bool(front.sequence))
        sequence = self.playbook.sequences[front.sequence] if front.sequence else None
        promise = promise_of(sequence, form, hours=self.playbook.team.hours, sequences=self.playbook.sequences)
        return GatedPage(
            src_uri=front.file,
            url=url,
            title=title,
            language=language,
            front=front,
            unlock=unlock_of(front, self.playbook),
            form=form,
            promise=promise,
            wording=wording_of(form, promise, language),
            files={PurePosixPath(file).name: self._file(docs_dir / file) for file in front.files},
            inline={PurePosixPath(file).name: self._file(docs_dir / file) for file in inline},
            parts=parts,
            size=measure(parts),
            following=following,
            several=self.several,
            privacy=privacy,
        )

    def add(self, page: GatedPage, *, toc: str, full: str, free: str = "") -> None:
        """Puts a page's withheld half into the bundle. `toc` and `full` are HTML, rendered by the theme.

        So is `free`, the whole page for who reads by the meter, where there is one.
        """
        writer = BundleWriter(self.root)
        front = page.front
        wording = wording_hash(page.wording)
        self.wordings[wording] = writer.put_json("wordings", page.wording)
        self.gates.setdefault(front.id, {})[page.language] = Gate(
            page=page.url,
            title=page.title,
            unlock=page.unlock,
            files=tuple(page.files),
            fields=page.form.fields,
            consent=page.form.consent,
            wording=wording,
            withheld_words=page.size.words,
            withheld_percent=page.size.percent,
            minutes=page.size.minutes,
            half=writer.put_json("halves", {"html": page.half, "toc": toc, "title": page.title}),
            full=writer.put("pages", full.encode(), "html"),
            form=page.form.name,
            language=page.language,
            sequence=front.sequence,
            buyer=front.buyer,
            encounter=front.encounter,
            quality=front.quality,
            topics=front.topics,
            profile=profile_of(front, self.playbook),
            file_objects={**page.inline, **page.files},
            kind=front.kind,
            meter=front.meter,
            series=front.series,
            chapters=front.chapters,
            trial=front.trial,
            disposable=front.disposable == "accept",
            free_half=writer.put_json("halves", self._free_half(page, toc)) if free else "",
            free_full=writer.put("pages", free.encode(), "html") if free else "",
        )

    def _free_half(self, page: GatedPage, toc: str) -> Mapping[str, str]:
        return {"html": page.parts.withheld, "toc": toc, "title": page.title}

    def announce(self, name: str, page: Announced, *, main: str) -> None:
        """A page that is news, in one of the site's languages; `main` is the one that counts where there is none."""
        known = self.announced.get(name)
        if known is None or (page.language == main and known.language != main):
            others = {**known.variants, known.language: replace(known, variants={})} if known else {}
            self.announced[name] = replace(page, variants=others)
        elif page.language != known.language:
            self.announced[name] = replace(known, variants={**known.variants, page.language: page})

    def finish(self, about: About, bundle: Path, site: Path | None = None) -> Manifest:
        """Writes what is left and the manifest. It goes on naming wordings of `bundle`: leads have agreed to those.

        `site` is the folder of the open pages, where there is one.
        """
        writer, playbook = BundleWriter(self.root), self.playbook
        sequences = {
            name: writer.put_sequence(each, self._own(each)) for name, each in sorted(playbook.sequences.items())
        }
        spoken = spoken_of(sequences.values())
        if spoken:
            self.wordings[wording_hash(spoken)] = writer.put_json("wordings", spoken)
        manifest = Manifest(
            schema=MANIFEST_SCHEMA,
            version="",
            site_name=about.site_name,
            site_url=about.site_url,
            language=about.language,
            theme=about.theme,
            gates={gate_id: _as_one(self.gates[gate_id], about.language) for gate_id in sorted(self.gates)},
            sequences=sequences,
            wordings=dict(sorted((_wordings(bundle) | self.wordings).items())),
            team=writer.put_json("team", playbook.team),
            messages=writer.put_json("messages", playbook.messages),
            shell=writer.put("shell", about.shell.encode(), "html"),
            shells={name: writer.put("shell", shell.encode(), "html") for name, shell in sorted(about.shells.items())},
            criteria=writer.put_json("criteria", playbook.criteria),
            knowledge=writer.put_json("knowledge", playbook.knowledge),
            series=dict(about.series),
            announced=dict(sorted(self.announced.items())),
            feedback_done=about.feedback_done,
            after_sale=wording_hash(spoken) if spoken else "",
            inline=inline_of(page.read_text() for folder in (site, self.root) if folder for page in _html(folder)),
        )
        manifest = replace(manifest, at_hand=self._at_hand(manifest))
        manifest = replace(manifest, version=content_hash(as_json(manifest)))
        writer.manifest(manifest)
        return manifest

    def _own(self, sequence: Sequence) -> Promise | None:
        """What a sequence promises that no form does, since a stage begins it."""
        if sequence.starts_when is None:
            return None
        return own_promise(sequence, hours=self.playbook.team.hours, sequences=self.playbook.sequences)

    def _at_hand(self, manifest: Manifest) -> dict[str, str]:
        """What a submit reads besides the manifest, or a step: one request to a bucket less for each."""
        paths = {
            manifest.team,
            manifest.criteria,
            *(manifest.wordings[spoken.wording] for gate in self.gates.values() for spoken in gate.values()),
        }
        return {path: (self.root / path).read_text("utf-8") for path in sorted(paths)}

    def _file(self, path: Path) -> FileObject:
        data = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return FileObject(BundleWriter(self.root).put("files", data, path.suffix or ".bin"), len(data), kind)


def _as_one(spoken: Mapping[str, Gate], main: str) -> Gate:
    """One gate over its languages: as the site's own has it, or the only one there is."""
    own = spoken.get(main) or next(iter(spoken.values()))
    return replace(own, variants={name: gate for name, gate in sorted(spoken.items()) if gate is not own})


def _wordings(bundle: Path) -> dict[str, str]:
    """What an earlier build left in that bundle."""
    path = bundle / "manifest.json"
    if not path.exists():
        return {}
    earlier = msgspec.json.decode(path.read_bytes(), type=Manifest).wordings
    return {name: place for name, place in earlier.items() if (bundle / place).exists()}


def _html(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))
