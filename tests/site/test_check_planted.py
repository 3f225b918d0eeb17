"""More than a hundred mistakes in one site, and `leadlight check` finds each at its line, all in one run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

import msgspec
import pytest
from click.testing import CliRunner
from tests.site.planted import BEFORE, FILES, MARK, line_of, plant

from leadlight.cli import main
from leadlight.errors import Problem

MARKED = {
    "public-repository": "repo_url is on github.com: whoever reads the repository reads",
    "not-excluded": "say `exclude_docs: /playbook/` too: another builder would",
    "lost-page": "there is no `guide/gaide.md` to link to; did you mean",
    "lost-picture": "there is no `img/none.png` to link to; did you mean",
    "snippet": "this snippet would publish dear.md of the playbook, which is",
    "begins-with-a-sale": "`sale` begins when a lead becomes a customer, not with a page",
    "unknown-form": "`form: akss` is not in the playbook; did you mean `asks`?",
    "unknown-sequence": "`sequence: mials` is not in the playbook; did you mean `mails`?",
    "unknown-buyer": "`buyer: xto` is not in the playbook; did you mean `cto`?",
    "unknown-key": "unknown key `unlcok`; did you mean `unlock`?",
    "teaser": "`teaser`: write a percentage between 1% and 99%, such as `35%`",
    "meter": "`meter`: write free reads per time, such as `2/month`, not",
    "quality": "`quality` cannot be 9; write a number of 5 at most",
    "gate-encounter": "`encounter` cannot be `produkt`; did you mean `product`? It can",
    "kind": "`kind` cannot be `adio`; did you mean `audio`? It can be",
    "chapters": "`chapters`: 'no time' is no chapter; write its time and what it",
    "disposable": "`disposable` cannot be `never`; there is `accept` or `refuse`",
    "trial": "`trial`: 'trial page' is no web address; start it with https://",
    "beside-unreadable": "`sequence: mial` is not in the playbook; did you mean",
    "beside-too": "there is no file `downloads/gone.pdf`",
    "half-life": "`half_life`: write a number and a unit, such as `2 days`",
    "step-condition": "stage is never `customr`; did you mean `customer`?",
    "step-sender": "`from` cannot be `anne`; did you mean `ann-lee`?",
    "variant-too": "`channel` cannot stand here: 01-a.md decides it for all",
    "variant-text": "there is no `nikt` here; there is `lead`, `gate`, `rep`",
    "then-too": "there is no sequence `now`",
    "consent": "`consent` cannot be `maybe`; there is `required` or `optional`",
    "both-unused": "no gate names this form",
    "field-kind": "`type` cannot be `chioce`; did you mean `choice`?",
    "without-choices": "`depth` needs both `type: choice` and `choices:`, or neither",
    "message-key": "unknown key `form`",
    "no-yaml": "this is not valid YAML",
    "below-no-yaml": "there is no `lnik` here; there is `lead`, `page`, `rep` or",
    "series": "`series`: 'Mail Path' is no name of a series; use lower-case",
    "gate-id": "`id`: 'a b' is no gate id; use words with `/` between, such as",
    "missing-file": "there is no file `downloads/kpet.pdf`; did you mean",
    "outside": "`../secret.pdf` must be a path inside the docs folder, with `/`",
    "twin": "two files of this gate are called `kept.pdf`; rename one",
    "misspelt-gate": "unknown key `gates`; did you mean `gate`? As it stands, the",
    "displaced": "this front matter must start on line 1 with `---` and end with",
    "uncut": "this gated page says no place to break off. Put a line <!--",
    "same-part": "`guide/first` is part 1 of `path` already; give this page",
    "alone": "`alone` has this page alone; name it in a second page, or leave",
    "part-of-nothing": "`part` numbers the pages of a path: say `series:` too, or leave",
    "announce": "`announce: maybe` is neither `true` nor `false`; readers are",
    "part-of-a-section": "`part` is for one page; this file is for all of its folder",
    "postal": "`postal` is missing: each mail's footer must say where you are",
    "territories": "everybody has territories, so a lead from elsewhere goes to",
    "product": "no gate has the id or the topic `sos`; there is `guide/first`",
    "size": "no form offers the size `huge`; there is `large` or `small`",
    "criterion": "company has no freemail; did you mean `free_mail`?",
    "temperature": "the temperature follows from the criteria; ask something else",
    "no-points": "`nothing` changes nothing: give it `points`, or say `required",
    "same-criterion": "two criteria are called `firm`; rename one",
    "weight": "nothing has the weight of `red`; there is `lead.confirmed`",
    "spend-source": "no visit comes from `Google Ads`: a source is written as",
    "spend-month": "`2026-13` is no month; write it as `2026-03`",
    "band": "name the band `High` with lower-case letters, such as `high`",
    "empowered": "`empowered`: name those who have a say; there is `decides`",
    "form-brackets": "a form shows its words as they stand, brackets too",
    "form-link": "the site has no page or file at `rules/`",
    "reworded": "`follow-up` said “And 4 mails.” and says “And all our mails.”",
    "form-key": "unknown key `titel`; did you mean `title`?",
    "shape-unused": "no gate names this form",
    "field-name": "`name`: 'Company Name' is no field name; use lower-case",
    "field-type": "`type` cannot be `chioce`; did you mean `choice`? It can be",
    "no-follow-up": "`consent: required` makes follow-ups part of the exchange",
    "sense-unused": "no gate names this form",
    "same-field": "there are two fields called `company`; rename or remove one",
    "no-choices": "`level` needs both `type: choice` and `choices:`, or neither",
    "hidden-label": "nobody sees `code`, which is hidden: leave out `label`; what it",
    "no-country": "`XX` is no country: write two capital letters, such as `PL`",
    "intent": "`intent` can be exploring, evaluating, ready",
    "value": "`role` is answered by people: only a field of `type: hidden`",
    "no-content": "`content` is missing: say what the address is used for at once",
    "unused-form": "no gate names this form; say `form: spare` in one, or remove it",
    "no-objective": "`objective` is missing: choose the progress it is to effect",
    "wait": "`wait`: a wait cannot go back in time; write `2 days`, or `0",
    "send": "`send`: `16:00-9:00` never opens: it ends before it has begun",
    "encounter": "`encounter` cannot be `produkt`; did you mean `product`? It can",
    "channel": "`channel` cannot be `sms`; there is `mail` or `rep`",
    "appeal": "`appeal` cannot be `profitt`; did you mean `profit`? It can be",
    "stale": "`stale_after`: write a span such as `5 days`, or `never`",
    "step-key": "unknown key `priority`; there is `subject`, `wait`",
    "text-too": "there is no `nobody` here; there is `lead`, `gate`, `rep`",
    "no-front": "start with front matter: `---`, subject, wait, encounter",
    "variant": "`wait` cannot stand here: 01-a.md decides it for all languages",
    "no-base": "there is no `09-z.md` that this could be in another language",
    "condition": "temperature is never `hoot`; did you mean `hot`?",
    "sender": "`from` cannot be `anna`; there is `rep`, `company`, `ann-lee`",
    "attribute": "lead has no frist_name; did you mean `first_name`?",
    "merge-tag": "`{first_name}` would stand in the mail as it is",
    "other-tag": "`*|FNAME|*` would stand in the mail as it is",
    "picture": "mails show no pictures, since programs block them; say it in",
    "scheme": "a mail cannot link to `javascript:`",
    "no-address": "the link `nothing` leads nowhere",
    "empty-subject": "where little is known of a reader, this subject is empty; give",
    "picture-alone": "this mail is nothing but a picture, which mails of ours leave",
    "no-text": "there is no text yet; write it below the front matter",
    "no-answer": "the text leaves out a way to answer the offer: add […]({{",
    "ring": "this goes round in a circle: ring-a → ring-b → ring-a; a lead",
    "ring-back": "this goes round in a circle: ring-b → ring-a → ring-b; a lead",
    "ending": "`ends_when`: nothing ends by `bought`; there is `replied`",
    "migrate": "`migrate` cannot be `leave`; there is `finish`, `move` or `stop`",
    "then": "there is no sequence `nowhere`; there is `empty`, `ends`",
    "sale-condition": "lead has no valeu; did you mean `value`?",
    "long": "this subject has 69 characters, and telephones cut it at 60",
    "capitals": "a subject all in capital letters",
    "marks": "several exclamation or currency marks",
    "pretends": "`RE:` pretends to answer a mail",
    "encounters": "no step of `mails` is a meeting with the `person`, `company` or",
    "one-tap": "this is to close, and nobody can say yes to it with one tap",
    "says-nothing": "the link `Click here` does not say where it leads",
    "shortened": "bit.ly hides where this leads",
    "not-encrypted": "`http://other.example/e` is not encrypted",
    "many-links": "this mail leads to 8 places",
    "attachment": "`find attached`: no mail of ours has anything attached; link to",
    "table": "`<table>` is left out of mails; write Markdown, which has all",
    "own-stop": "below each mail stands a link that ends it; this other one",
    "step-back": "this is to start the conversation after `01-a` was to close it",
    "from-nowhere": "`../../../guide/whole.md` starts from nowhere: neither a mail",
    "gone-page": "the site has no page or file at `guide/hole/`; did you mean",
    "gone-heading": "guide/whole.md has no heading `#prat`; look at its spelling, or",
    "gated-file": "`downloads/kept.pdf` opens only with the gate `guide/whole`, so",
    "held-back": "this is mail 3 within 7 days, and `at_most` of team.yml allows",
    "clash": "`b2b` buyers hardly decide by emotion; appeal to something",
    "no-booking": "nobody of team.yml has a `booking:`, so this is empty",
    "unused-sequence": "nobody gets this sequence: say `sequence: spare` in a gate or",
    "message": "there is no `lnik` here; did you mean `link`?",
    "unused-objection": "no briefing brings this up: it shares no word with a buyer's",
    "no-title": "`title` is missing: say it in front matter or as a `#` heading",
    "unused-buyer": "no gate names this buyer; say `buyer: hermit` in one, or remove",
}
"""By mark: what is said of its line."""

WHOLE = {
    "docs/playbook/messages/confrim.md": "no mail is called `confrim`; did you mean `confirm`?",
    "docs/playbook/sequences/empty": "this sequence has no steps; write 01-hello.md, or remove the",
    "docs/playbook/sequences/keys/02-c.md": "02-b.md has the number 02 too; the numbers give the order, so",
    "docs/playbook/sequences/keys/3-d.md": "name steps with two digits and a word, such as `02-company.md`",
    "docs/playbook/sequences/loose.md": "put each sequence into a folder of its own",
    "docs/playbook/sequnces": "a playbook has no `sequnces`; did you mean `sequences`?",
    "docs/downloads/price-list.pdf": "no gate and no page names this file, yet it is published",
    "docs/downloads/talk.mp4": "no gate and no page names this file, yet it is published",
    "docs/img/old.png": "no page shows this picture; show it, or remove it",
}
"""By file: what is said of it as a whole."""


class Said(msgspec.Struct, frozen=True):
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """One run over the planted site, in a repository whose last commit had other words of consent."""
    root = tmp_path_factory.mktemp("planted")
    git = ["git", "-C", str(root), "-c", "user.name=Ann", "-c", "user.email=ann@acme.example"]
    plant(root, {**FILES, **BEFORE})
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *words], check=True)
    plant(root, FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        done = CliRunner().invoke(main, ["check", "--json", "--against", "HEAD"])
    assert done.exit_code == 1
    return msgspec.json.decode(done.stdout, type=Said)


def at(said: Said) -> Mapping[tuple[str, int], list[str]]:
    """All messages by file and line."""
    found: dict[tuple[str, int], list[str]] = {}
    for one in (*said.problems, *said.warnings):
        found.setdefault((one.file, one.line), []).append(one.message)
    return found


@pytest.mark.parametrize("mark", MARKED)
def test_a_planted_mistake_is_found_at_its_line(said: Said, mark: str) -> None:
    messages = at(said).get(line_of(mark), [])

    assert [message for message in messages if MARKED[mark] in message]


@pytest.mark.parametrize("file", WHOLE)
def test_a_planted_file_is_found_by_its_name(said: Said, file: str) -> None:
    messages = at(said).get((file, 0), [])

    assert [message for message in messages if WHOLE[file] in message]


def test_every_mark_has_a_row() -> None:
    assert {mark for text in FILES.values() for mark in MARK.findall(text)} == set(MARKED)


def test_nothing_is_said_of_a_line_without_a_mistake(said: Said) -> None:
    planted = {line_of(mark) for mark in MARKED} | {(file, 0) for file in WHOLE}
    others = {place: messages for place, messages in at(said).items() if place not in planted}

    assert all("is a meeting with the" in message for messages in others.values() for message in messages)


def test_each_mistake_is_told_once(said: Said) -> None:
    everything = [*said.problems, *said.warnings]

    assert len(everything) == len({(one.file, one.line, one.message) for one in everything})
