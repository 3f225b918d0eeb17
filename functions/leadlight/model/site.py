"""What a build hands to the running system: the manifest of the bundle, gates, forms, team. Written once, read often.

Everything the manifest names by `path` lies in the bundle under its content hash and never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leadlight.model.inline import Inline
from leadlight.model.person import GateId, Promise, Purpose
from leadlight.model.sequence import Profile, Words, in_language
from leadlight.model.touch import Encounter

MANIFEST_SCHEMA = 1


class Unlock(StrEnum):
    """What opens a gate."""

    EMAIL = "email"
    FORM = "form"
    REP = "rep"


class ConsentMode(StrEnum):
    """Whether follow-ups are part of the exchange (`required`, and it says so) or a free choice."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class FieldType(StrEnum):
    """Kinds of form fields."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    MULTI_CHOICE = "multi-choice"  # answers come and are kept as one text, joined by `, `
    COUNTRY = "country"  # ISO 3166-1 alpha-2, shown by its name in the reader's language
    TEXTAREA = "textarea"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `buys` tells the visitor what the answer is good for, `help` how to answer.

    `choices` are the answers that may be given; `shown` has those that read differently in the form's language. Of a
    hidden field `choices` holds what it says by itself.
    """

    name: str
    type: FieldType = FieldType.TEXT
    label: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    buys: str = ""
    help: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)


class GateKind(StrEnum):
    """What a gate keeps. A `waitlist` keeps a page that nobody has written yet; `sample` something to try."""

    PAGE = "page"
    AUDIO = "audio"
    SAMPLE = "sample"
    WAITLIST = "waitlist"


TRIAL = "trial"
"""Among the files of a gate, the name by which its trial is asked for. No file may have it."""


@dataclass(frozen=True, slots=True)
class Meter:
    """`2/month`: so many free full reads per `day`, `week`, `month` or `year`."""

    count: int
    per: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A place in a recording: seconds from its beginning, and what is told there."""

    at: int
    title: str


@dataclass(frozen=True, slots=True)
class Form:
    """`wording` maps each purpose that the form asks for to the exact words beside its box."""

    name: str
    fields: tuple[Field, ...]
    consent: ConsentMode
    wording: Mapping[Purpose, str]
    title: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words and the promise that a visitor saw; its hash stands in the form and in the consent."""

    form: str
    language: str
    wording: Mapping[Purpose, str]
    promise: Promise


@dataclass(frozen=True, slots=True)
class FileObject:
    """A gated download. `size` in bytes, `type` a media type, `path` in the bundle."""

    path: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One gated page. `page` is its address in the site without a leading slash: `tutorials/zero-trust/`."""

    page: str
    title: str
    unlock: Unlock
    files: tuple[str, ...]
    fields: tuple[Field, ...]
    consent: ConsentMode
    wording: str  # hash of the current Wording object
    withheld_words: int
    withheld_percent: int
    minutes: int  # reading time of the withheld half
    half: str  # path of JSON {"html", "toc", "title"}
    full: str  # path of the whole page as HTML
    form: str = "short"
    language: str = "en"
    sequence: str | None = None
    buyer: str | None = None
    encounter: Encounter = Encounter.SUBJECT
    quality: int = 3
    topics: tuple[str, ...] = ()
    file_objects: Mapping[str, FileObject] = field(default_factory=dict)  # `files`, and what the half shows inline
    kind: GateKind = GateKind.PAGE
    meter: Meter | None = None
    series: str | None = None  # the path that it is part of: see `Manifest.series`
    chapters: tuple[Chapter, ...] = ()  # of a recording
    trial: str = ""  # where a sample or trial is to be had; shown once the gate is open
    free_half: str = ""  # as `half` and `full`, for who reads by the meter: the text alone
    free_full: str = ""
    disposable: bool = True  # whether an address that is good for minutes will do
    profile: Profile | None = None  # how these buyers decide; None, in older bundles: as the team's
    variants: Mapping[str, Gate] = field(default_factory=dict)  # the same gate in other languages, by language

    def in_language(self, language: str) -> Gate:
        """The gate in that language, or in its base language (`pt` for `pt-BR`), else as it is."""
        return in_language(self.variants, language) or self


@dataclass(frozen=True, slots=True)
class SequenceRef:
    """Where the current version of a sequence lies. One that a stage begins says so, and what it promises by itself."""

    version: str
    path: str
    starts_when: str | None = None
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class FeedbackDone:
    """A line of a rep's that somebody has taken up: its id, and the commit that says so in its last lines."""

    id: str
    commit: str
    subject: str


