"""Queries that are too long for an address: they stand in the body of a POST or a bulk write.

``x-http-method-override: GET`` on a POST makes it a GET, and ``{"_params": {...}}`` in the body
takes the place of the query string.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.kernel.errors import MalformedError

HEADER = "x-http-method-override"


def is_overridden(method: str, headers: Mapping[str, str]) -> bool:
    """Whether this POST wants to be a GET."""
    return method == "POST" and headers.get(HEADER, "").strip().upper() == "GET"


def params_of(body: Any) -> dict[str, str] | None:
    """The query in a JSON body, if there is one. Lists are joined by commas, null is left out."""
    given = body.get("_params") if isinstance(body, dict) else None
    if given is None:
        return None
    if not isinstance(given, dict):
        raise MalformedError("_params must be an object.")
    return {name: _text(name, value) for name, value in given.items() if value is not None}


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_text(name, each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedError(f"_params.{name[:40]} must be a text, a number or a list of them.")
