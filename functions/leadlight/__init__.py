"""Leadlight turns a git repository of Markdown into a site that starts sales conversations.

Read in this order: `ports/` (the words and the contracts), `model/` (the nouns), `rules/` (the decisions),
`visitor.py` and `rep.py` (what people do), `ledger.py`, `welcome.py`, `followup.py` and `notify.py` (what happens by
itself), `handlers/` (what wakes us), `wiring.py` (which parts it runs on).
"""

__version__ = "0.1.0"
