"""A part of WHERE that another layer has made, such as what a search asks for."""

from __future__ import annotations

from typing import Any

import msgspec


class Condition(msgspec.Struct, frozen=True):
    """``sql`` is a single truth value about a row of a table, whose columns it names in full.

    It holds no value that anybody has sent: those are in ``parameters``.
    """

    sql: bytes
    parameters: dict[str, Any]


EVERYTHING = Condition(b"true", {})