@dataclass(frozen=True, slots=True)
class Announced:
    """A page whose publication is news; its id is that of its gate, or would be. `page` as in `Gate`."""

    page: str
    title: str
    description: str = ""
    language: str = "en"
    variants: Mapping[str, Announced] = field(default_factory=dict)  # in other languages, by language


@dataclass(frozen=True, slots=True)
class Theme:
    """The marketer's palette as CSS colours, for mails and pages."""

    primary: str = "#4051b5"
    primary_text: str = "#ffffff"
    accent: str = "#526cfe"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The one mutable object of a bundle, `manifest.json`. `version` is the hash of everything else in it."""

    schema: int
    version: str
    site_name: str
    site_url: str
    language: str
    theme: Theme
    gates: Mapping[GateId, Gate]
    sequences: Mapping[str, SequenceRef]
    wordings: Mapping[str, str]  # hash → path; grows, is never pruned while a lead names it
    team: str  # path of Team
    messages: str  # path of Mapping[name, Message]
    shell: str  # path of the theme's page around what we serve: see SHELL_MARKS
    shells: Mapping[str, str] = field(default_factory=dict)  # the same in the site's other languages, by language
    at_hand: Mapping[str, str] = field(default_factory=dict)  # path → the object, for those that each submit reads
    criteria: str = ""  # path of Criteria; empty: all defaults
    knowledge: str = ""  # path of Knowledge; empty: there is none
    feedback_done: tuple[FeedbackDone, ...] = ()  # as far as the last commits tell, the newest first
    series: Mapping[str, tuple[GateId, ...]] = field(default_factory=dict)  # paths: their gates in reading order
    announced: Mapping[str, Announced] = field(default_factory=dict)  # pages whose publication is news, by id
    after_sale: str = ""  # hash of the words by which a rep asks for mails after a sale; empty: none would come
    inline: Inline = field(default_factory=Inline)  # of all pages of the site, those behind gates included


SHELL_TITLE = "LEADLIGHT-TITLE"
SHELL_BODY = "LEADLIGHT-BODY"
"""Marks within the shell that are replaced at run time."""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail outside sequences (opt-in, delivery, notification): Jinja, the body renders to Markdown."""

    name: str
    subject: str
    body: str
    variants: Mapping[str, Words] = field(default_factory=dict)  # by language: `pl`, `pt-BR`

    def words_for(self, language: str) -> Words:
        """The texts in that language, or in its base language (`pt` for `pt-BR`), else as the message has them."""
        return in_language(self.variants, language) or Words(self.subject, self.body)


@dataclass(frozen=True, slots=True)
class Objection:
    """What readers object, and what the playbook answers. `answer` is Markdown, for reps; leads choose among titles."""

    name: str
    title: str
    answer: str
    titles: Mapping[str, str] = field(default_factory=dict)  # by language, where it is said in several

    def title_in(self, language: str) -> str:
        """What it is called in that language, or in its base language, else by its own title."""
        return in_language(self.titles, language) or self.title


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody whom we write for: what they need and what they ask, each in one line."""

    name: str
    title: str
    needs: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a rep can look up before and during a call: objections and buyers of the playbook, by name."""

    objections: Mapping[str, Objection] = field(default_factory=dict)
    buyers: Mapping[str, Buyer] = field(default_factory=dict)
