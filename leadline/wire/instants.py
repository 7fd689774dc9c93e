"""Date-times on the way in: any ISO 8601 date or date-time; without a zone it is UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from leadline.wire.decode import FieldError


class Instant(datetime):
    """A date-time of an input. Always has a zone."""


class Day(date):
    """A calendar day of an input."""


def read_instant(value: Any) -> Instant:
    """``value`` as an instant; FieldError when it is no text or no date."""
    if not isinstance(value, str):
        raise FieldError("instant")
    try:
        found = Instant.fromisoformat(value.strip())
    except ValueError as error:
        raise FieldError("instant") from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise FieldError("instant") from error


def read_day(value: Any) -> Day:
    """``value`` as a day; of a date-time the day that is written, whatever its offset."""
    if not isinstance(value, str):
        raise FieldError("instant")
    try:
        written = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise FieldError("instant") from error
    return Day(written.year, written.month, written.day)


def read_moment(text: str) -> date:
    """A mere day, or a date-time as an instant; FieldError when it is neither."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return read_instant(text)
