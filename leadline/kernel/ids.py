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
_lock = threading.Lock()
_last = 0


def new_id(now: datetime) -> bytes:
    """A fresh id for the instant ``now``; within one process ids never go backwards."""
    global _last
    seconds = int(now.timestamp())
    value = (seconds << 64) | (now.microsecond << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    with _lock:
        if value <= _last < ((seconds + 1) << 64):
            value = _last + 1
        _last = value
    return value.to_bytes(ID_BYTES, "big")


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
