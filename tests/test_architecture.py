"""The architecture, as a dictionary that the code has to obey. A module without a row fails.

Each rule is one test over all files, which are read once: what breaks it is listed, with file and line.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("architecture")  # one worker parses all files, not each of them

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "functions" / "leadlight"

CORE = {"errors", "model"}
DECIDING = CORE | {"words", "rules", "tokens", "vault", "settings", "ports"}
SAYING = DECIDING | {
    "assignment", "decide", "profile", "plan", "links", "playbook", "messages", "views", "letter", "incoming",
    "backlog", "lifecycle", "aftersale", "answers", "briefing", "headline", "speed",
}  # fmt: skip
BY_ITSELF = {
    "welcome", "followup", "pausing", "notify", "moved", "noted", "returns", "replies", "report", "rights", "digest",
    "feedback", "taken_up", "weekly", "news", "retention",
}  # fmt: skip
OTHER_WAYS = {"crm", "facts", "imports", "exports", "tombstones", "suppressions", "departed"}
ACTING = (
    SAYING
    | OTHER_WAYS
    | {"figures", "bounce", "reputation", "mail_alarm", "restore", "fate", "ledger", "evidence", "budgets", "withheld"}
    | BY_ITSELF
)
PEOPLE = {"visitor", "rep", "marketer"}

MAY_IMPORT = {
    "words": set[str](),
    "errors": {"words"},
    "model": {"errors", "words"},
    "rules": CORE | {"words"},
    "tokens": CORE | {"words"},
    "vault": CORE,
    "settings": CORE,
    "ports": DECIDING - {"ports"},
    "decide": DECIDING,
    "assignment": DECIDING | {"playbook"},
    "profile": DECIDING,
    "links": DECIDING | {"playbook"},
    "playbook": DECIDING,
    "plan": DECIDING | {"playbook"},
    "messages": DECIDING | {"playbook"},
    "undelivered": set[str](),
    "incoming": DECIDING | {"playbook", "undelivered"},
    "views": DECIDING | {"links", "profile", "playbook"},
    "record": DECIDING | {"profile", "reputation"},
    "aftersale": DECIDING | {"decide", "playbook"},
    "answers": DECIDING | {"links", "playbook"},
    "lifecycle": DECIDING | {"decide", "profile", "playbook", "plan", "views", "aftersale", "speed"},
    "letter": SAYING - {"letter"},
    "speed": DECIDING | {"decide", "playbook", "views"},
    "likely": DECIDING | {"playbook", "views"},
    "briefing": DECIDING | {"links", "profile", "playbook", "views", "speed", "likely"},
    "headline": DECIDING | {"briefing", "playbook"},
    "bounce": DECIDING | {"playbook", "plan"},
    "restore": DECIDING | {"playbook"},
    "reputation": DECIDING,
    "backlog": DECIDING,
    "fate": DECIDING,
    "ledger": DECIDING | {"decide", "bounce", "reputation", "restore", "fate"},
    "evidence": SAYING | {"fate"},
    "budgets": DECIDING | {"fate"},
    "withheld": SAYING | {"fate", "ledger", "budgets"},
    **dict.fromkeys(BY_ITSELF, SAYING | {"fate", "ledger"}),
    "welcome": SAYING | {"fate", "ledger", "budgets", "withheld"},
    "rights": SAYING | {"fate", "ledger", "figures", "gathered", "tombstones"},
    "retention": SAYING | {"rights"},
    "gathered": DECIDING,
    "figures": DECIDING | {"playbook", "gathered"},
    "report": DECIDING | {"playbook"},
    "feedback": DECIDING | {"decide", "playbook", "profile"},
    "taken_up": SAYING | {"fate", "ledger", "feedback"},
    "topics": SAYING | {"feedback", "gathered"},
    "weekly": SAYING | {"feedback", "report"},
    "digest": SAYING | {"feedback", "departed", "weekly", "news"},
    "departed": DECIDING,
    "tombstones": DECIDING,
    "crm": SAYING | {"restore"},
    "facts": SAYING | {"lifecycle"},
    "imports": SAYING | {"assignment", "tombstones"},
    "suppressions": SAYING | {"tombstones"},
    "exports": SAYING,
    "returns": SAYING | {"evidence", "bounce", "reputation"},
    "mail_alarm": SAYING | {"reputation"},
    "replies": SAYING | {"returns", "undelivered"},
    **dict.fromkeys(PEOPLE, ACTING),
    "pages": ACTING | PEOPLE,
    "handlers": ACTING | PEOPLE | {"topics", "pages", "wiring"},
    "mime": set[str](),
    "aws": CORE | {"ports", "mime"},
    "local": CORE | {"ports", "mime"},
    "wiring": {"errors", "model", "settings", "vault", "tokens", "ports", "aws", "local"},
    "entry": {"handlers", "wiring", "aws"},
    "serve": ACTING | PEOPLE | {"pages", "handlers", "wiring"},
    "demo": ACTING | PEOPLE | {"pages", "handlers", "wiring", "serve"},
    "preview": ACTING | PEOPLE | {"pages", "handlers", "serve", "simulate", "local"},
    "simulate": ACTING | PEOPLE | {"pages", "handlers", "wiring", "local"},
    "openapi": CORE | {"rules"},
    "gate": CORE | {"words", "rules", "playbook", "openapi"},
    "publish": CORE | {"words", "rules", "settings", "wiring", "playbook", "gate"},
    "cli": ACTING
    | PEOPLE
    | {"record", "restore", "topics"}
    | {"pages", "handlers", "wiring", "serve", "demo", "preview", "simulate", "gate", "publish"},
    "__init__": set[str](),
}

ONLY_IN = {
    "boto3": ("aws/", "wiring/", "publish/"),
    "botocore": ("aws/", "wiring/", "publish/"),
    "sqlite3": ("local/",),
    "smtplib": ("local/",),
    "mkdocs": ("gate/plugin.py", "gate/config.py"),
    "aws_lambda_powertools": ("handlers/",),
}
"""Foreign modules, and the only places that may import them."""

LAZY_IN_CLI = {"serve", "demo", "preview", "simulate", "gate", "publish"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a file imports, reads from something or gives to a function, and where."""

    name: str
    at: str
    lines: int = 0
    at_once: bool = False  # as soon as the file is imported

    @property
    def part(self) -> str:
        """Of a module of ours, the row that it belongs to."""
        first, _, rest = self.name.partition(".")
        return rest.partition(".")[0] if first == "leadlight" and rest != "__version__" else ""


