"""Saved searches (smart views) in the Close dialect: ``/api/v1/saved_search/``."""

from __future__ import annotations

from typing import Any, TypedDict, get_args

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ListOf,
    Reference,
    UserId,
    spell_id,
    spell_id_or_null,
    spell_organization_id,
    spell_time,
    spell_time_or_null,
)
from leadline.dialects.close.query.saved_searches import (
    Definition,
    check_definition,
    definition_of,
)
from leadline.features.saved_searches import actions, queries
from leadline.features.saved_searches.inputs import SavedSearchChange
from leadline.features.saved_searches.queries import page_of_saved_searches
from leadline.features.saved_searches.tables import (
    SAVED_SEARCHES,
    SavedSearch,
    SavedSearchType,
)
from leadline.kernel.rights import Right
from leadline.wire.operation import Parameter, Request


class GroupId(Reference):
    prefix = "group"


class SharingShape(TypedDict):
    """Nothing is said of who and when while it has never been shared."""

    created_at: str | None
    created_by_id: str | None
    group_ids: list[str]
    updated_at: str | None
    updated_by_id: str | None
    user_ids: list[str]
    whole_org: bool


class SavedSearchShape(TypedDict):
    """Either ``query`` or ``s_query`` is null. ``is_shared`` means with everybody."""

    date_created: str
    date_updated: str
    description: str | None
    id: str
    is_shared: bool
    is_user_dependent: bool
    name: str
    organization_id: str
    query: str | None
    s_query: dict[str, Any] | None
    selected_fields: list[dict[str, Any]] | None
    shared_with: list[str]
    sharing_settings: SharingShape
    type: SavedSearchType
    user_id: str


class SharingBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes; lists are replaced whole."""

    whole_org: bool | None = None
    user_ids: list[UserId] | None = None
    group_ids: list[GroupId] | None = None


class NewSavedSearchBody(msgspec.Struct, frozen=True, kw_only=True):
    """``is_shared`` is another name for ``whole_org`` of the settings, which wins."""

    name: str
    type: SavedSearchType | None = None
    description: str | None = ""
    query: str | None = None
    s_query: dict[str, Any] | None = None
    selected_fields: list[dict[str, Any]] | None = None
    is_shared: bool | None = None
    sharing_settings: SharingBody | None = None


class SavedSearchBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes. One query takes the place of the other."""

    name: str | UnsetType = UNSET
    type: SavedSearchType | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    query: str | UnsetType | None = UNSET
    s_query: dict[str, Any] | UnsetType | None = UNSET
    selected_fields: list[dict[str, Any]] | UnsetType | None = UNSET
    is_shared: bool | None = None
    sharing_settings: SharingBody | UnsetType | None = UNSET


# On the way out.


def _spell_sharing(row: SavedSearch) -> SharingShape:
    return {
        "created_at": spell_time_or_null(row.shared_at),
        "created_by_id": spell_id_or_null("user", row.shared_by),
        "group_ids": [f"group_{group_id}" for group_id in row.shared_group_ids],
        "updated_at": spell_time_or_null(row.sharing_updated_at),
        "updated_by_id": spell_id_or_null("user", row.sharing_updated_by),
        "user_ids": [f"user_{user_id}" for user_id in row.shared_user_ids],
        "whole_org": row.is_shared,
    }


def _spell(row: SavedSearch) -> SavedSearchShape:
    sharing = _spell_sharing(row)
    return {
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "description": row.description,
        "id": spell_id("save", row.id),
        "is_shared": row.is_shared,
        "is_user_dependent": row.is_user_dependent,
        "name": row.name,
        "organization_id": spell_organization_id(row.organization_id),
        "query": row.query,
        "s_query": row.structured_query,
        "selected_fields": row.selected_fields,
        "shared_with": [*sharing["user_ids"], *sharing["group_ids"]],
        "sharing_settings": sharing,
        "type": row.type,
        "user_id": spell_id("user", row.owner_id),
    }


async def show(request: Request[Any], found: list[SavedSearch]) -> list[SavedSearchShape]:
    return [_spell(row) for row in found]


# On the way in.


