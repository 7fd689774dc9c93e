"""Object ids: twelve bytes, ordered by time, one id space for everything.

Layout: 4 bytes seconds since 1970, then 20 bits of microseconds and 44 random bits. Tether spells
an id as its 24 hexadecimal digits, Close as ``<prefix>_`` and the same digits.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

ID_BYTES = 12

_RANDOM_BITS = 44
_SECOND = 1 << 64
# A clock that is set back by less than this does not show in the order of ids.
_SET_BACK_S = 60


class _Sequence:
    """Hands out numbers that do not go backwards in one process, unless the clock does by far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, now: datetime) -> int:
        second = int(now.timestamp()) * _SECOND
        fraction = now.microsecond << _RANDOM_BITS
        value = second | fraction | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            if value <= self._last < second + _SET_BACK_S * _SECOND:
                value = self._last + 1
            self._last = value
        return value


_sequence = _Sequence()


def new_id(now: datetime) -> bytes:
    """A fresh id for the instant ``now``; within one process ids follow each other."""
    return _sequence.next(now).to_bytes(ID_BYTES, "big")


def first_id(instant: datetime) -> bytes:
    """The lowest id that something made in that second may have."""
    return (int(instant.timestamp()) * _SECOND).to_bytes(ID_BYTES, "big")


def parse_hex(text: str) -> bytes | None:
    """The id that ``text`` spells in 24 hexadecimal digits, or None."""
    if len(text) != 2 * ID_BYTES or not text.isascii():
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return found if len(found) == ID_BYTES else None


def parse_prefixed(prefix: str, text: str) -> bytes | None:
    """The id that ``text`` spells as ``<prefix>_<hex>``, or None. Case matters, as in Close."""
    head, _, tail = text.partition("_")
    if head != prefix or tail != tail.lower():
        return None
    return parse_hex(tail)
