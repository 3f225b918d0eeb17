"""Which pages are news as soon as they are published? Called by `gather`; `announce: true` in a page's front matter.

A line of the text decides, not YAML: any page may have it, gated or not, and most have not.
"""

from __future__ import annotations

import re

from leadlight.errors import BadPlaybook, Problem
from leadlight.gate.source import body

_LINE = re.compile(r"announce\s*:\s*(.*?)\s*(?:#.*)?\Z")
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def is_announced(text: str, file: str) -> bool:
    """Whether the page with that text is news. Raises `BadPlaybook` for a word that is neither yes nor no.

    >>> is_announced("---\\ntitle: New\\nannounce: true\\n---\\nText", "n.md"), is_announced("announce: true", "o.md")
    (True, False)
    """
    _, skipped = body(text)
    for number, line in enumerate(text.split("\n")[:skipped], 1):
        if found := _LINE.match(line):
            word = found[1].strip("\"'").lower()
            if word not in _WORDS:
                message = f"`announce: {found[1]}` is neither `true` nor `false`; readers are told of it, or are not"
                raise BadPlaybook([Problem(file, number, message)])
            return _WORDS[word]
    return False
