"""How Close spells ids, times, lists and errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Generic, TypedDict, TypeVar, cast

import msgspec

from leadline.kernel.errors import (
    InvalidError,
    LeadlineError,
    NotFoundError,
    Path,
    Problem,
    RefusedError,
)
from leadline.kernel.ids import parse_prefixed
from leadline.kernel.times import utc_text
from leadline.wire.decode import FieldError
from leadline.wire.instants import Day, Instant, read_day, read_instant
from leadline.wire.operation import Parameter

# Ids on the way in: the prefix is part of the type.


class Reference(bytes):
    """An id in a body. Subclasses say of what; anything else is an object that does not exist."""

    prefix = ""


class ContactId(Reference):
    prefix = "cont"


class CustomActivityTypeId(Reference):
    prefix = "actitype"


class CustomFieldId(Reference):
    prefix = "cf"


class CustomObjectTypeId(Reference):
    prefix = "cotype"


class LeadId(Reference):
    prefix = "lead"


class OpportunityId(Reference):
    prefix = "oppo"


class OutcomeId(Reference):
    prefix = "outcome"


class PhoneNumberId(Reference):
    prefix = "phon"


class PipelineId(Reference):
    prefix = "pipe"


class PlaybookId(Reference):
    prefix = "convtyp"


class StatusId(Reference):
    prefix = "stat"


class UserId(Reference):
    prefix = "user"


def hook(kind: type, value: Any) -> Any:
    """Decodes what JSON has no type for: ids and date-times."""
    if issubclass(kind, Reference):
        found = parse_prefixed(kind.prefix, value) if isinstance(value, str) else None
        if found is None:
            raise FieldError("not_found")
        return kind(found)
    if kind is Instant:
        return read_instant(value)
    if kind is Day:
        return read_day(value)
    raise NotImplementedError(kind)  # how msgspec is told that a type is unknown


def spell_id(prefix: str, object_id: bytes) -> str:
    return f"{prefix}_{object_id.hex()}"


def spell_id_or_null(prefix: str, object_id: bytes | None) -> str | None:
    return None if object_id is None else f"{prefix}_{object_id.hex()}"


# Most objects of a page are of the same organization, people and statuses, and what was made at
# once was made at one instant: a page of leads says each of these many times.


@lru_cache(maxsize=2000)
def spell_user_id(user_id: bytes | None) -> str | None:
    return None if user_id is None else f"user_{user_id.hex()}"


@lru_cache(maxsize=2000)
def spell_shared_id(prefix: str, object_id: bytes) -> str:
    """An id that several objects of a page name: of their lead, of a status."""
    return spell_id(prefix, object_id)


@lru_cache(maxsize=2000)
def spell_organization_id(organization_id: bytes) -> str:
    return f"orga_{organization_id.hex()}"


def spell_time(instant: datetime) -> str:
    """Microseconds and ``+00:00``. To find it in a cache would take longer than to say it anew."""
    return utc_text(instant) + "+00:00"


def spell_time_or_null(instant: datetime | None) -> str | None:
    return None if instant is None else spell_time(instant)


def spell_time_without_zone(instant: datetime) -> str:
    """Microseconds and nothing after them: how newer resources say times, which are in UTC."""
    return utc_text(instant)


def spell_day_or_null(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def tz_offset(headers: Mapping[str, str]) -> timedelta:
    """How far the caller's clock is ahead of UTC: ``x-tz-offset`` in hours, 0 if it says none."""
    try:
        hours = float(headers.get("x-tz-offset", "0"))
    except ValueError:
        return timedelta()
    return timedelta(hours=hours) if -24 < hours < 24 else timedelta()


def id_in_path(noun: str, prefix: str, text: str) -> bytes:
    """The id in a path; NotFoundError when it is not an id of that kind."""
    found = parse_prefixed(prefix, text)
    if found is None:
        raise NotFoundError(noun)
    return found


# Lists.

MAX_SKIP = 100_000
MAX_WHOLE = 1000
PAGING = (
    Parameter(
        "_limit", "Maximum number of objects to return.", {"type": "integer", "default": 100}
    ),
    Parameter("_skip", "Number of objects to skip.", {"type": "integer", "default": 0}),
)
FIELDS = Parameter("_fields", "Fields to return, comma separated.")


