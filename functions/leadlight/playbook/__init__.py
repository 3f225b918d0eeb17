"""What marketers write: read, checked and compiled at build time; the compiled form, opened at run time.

Build: `source` (the whole playbook) and `front` (one page), by way of `written`, `shapes` and `findings`; `write`.
Run: `bundle`, `context`, `expressions`, `promise`; these import nothing heavy.
"""
