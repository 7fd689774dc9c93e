"""What a saved search searches for, for everything that takes the id or the name of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from leadline.dialects.close.protocol.spelling import tz_offset
from leadline.dialects.close.query import text_language as query_language
from leadline.dialects.close.query import tree_search as structured_search
from leadline.dialects.close.query.text_syntax import parse
from leadline.features.saved_searches.queries import find_by_name, get_saved_search
from leadline.features.saved_searches.tables import SAVED_SEARCHES, SavedSearch
from leadline.features.tasks.queries import calendar_at
from leadline.kernel.errors import (
    InvalidError,
    NotFoundError,
    Path,
    Problems,
    RefusedError,
    problem,
)
from leadline.kernel.names import check_length
from leadline.reporting.search.conditions import condition_for
from leadline.reporting.search.fields import spec_of
from leadline.reporting.search.tree import Search
from leadline.wire.operation import Request

MAX_DEPTH = 5
MAX_READ = 50
TEXT_LENGTH = 10_000
STRUCTURED_BYTES = 100_000

Json = dict[str, Any]


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What is saved under a name: a type, and a text or a tree that searches for it."""

    type: str
    query: str | None
    structured_query: Json | None


async def search_of(request: Request[Any], wanted: bytes | str, *, noun: str = "lead") -> Search:
    """What the saved search of that id, or (if ``wanted`` is a text) of that name, searches for.

    "Me" in it is the caller, "today" the caller's day. ``noun`` is the type that it must have.

    NotFoundError: there is no such search of that type which the caller may see. RefusedError: it
    contains itself, or too much. Whoever wants several should ask one ``SavedSearches``.
    """
    return await SavedSearches(request).find(wanted, noun)


def definition_of(row: SavedSearch) -> Definition:
    return Definition(type=row.type, query=row.query, structured_query=row.structured_query)


async def check_definition(
    request: Request[Any], definition: Definition, saved_search_id: bytes | None
) -> bool:
    """Refuses what cannot be searched for; says whether it finds others for somebody else.

    ``saved_search_id`` is what it will be saved as: it must not contain that.
    """
    problems = Problems()
    if definition.query is not None and definition.structured_query is not None:
        problems.add("conflict", "query", text="Give query or s_query, not both.")
    elif definition.query is None and definition.structured_query is None:
        problems.add("required", "s_query")
    check_length(definition.query or "", TEXT_LENGTH, problems, "query")
    if len(msgspec.json.encode(definition.structured_query)) > STRUCTURED_BYTES:
        problems.add("too_long", "s_query")
    problems.stop_if_any()
    contained = SavedSearches(request, () if saved_search_id is None else (saved_search_id,))
    try:
        search = await contained.search(definition)
        if spec_of(search.noun).table:  # else there is nothing of that type yet
            condition_for(request.unit, search)
    except RefusedError as error:
        field = "s_query" if definition.query is None else "query"
        raise InvalidError([problem("choice", field, text=error.text)]) from error
    if any(row.is_user_dependent for row in contained.read):
        return True
    caller = request.scope.user_id
    return _says_me(definition) and _holds(search, lambda leaf: leaf == caller)


class SavedSearches:
    """The saved searches that one request reads, with all that they contain."""

    def __init__(self, request: Request[Any], inside: tuple[bytes, ...] = ()) -> None:
        self._request = request
        self._inside = inside
        self.read: list[SavedSearch] = []

    async def find(self, wanted: bytes | str, noun: str) -> Search:
        """See ``search_of``."""
        unit = self._request.unit
        if isinstance(wanted, bytes):
            row: SavedSearch | None = await get_saved_search(unit, wanted)
        else:
            row = await find_by_name(unit, wanted, noun)
        if row is None or row.type != noun:
            raise NotFoundError(SAVED_SEARCHES.noun)
        if row.id in self._inside:
            raise RefusedError(f"The saved search '{row.name}' refers to itself.")
        if len(self._inside) >= MAX_DEPTH:
            raise RefusedError(f"Saved searches are nested more than {MAX_DEPTH} levels deep.")
        if len(self.read) >= MAX_READ:
            raise RefusedError(f"A search can include at most {MAX_READ} saved searches.")
        self.read.append(row)
        outside, self._inside = self._inside, (*self._inside, row.id)
        try:
            return await self.search(definition_of(row))
        except InvalidError as error:  # what it names is gone since
            words = f"The saved search '{row.name}' is no longer valid: {error.text}"
            raise RefusedError(words) from error
        finally:
            self._inside = outside

    async def search(self, definition: Definition) -> Search:
        """What is searched for by that definition."""
        unit, noun = self._request.unit, definition.type
        offset = tz_offset(self._request.headers)
        if definition.structured_query is not None:
            return await self._search_tree(definition.structured_query, noun, offset)

        async def named(wanted: bytes | str) -> Search:
            return await self.find(wanted, noun)

        calendar = calendar_at(unit.now, offset)
        return await query_language.read_search(unit, definition.query or "", noun, calendar, named)

    async def _search_tree(self, sent: Json, noun: str, offset: timedelta) -> Search:
        """The tree stands alone or under ``query``. One of everything need not say of what."""
        path: Path = ("s_query",) if "type" in sent else ("s_query", "query")
        tree = sent if "type" in sent else sent.get("query")
        if isinstance(tree, dict) and tree.get("type") == "match_all":
            clause = {"type": "object_type", "object_type": noun}
            tree = {"type": "and", "queries": [clause, tree]}
        search = await structured_search.read_search(
            self._request.unit, tree, offset, self.find, sort=sent.get("sort"), path=path
        )
        if search.noun != noun:
            words = f"The object_type clause does not fit the type '{noun}'."
            raise InvalidError([problem("conflict", *path, text=words)])
        return search


def _says_me(definition: Definition) -> bool:
    """Whether a word for whoever asks stands anywhere in the query itself."""
    if definition.query is None:
        words = ("current_user", "CURRENT_USER")
        return _holds(definition.structured_query, lambda leaf: leaf in words)
    return _holds(parse(definition.query), lambda leaf: str(leaf).lower() == "me")


def _holds(node: Any, is_it: Callable[[Any], bool]) -> bool:
    """Whether there is such a leaf anywhere in it."""
    if isinstance(node, msgspec.Struct):
        node = msgspec.structs.astuple(node)
    if isinstance(node, dict):
        node = node.values()
    elif not isinstance(node, list | tuple):
        return is_it(node)
    return any(_holds(inner, is_it) for inner in node)