def _read_sharing(body: NewSavedSearchBody | SavedSearchBody) -> dict[str, Any]:
    """What is said of sharing. Null settings are those of nobody in particular."""
    found: dict[str, Any] = {}
    if body.is_shared is not None:
        found["is_shared"] = body.is_shared
    settings = body.sharing_settings
    if settings is None:
        return {"is_shared": False, **found, "shared_user_ids": [], "shared_group_ids": []}
    if settings is not UNSET:
        if settings.whole_org is not None:
            found["is_shared"] = settings.whole_org
        if settings.user_ids is not None:
            found["shared_user_ids"] = list(settings.user_ids)
        if settings.group_ids is not None:
            found["shared_group_ids"] = list(settings.group_ids)
    return found


def _text(query: str | None) -> str | None:
    """An empty text is none: everything is ``*``."""
    return query if query and query.strip() else None


def _definition(body: SavedSearchBody, before: SavedSearch) -> Definition:
    """What will be searched for after the change. One query takes the place of the other."""
    query = None if body.query is UNSET else _text(body.query)
    structured = None if body.s_query is UNSET else body.s_query or None
    if query is None and structured is None:
        query = before.query if body.query is UNSET else None
        structured = before.structured_query if body.s_query is UNSET else None
    kind = before.type if body.type is UNSET else body.type
    return Definition(type=kind, query=query, structured_query=structured)


# The operations.


async def list_saved_searchs(request: Request[None]) -> ListOf[SavedSearchShape]:
    query = request.query
    page = RESOURCE.page_of(query)
    types = filters.words(query, "type")
    found = await page_of_saved_searches(
        request.unit,
        ["lead"] if types is None else types,
        limit=page.fetch,
        skip=page.skip,
    )
    return spelling.list_of(await show(request, found), page, query)


async def get_saved_search(request: Request[None]) -> SavedSearchShape:
    return await RESOURCE.show_one(
        request, await queries.get_saved_search(request.unit, RESOURCE.id_in(request))
    )


async def create_saved_search(request: Request[NewSavedSearchBody]) -> SavedSearchShape:
    body = request.body
    definition = Definition(
        type=body.type or "lead",
        query=_text(body.query),
        structured_query=body.s_query or None,
    )
    new = SavedSearchChange(
        **msgspec.structs.asdict(definition),
        **_read_sharing(body),
        name=body.name,
        description=body.description,
        is_user_dependent=await check_definition(request, definition, None),
        selected_fields=body.selected_fields,
    )
    return await RESOURCE.show_one(request, await actions.create_saved_search(request.unit, new))


async def update_saved_search(request: Request[SavedSearchBody]) -> SavedSearchShape:
    body, unit = request.body, request.unit
    before = await actions.lock_for_change(unit, RESOURCE.id_in(request))
    changes: dict[str, Any] = _read_sharing(body)
    definition = _definition(body, before)
    if definition != definition_of(before):
        changes |= msgspec.structs.asdict(definition)
        changes["is_user_dependent"] = await check_definition(request, definition, before.id)
    change = SavedSearchChange(
        **changes,
        name=body.name,
        description=body.description,
        selected_fields=body.selected_fields,
    )
    return await RESOURCE.show_one(request, await actions.update_saved_search(unit, before, change))


RESOURCE = Resource(
    noun="saved_search",
    tag="Saved searches",
    path="/api/v1/saved_search/",
    prefix="save",
    table=SAVED_SEARCHES,
    shape=SavedSearchShape,
    show=show,
    read=Right.SAVED_SEARCH_READ,
    write=Right.SAVED_SEARCH_WRITE,
    max_limit=1000,
)

_TYPE = {"type": "string", "enum": list(get_args(SavedSearchType))}

_NAMES = {
    "shared_user_ids": "sharing_settings.user_ids",
    "shared_group_ids": "sharing_settings.group_ids",
}

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_saved_searchs,
        filters=(
            Parameter("type", "Filter by type of search.", {**_TYPE, "default": "lead"}),
            Parameter("type__in", "Filter by types of search, comma separated."),
        ),
    ),
    create_operation(RESOURCE, create_saved_search, body=NewSavedSearchBody, names=_NAMES),
    get_operation(RESOURCE, get_saved_search),
    update_operation(RESOURCE, update_saved_search, body=SavedSearchBody, names=_NAMES),
    delete_operation(RESOURCE, action=actions.delete_saved_search),
)
