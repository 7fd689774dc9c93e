"""Moments in structured searches: fixed ones, and those that depend on when and where one asks."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from leadline.kernel.errors import Path, Problems
from leadline.reporting.search.tree import MomentRange
from leadline.wire.decode import FieldError
from leadline.wire.instants import read_instant

_LONG = {"years": 12, "months": 1}  # in months
_SHORT = ("weeks", "days", "hours", "minutes", "seconds")
_PERIODS = {"day": 0, "week": 0, "month": 1, "quarter": 3, "year": 12}
_MAX_COUNT = 100_000
# Of which periods, counted from the present one, the ranges of reports are.
_RANGES = {
    "yesterday": ("day", -1),
    "today": ("day", 0),
    "tomorrow": ("day", 1),
    **{
        f"{word}-{period}": (period, step)
        for word, step in (("last", -1), ("this", 0), ("next", 1))
        for period in ("week", "month", "quarter", "year")
    },
}
_ALL_TIME = "all-time"


class Clock:
    """The caller's clock: the present instant, and how far it is ahead of UTC."""

    def __init__(self, now: datetime, offset: timedelta) -> None:
        self._offset = offset
        self.now = (now + offset).replace(tzinfo=None)

    def local(self, instant: datetime) -> datetime:
        return (instant.astimezone(UTC) + self._offset).replace(tzinfo=None)

    def instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=UTC) - self._offset


def read_range(
    node: Mapping[str, Any], clock: Clock, path: Path, problems: Problems
) -> MomentRange | None:
    """``on_or_after`` and ``before`` of a node; None when one of them is wrong."""
    bounds: list[datetime | None] = []
    before = len(problems.found)
    for name in ("on_or_after", "before"):
        given = node.get(name)
        if given is None:
            bounds.append(None)
            continue
        try:
            local = _read(given, clock, (*path, name), problems)
            bounds.append(local)
            if local is not None:
                clock.instant(local)
        except (OverflowError, ValueError):
            problems.add("instant", *path, name, text="The moment is out of range.")
    if len(problems.found) > before:
        return None
    first, last = bounds
    return MomentRange(
        on_or_after=first and clock.instant(first),
        before=last and clock.instant(last),
        first_day=first and first.date(),
        day_after=last and last.date(),
    )


def _read(given: Any, clock: Clock, path: Path, problems: Problems) -> datetime | None:
    """The moment in the caller's clock; None and a problem when there is none."""
    if isinstance(given, str):
        given = {"type": "fixed_utc", "value": given}
    if not isinstance(given, dict):
        problems.add("type", *path, text="Value must be of dict type.")
        return None
    kind = given.get("type")
    if kind == "now":
        return clock.now
    if kind in ("fixed_local_date", "fixed_utc"):
        return _fixed(given, clock, path, problems)
    if kind == "offset":
        return _offset(given, clock, path, problems)
    if kind == "start_end_of_period":
        return _period(given, clock, path, problems)
    if kind == "start_end_of_predefined_relative_period":
        return _predefined(given, clock, path, problems)
    words = (
        "Value must be one of: now, fixed_local_date, fixed_utc, offset, start_end_of_period, "
        "start_end_of_predefined_relative_period."
    )
    problems.add("choice", *path, "type", text=words)
    return None


def _fixed(
    node: Mapping[str, Any], clock: Clock, path: Path, problems: Problems
) -> datetime | None:
    try:
        instant = read_instant(node.get("value"))
    except FieldError as error:
        problems.add(error.code, *path, "value")
        return None
    if node["type"] == "fixed_utc":
        return clock.local(datetime.combine(instant.date(), instant.timetz()))
    day = datetime(instant.year, instant.month, instant.day)  # noqa: DTZ001 - of the caller's clock
    return _day_end(day, node.get("which"), (*path, "which"), problems)


def _offset(
    node: Mapping[str, Any], clock: Clock, path: Path, problems: Problems
) -> datetime | None:
    nested = node.get("moment")
    start = clock.now if nested is None else _read(nested, clock, (*path, "moment"), problems)
    parts = node.get("offset") or {}
    if not isinstance(parts, dict):
        problems.add("type", *path, "offset", text="Value must be of dict type.")
        return None
    if node.get("direction") not in ("past", "future"):
        problems.add("choice", *path, "direction", text="Value must be one of: past, future.")
        return None
    counts: dict[str, float] = {}
    for name in (*_LONG, *_SHORT):
        count = parts.get(name) or 0
        if type(count) not in (int, float) or not 0 <= count <= _MAX_COUNT:
            words = f"Value must be a number from 0 to {_MAX_COUNT}."
            problems.add("type", *path, "offset", name, text=words)
            return None
        counts[name] = count
    if start is None:
        return None
    sign = -1 if node["direction"] == "past" else 1
    months = sum(int(counts[name]) * length for name, length in _LONG.items())
    moved = _add_months(start, sign * months)
    moved += sign * timedelta(**{name: counts[name] for name in _SHORT})
    if node.get("which_day_end") is None:
        return moved
    return _day_end(moved, node["which_day_end"], (*path, "which_day_end"), problems)


def _period(
    node: Mapping[str, Any], clock: Clock, path: Path, problems: Problems
) -> datetime | None:
    """Where the period that a moment is in begins or ends."""
    period = node.get("period")
    if not isinstance(period, str) or period not in _PERIODS:
        words = f"Value must be one of: {', '.join(_PERIODS)}."
        problems.add("choice", *path, "period", text=words)
        return None
    nested = node.get("moment")
    moment = clock.now if nested is None else _read(nested, clock, (*path, "moment"), problems)
    which = _which(node, path, problems)
    if moment is None or which is None:
        return None
    return _border(period, moment.date(), which == "end")


def _predefined(
    node: Mapping[str, Any], clock: Clock, path: Path, problems: Problems
) -> datetime | None:
    """Where a range such as ``last-month`` begins or ends; all time does neither."""
    given = node.get("range")
    name = given.replace("_", "-") if isinstance(given, str) else None
    if name is None or name not in (*_RANGES, _ALL_TIME):
        words = f"Value must be one of: {', '.join((*_RANGES, _ALL_TIME))}."
        problems.add("choice", *path, "range", text=words)
        return None
    which = _which(node, path, problems)
    if which is None or name == _ALL_TIME:
        return None
    period, step = _RANGES[name]
    return _border(period, clock.now.date(), step + (which == "end"))


def _which(node: Mapping[str, Any], path: Path, problems: Problems) -> str | None:
    """Which end is meant, the start unless it is said; None and a problem for anything else."""
    which = node.get("which")
    if which in (None, "start", "end"):
        return which or "start"
    problems.add("choice", *path, "which", text="Value must be one of: start, end.")
    return None


def _border(period: str, day: date, step: int) -> datetime:
    """Where the period that the day is in begins, or one that many further on. Weeks begin on
    Monday."""
    months = _PERIODS[period]
    if months:
        first = datetime.combine(
            day.replace(month=(day.month - 1) // months * months + 1, day=1), time.min
        )
        return _add_months(first, step * months)
    length = 7 if period == "week" else 1
    if period == "week":
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, time.min) + step * timedelta(days=length)


def _day_end(moment: datetime, which: Any, path: Path, problems: Problems) -> datetime | None:
    """The first moment of that day, or of the next."""
    if which not in (None, "start", "end"):
        problems.add("choice", *path, text="Value must be one of: start, end.")
        return None
    start = datetime.combine(moment.date(), time.min)
    return start + timedelta(days=1) if which == "end" else start


def _add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of a month that is too short for it."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
