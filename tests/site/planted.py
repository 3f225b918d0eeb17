"""A site with a mistake on each line that ends in `§name§`; the marks are taken out before it is written."""

from __future__ import annotations

import re
from pathlib import Path

MARK = re.compile(r"§([\w-]+)§")
CUT = "\n# Page\n\nOpen words.\n\n<!-- more -->\n\nWithheld words of this page that nobody else reads.\n"


def page(gate: str, text: str = CUT) -> str:
    return f"---\n{gate}\n---\n{text}"


def mail(front: str, body: str) -> str:
    return f"---\n{front}\n---\n{body}\n"


def plain(subject: str = "Hello", objective: str = "advance", more: str = "") -> str:
    """A step's front matter without a mistake."""
    return f"subject: {subject}\nwait: 5 days\nencounter: subject\nobjective: {objective}\nappeal: profit{more}"


ONE_PAGE = "gate:\n  form: {form}\n  sequence: {sequence}\n  buyer: cto"

FILES = {
    "mkdocs.yml": """site_name: Planted
site_url: https://acme.example/
repo_url: https://github.com/acme/site§public-repository§
theme: mkdocs
plugins: [search, leadlight]
markdown_extensions: [pymdownx.snippets]
exclude_docs: /drafts/§not-excluded§
""",
    "docs/index.md": "# Home\n\n[Guide](guide/gaide.md)§lost-page§\n\n![A picture](img/none.png)§lost-picture§\n"
    '\n--8<-- "docs/playbook/objections/dear.md"§snippet§\n\n[Whole](guide/whole.md)\n',
    "docs/guide/whole.md": page(ONE_PAGE.format(form="asks", sequence="mails") + "\n  files: [downloads/kept.pdf]"),
    "docs/guide/more.md": page("gate:\n  form: reworded\n  sequence: sale§begins-with-a-sale§"),
    "docs/guide/names.md": page(
        "gate:\n  form: akss§unknown-form§\n  sequence: mials§unknown-sequence§\n  buyer: xto§unknown-buyer§"
    ),
    "docs/guide/keys.md": page(
        "gate:\n  unlcok: form§unknown-key§\n  teaser: 0.35§teaser§\n  meter: 2/fortnight§meter§\n"
        "  quality: 9§quality§\n  encounter: produkt§gate-encounter§\n  kind: adio§kind§\n"
        "  chapters:§chapters§ [no time]\n  trial: trial page§trial§\n  series: Mail Path§series§\n  id: a b§gate-id§\n"
        "  disposable: never§disposable§\n  sequence: mial§beside-unreadable§\n"
        "  files:\n    - downloads/gone.pdf§beside-too§"
    ),
    "docs/guide/files.md": page(
        "gate:\n  files:\n    - downloads/kpet.pdf§missing-file§\n    - ../secret.pdf§outside§\n"
        "    - downloads/kept.pdf\n    - img/kept.pdf§twin§"
    ),
    "docs/guide/misspelt.md": page("gates:§misspelt-gate§\n  form: asks"),
    "docs/guide/displaced.md": "\n---§displaced§\ngate: {}\n---\n# Page\n",
    "docs/guide/uncut.md": page("title: Uncut\ngate:§uncut§ {form: asks}", "# Page\n\nNo mark at all.\n"),
    "docs/guide/first.md": page("gate:\n  form: asks\n  series: path\n  part: 1"),
    "docs/guide/second.md": page("gate:\n  form: asks\n  series: path\n  part: 1§same-part§"),
    "docs/guide/lonely.md": page("gate:\n  form: asks\n  series: alone§alone§"),
    "docs/guide/part.md": page("gate:\n  form: asks\n  part: 2§part-of-nothing§"),
    "docs/guide/news.md": "---\nannounce: maybe§announce§\n---\n# News\n",
    "docs/deep/.gate.yml": "form: asks\npart: 2§part-of-a-section§\n",
    "docs/deep/page.md": CUT,
    "docs/downloads/kept.pdf": "kept",
    "docs/img/kept.pdf": "kept too",
    "docs/downloads/price-list.pdf": "for nobody",
    "docs/downloads/talk.mp4": "for nobody",
    "docs/img/old.png": "for nobody",
    "docs/playbook/sequnces/README.md": "",
    "docs/playbook/team.yml": """company: {name: Acme}§postal§
people:§territories§
  - name: Ann Lee
    email: ann@acme.example
    territories: [GB]
    products: [sos]§product§
  - name: Bo Ek
    email: bo@acme.example
    territories: [SE]
    sizes: [huge]§size§
at_most: 2/week
""",
    "docs/playbook/criteria.yml": """fit:
  - name: firm
    when: not company.freemail§criterion§
    points: 2
  - name: warm
    when: lead.temperature == 'warm'§temperature§
    points: 1
  - name: nothing§no-points§
    when: answers.company
  - name: firm§same-criterion§
    when: answers.company
    points: 1
weights:
  kinds:
    red: 2§weight§
spend:
  Google Ads:§spend-source§
    2026-01: 100
  google/spring:
    2026-13: 100§spend-month§
bands:
  High: 1000§band§
empowered: []§empowered§
half_life: soon§half-life§
""",
    "docs/playbook/forms/asks.yml": """consent: optional
fields:
  - {name: company}
  - {name: size, type: choice, choices: [small, large]}
wording:
  content: We send you the page; see [our rules](https://acme.example/rules/).§form-brackets§§form-link§
  follow-up: And 12 mails.
""",
    "docs/playbook/forms/reworded.yml": "wording:\n  content: The page.\n  follow-up: And all our mails.§reworded§\n",
    "docs/playbook/forms/shape.yml": """titel: Read on§form-key§§shape-unused§
fields:
  - name: Company Name§field-name§
  - {name: level, type: chioce}§field-type§
wording: {content: The page.}
""",
    "docs/playbook/forms/sense.yml": """consent: required§no-follow-up§§sense-unused§
fields:
  - {name: company}
  - {name: company}§same-field§
  - {name: level, type: choice}§no-choices§
  - name: code
    type: hidden
    label: Code§hidden-label§
  - name: country
    type: country
    choices: [XX]§no-country§
  - name: intent
    type: choice
    choices: [maybe]§intent§
  - name: role
    value: boss§value§
wording:§no-content§
  phone: Only if you ask.
""",
    "docs/playbook/forms/both.yml": """consent: maybe§consent§§both-unused§
fields:
  - {name: level, type: chioce}§field-kind§
  - {name: depth, type: choice}§without-choices§
wording: {content: The page.}
""",
    "docs/playbook/forms/spare.yml": "wording:§unused-form§ {content: The page., follow-up: Mails.}\n",
    "docs/playbook/sequences/loose.md": "Hello.\n",
    "docs/playbook/sequences/keys/01-a.md": mail(
        "subject: Hello§no-objective§\nwait: -2 days§wait§\nsend: 16:00-9:00§send§\nencounter: produkt§encounter§\n"
        "channel: sms§channel§\nappeal: profitt§appeal§\nstale_after: none§stale§\npriority: 1§step-key§\n"
        "only_if: lead.stage == 'customr'§step-condition§\nfrom: anne§step-sender§",
        "Dear {{ nobody }}§text-too§",
    ),
    "docs/playbook/sequences/keys/02-b.md": "No front matter.§no-front§\n",
    "docs/playbook/sequences/keys/02-c.md": mail(plain(), "Text."),
    "docs/playbook/sequences/keys/3-d.md": mail(plain(), "Text."),
    "docs/playbook/sequences/texts/01-a.pl.md": mail(
        "wait: 2 days§variant§\nchannel: rep§variant-too§", "Tekst {{ nikt }}.§variant-text§"
    ),
    "docs/playbook/sequences/keys/09-z.pl.md": "§no-base§Tekst.\n",
    "docs/playbook/sequences/texts/01-a.md": mail(
        plain("Hello", more="\nonly_if: lead.temperature == 'hoot'§condition§\nfrom: anna§sender§"),
        "Hi {{ lead.frist_name }},§attribute§\n\n{first_name}§merge-tag§\n*|FNAME|*§other-tag§\n\n"
        "![Chart](https://acme.example/c.png)§picture§\n\n[Run](javascript:run)§scheme§ and [nothing]()§no-address§",
    ),
    "docs/playbook/sequences/texts/02-b.md": mail(
        plain("'{{ lead.first_name }}'§empty-subject§"), "![All](https://acme.example/all.png)§picture-alone§"
    ),
    "docs/playbook/sequences/texts/03-c.md": mail(plain(), "§no-text§"),
    "docs/playbook/sequences/texts/04-d.md": mail(plain(more="\noffer: {title: A call}"), "Say yes.§no-answer§"),
    "docs/playbook/sequences/ring-a/sequence.yml": "then: ring-b§ring§\n",
    "docs/playbook/sequences/ring-a/01-x.md": mail(plain(), "Text."),
    "docs/playbook/sequences/ring-b/sequence.yml": "then: ring-a§ring-back§\n",
    "docs/playbook/sequences/ring-b/01-x.md": mail(plain(), "Text."),
    "docs/playbook/sequences/ends/sequence.yml": "ends_when: bought§ending§\nmigrate: leave§migrate§\n"
    "then: now§then-too§\n",
    "docs/playbook/sequences/ends/01-x.md": mail(plain(), "Text."),
    "docs/playbook/sequences/onward/sequence.yml": "then: nowhere§then§\n",
    "docs/playbook/sequences/onward/01-x.md": mail(plain(), "Text."),
    "docs/playbook/sequences/sale/sequence.yml": "starts_when: customer\nonly_if: lead.valeu > 1§sale-condition§\n",
    "docs/playbook/sequences/sale/01-x.md": mail(plain(), "Text."),
    "docs/playbook/sequences/empty/sequence.yml": "priority: 5\n",
    "docs/playbook/sequences/mails/01-a.md": mail(
        f"subject: 'RE: READ THIS{' AND THAT' * 6}!!'§long§§capitals§§marks§§pretends§\nwait: 2 days\n"
        "encounter: subject§encounters§\nobjective: close§one-tap§\nappeal: curiosity",
        "[Click here](https://other.example/a)§says-nothing§ and [it](https://bit.ly/x)§shortened§\n"
        "[two](https://other.example/b) [three](https://other.example/c) [four](https://other.example/d)\n"
        "[five](http://other.example/e)§not-encrypted§§many-links§ [six](https://other.example/f)\n\n"
        "Please find attached our list.§attachment§\n\n<table><tr><td>1</td></tr></table>§table§\n\n"
        "[Unsubscribe](https://other.example/stop)§own-stop§",
    ),
    "docs/playbook/sequences/mails/02-b.md": mail(
        plain("Back", "start§step-back§").replace("5 days", "1 minute"),
        "[Guide](../../../guide/whole.md)§from-nowhere§\n[Old]({{ company.url }}/guide/hole/)§gone-page§\n"
        "[Part](https://acme.example/guide/whole/#prat)§gone-heading§\n"
        "[PDF](https://acme.example/downloads/kept.pdf)§gated-file§",
    ),
    "docs/playbook/sequences/mails/03-c.md": mail(
        "subject: Third\nwait: 1 minute§held-back§\nencounter: subject\nobjective: close\nappeal: emotion§clash§",
        "Book: [a time]({{ rep.booking }})§no-booking§",
    ),
    "docs/playbook/sequences/spare/01-x.md": mail(plain(), "Text.").replace("---\n", "---§unused-sequence§\n", 1),
    "docs/playbook/messages/arrived.md": mail("subject: Here: there§no-yaml§", "It is {{ lnik }}§below-no-yaml§"),
    "docs/playbook/messages/confrim.md": mail("subject: Confirm", "[Open]({{ link }}) {{ code }}"),
    "docs/playbook/messages/delivery.md": mail("subject: Yours\nform: rep§message-key§", "Here: {{ lnik }}§message§"),
    "docs/playbook/objections/dear.md": "# Too dear for a company\n\nIt pays.\n",
    "docs/playbook/objections/late.md": "# Too late for a company\n\nIt waits.\n",
    "docs/playbook/objections/odd.md": "# Zebras§unused-objection§\n\nNo.\n",
    "docs/playbook/objections/bare.md": "§no-title§Words without a heading.\n",
    "docs/playbook/buyers/cto.md": "# CTO\n\n**Needs**\n\n- A company that lasts\n",
    "docs/playbook/buyers/hermit.md": "# Hermit§unused-buyer§\n\nNobody.\n",
}

BEFORE = {
    "docs/playbook/forms/reworded.yml": FILES["docs/playbook/forms/reworded.yml"].replace("all our mails", "4 mails")
}
"""What git has as the last commit, where it differs."""


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MARK.sub("", text), encoding="utf-8")


def line_of(mark: str) -> tuple[str, int]:
    """The file and the line of a mark."""
    file = next(name for name, text in FILES.items() if f"§{mark}§" in text)
    return file, FILES[file][: FILES[file].index(f"§{mark}§")].count("\n") + 1
