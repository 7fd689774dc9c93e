"""Rich text: the few tags that notes may have, and the plain text that they say."""

from __future__ import annotations

import html
import re

import nh3

from leadline.kernel.errors import Problems
from leadline.kernel.names import TEXT_LENGTH, check_length

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
_BREAK = re.compile(r"<br\s*/?>|<hr\s*/?>|</(?:p|li|h[1-6])>", re.IGNORECASE)
_LIST_ITEM = re.compile(r"<li>", re.IGNORECASE)
_VOID = re.compile(r'<(br|hr|img)((?: [a-z-]+="[^"]*")*)>')
_TAG = re.compile(r"<[^>]+>")


def clean_html(text: str) -> str:
    """The text with every tag and attribute removed that notes do not have, inside ``<body>``."""
    inner = nh3.clean(
        _BODY.sub("", text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # Rich text is XHTML: elements without content close themselves.
    closed = _VOID.sub(r"<\1\2 />", inner)
    return f"<body>{closed}</body>"


def plain_text(rich: str) -> str:
    """What rich text says, without its tags: paragraphs and breaks become line ends."""
    text = _LIST_ITEM.sub("- ", _BREAK.sub("\n", _BODY.sub("", rich)))
    return html.unescape(_TAG.sub("", text)).strip("\n")


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
