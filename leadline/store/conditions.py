"""What rows of a list are wanted and in which order, and the SQL that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec


class Condition(msgspec.Struct, frozen=True):
    """``sql`` is a single truth value about a row of a table.

    It holds no value that anybody has sent: those are in ``parameters``.
    """

    sql: bytes
    parameters: dict[str, Any]

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.sql + b" AND " + other.sql, {**self.parameters, **other.parameters})


EVERYTHING = Condition(b"true", {})


class TimeBounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a time: at an instant, or at a mere date, which is a whole day.

    What is None does not bound. ``after`` and ``before`` are exclusive, ``since`` and ``until`` are
    not: with days, "after" begins with the day after and "until" ends with the day.
    """

    at: date | None = None
    after: date | None = None
    since: date | None = None
    before: date | None = None
    until: date | None = None

    def given(self) -> Iterator[tuple[str, date]]:
        """The bounds that there are, by their names."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None:
                yield name, value


class Order(msgspec.Struct, frozen=True):
    """What a list is ordered by: one of the names that the list knows."""

    name: str
    is_descending: bool = False

    def sql(self, keys: str) -> str:
        """The keys of ORDER BY, in which ``{way}`` stands for the direction."""
        return keys.replace("{way}", "DESC" if self.is_descending else "ASC")


# How a column is compared with an instant, or a column of days with a day.
_COMPARED = {
    "at": "{column} = {value}",
    "after": "{column} > {value}",
    "since": "{column} >= {value}",
    "before": "{column} < {value}",
    "until": "{column} <= {value}",
}
# How a column of instants is compared with a day, which begins where the clocks of ``offset`` show
# midnight. PostgreSQL adds the day, since its calendar does not end with the year 9999.
_DAY = "(({day})::timestamp AT TIME ZONE 'UTC' - %(offset)s::interval)"
_BEGIN, _END = _DAY.format(day="{value}::date"), _DAY.format(day="{value}::date + 1")
_COMPARED_WITH_DAY = {
    "at": f"{{column}} >= {_BEGIN} AND {{column}} < {_END}",
    "after": f"{{column}} >= {_END}",
    "since": f"{{column}} >= {_BEGIN}",
    "before": f"{{column}} < {_BEGIN}",
    "until": f"{{column}} < {_END}",
}


def start_of(day_column: str) -> str:
    """The instant at which the day in a column begins, for the clocks of ``offset``."""
    return _DAY.format(day=day_column)


def matching(
    wanted: msgspec.Struct,
    columns: Mapping[str, str],
    *,
    days: Collection[str] = (),
    offset: timedelta = timedelta(),
) -> Condition:
    """The rows that a filter wants. What is None in it does not matter.

    ``columns`` has the SQL to compare with each field of the filter. A list wants one of its
    values, ``TimeBounds`` want a time between them, in a column of days where ``days`` has the
    field. ``offset`` is how far the clocks are ahead of UTC that tell where a day begins.
    """
    parts: list[str] = []
    parameters: dict[str, Any] = {"offset": offset}
    for field, column in columns.items():
        value = getattr(wanted, field)
        if isinstance(value, TimeBounds):
            for name, bound in value.given():
                parameters[f"{field}_{name}"] = bound
                is_plain = field in days or isinstance(bound, datetime)
                comparison = (_COMPARED if is_plain else _COMPARED_WITH_DAY)[name]
                parts.append(comparison.format(column=column, value=f"%({field}_{name})s"))
        elif value is not None:
            parameters[field] = value
            is_list = isinstance(value, list)
            parts.append(f"{column} = ANY(%({field})s)" if is_list else f"{column} = %({field})s")
    return Condition(" AND ".join(parts or ["true"]).encode(), parameters)
