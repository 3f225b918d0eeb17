"""Which HTML belongs to which half."""

from dataclasses import dataclass, field

import pytest

from leadlight.gate.split import BadMark, measure, prune_toc, split

NOTE = '<li id="fn:{0}"><p>Note {0}<a class="footnote-backref" href="#fnref:{0}">back</a></p></li>'


def cite(number: int) -> str:
    return f'<sup id="fnref:{number}"><a class="footnote-ref" href="#fn:{number}">{number}</a></sup>'


@pytest.mark.parametrize(
    "html",
    ["<div><!-- more --></div>", "<p>words <!-- more --></p>", "<ul><li><br><!-- more --></li></ul>"],
)
def test_a_mark_that_is_not_at_the_top_level_is_refused(html: str) -> None:
    with pytest.raises(BadMark, match="top level"):
        split(html)


@pytest.mark.parametrize(("html", "why"), [("<p>x</p>", "line of its own"), ("<!-- more --><!--more-->", "2 times")])
def test_a_page_has_exactly_one_mark(html: str, why: str) -> None:
    with pytest.raises(BadMark, match=why):
        split(html)


def test_void_and_closed_elements_leave_the_mark_at_the_top_level() -> None:
    parts = split('<p>a<br>b</p><hr><img src="x" alt=">"/>\n<!-- more -->\n<p>c</p>')

    assert parts.withheld == "<p>c</p>"


def test_each_footnote_goes_to_the_half_that_cites_it_and_keeps_its_number() -> None:
    box = f'<div class="footnote"><hr><ol>{NOTE.format(1)}{NOTE.format(2)}</ol></div>'
    parts = split(f"<p>{cite(2)}</p><!-- more --><p>{cite(1)}</p>{box}")

    assert '<li value="2" id="fn:2">' in parts.notes
    assert '<li value="1" id="fn:1">' in parts.withheld
    assert "Note 1" not in parts.notes


def test_a_shared_footnote_is_public_without_the_way_back_to_what_is_withheld() -> None:
    back = '<a class="footnote-backref" href="#{}">back</a>'
    note = f'<li id="fn:1"><p>N{back.format("fnref:1")}{back.format("fnref2:1")}</p></li>'
    second = '<sup id="fnref2:1"><a class="footnote-ref" href="#fn:1">1</a></sup>'
    parts = split(f'<p>{cite(1)}</p><!-- more --><p>{second}</p><div class="footnote"><ol>{note}</ol></div>')

    assert "#fnref:1" in parts.notes
    assert "#fnref2:1" not in parts.notes
    assert "footnote-backref" not in parts.withheld


def test_a_table_of_contents_in_the_teaser_loses_what_is_withheld() -> None:
    toc = '<div class="toc"><ul><li><a href="#a">A</a><ul><li><a href="#b">B</a></li></ul></li></ul></div>'
    parts = split(f'{toc}<h2 id="a">A</h2><!-- more --><h3 id="b">B</h3>')

    assert 'href="#a"' in parts.teaser
    assert 'href="#b"' not in parts.teaser


def test_the_whole_page_has_everything_but_the_mark() -> None:
    parts = split("<p>a</p><!-- more --><p>b</p>")

    assert parts.whole == "<p>a</p><p>b</p>"


def test_what_is_withheld_is_counted_in_words() -> None:
    size = measure(split(f"<p>{'word ' * 100}</p><!-- more --><p>{'<b>wo</b>rd ' * 430}</p>"))

    assert (size.words, size.percent, size.minutes) == (430, 81, 2)


@dataclass
class Entry:
    id: str
    children: list["Entry"] = field(default_factory=list)


def test_the_contents_keep_open_headings_at_any_depth_and_the_original_stays_whole() -> None:
    contents = [Entry("top", [Entry("open"), Entry("closed")]), Entry("closed-too")]

    pruned = prune_toc(contents, {"top", "open"})

    assert pruned == [Entry("top", [Entry("open")])]
    assert len(contents[0].children) == 2
