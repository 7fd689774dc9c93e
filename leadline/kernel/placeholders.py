"""Placeholders in message texts: ``{{ firstName }}`` or ``{{ contact.firstName | there }}``.

The grammar is all there is: a dotted name, whose parts may stand in brackets and quotation marks
(``lead.custom.["Company size"]``), and, after a bar, what to write when the name has no value.
Nothing is evaluated, and a value that looks like a placeholder stays as it is. What other template
languages have between such braces says nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = r"[^\W\d][\w-]*"
_QUOTED = r"""\[\s*(?:"[^"{}\[\]]*"|'[^'{}\[\]]*')\s*\]"""
_NAME = rf"{_WORD}(?:\.{_WORD}|\.?{_QUOTED})*"
_PLACEHOLDER = re.compile(
    rf"(?<!\{{)\{{\{{\s*(?P<name>{_NAME})\s*(?:\|(?P<fallback>[^{{}}]*))?\}}\}}(?!\}})"
)
_ANYTHING = re.compile(rf"{_PLACEHOLDER.pattern}|\{{{{2,3}}[^{{}}]*\}}{{2,3}}|\{{%[^{{}}]*%\}}")
_PART = re.compile(rf"\.?({_QUOTED})")


def flaw(text: str) -> str | None:
    """What is wrong with the placeholders of ``text``, in words, or None."""
    rest = _PLACEHOLDER.sub(" ", text)
    at = min((found for found in (rest.find("{{"), rest.find("}}")) if found >= 0), default=None)
    if at is None:
        return None
    return (
        f"'{rest[at : at + 30]}' is no placeholder: write {{{{name}}}} or {{{{name | fallback}}}}."
    )


def names(text: str) -> list[str]:
    """The names that ``text`` refers to, each once, in their order."""
    return list(dict.fromkeys(_dotted(found["name"]) for found in _PLACEHOLDER.finditer(text)))


def _dotted(name: str) -> str:
    """The name without brackets: ``lead.custom.Company size``."""
    return _PART.sub(lambda part: "." + part[1][1:-1].strip()[1:-1], name) if "[" in name else name


def render(text: str, values: Mapping[str, object]) -> str:
    """``text`` with values in the place of names, which ``values`` has in their dotted form.

    A name without a value, or with an empty one, becomes its fallback, or nothing. So does what
    stands in braces and cannot be read.
    """

    def fill(found: re.Match[str]) -> str:
        if found["name"] is None:
            return ""
        value = values.get(_dotted(found["name"]))
        filled = "" if value is None else str(value)
        return filled or (found["fallback"] or "").strip()

    return _ANYTHING.sub(fill, text)
