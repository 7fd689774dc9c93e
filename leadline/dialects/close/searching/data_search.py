"""``POST /api/v1/data/search/``: structured searches for objects of any type, page by page."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict

import msgspec

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.query.saved_searches import SavedSearches
from leadline.dialects.close.query.tree_search import read_search
from leadline.dialects.close.searching.search_shapes import NOT_SHOWN, OBJECTS, show_found
from leadline.kernel.errors import InvalidError, Problems, RefusedError, problem
from leadline.kernel.rights import Right
from leadline.reporting.search.queries import Position, count_found, found_after
from leadline.reporting.search.tree import Search
from leadline.wire.operation import Request, operation

DEFAULT_LIMIT = 100
MAX_LIMIT = 200
MAX_SEQUENCE = 10_000
CURSOR_LIFETIME_S = 30
_NO_OBJECTS = "Objects of this type cannot be searched for."


class FoundCountShape(TypedDict):
    limited: int
    total: int


class DataSearchShape(TypedDict):
    """Every object has its ``__object_type`` and ``id``, and what else was asked for."""

    count: NotRequired[FoundCountShape]
    cursor: str | None
    data: list[dict[str, Any]]


class SearchBody(msgspec.Struct, frozen=True, kw_only=True):
    """``query`` and ``sort`` are read by themselves. Null is the same as nothing."""

    query: Any = None
    sort: Any = None
    fields: dict[str, list[str] | None] | None = msgspec.field(name="_fields", default=None)
    limit: int | None = msgspec.field(name="_limit", default=None)
    results_limit: int | None = None
    include_counts: bool | None = None
    cursor: str | None = None


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page begins: when it was given out, to which body, and after how many."""

    issued_at: float
    body: bytes
    given: int
    position: Position


async def search_data(request: Request[SearchBody]) -> DataSearchShape:
    unit, body = request.unit, request.body
    search = await _read(request)
    if search.noun in NOT_SHOWN:
        return _nothing(body)
    unit.scope.require(OBJECTS[search.noun].read)
    digest = _digest(request.raw)
    cursor = None if body.cursor is None else _read_cursor(body.cursor, digest, unit.now)
    given = cursor.given if cursor else 0
    wanted = _page_size(body, given)
    found: list[Position] = []
    if wanted > 0:
        after = cursor.position if cursor else None
        found = await found_after(unit, search, limit=wanted + 1, after=after)
    page = [position.id for position in found[:wanted]]
    given += len(page)
    has_more = len(found) > len(page) and given != body.results_limit
    answer: DataSearchShape = {
        "data": await show_found(request, search.noun, page, _names(body, search.noun)),
        "cursor": _spell_cursor(unit.now, digest, given, found[wanted - 1]) if has_more else None,
    }
    if body.include_counts:
        total = await count_found(unit, search)
        limited = total if body.results_limit is None else min(total, body.results_limit)
        answer["count"] = {"limited": limited, "total": total}
    return answer


def _nothing(body: SearchBody) -> DataSearchShape:
    """What is found of a type that has no objects."""
    answer: DataSearchShape = {"data": [], "cursor": None}
    if body.include_counts:
        answer["count"] = {"limited": 0, "total": 0}
    return answer


def _page_size(body: SearchBody, given: int) -> int:
    """How many objects the page has at most, when so many have been given out before."""
    if given >= MAX_SEQUENCE:
        raise RefusedError(
            f"At most {MAX_SEQUENCE} objects can be fetched page by page. Narrow the search, "
            "for example to what was created in one month."
        )
    limit = DEFAULT_LIMIT if body.limit is None else body.limit
    left = MAX_SEQUENCE if body.results_limit is None else body.results_limit
    return max(0, min(limit, MAX_SEQUENCE - given, left - given))


async def _read(request: Request[SearchBody]) -> Search:
    unit, body = request.unit, request.body
    problems = Problems()
    if body.limit is not None and not 0 <= body.limit <= MAX_LIMIT:
        words = f"The value must be at least 0 and at most {MAX_LIMIT}."
        problems.add("too_large" if body.limit > 0 else "too_small", "_limit", text=words)
    if body.results_limit is not None and body.results_limit < 0:
        problems.add("too_small", "results_limit")
    problems.stop_if_any()

    offset = spelling.tz_offset(request.headers)
    saved = SavedSearches(request)
    search = await read_search(unit, body.query, offset, saved.find, sort=body.sort)
    if search.noun not in OBJECTS and search.noun not in NOT_SHOWN:
        problems.add("choice", "query", "object_type", text=_NO_OBJECTS)
        problems.stop_if_any()
    return search


def _names(body: SearchBody, noun: str) -> list[str]:
    """The fields to answer with, under the type as it was or as it would be asked for."""
    for name in (noun, f"activity.{noun}"):
        given = (body.fields or {}).get(name)
        if given:
            return given
    return ["id"]


# Cursors.


def _digest(raw: Mapping[str, Any]) -> bytes:
    """Tells whether a cursor comes back with the body that it was given out for."""
    body = {key: value for key, value in raw.items() if key != "cursor" and value is not None}
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).digest()[:16]


def _spell_cursor(now: datetime, digest: bytes, given: int, position: Position) -> str:
    cursor = Cursor(now.timestamp(), digest, given, position)
    return urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode()


def _read_cursor(text: str, digest: bytes, now: datetime) -> Cursor:
    try:
        cursor = msgspec.msgpack.decode(urlsafe_b64decode(text), type=Cursor)
    except (NotBase64, ValueError, msgspec.DecodeError) as error:
        raise InvalidError([problem("choice", "cursor", text="Invalid cursor")]) from error
    if now.timestamp() - cursor.issued_at > CURSOR_LIFETIME_S:
        raise InvalidError([problem("choice", "cursor", text="Expired cursor")])
    if cursor.body != digest:
        words = "The cursor belongs to another search: send the same body with it."
        raise InvalidError([problem("conflict", "cursor", text=words)])
    return cursor


OPERATIONS = (
    operation(
        name="data.search",
        method="POST",
        path="/api/v1/data/search/",
        summary="Search for objects",
        right=Right.LEAD_READ,
        run=search_data,
        tag="Search",
        body=SearchBody,
        answer=DataSearchShape,
        reads=True,
        description=(
            "An object_type clause says what is looked for. Objects of each type need the right "
            "to read them. A cursor is good for 30 seconds, and for the same body."
        ),
    ),
)
