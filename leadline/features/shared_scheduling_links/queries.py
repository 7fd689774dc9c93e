"""Reads of where shared scheduling links lead."""

from __future__ import annotations

from leadline.features.shared_scheduling_links.tables import (
    SHARED_SCHEDULING_LINK_ASSOCIATIONS,
    SharedSchedulingLinkAssociation,
)
from leadline.store import rows
from leadline.store.unit import Unit


async def own_addresses(unit: Unit, shared_link_ids: list[bytes]) -> dict[bytes, str]:
    """Where these shared links lead for the caller, by their ids; others lead nowhere."""
    if not shared_link_ids:
        return {}
    found = await unit.fetch_all(
        lambda shared_link_id, url: (shared_link_id, url),
        "SELECT a.shared_link_id, coalesce(a.url, l.url) "
        "FROM shared_scheduling_link_associations a "
        "LEFT JOIN scheduling_links l ON l.organization_id = a.organization_id "
        "AND l.id = a.link_id "
        "WHERE a.organization_id = %(organization_id)s AND a.user_id = %(user_id)s "
        "AND a.shared_link_id = ANY(%(shared_link_ids)s)",
        user_id=unit.scope.user_id,
        shared_link_ids=shared_link_ids,
    )
    return dict(found)


async def find_association(
    unit: Unit, shared_link_id: bytes, user_id: bytes
) -> SharedSchedulingLinkAssociation | None:
    """Where a shared link leads for a user. Lock the shared link before a change."""
    found = await rows.select(
        unit,
        SHARED_SCHEDULING_LINK_ASSOCIATIONS,
        "AND shared_link_id = %(shared_link_id)s AND user_id = %(user_id)s",
        shared_link_id=shared_link_id,
        user_id=user_id,
    )
    return found[0] if found else None
