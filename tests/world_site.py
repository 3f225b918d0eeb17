"""The sources of the test world: three gates (one of each kind), two forms, a sequence of four steps, a team of two."""

from __future__ import annotations

import msgspec

PAGE = """---
title: {title}
gate: {gate}
---
# {title}

Everybody may read this first part of {title}, as it stands before the mark.

<!-- more -->

## The rest of {title}

{secret}

A second paragraph of the withheld half, so that there is something to read on.
"""

SECRETS = {
    "guides/mail": "Quartz lanterns hum beneath the withheld archway of mail.",
    "guides/form": "Copper herons wade along the withheld canal of forms.",
    "guides/rep": "Velvet anvils ring inside the withheld belfry of reps.",
}
"""One sentence of each withheld half, found nowhere else."""


def gated(gate_id: str, title: str, **gate: object) -> str:
    """The source of one gated page; JSON is YAML."""
    return PAGE.format(title=title, gate=msgspec.json.encode(gate).decode(), secret=SECRETS[gate_id])


def step(body: str, **front: object) -> str:
    """The source of one step."""
    return f"---\n{msgspec.json.encode(front).decode()}\n---\n{body}\n"


FIELDS = [
    {"name": "email", "type": "email", "label": "E-mail", "required": True},
    {"name": "name", "type": "text", "label": "Name"},
    {"name": "company", "type": "text", "label": "Company"},
    {"name": "country", "type": "text", "label": "Country"},
    {"name": "phone", "type": "phone", "label": "Phone"},
    {"name": "role", "type": "choice", "label": "Role", "choices": ["buyer", "user"]},
    {"name": "about", "type": "textarea", "label": "About you"},
]
WORDING = {
    "content": "We send you the page.",
    "follow-up": "You may write to me about it.",
    "news": "Tell me what is new.",
}
TEAM = {
    "company": {"name": "Glass & Co", "postal": "1 Lead Lane, London", "email": "hello@glass.example"},
    "people": [
        {"id": "rita", "name": "Rita Rep", "email": "rita@glass.example", "phone": "+44 20 7946 0001"},
        {"id": "mark", "name": "Mark Manager", "email": "mark@glass.example", "manager": True},
    ],
    "hours": {"zone": "UTC", "days": "mon-fri", "from": "09:00", "to": "17:00"},
    "hold": "16 hours",
    "notices": {"digest": "off"},
}
STOP = "\n\n[Stop]({{ links.unsubscribe }}) or [read]({{ links.page }})."


def as_text(value: object) -> str:
    """Plain data as YAML."""
    return msgspec.json.encode(value).decode()


COURSE = "docs/playbook/sequences/course"

FILES = {
    "mkdocs.yml": as_text(
        {
            "site_name": "Glass",
            "site_url": "https://glass.example/",
            "theme": "mkdocs",
            "plugins": ["leadlight"],
            "exclude_docs": "/playbook/\n",
        }
    ),
    "docs/index.md": "# Home\n\nWelcome.\n",
    "docs/guides/mail.md": gated(
        "guides/mail", "Mail guide", form="exchange", unlock="email", sequence="course",
        files=["downloads/guide.pdf", "downloads/guide.mp3"],
    ),
    "docs/guides/form.md": gated("guides/form", "Form guide", form="open", unlock="form", sequence="course"),
    "docs/guides/rep.md": gated("guides/rep", "Rep guide", form="exchange", unlock="rep", disposable="refuse"),
    "docs/downloads/guide.pdf": "%PDF-1.4 a guide",
    "docs/downloads/guide.mp3": "ID3 a recording",
    "docs/playbook/team.yml": as_text(TEAM),
    "docs/playbook/forms/exchange.yml": as_text(
        {"title": "Read on", "button": "Send", "consent": "required", "fields": FIELDS, "wording": WORDING}
    ),
    "docs/playbook/forms/open.yml": as_text(
        {"title": "Read on", "button": "Open", "consent": "optional", "fields": FIELDS, "wording": WORDING}
    ),
    f"{COURSE}/01-hello.md": step(
        "Hello {{ lead.first_name or 'there' }}, you opened {{ gate.title }}." + STOP,
        subject="First: {{ lead.first_name or 'hello' }}", wait="1 day", encounter="person", objective="start",
    ),
    f"{COURSE}/02-company.md": step(
        "How {{ lead.company or 'others' }} did it." + STOP,
        subject="Second", wait="2 days", encounter="company", objective="advance", stale_after="3 days",
    ),
    f"{COURSE}/03-call.md": step(
        "Ring them.", subject="Third", wait="2 days", channel="rep", encounter="person", objective="relate",
    ),
    f"{COURSE}/04-offer.md": step(
        "An offer." + STOP,
        subject="Fourth", wait="3 days", encounter="product", objective="close",
        only_if="lead.temperature != 'hot'",
    ),
}  # fmt: skip
"""Path to text: a whole MkDocs project."""
