"""Dates as people say them in a search: 2026-05-17, yesterday, "last month", "3 days ago"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import msgspec

from leadline.features.tasks.queries import Calendar
from leadline.reporting.search.tree import MomentRange

DateSign = Literal["=", ">", ">=", "<", "<="]
_MOMENT = timedelta(microseconds=1)
_SHORT = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_LONG = "day|week|month|quarter|year"
_UNIT = f"(minute|hour|{_LONG})"
_COUNT = r"(\d{1,4}|an?|one)"
_THIS = re.compile(rf"(this|current|last|previous|next) ({_LONG})")
_AGO = re.compile(rf"{_COUNT} {_UNIT}s? ago")
_AHEAD = re.compile(rf"(?:in )?{_COUNT} {_UNIT}s?(?: from now)?")
_SPAN = re.compile(rf"(last|past|next) {_COUNT} {_UNIT}s?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Period(msgspec.Struct, frozen=True):
    """From ``start`` up to ``end`` in the caller's clock; of an instant, as it is exact."""

    start: datetime
    end: datetime
    is_instant: bool = False


def read_period(text: str, now: datetime, calendar: Calendar) -> Period | None:
    """What the words mean where and when they are said; None when they are no date."""
    words = " ".join(text.lower().split())
    local = (now + calendar.offset).replace(tzinfo=None)
    try:
        found = _relative(words, local) or _absolute(words, calendar.offset)
    except (ValueError, OverflowError):
        return None
    # Anything nearer to the ends of the calendar may be beyond them in another zone.
    return found if date.min.year < found.start.year and found.end.year < date.max.year else None


def within(period: Period, sign: DateSign, offset: timedelta) -> MomentRange:
    """The instants, and the days, that compare so with the period."""
    if sign == "=":
        return _range(period.start, period.end, offset)
    end = period.start + _MOMENT if period.is_instant else period.end
    if sign in (">", ">="):
        return _range(end if sign == ">" else period.start, None, offset)
    return _range(None, period.start if sign == "<" else end, offset)


def between(low: Period | None, high: Period | None, offset: timedelta) -> MomentRange:
    """From the beginning of one to the end of the other."""
    after = within(low, ">=", offset) if low else MomentRange()
    before = within(high, "<=", offset) if high else MomentRange()
    return msgspec.structs.replace(after, before=before.before, day_after=before.day_after)


def _range(start: datetime | None, end: datetime | None, offset: timedelta) -> MomentRange:
    return MomentRange(
        on_or_after=start and start.replace(tzinfo=UTC) - offset,
        before=end and end.replace(tzinfo=UTC) - offset,
        first_day=start and _day_from(start),
        day_after=end and _day_from(end),
    )


def _day_from(moment: datetime) -> date:
    """The first day that does not begin before this moment."""
    return moment.date() + timedelta(days=moment.time() != time.min)


def _relative(words: str, local: datetime) -> Period | None:
    if words == "now":
        return _instant(local)
    if words in _NAMED:
        return _whole("day", local.date(), _NAMED[words])
    found = _THIS.fullmatch(words)
    if found:
        step = {"last": -1, "previous": -1, "next": 1}.get(found[1], 0)
        return _whole(found[2], local.date(), step)
    found = _SPAN.fullmatch(words)
    if found:
        return _span(found[1], _number(found[2]), found[3], local)
    found = _AGO.fullmatch(words)
    if found:
        return _away(-_number(found[1]), found[2], local)
    found = _AHEAD.fullmatch(words)
    if found and (words.startswith("in ") or words.endswith(" from now")):
        return _away(_number(found[1]), found[2], local)
    return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1


def _whole(unit: str, day: date, step: int = 0) -> Period:
    """The day, week (from Monday), month ... that the day is in, or one that many further on."""
    if unit == "week":
        day -= timedelta(days=day.weekday())
    if unit in _MONTHS:
        day = day.replace(day=1)
        length = _MONTHS[unit]
        day = day.replace(month=(day.month - 1) // length * length + 1)
    first = _move(day, step, unit)
    return Period(_midnight(first), _midnight(_move(first, 1, unit)))


def _span(side: str, count: int, unit: str, local: datetime) -> Period:
    """``last 7 days`` goes back to the midnight 7 days ago and includes today."""
    step = count if side == "next" else -count
    if unit in _SHORT:
        other = local + step * _SHORT[unit]
        return Period(min(local, other), max(local, other))
    today = local.date()
    if side == "next":
        return Period(_midnight(today), _midnight(_move(today, step, unit) + timedelta(days=1)))
    return Period(_midnight(_move(today, step, unit)), _midnight(today + timedelta(days=1)))


def _away(step: int, unit: str, local: datetime) -> Period:
    """``3 days ago`` is that day, ``3 hours ago`` an instant."""
    if unit in _SHORT:
        return _instant(local + step * _SHORT[unit])
    day = _move(local.date(), step, unit)
    return Period(_midnight(day), _midnight(day + timedelta(days=1)))


def _move(day: date, step: int, unit: str) -> date:
    if unit in _DAYS:
        return day + timedelta(days=step * _DAYS[unit])
    months = day.year * 12 + day.month - 1 + step * _MONTHS[unit]
    first = date(months // 12, months % 12 + 1, 1)
    last = date((months + 1) // 12, (months + 1) % 12 + 1, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _instant(local: datetime, length: timedelta = timedelta(minutes=1)) -> Period:
    return Period(local, local + length, is_instant=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _absolute(words: str, offset: timedelta) -> Period:
    """An ISO 8601 year, month, day or date-time; ValueError when it is none."""
    if _YEAR.fullmatch(words):
        return _whole("year", date(int(words), 1, 1))
    month = _MONTH.fullmatch(words)
    if month:
        return _whole("month", date(int(month[1]), int(month[2]), 1))
    if len(words) == len("2026-05-17"):
        return _whole("day", date.fromisoformat(words))
    moment = datetime.fromisoformat(words.upper())
    if moment.tzinfo is not None:
        moment = (moment.astimezone(UTC) + offset).replace(tzinfo=None)
    return _instant(moment, _precision(words))


def _precision(words: str) -> timedelta:
    """How long a moment lasts that was said to the minute, to the second, or more precisely."""
    if "." in words:
        return _MOMENT
    clock = words[len("2026-05-17t") :]
    return timedelta(seconds=1) if re.match(r"\d\d:\d\d:", clock) else timedelta(minutes=1)
