"""Filters in the query of a list: ids and words separated by commas, and bounds of times."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date

from leadline.kernel.errors import Problems
from leadline.kernel.ids import parse_prefixed
from leadline.store.conditions import Order, TimeBounds
from leadline.wire.decode import FieldError
from leadline.wire.instants import read_instant, read_moment
from leadline.wire.operation import Parameter

# The end of a date-time whose plus was not encoded, and so arrives as a blank.
_BLANK_ZONE = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$")
# What a filter of times ends with, and the bound that it is.
BOUNDS = {"gt": "after", "gte": "since", "lt": "before", "lte": "until"}


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


def bounds(
    query: Mapping[str, str],
    name: str,
    problems: Problems,
    read: Callable[[str], date] = read_instant,
    *,
    exact: Callable[[str], date] | None = None,
    ignored: Collection[str] = (),
) -> TimeBounds:
    """``name__gt`` and its siblings, but for the ignored ones; with ``exact``, ``name`` as well.

    What ``read`` (or ``exact``) refuses is a problem. "Until" a mere day is until its end.
    """
    wanted = {bound: (f"{name}__{bound}", read) for bound in BOUNDS if bound not in ignored}
    if read is read_instant and "lte" in wanted:
        wanted["lte"] = (f"{name}__lte", read_moment)
    if exact is not None:
        wanted["at"] = (name, exact)
    found: dict[str, date] = {}
    for bound, (key, read_value) in wanted.items():
        text = query.get(key, "").strip()
        if text:
            try:
                found[BOUNDS.get(bound, bound)] = read_value(_with_plus(text))
            except FieldError as error:
                problems.add(error.code, key)
    return TimeBounds(**found)


def _with_plus(text: str) -> str:
    """The text with the plus before its zone, which arrives as a blank when it was not encoded."""
    return _BLANK_ZONE.sub(r"\1+\2", text)


def orders(text: str, allowed: Collection[str]) -> list[Order]:
    """``_order_by``: names between commas, each reversed with a minus before it. What a list cannot
    be ordered by is left out."""
    words = (word.strip() for word in text.split(","))
    found = [Order(word.removeprefix("-"), word.startswith("-")) for word in words]
    return [order for order in found if order.name in allowed]


def bound_parameters(name: str) -> tuple[Parameter, ...]:
    """The bounds of a time, as the OpenAPI document shows them."""
    texts = (
        "Later than this time.",
        "At this time or later.",
        "Earlier than this time.",
        "At this time or earlier.",
    )
    return tuple(
        Parameter(f"{name}__{bound}", text, {"type": "string", "format": "date-time"})
        for bound, text in zip(BOUNDS, texts, strict=True)
    )
