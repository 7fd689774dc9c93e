"""Filters in the query of a list: ids and words separated by commas, and bounds of times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leadline.kernel.errors import Problems
from leadline.kernel.ids import parse_prefixed
from leadline.wire.decode import FieldError
from leadline.wire.instants import read_instant
from leadline.wire.operation import Parameter

BOUNDS = ("gt", "gte", "lt", "lte")


def words(query: Mapping[str, str], name: str) -> list[str] | None:
    """The values of ``name`` or ``name__in``; None when there is no such filter.

    With both of them only what both name counts, which may be nothing.
    """
    given = [_split(query.get(key, "")) for key in (name, f"{name}__in")]
    if all(given):
        return [word for word in given[0] if word in given[1]]
    return given[0] or given[1] or None


def _split(text: str) -> list[str]:
    return [word for each in text.split(",") if (word := each.strip())]


def ids(query: Mapping[str, str], name: str, prefix: str) -> list[bytes] | None:
    """Like ``words``, for ids. What is no id of that kind belongs to nothing: it is left out."""
    given = words(query, name)
    if given is None:
        return None
    found = (parse_prefixed(prefix, word) for word in given)
    return [object_id for object_id in found if object_id is not None]


def flag(query: Mapping[str, str], name: str) -> bool | None:
    """Yes or no, None when nothing is said: ``false`` (and 0) is no, everything else yes."""
    text = query.get(name, "").strip().lower()
    return text not in ("false", "0") if text else None


def flag_parameter(name: str, text: str) -> Parameter:
    """A yes or no, as the OpenAPI document shows it."""
    return Parameter(name, text, {"type": "boolean"})


def bounds(query: Mapping[str, str], name: str, problems: Problems) -> dict[str, datetime]:
    """``name__gt`` and its siblings by their last word; a value that is no time is a problem."""
    found: dict[str, datetime] = {}
    for bound in BOUNDS:
        text = query.get(f"{name}__{bound}")
        if text:
            try:
                found[bound] = read_instant(text)
            except FieldError as error:
                problems.add(error.code, f"{name}__{bound}")
    return found


def bound_parameters(name: str) -> tuple[Parameter, ...]:
    """The bounds of a time, as the OpenAPI document shows them."""
    texts = ("Later than this.", "Not before this.", "Before this.", "Not later than this.")
    return tuple(
        Parameter(f"{name}__{bound}", text, {"type": "string", "format": "date-time"})
        for bound, text in zip(BOUNDS, texts, strict=True)
    )
