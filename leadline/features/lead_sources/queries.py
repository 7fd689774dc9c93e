"""Reads of lead source configurations: everybody sees their own only."""

from __future__ import annotations

from leadline.features.lead_sources.tables import LEAD_SOURCES, LeadSource
from leadline.kernel.errors import NotFoundError
from leadline.store import rows
from leadline.store.unit import Unit


def not_found() -> NotFoundError:
    """The same for unknown, foreign and other people's configurations."""
    return NotFoundError(LEAD_SOURCES.noun, "Lead management configuration not found")


async def get_own_lead_source(unit: Unit, lead_source_id: bytes) -> LeadSource:
    """The caller's configuration of that id."""
    found = await rows.find(unit, LEAD_SOURCES, lead_source_id)
    if found is None or found.user_id != unit.scope.user_id:
        raise not_found()
    return found


async def list_own_lead_sources(unit: Unit, limit: int, skip: int) -> list[LeadSource]:
    """The caller's configurations, newest first."""
    return await rows.select(
        unit,
        LEAD_SOURCES,
        "AND user_id = %(user_id)s ORDER BY id DESC LIMIT %(limit)s OFFSET %(skip)s",
        user_id=unit.scope.user_id,
        limit=limit,
        skip=skip,
    )


async def active_lead_sources(unit: Unit, user_id: bytes) -> list[LeadSource]:
    """The configurations of a user that route leads, oldest first."""
    return await rows.select(
        unit,
        LEAD_SOURCES,
        "AND user_id = %(user_id)s AND status = 'active' ORDER BY id",
        user_id=user_id,
    )


async def configuration_names(
    unit: Unit, lead_source_ids: list[bytes | None]
) -> dict[bytes | None, str]:
    """The names of these configurations, deleted ones too."""
    found = await unit.fetch_all(
        lambda lead_source_id, name: (lead_source_id, name),
        "SELECT id, configuration_name FROM lead_sources "
        "WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s) "
        "UNION ALL SELECT id, configuration_name FROM deleted_lead_sources "
        "WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s)",
        ids=[lead_source_id for lead_source_id in lead_source_ids if lead_source_id is not None],
    )
    return dict(found)
