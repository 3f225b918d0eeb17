"""A site in English and Polish, by the plugin that most such sites have; two files of browser tests visit it."""

from __future__ import annotations

SECRET = "Bursztyn jest lżejszy od szkła i cieplejszy w dłoni."
"""A sentence of the withheld half in Polish."""
STEP = "wait: 1 day\nencounter: person\nobjective: start\nsend: any\n"
FILES = {
    "mkdocs.yml": """
site_name: Szkło
site_url: http://127.0.0.1:8000/
theme:
  name: material
  font: false
  language: en
  features: [navigation.instant]
  palette:
    - {media: "(prefers-color-scheme: light)", scheme: default, toggle: {icon: material/weather-night, name: Dark}}
    - {media: "(prefers-color-scheme: dark)", scheme: slate, toggle: {icon: material/weather-sunny, name: Light}}
exclude_docs: /playbook/
plugins:
  - search
  - i18n:
      reconfigure_material: false
      languages:
        - {locale: en, name: English, default: true}
        - {locale: pl, name: Polski, theme: {language: pl}}
  - leadlight
""",
    "docs/index.md": "# Glass\n\n[A guide](guide.md)\n",
    "docs/index.pl.md": "# Szkło\n\n[Poradnik](guide.md)\n",
    "docs/guide.md": "---\ntitle: Amber\ngate: {files: [a.txt], sequence: course}\n---\n# Amber\n\nOpen to all.\n\n"
    "<!-- more -->\n\n## The rest\n\nAmber is lighter than glass, and warmer in the hand.\n",
    "docs/guide.pl.md": "---\ntitle: Bursztyn\n---\n# Bursztyn\n\nDla każdego.\n\n<!-- more -->\n\n## Reszta\n\n"
    f"{SECRET}\n",
    "docs/a.txt": "amber",
    "docs/playbook/team.yml": "company: Szkło\npeople: [{name: Jan Kowalski, email: jan@szklo.example}]\n",
    "docs/playbook/sequences/course/01-hello.md": f"---\nsubject: First\n{STEP}---\nHow do you hold it?\n",
    "docs/playbook/sequences/course/01-hello.pl.md": "---\nsubject: Pierwsza\n---\nJak go trzymasz?\n",
}
