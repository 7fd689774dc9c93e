"""Deleting a group, unless a saved search speaks of it."""

from __future__ import annotations

from leadline.features.groups.actions import delete_group_row
from leadline.features.groups.tables import GROUPS
from leadline.features.saved_searches.queries import first_that_names_group
from leadline.kernel.errors import RefusedError
from leadline.store import rows
from leadline.store.unit import Unit


async def delete_group(unit: Unit, group_id: bytes) -> None:
    """Removes the group; the people in it stay."""
    group = await rows.lock(unit, GROUPS, group_id)
    search = await first_that_names_group(unit, group_id)
    if search is not None:
        # Its name may be nobody's business: it can be private.
        whose = f"The smart view '{search.name}'" if search.is_shared else "A smart view"
        raise RefusedError(f"{whose} is shared with this group or looks for its people.")
    await delete_group_row(unit, group)
