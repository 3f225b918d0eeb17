"""What a build refuses, and what it says about it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from mkdocs.exceptions import PluginError

from leadlight.cli import main
from leadlight.errors import BadPlaybook, Problem
from leadlight.gate.build import build_site
from leadlight.gate.check import check_sources
from leadlight.gate.plugin import LeadlightPlugin

Problems = Callable[..., tuple[Problem, ...]]
GATED = "---\ngate: {}\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\nClosed words that nobody else may read.\n"


def test_a_mark_within_an_admonition_is_refused_with_its_file(problems: Problems) -> None:
    page = "---\ngate: {}\n---\n# Page\n\nOpen.\n\n<div>\n<!-- more -->\n</div>\n\nClosed.\n"

    (problem,) = problems({"page.md": page})

    assert problem.file.endswith("docs/page.md")
    assert "top level" in problem.message


def test_a_gate_without_a_mark_is_refused(problems: Problems) -> None:
    (problem,) = problems({"page.md": "---\ntitle: x\ngate: {}\n---\n# Page\n\nAll of it.\n"})

    assert (problem.line, "<!-- more -->" in problem.message) == (3, True)


@pytest.mark.parametrize(
    ("front", "line", "hint"),
    [
        ("gate:\n  unlcok: email", 3, "unlock"),
        ("gates:\n  unlock: email", 2, "gate"),
        ("gate:\n  files: [downloads/none.pdf]", 3, "downloads/none.pdf"),
        ("gate:\n  form: shrot", 3, "short"),
        ("gate:\n  sequence: none", 3, "sequence"),
    ],
)
def test_a_mistake_in_front_matter_is_named_with_file_and_line(
    front: str, line: int, hint: str, problems: Problems
) -> None:
    (problem,) = problems({"page.md": f"---\n{front}\n---\n# Page\n\nOpen.\n\n<!-- more -->\n\nClosed.\n"})

    assert (problem.file.endswith("docs/page.md"), problem.line) == (True, line)
    assert hint in problem.message


def test_two_gates_of_one_id_are_refused(problems: Problems) -> None:
    (problem,) = problems({"page.md": GATED, "other.md": GATED.replace("{}", "{id: page}")})

    assert "an `id:` of its own" in problem.message


def test_a_snippet_that_would_be_published_by_itself_is_refused(problems: Problems, tmp_path: Path) -> None:
    snippets = {"pymdownx.snippets": {"base_path": [str(tmp_path / "docs")]}}
    page = GATED + '\n--8<-- "part.md"\n'

    (problem,) = problems({"page.md": page, "part.md": "A part."}, markdown_extensions=[snippets])

    assert problem.file.endswith("docs/part.md")
    assert "exclude_docs" in problem.message


@pytest.mark.parametrize("bundle_dir", ["site/bundle", "docs/bundle", "site", "."])
def test_a_bundle_that_would_be_published_is_refused(bundle_dir: str, problems: Problems) -> None:
    (problem,) = problems({}, plugins=[{"leadlight": {"bundle_dir": bundle_dir}}])

    assert "must lie apart" in problem.message


def test_a_dirty_build_is_refused() -> None:
    with pytest.raises(PluginError, match="--dirty"):
        LeadlightPlugin().on_startup(command="build", dirty=True)


def test_a_site_without_the_plugin_is_told_how_to_get_it(problems: Problems) -> None:
    (problem,) = problems({}, plugins=[])

    assert "add `- leadlight` under `plugins:`" in problem.message


def test_a_site_without_a_playbook_gets_the_built_in_form(problems: Problems, tmp_path: Path) -> None:
    assert problems({"page.md": GATED}) == ()

    assert 'action="/api/access"' in (tmp_path / "site/page/index.html").read_text()


def test_a_failed_build_leaves_the_bundle_as_it_was(problems: Problems, tmp_path: Path) -> None:
    problems({"page.md": GATED})
    before = (tmp_path / "bundle/manifest.json").read_bytes()

    problems({"page.md": GATED.replace("gate: {}", "gate: {unlcok: email}")})

    assert (tmp_path / "bundle/manifest.json").read_bytes() == before


def test_the_same_sources_give_the_same_bundle(problems: Problems, tmp_path: Path) -> None:
    problems({"page.md": GATED})
    first = (tmp_path / "bundle/manifest.json").read_bytes()

    problems({"page.md": GATED})

    assert (tmp_path / "bundle/manifest.json").read_bytes() == first


def test_wordings_of_earlier_builds_stay_known(problems: Problems, tmp_path: Path) -> None:
    problems({"page.md": GATED})
    problems({"page.md": "# Open now\n"})

    assert '"wordings":{}' not in (tmp_path / "bundle/manifest.json").read_text()


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"repo_url": "https://github.com/acme/content"}, True),
        ({"repo_url": "https://git.acme.example/content"}, False),
    ],
)
def test_p5_check_takes_a_repository_on_a_public_forge_as_public(
    config: dict[str, str], line: bool, problems: Problems, tmp_path: Path
) -> None:
    problems({"page.md": GATED}, **config)

    if line:
        with pytest.raises(BadPlaybook, match="source: private"):
            check_sources(tmp_path / "mkdocs.yml")
    else:
        assert check_sources(tmp_path / "mkdocs.yml").gates == 1


@pytest.mark.parametrize("options", [{"source": "private"}, {"public_because": "it is a demonstration"}])
def test_a_reason_settles_the_question_of_the_repository(
    options: dict[str, str], problems: Problems, tmp_path: Path
) -> None:
    problems({"page.md": GATED}, repo_url="https://github.com/a/b", plugins=[{"leadlight": options}])

    assert check_sources(tmp_path / "mkdocs.yml").gates == 1


def test_check_wants_the_playbook_excluded_twice(problems: Problems, tmp_path: Path) -> None:
    problems({"playbook/team.yml": "company: {name: A}\npeople: [{name: B, email: b@a.example}]\n"})

    with pytest.raises(BadPlaybook, match="exclude_docs: /playbook/"):
        check_sources(tmp_path / "mkdocs.yml")


def test_the_command_line_says_what_is_wrong_where_and_ends_with_1(problems: Problems, tmp_path: Path) -> None:
    problems({"page.md": "---\ngate:\n  unlcok: email\n---\n# Page\n"})

    result = CliRunner().invoke(main, ["check", "-f", str(tmp_path / "mkdocs.yml")])

    assert result.exit_code == 1
    assert "docs/page.md:3: unknown key `unlcok`" in result.output


def test_wrong_usage_ends_with_2() -> None:
    assert CliRunner().invoke(main, ["build", "--nonsense"]).exit_code == 2


def test_a_builder_that_breaks_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: [\n")

    with pytest.raises(BadPlaybook):
        build_site(tmp_path / "mkdocs.yml", tmp_path / "site", tmp_path / "bundle")


def test_a_misspelt_option_of_the_plugin_is_refused_with_the_nearest_one(problems: Problems) -> None:
    (problem,) = problems({}, plugins=[{"leadlight": {"playbok_dir": "pb"}}])

    assert "has no option `playbok_dir`" in problem.message
    assert "playbook_dir" in problem.message


def test_a_public_page_that_would_snip_a_gated_one_is_refused(problems: Problems, tmp_path: Path) -> None:
    pages = {"guide.md": GATED, "open.md": '# Open\n\n--8<-- "guide.md"\n'}
    found = problems(pages, markdown_extensions=[{"pymdownx.snippets": {"base_path": [str(tmp_path / "docs")]}}])

    (problem,) = (p for p in found if "would publish the gated page guide.md" in p.message)
    assert (problem.file.endswith("docs/open.md"), problem.line) == (True, 3)


def test_a_gate_that_withholds_nothing_is_refused(problems: Problems) -> None:
    (problem,) = problems({"guide.md": "---\ngate:\n  form: short\n---\n# Guide\n\nAll of it.\n\n<!-- more -->\n"})

    assert "withholds nothing" in problem.message


def test_p5_what_was_refused_as_a_leak_does_not_stay_in_the_site(tmp_path: Path, problems: Problems) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text(
        "from pathlib import Path\n"
        "def on_post_build(config):\n"
        "    text = Path(config['docs_dir'], 'guide.md').read_text()\n"
        "    Path(config['site_dir'], 'all.txt').write_text(text)\n"
    )

    assert problems({"guide.md": GATED}, hooks=["hook.py"])
    assert not (tmp_path / "site" / "all.txt").exists()


def test_p5_what_a_hook_reads_of_a_page_after_the_split_is_its_open_half(tmp_path: Path, problems: Problems) -> None:
    (tmp_path / "hook.py").write_text(
        "from pathlib import Path\n"
        "said = []\n"
        "def on_page_context(context, page, config, nav):\n"
        "    said.append(f'{page.markdown} {page.content} {page.toc}')\n"
        "def on_post_build(config):\n"
        "    Path(config['site_dir'], 'all.txt').write_text(''.join(said))\n"
    )

    assert problems({"guide.md": GATED}, hooks=["hook.py"]) == ()
    assert "Closed words" not in (tmp_path / "site" / "all.txt").read_text()
