"""Dates and times as people write them: ISO 8601, and without a zone in the organization's."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec

_encode = msgspec.json.Encoder().encode
_WITH_MICROSECONDS = len('"2026-05-17T09:30:00.000000Z"')
_DAY_LENGTH = len("2026-05-17")


def read_local(text: str, zone: str, *, end_of_day: bool = False) -> datetime:
    """The instant that ``text`` says, in UTC; ValueError when it says none.

    Without a zone it is a time of ``zone``. A mere day is its first moment, or its last with
    ``end_of_day``.
    """
    text = text.strip()
    found = datetime.fromisoformat(text)
    if end_of_day and len(text) <= _DAY_LENGTH:
        found = datetime.combine(found, time.max)
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is out of range") from error


def utc_text(instant: datetime) -> str:
    """``2026-05-17T09:30:00.000000``: an instant as UTC to the microsecond, without its zone.

    msgspec does this five times faster than ``isoformat``, and a page of leads has hundreds.
    """
    if type(instant) is not datetime or instant.tzinfo is not UTC:
        plain = datetime.combine(instant.date(), instant.timetz())
        instant = plain.astimezone(UTC)
    text = _encode(instant)
    if len(text) == _WITH_MICROSECONDS:
        return text[1:-2].decode()
    return text[1:-2].decode() + ".000000"
