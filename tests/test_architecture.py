"""The architecture, as a dictionary that the code has to obey. A module without a row fails."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    "headline": DECIDING | {"briefing"},
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


def modules() -> Iterator[tuple[str, Path]]:
    """Each source file with the row it belongs to."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).parts[0].removesuffix(".py"), path


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Each absolute module name that a tree imports, with the statement that does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only, so that the rules can be grepped"
            if node.module == "leadlight":
                for alias in node.names:
                    yield f"leadlight.{alias.name}", node
            elif node.module:
                yield node.module, node


PATHS = [pytest.param(row, path, id=str(path.relative_to(SOURCE))) for row, path in modules()]


@pytest.mark.parametrize(("row", "path"), PATHS)
def test_a_module_imports_only_what_its_row_allows(row: str, path: Path) -> None:
    allowed = MAY_IMPORT[row] | {row}

    used = {name.split(".")[1] for name, _ in imports(ast.parse(path.read_text())) if name.startswith("leadlight.")} - {
        "__version__"
    }

    assert used <= allowed, f"{path.name} may not import {sorted(used - allowed)}"


@pytest.mark.parametrize(("row", "path"), PATHS)
def test_foreign_modules_stay_where_they_belong(row: str, path: Path) -> None:
    where = path.relative_to(SOURCE).as_posix()
    used = {name.split(".")[0] for name, _ in imports(ast.parse(path.read_text()))}

    strays = [name for name in used & ONLY_IN.keys() if not where.startswith(ONLY_IN[name])]

    assert strays == []


@pytest.mark.parametrize(("row", "path"), PATHS)
def test_only_settings_reads_the_environment(row: str, path: Path) -> None:
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}

    assert row == "settings" or not attributes & {"environ", "getenv", "putenv"}


@pytest.mark.parametrize("path", sorted((SOURCE / "cli").glob("*.py")), ids=lambda path: path.name)
def test_the_command_line_imports_the_heavy_parts_lazily(path: Path) -> None:
    top = ast.Module(body=[n for n in ast.parse(path.read_text()).body if not isinstance(n, ast.If)], type_ignores=[])
    at_import = {
        name.split(".")[1] for name, node in imports(top) if name.startswith("leadlight.") and node in top.body
    }

    assert at_import & LAZY_IN_CLI == set()


@pytest.mark.parametrize("path", sorted([*SOURCE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]), ids=lambda p: p.name)
def test_files_and_functions_fit_on_a_desk(path: Path) -> None:
    text = path.read_text()
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]

    too_long = [n.name for n in functions if (n.end_lineno or 0) - n.lineno + 1 > 50]

    assert text.count("\n") <= 400
    assert too_long == []


def test_the_top_level_holds_only_what_the_readme_lists() -> None:
    known = {
        "mkdocs.yml", "content", "functions", "infra", "tests", "README.md", "pyproject.toml", "requirements.lock",
        "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".gitignore", ".pre-commit-config.yaml", ".ci",
        ".github",
    }  # fmt: skip
    made = {".git", ".cache", ".venv", ".leadlight", "site", "bundle", "dist"}
    found = {path.name for path in ROOT.iterdir() if not path.name.endswith("_cache")}

    assert found - made - {".hypothesis"} <= known
