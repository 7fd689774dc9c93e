"""How Tether spells ids, times and errors. Its envelopes are not uniform: each is named here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from leadline.kernel.errors import InvalidError, LeadlineError, NotFoundError, RefusedError
from leadline.kernel.ids import parse_hex
from leadline.kernel.times import utc_text
from leadline.wire.decode import FieldError
from leadline.wire.instants import Day, Instant, read_day, read_instant


class ObjectId(bytes):
    """An id in a body: 24 hexadecimal digits."""


def hook(kind: type, value: Any) -> Any:
    """Decodes what JSON has no type for: ids and date-times."""
    if issubclass(kind, ObjectId):
        found = parse_hex(value) if isinstance(value, str) else None
        if found is None:
            raise FieldError("not_found")
        return kind(found)
    if kind is Instant:
        return read_instant(value)
    if kind is Day:
        return read_day(value)
    raise NotImplementedError(kind)  # how msgspec is told that a type is unknown


def spell_id_or_null(object_id: bytes | None) -> str | None:
    return None if object_id is None else object_id.hex()


def spell_time(instant: datetime) -> str:
    """Milliseconds and ``Z``."""
    return utc_text(instant)[:-3] + "Z"


def spell_time_or_null(instant: datetime | None) -> str | None:
    return None if instant is None else spell_time(instant)


def spell_number(number: Decimal | float) -> float | int:
    """A JSON number: whole ones without a fraction."""
    return int(number) if number == int(number) else float(number)


def id_in_path(noun: str, text: str) -> bytes:
    """The id in a path; NotFoundError when it is none."""
    found = parse_hex(text)
    if found is None:
        raise NotFoundError(noun)
    return found


def page_of(query: Mapping[str, Any], default_size: int, max_size: int = 200) -> tuple[int, int]:
    """``page`` (from 1) and ``size`` as (size, rows to pass over); sizes are clamped."""
    page = _integer(query, "page", 1)
    size = min(_integer(query, "size", default_size), max_size)
    if page > 1_000_000:
        raise RefusedError("'page' is too large")
    return size, (page - 1) * size


def _integer(query: Mapping[str, Any], name: str, default: int) -> int:
    value = query.get(name)
    if value is None or value == "":
        return default
    text = str(value).strip()
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise RefusedError(f"'{name}' must be a positive integer")
    return int(text)


# Errors. Wrong input lists every field, whatever the envelope.


def field_list(error: LeadlineError) -> list[dict[str, str]]:
    """Every problem as ``{field, message}``; the field is a dotted path."""
    if not isinstance(error, InvalidError):
        return []
    return [
        {"field": ".".join(str(part) for part in found.path), "message": found.text}
        for found in error.problems
    ]


def _sentence(error: LeadlineError) -> str:
    if isinstance(error, InvalidError):
        return "; ".join(f"{entry['field']}: {entry['message']}" for entry in field_list(error))
    return error.text or "Error"


def message_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """``{success: false, message}``: organizations, outreach, metrics, and whatever says nothing.

    Wrong input adds ``errors``, one entry per field.
    """
    shape: dict[str, Any] = {"success": False, "message": _sentence(error)}
    if fields := field_list(error):
        shape["errors"] = fields
    return shape


def plain_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """``{error, message?, success: false}``: lead management and prompts."""
    if fields := field_list(error):
        return {
            "error": "Validation error",
            "message": _sentence(error),
            "success": False,
            "errors": fields,
        }
    return {"error": _sentence(error), "success": False}


_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    408: "REQUEST_TIMEOUT",
    409: "CONFLICT",
    413: "TOO_LARGE",
    422: "IDEMPOTENCY_KEY_REUSED",
    429: "TOO_MANY_REQUESTS",
}


def envelope_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """``{success: false, message, error: {code, message, details}}``: contacts and pipelines."""
    sentence = _sentence(error)
    return {
        "success": False,
        "message": sentence,
        "error": {
            "code": "VALIDATION_ERROR"
            if isinstance(error, InvalidError)
            else _CODES.get(status, "INTERNAL_ERROR"),
            "message": sentence,
            "details": field_list(error),
        },
    }


def auth_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """``{error, code}``: logging in and whatever concerns credentials."""
    shape: dict[str, Any] = {
        "error": _sentence(error),
        "code": "TOKEN_EXPIRED" if status == 401 else _CODES.get(status, "INTERNAL_ERROR"),
    }
    if fields := field_list(error):
        shape["errors"] = fields
    return shape
