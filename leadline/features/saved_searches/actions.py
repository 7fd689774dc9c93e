"""Every change of a saved search. What others see is not for everybody to make or change."""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.groups.tables import GROUPS
from leadline.features.saved_searches.inputs import SavedSearchChange
from leadline.features.saved_searches.queries import lock_saved_search
from leadline.features.saved_searches.tables import SAVED_SEARCHES, SavedSearch
from leadline.features.users.queries import active_members
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import check_count, check_length, read_name
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit

DESCRIPTION_LENGTH = 1000
MAX_SELECTED_FIELDS = 200
MAX_SHARES = 1000


async def create_saved_search(unit: Unit, new: SavedSearchChange) -> SavedSearch:
    """Adds a search of the caller's own."""
    given = await _checked(unit, new, None)
    empty = SavedSearch(
        **unit.stamps(),
        owner_id=unit.scope.require_user(),
        type=given["type"],
        name=given["name"],
        description="",
        query=None,
        structured_query=None,
        is_user_dependent=False,
        selected_fields=None,
        is_shared=False,
        shared_user_ids=[],
        shared_group_ids=[],
        shared_at=None,
        shared_by=None,
        sharing_updated_at=None,
        sharing_updated_by=None,
    )
    row = msgspec.structs.replace(empty, **given, **_sharing(unit, empty, given))
    _require_governing(unit, row)
    return await writes.insert(unit, SAVED_SEARCHES, row)


async def update_saved_search(
    unit: Unit, before: SavedSearch, change: SavedSearchChange
) -> SavedSearch:
    """Changes what is given of a search that ``lock_for_change`` has found."""
    given = await _checked(unit, change, before)
    given |= _sharing(unit, before, given)
    _require_governing(unit, msgspec.structs.replace(before, **given))
    return await writes.update(unit, SAVED_SEARCHES, before, **given)


async def delete_saved_search(unit: Unit, saved_search_id: bytes) -> None:
    """Removes the search. Who has pinned it does not see it any more."""
    before = await lock_for_change(unit, saved_search_id)
    await writes.delete(unit, SAVED_SEARCHES, before)


async def lock_for_change(unit: Unit, saved_search_id: bytes) -> SavedSearch:
    """The search as it is, for a caller who may change it."""
    found = await lock_saved_search(unit, saved_search_id)
    _require_governing(unit, found)
    return found


def _require_governing(unit: Unit, row: SavedSearch) -> None:
    """Only some share searches and change shared ones, even their own."""
    if not row.is_private:
        unit.scope.require(Right.SAVED_SEARCH_MANAGE_TEAM)


async def _checked(
    unit: Unit, change: SavedSearchChange, before: SavedSearch | None
) -> dict[str, Any]:
    given = given_fields(change)
    problems = Problems()
    if "name" in given:
        given["name"] = read_name(given["name"], problems)
    check_length(given.get("description") or "", DESCRIPTION_LENGTH, problems, "description")
    fields = given.get("selected_fields") or ()
    check_count(fields, MAX_SELECTED_FIELDS, problems, "selected_fields")
    if "shared_user_ids" in given:
        ids = given["shared_user_ids"]
        known = await active_members(unit, ids)
        present = [] if before is None else before.shared_user_ids
        given["shared_user_ids"] = _shared_with("shared_user_ids", ids, known, present, problems)
    if "shared_group_ids" in given:
        ids = given["shared_group_ids"]
        groups = await rows.select_ids(unit, GROUPS, ids)
        present = [] if before is None else before.shared_group_ids
        given["shared_group_ids"] = _shared_with(
            "shared_group_ids", ids, set(groups), present, problems
        )
    problems.stop_if_any()
    return given


def _shared_with(
    field: str, ids: list[bytes], known: set[bytes], present: list[str], problems: Problems
) -> list[str]:
    """The ids in hexadecimal, each once. Who is named already may be gone since."""
    check_count(ids, MAX_SHARES, problems, field)
    for index, object_id in enumerate(ids):
        if object_id not in known and object_id.hex() not in present:
            problems.add("not_found", field, index)
    return [object_id.hex() for object_id in dict.fromkeys(ids)]


def _sharing(unit: Unit, before: SavedSearch, given: dict[str, Any]) -> dict[str, Any]:
    """Who has shared it first, and who has changed that last."""
    names = ("is_shared", "shared_user_ids", "shared_group_ids")
    if all(given.get(name, getattr(before, name)) == getattr(before, name) for name in names):
        return {}
    last = {"sharing_updated_at": unit.now, "sharing_updated_by": unit.scope.user_id}
    if before.shared_at is not None:
        return last
    return {**last, "shared_at": unit.now, "shared_by": unit.scope.user_id}
