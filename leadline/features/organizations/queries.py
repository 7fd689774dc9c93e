"""Reads of organizations. An organization is its own tenant, so its id is the scope."""

from __future__ import annotations

from leadline.features.organizations.tables import ORGANIZATIONS, Organization
from leadline.kernel.errors import NotFoundError
from leadline.store.unit import Unit


async def get_organization(unit: Unit) -> Organization:
    """The organization of the scope."""
    return await _fetch(unit, b"")


async def lock_organization(unit: Unit) -> Organization:
    """The organization of the scope, locked until the transaction ends."""
    return await _fetch(unit, b" FOR UPDATE")


async def _fetch(unit: Unit, ending: bytes) -> Organization:
    row = await unit.fetch_one(
        Organization, ORGANIZATIONS.select + b"WHERE id = %(organization_id)s" + ending
    )
    if row is None:
        raise NotFoundError("organization")
    return row