class Page(msgspec.Struct, frozen=True):
    """A part of a list: ``limit`` objects after the first ``skip``."""

    limit: int
    skip: int

    @property
    def fetch(self) -> int:
        """How many rows to fetch: one more than shown tells whether there are more."""
        return self.limit + 1


def page_of(query: Mapping[str, str], max_limit: int = 100) -> Page:
    """``_limit`` and ``_skip``; RefusedError in Close's words when they cannot be used."""
    limit = _integer(query, "_limit", min(100, max_limit))
    skip = _integer(query, "_skip", 0)
    if limit > max_limit:
        raise RefusedError(
            "The limit you set is larger than the maximum limit for this resource "
            f"(max_limit = {max_limit})."
        )
    if skip > MAX_SKIP:
        raise RefusedError(
            "The skip you set is larger than the maximum skip for this resource "
            f"(max_skip = {MAX_SKIP})."
        )
    return Page(limit, skip)


def page_of_all(query: Mapping[str, str]) -> Page:
    """For lists that Close does not page: everything, unless a part is asked for."""
    return page_of({"_limit": str(MAX_WHOLE), **query}, MAX_WHOLE)


def _integer(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not text.lstrip("-").isdecimal() or len(text) > 18:
        raise RefusedError(f'{name} must be an integer (got "{text[:40]}" instead).')
    if int(text) < 0:
        raise RefusedError(f'{name} must be a non-negative integer (got "{text}" instead).')
    return int(text)


# Shapes. Each is typed as a TypedDict and promised as such in the OpenAPI document, and each is a
# dict that may differ from it in three ways that types cannot say: ``_fields`` leaves keys out,
# custom fields and links add keys whose names are data. Whoever asks for it gets it, so the types
# below go on calling the result what it was.

Shape = TypeVar("Shape")


class ListOf(TypedDict, Generic[Shape]):
    """The envelope of a list."""

    data: list[Shape]
    has_more: bool


def pick(shape: Shape, query: Mapping[str, str]) -> Shape:
    """Only the keys that ``_fields`` names; unknown names are dropped in silence."""
    return _pick(shape, _fields(query))


def _pick(shape: Shape, names: set[str]) -> Shape:
    if not names or "_all" in names:
        return shape
    picked = {
        key: value
        for key, value in cast(Mapping[str, Any], shape).items()
        if key in names or ("custom" in names and key.startswith("custom."))
    }
    return cast(Shape, picked)


def is_asked_for(query: Mapping[str, str], name: str) -> bool:
    """Whether ``_fields`` names this key, which is not shown unless it does."""
    return not {name, "_all"}.isdisjoint(_fields(query))


def _fields(query: Mapping[str, str]) -> set[str]:
    text = query.get("_fields")
    return {name.strip() for name in text.split(",")} if text else set()


def list_of(
    shapes: list[Shape], page: Page, query: Mapping[str, str], *, has_more: bool | None = None
) -> ListOf[Shape]:
    """The envelope of a list. ``shapes`` holds ``page.fetch`` objects at most."""
    names = _fields(query)
    return {
        "data": [_pick(shape, names) for shape in shapes[: page.limit]],
        "has_more": len(shapes) > page.limit if has_more is None else has_more,
    }


# Errors.


def spell_error(error: LeadlineError, status: int) -> dict[str, Any]:
    """The body of an error. Wrong input names every field; anything else is one sentence."""
    if not isinstance(error, InvalidError):
        return {"error": error.text or "Error"}
    shape: dict[str, Any] = {"errors": [], "field-errors": {}}
    for found in error.problems:
        _add_problem(shape, found.path, found)
    return shape


def _add_problem(shape: dict[str, Any], path: Path, found: Problem) -> None:
    if not path:
        shape.setdefault("errors", []).append(found.text)
        return
    head, rest = path[0], path[1:]
    fields = shape.setdefault("field-errors", {})
    if not rest:
        fields.setdefault(str(head), found.text)
        return
    inner = fields.get(str(head))
    if not isinstance(inner, dict):
        inner = fields[str(head)] = {}
    if isinstance(rest[0], int):
        # A list: its problems stand under "errors", by index.
        items = inner.setdefault("errors", {})
        if len(rest) == 1:
            items[str(rest[0])] = found.text
            return
        item = items.setdefault(str(rest[0]), {})
        if isinstance(item, dict):
            _add_problem(item, rest[1:], found)
        return
    inner.setdefault("errors", [])
    _add_problem(inner, rest, found)