@dataclass(frozen=True, slots=True)
class Module:
    """What the rules ask about one file of ours. It holds no tree: all trees together keep the collector busy."""

    where: str  # below `leadlight`, or else below the repository
    lines: int
    imports: list[Name]
    relative: list[str]
    attributes: list[Name]
    functions: list[Name]

    @property
    def row(self) -> str:
        return self.where.partition("/")[0].removesuffix(".py")


@cache
def read(path: Path) -> Module:
    """The file, parsed once for all rules."""
    text = path.read_text()
    tree = ast.parse(text)
    where = path.relative_to(SOURCE if path.is_relative_to(SOURCE) else ROOT).as_posix()
    module = Module(where, text.count("\n"), [], [], [], [])
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                at_once = node in tree.body
                names = imported(node)
                module.imports.extend(Name(name, f"{where}:{node.lineno}", at_once=at_once) for name in names)
                module.relative.extend([f"{where}:{node.lineno}"] * bool(getattr(node, "level", 0)))
            case ast.Attribute():
                module.attributes.append(Name(node.attr, f"{where}:{node.lineno}"))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                lines = (node.end_lineno or 0) - node.lineno + 1
                module.functions.append(Name(node.name, f"{where}:{node.lineno}", lines))
    return module


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that a statement imports."""
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.Import):
        return names
    return [f"leadlight.{name}" for name in names] if node.module == "leadlight" else [node.module or ""]


def modules() -> list[Module]:
    """The product."""
    return [read(path) for path in sorted(SOURCE.rglob("*.py"))]


def test_every_module_has_a_row() -> None:
    strays = [module.where for module in modules() if module.row not in MAY_IMPORT]

    assert len(modules()) > 300
    assert strays == [], "\n".join(strays)


def test_imports_are_absolute_so_that_the_rules_can_be_grepped() -> None:
    strays = [at for module in modules() for at in module.relative]

    assert strays == [], "\n".join(strays)


def test_a_module_imports_only_what_its_row_allows() -> None:
    strays = [
        f"{each.at} may not import {each.part}"
        for module in modules()
        for each in module.imports
        if each.part not in MAY_IMPORT.get(module.row, set()) | {module.row, ""}
    ]

    assert strays == [], "\n".join(strays)


def test_foreign_modules_stay_where_they_belong() -> None:
    strays = [
        f"{each.at} may not import {each.name}"
        for module in modules()
        for each in module.imports
        if not module.where.startswith(ONLY_IN.get(each.name.partition(".")[0], ""))
    ]

    assert strays == [], "\n".join(strays)


def test_only_settings_reads_the_environment() -> None:
    ways = {"environ", "getenv", "putenv"}
    others = [module for module in modules() if module.row != "settings"]
    strays = [f"{each.at} {each.name}" for module in others for each in module.attributes if each.name in ways]

    assert strays == [], "\n".join(strays)


def test_the_command_line_imports_the_heavy_parts_lazily() -> None:
    at_once = [e for module in modules() if module.where.startswith("cli/") for e in module.imports if e.at_once]
    strays = [f"{each.at} imports {each.part} at once" for each in at_once if each.part in LAZY_IN_CLI]

    assert strays == [], "\n".join(strays)


def test_files_and_functions_fit_on_a_desk() -> None:
    files = [*modules(), *(read(path) for path in sorted((ROOT / "tests").rglob("*.py")))]
    long = [f"{file.where} has {file.lines} lines" for file in files if file.lines > 400]
    long += [f"{each.at} {each.name} has {each.lines}" for file in files for each in file.functions if each.lines > 50]

    assert long == [], "\n".join(long)


def test_the_top_level_holds_only_what_the_readme_lists() -> None:
    known = {
        "mkdocs.yml", "content", "functions", "infra", "tests", "README.md", "pyproject.toml", "requirements.lock",
        "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".gitignore", ".pre-commit-config.yaml", ".ci",
        ".github",
    }  # fmt: skip
    made = {".git", ".cache", ".venv", ".leadlight", "site", "bundle", "dist"}
    found = {path.name for path in ROOT.iterdir() if not path.name.endswith("_cache")}

    assert found - made - {".hypothesis"} <= known
