"""Placeholders in message texts: ``{{ firstName }}`` or ``{{ contact.firstName | there }}``.

The grammar is all there is: a dotted name and, after a bar, what to write when the name has no
value. Nothing is evaluated, and a value that looks like a placeholder stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = r"[^\W\d][\w-]*"
_PLACEHOLDER = re.compile(
    rf"(?<!\{{)\{{\{{\s*(?P<name>{_WORD}(?:\.{_WORD})*)\s*(?:\|(?P<fallback>[^{{}}]*))?\}}\}}(?!\}})"
)


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
    return list(dict.fromkeys(found["name"] for found in _PLACEHOLDER.finditer(text)))


def render(text: str, values: Mapping[str, object]) -> str:
    """``text`` with values in the place of names, which ``values`` has in their dotted form.

    A name without a value, or with an empty one, becomes its fallback, or nothing.
    """

    def fill(found: re.Match[str]) -> str:
        value = values.get(found["name"])
        filled = "" if value is None else str(value)
        return filled or (found["fallback"] or "").strip()

    return _PLACEHOLDER.sub(fill, text)
