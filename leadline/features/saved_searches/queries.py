"""Reads of saved searches: one's own, and those that are shared with everybody or with oneself."""

from __future__ import annotations

from typing import LiteralString

from leadline.features.saved_searches.tables import SAVED_SEARCHES, SavedSearch
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit

# What a user may see: needs %(user_id)s, and the same in hexadecimal as %(user)s.
_VISIBLE: LiteralString = (
    "AND (is_shared OR owner_id = %(user_id)s OR shared_user_ids ? %(user)s OR EXISTS ("
    "SELECT 1 FROM group_members m WHERE m.organization_id = %(organization_id)s "
    "AND m.user_id = %(user_id)s AND shared_group_ids ? encode(m.group_id, 'hex'))) "
)


async def _select(
    unit: Unit, where: LiteralString, *, user_id: bytes | None = None, **parameters: object
) -> list[SavedSearch]:
    """Those that fulfil ``where`` of what a user (the caller, unless another is named) may see."""
    who = user_id or unit.scope.require_user()
    return await rows.select(
        unit, SAVED_SEARCHES, _VISIBLE + where, user_id=who, user=who.hex(), **parameters
    )


async def page_of_saved_searches(
    unit: Unit, types: list[str], *, limit: int, skip: int
) -> list[SavedSearch]:
    """A page of what the caller may see of these types, oldest first."""
    return await _select(
        unit,
        "AND type = ANY(%(types)s) ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        types=types,
        limit=limit,
        skip=skip,
    )


async def get_saved_search(unit: Unit, saved_search_id: bytes) -> SavedSearch:
    """A search that the caller may see; others are not there."""
    return _only(await _select(unit, "AND id = %(id)s", id=saved_search_id))


async def lock_saved_search(unit: Unit, saved_search_id: bytes) -> SavedSearch:
    """Like ``get_saved_search``, and nobody else may change it until the transaction ends."""
    return _only(await _select(unit, "AND id = %(id)s FOR UPDATE", id=saved_search_id))


async def find_by_name(unit: Unit, name: str, kind: str) -> SavedSearch | None:
    """The search of that name, in whatever case: one's own before others, then the oldest."""
    found = await _select(
        unit,
        "AND type = %(type)s AND lower(name) = lower(%(name)s) "
        "ORDER BY owner_id = %(user_id)s DESC, id LIMIT 1",
        type=kind,
        name=name,
    )
    return found[0] if found else None


async def visible_to(unit: Unit, user_id: bytes, ids: list[bytes]) -> set[bytes]:
    """Which of these searches a user may see."""
    if not ids:
        return set()
    found = await _select(unit, "AND id = ANY(%(ids)s)", user_id=user_id, ids=ids)
    return {row.id for row in found}


async def first_that_names_group(unit: Unit, group_id: bytes) -> SavedSearch | None:
    """A search, whosever it is, that is shared with the group or looks for its people."""
    found = await rows.select(
        unit,
        SAVED_SEARCHES,
        "AND (shared_group_ids ? %(group)s OR structured_query::text LIKE %(named)s "
        "OR query LIKE %(named)s) ORDER BY is_shared DESC, id LIMIT 1",
        group=group_id.hex(),
        named=f"%group_{group_id.hex()}%",
    )
    return found[0] if found else None


def _only(found: list[SavedSearch]) -> SavedSearch:
    if not found:
        raise NotFoundError(SAVED_SEARCHES.noun)
    return found[0]
