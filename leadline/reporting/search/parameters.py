"""The values of one search on their way to the database, beside the SQL that names them."""

from __future__ import annotations

from typing import Any


class Parameters:
    """``country`` is where phone numbers without a country code belong."""

    def __init__(self, country: str, start: str = "search") -> None:
        self.country = country
        self.values: dict[str, Any] = {}
        self._start = start

    def add(self, value: Any, kind: str) -> str:
        """The place of a value of that type of PostgreSQL in the SQL."""
        name = f"{self._start}_{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"
