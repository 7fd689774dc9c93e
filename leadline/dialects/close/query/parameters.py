"""The parameters of lists that search: ``query``, ``lead_query``, ``lead_saved_search_id``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.query.saved_searches import SavedSearches, search_of
from leadline.dialects.close.query.text_language import read_search, whole_query
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.tasks.queries import calendar_at
from leadline.kernel.errors import InvalidError, NotFoundError, RefusedError, problem
from leadline.kernel.ids import parse_prefixed
from leadline.reporting.search.queries import found_ids
from leadline.reporting.search.tree import (
    All,
    Field,
    FieldTest,
    HasRelated,
    OneOf,
    Query,
    Search,
    SortKey,
)
from leadline.store import rows
from leadline.store.tables import Row, Table
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Request

QUERY = Parameter("query", 'A search, such as status:"Potential" sort:-date_created.')
LEAD_QUERY = Parameter("lead_query", "Of leads that this search finds.")
LEAD_SAVED_SEARCH = Parameter("lead_saved_search_id", "Of leads that this saved search finds.")


async def search_in(request: Request[Any], noun: str, name: str = "query") -> Search | None:
    """What a parameter searches for; None when it is not there, or empty."""
    text = request.query.get(name, "")
    if not text.strip():
        return None
    calendar = calendar_at(request.unit.now, spelling.tz_offset(request.headers))
    saved = SavedSearches(request)

    async def named(wanted: bytes | str) -> Search:
        return await saved.find(wanted, noun)

    return await read_search(request.unit, text, noun, calendar, named)


def latest_first(search: Search) -> Search:
    """The same, and if it does not say in which order, the latest objects come first."""
    if search.sort:
        return search
    latest = SortKey(Field(search.noun, "date_created"), is_descending=True)
    return msgspec.structs.replace(search, sort=(latest,))


async def rows_in_order(unit: Unit, table: Table[Row], ids: list[bytes]) -> list[Row]:
    """The rows of what was found, in the order in which it was."""
    found = await rows.select_ids(unit, table, ids)
    return [found[object_id] for object_id in ids if object_id in found]


async def contacts_found(
    request: Request[Any], lead_ids: list[bytes] | None, page: spelling.Page
) -> list[Contact] | None:
    """What ``query`` finds, of these leads alone if any are given; None without a query."""
    search = await search_in(request, "contact")
    if search is None:
        return None
    if lead_ids is not None:
        of_leads = FieldTest(Field("contact", "lead_id"), OneOf(tuple(lead_ids)))
        search = msgspec.structs.replace(search, query=All((search.query, of_leads)))
    ids = await found_ids(request.unit, latest_first(search), limit=page.fetch, skip=page.skip)
    return await rows_in_order(request.unit, CONTACTS, ids)


def orders_in(search: Search | None, allowed: Collection[str], *, only_one: bool = False) -> str:
    """The order that a search asks for, as ``_order_by`` says it; RefusedError for any other."""
    found: list[str] = []
    for key in search.sort if search else ():
        name = key.field.name if isinstance(key.field, Field) else ""
        if name not in allowed or (found and only_one):
            word = "one of" if only_one else "these"
            raise RefusedError(f"This list can be sorted by {word}: {', '.join(allowed)}.")
        found.append(f"-{name}" if key.is_descending else name)
    return ",".join(found)


async def opportunity_search(request: Request[Any]) -> Search | None:
    """What ``query`` asks of opportunities, and the others of their leads."""
    search = await search_in(request, "opportunity")
    of_leads: list[Query] = []
    by_text = await search_in(request, "lead", "lead_query")
    if by_text is not None:
        of_leads.append(whole_query(by_text))
    saved = request.query.get("lead_saved_search_id", "")
    if saved:
        of_leads.append(whole_query(await _saved_search(request, saved)))
    if not of_leads:
        return search
    search = search or Search("opportunity")
    query = All((search.query, *(HasRelated("lead", each) for each in of_leads)))
    return msgspec.structs.replace(search, query=query)


async def _saved_search(request: Request[Any], text: str) -> Search:
    saved_search_id = parse_prefixed("save", text)
    try:
        if saved_search_id is not None:
            return await search_of(request, saved_search_id)
    except NotFoundError:
        pass
    raise InvalidError([problem("not_found", "lead_saved_search_id")])
