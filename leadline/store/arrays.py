"""Lists of ids and texts as PostgreSQL takes them fastest: one array in binary, made in one go.

The driver spells each element of a list as text and looks whether it must be quoted, and a page of
leads sends seven lists of a hundred or more.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Any

from psycopg import adapters, pq
from psycopg.abc import Buffer
from psycopg.adapt import Dumper

_BYTEA, _BYTEA_ARRAY = 17, 1001
_TEXT, _TEXT_ARRAY = 25, 1009
# Dimensions, whether there are nulls, type of the elements, how many, the first index.
_HEADER = Struct("!5i")
_LENGTH = Struct("!i")


class IdArray(list[bytes]):
    """A list of byte strings, to be sent as ``bytea[]``. Without None among them."""


class TextArray(list[str]):
    """A list of texts, to be sent as ``text[]``. Without None among them."""


class _IdArrayDumper(Dumper):
    format = pq.Format.BINARY
    oid = _BYTEA_ARRAY

    def dump(self, obj: Any) -> Buffer:
        return _packed(_BYTEA, len(obj), obj)


class _TextArrayDumper(Dumper):
    format = pq.Format.BINARY
    oid = _TEXT_ARRAY

    def dump(self, obj: Any) -> Buffer:
        return _packed(_TEXT, len(obj), map(str.encode, obj))


def _packed(element: int, count: int, items: Iterable[bytes]) -> bytes:
    parts = [_HEADER.pack(1, 0, element, count, 1)]
    for item in items:
        parts.append(_LENGTH.pack(len(item)))
        parts.append(item)
    return b"".join(parts)


adapters.register_dumper(IdArray, _IdArrayDumper)
adapters.register_dumper(TextArray, _TextArrayDumper)


def with_id_arrays(parameters: dict[str, Any]) -> None:
    """Makes arrays of the lists of ids among the parameters."""
    for name, value in parameters.items():
        if type(value) is list and value and type(value[0]) is bytes and None not in value:
            parameters[name] = IdArray(value)
