"""Dates and times as people write them: ISO 8601, and without a zone in the organization's."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

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
