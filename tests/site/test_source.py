"""Where a page breaks off in its Markdown."""

import pytest

from leadlight.gate.source import Halves, NoCut, body, halves


def public(cut: Halves) -> str:
    return "\n".join(line.text for line in cut.public)


def withheld(cut: Halves) -> str:
    return "\n".join(line.text for line in cut.withheld)


PAGE = "# Title\n\nOpen words.\n\n## Part\n\nHalf open words here.\n\nClosed words there.\n"


def test_everything_after_the_mark_is_withheld() -> None:
    cut = halves("Open.\n\n<!-- more -->\n\nClosed.", None)

    assert (public(cut).strip(), withheld(cut).strip()) == ("Open.", "Closed.")


@pytest.mark.parametrize("fence", ["```", "~~~~", "  ```yaml"])
def test_a_mark_within_a_fence_is_text(fence: str) -> None:
    end = fence.strip().removesuffix("yaml")
    cut = halves(f"{fence}\n<!-- more -->\n{end}\n\n<!-- more -->\n\nClosed.", None)

    assert "<!-- more -->" in public(cut)
    assert withheld(cut).strip() == "Closed."


def test_a_fence_that_is_never_closed_hides_no_mark() -> None:
    cut = halves("```\nOpen.\n\n<!-- more -->\n\nClosed.", None)

    assert withheld(cut).strip() == "Closed."


def test_a_page_without_mark_and_percentage_is_refused() -> None:
    with pytest.raises(NoCut, match="teaser: 35%"):
        halves(PAGE, None)


def test_a_percentage_cuts_at_a_block_and_never_right_after_a_heading() -> None:
    cuts = [halves(PAGE, percent) for percent in (10, 20, 35, 60)]

    assert all(withheld(cut).lstrip().startswith(("Open words", "## Part", "Closed words")) for cut in cuts)
    assert all(not public(cut).rstrip().endswith("## Part") for cut in cuts)


@pytest.mark.parametrize(
    "block",
    [
        "- one item of the list\n\n- another item of the list\n",
        '=== "A"\n\n    text of one tab\n\n=== "B"\n\n    text of another\n',
        "```\ncode with\n\nempty lines\n```\n",
        "<div markdown>\n\nwithin the box\n\nand more of it\n\n</div>\n",
        "Term\n\n:   Its definition, long enough to count\n",
    ],
)
def test_a_percentage_never_cuts_within_a_block(block: str) -> None:
    cut = halves(f"Words before it, a few.\n\n{block}\nWords after it, some more than before.\n", 45)

    assert (block.strip() in public(cut)) != (block.strip() in withheld(cut))


def test_a_page_too_short_for_its_percentage_is_refused() -> None:
    with pytest.raises(NoCut, match="too short"):
        halves("# Title\n\nOne block.", 90)


def test_definitions_belong_to_the_half_that_uses_them() -> None:
    text = "Open[^1] and [a].\n\n<!-- more -->\n\nClosed[^2] ROI.\n\n"
    cut = halves(text + "[^1]: One.\n[^2]: Two.\n[a]: https://a.example/x\n*[ROI]: Money\n", None)

    assert "One." in public(cut)
    assert "a.example" in cut.teaser
    assert [word in withheld(cut) for word in ("Two.", "Money", "One.", "a.example")] == [True, True, False, False]


def test_lines_keep_the_numbers_of_their_file() -> None:
    markdown, skipped = body("---\ntitle: x\n---\nOpen.\n\n<!-- more -->\n\nClosed.\n")
    cut = halves(markdown, None, skipped=skipped)

    assert [line.number for line in cut.withheld if line.text] == [8]
