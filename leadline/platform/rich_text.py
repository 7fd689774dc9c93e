"""Rich text: the few tags that notes may have, and the plain text that they say."""

from __future__ import annotations

import html
import re

import nh3

from leadline.kernel.errors import Problems
from leadline.kernel.names import TEXT_LENGTH, check_length
from leadline.platform.html_depth import check_depth

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "b", "strong", "i", "em", "u", "s", "code"),
    *("span", "a", "img", "ul", "ol", "li", "hr", "br"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "span": {"class", "data-type", "data-id", "data-label"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
# Used on raw text: it ends at the next "<" at the latest, or a thousand of them would take long.
_BODY = re.compile(r"</?body[^<>]*>", re.IGNORECASE)
_VOID = re.compile(r'<(br|hr|img)((?: [a-z-]+="[^"]*")*)>')
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
# A line end in HTML is a space, and none at the beginning and end of a block.
_LINE_BREAK = re.compile(r"[\r\n\f][ \t\r\n\f]*")
# Nobody reads what is in these; that of other unknown tags is kept.
_UNREAD = {"script", "style", "title", "template", "noscript", "textarea", "select", "option"}
# Blocks that notes do not have: what is in them stands on lines of its own, or between spaces.
_LINES = {
    *("div", "blockquote", "pre", "section", "article", "aside", "header", "footer", "main", "nav"),
    *("address", "center", "details", "summary", "dl", "dt", "dd", "fieldset", "figure"),
    *("figcaption", "table", "caption", "thead", "tbody", "tfoot", "tr"),
}
_CELLS = {"td", "th"}
_KEPT_BLOCK = r"</?(?:p|ul|ol|li|h[1-6])>|<[bh]r>"
_LINE = rf"</?(?:{'|'.join(sorted(_LINES))})>"
# Breaks are only needed between two texts: beside a block that is kept there is one already.
_LINE_ENDS = re.compile(rf"({_KEPT_BLOCK})?{_LINE}(?:\s*{_LINE})*\s*({_KEPT_BLOCK})?")
_CELL_ENDS = re.compile(r"</t[dh]>\s*(<t[dh]>)|</?t[dh]>")
_BLOCKS = frozenset({"p", "ul", "ol", "li", "hr", "h1", "h2", "h3", "h4", "h5", "h6"})


def clean_html(text: str) -> str:
    """The text with every tag and attribute removed that notes do not have, inside ``<body>``."""
    check_depth(text)
    inner = nh3.clean(
        _BODY.sub("", text),
        tags=_TAGS | _LINES | _CELLS,
        clean_content_tags=_UNREAD,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # Rich text is XHTML: elements without content close themselves.
    closed = _VOID.sub(r"<\1\2 />", _without_unknown_blocks(inner))
    return f"<body>{closed}</body>"


def _without_unknown_blocks(cleaned: str) -> str:
    """Breaks in the place of blocks that notes do not have, so that words stay apart."""
    text = _CELL_ENDS.sub(lambda found: " " if found[1] else "", cleaned).strip("\n")

    def end(found: re.Match[str]) -> str:
        before, after = found[1] or "", found[2] or ""
        is_between = not (before or after or found.start() == 0 or found.end() == len(text))
        return f"{before}<br>{after}" if is_between else before + after

    return _LINE_ENDS.sub(end, text)


def plain_text(rich: str) -> str:
    """What rich text says, without its tags: every block begins a line, as a break does."""
    text = _BODY.sub("", rich)
    lines = _Lines()
    end = 0
    for tag in _TAG.finditer(text):
        lines.write(text[end : tag.start()])
        lines.pass_tag(tag[2], is_end=bool(tag[1]))
        end = tag.end()
    lines.write(text[end:])
    lines.end_block()
    return "\n".join(lines.found).strip("\n")


class _Lines:
    """The lines of rich text as far as it was read."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._bullet = ""

    def write(self, text: str) -> None:
        self._parts.append(text)

    def pass_tag(self, name: str, *, is_end: bool) -> None:
        if name == "br":
            self._end_line(self._take())
        elif name in _BLOCKS:
            self.end_block()
            if name == "li":
                self._bullet = "" if is_end else "- "

    def end_block(self) -> None:
        """Ends the line that was begun, if there is anything on it."""
        line = self._take()
        if line.strip():
            self._end_line(line)

    def _take(self) -> str:
        text = _LINE_BREAK.sub("\n", "".join(self._parts))
        line = html.unescape(text.strip("\n").replace("\n", " "))
        self._parts.clear()
        return line

    def _end_line(self, line: str) -> None:
        self.found.append(self._bullet + line)
        self._bullet = ""


def both_texts(plain: str | None, rich: str | None) -> tuple[str, str]:
    """A note as plain and as rich text, from whichever is given; the rich one wins.

    InvalidError when it is too long.
    """
    problems = Problems()
    check_length(plain or "", TEXT_LENGTH, problems, "note")
    check_length(rich or "", TEXT_LENGTH, problems, "note_html")
    problems.stop_if_any()
    if rich is not None:
        cleaned = clean_html(rich)
        return plain_text(cleaned), cleaned
    return plain or "", html_of_plain(plain or "")


def html_of_plain(text: str) -> str:
    """Plain text as rich text: escaped, with line ends as breaks."""
    escaped = html.escape(text, quote=False).replace("\n", "<br />")
    return f"<body><p>{escaped}</p></body>"
