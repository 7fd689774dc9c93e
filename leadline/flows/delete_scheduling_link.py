"""Deleting a scheduling link: shared links that lead there lead nowhere any more."""

from __future__ import annotations

from leadline.features.scheduling_links.queries import lock_by_source, lock_own
from leadline.features.scheduling_links.tables import SCHEDULING_LINKS, SchedulingLink
from leadline.features.shared_scheduling_links.tables import SHARED_SCHEDULING_LINK_ASSOCIATIONS
from leadline.kernel.errors import NotFoundError
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def delete_scheduling_link(unit: Unit, link_id: bytes) -> None:
    """Removes a link of the caller."""
    await _delete(unit, await lock_own(unit, link_id))


async def delete_link_of_app(unit: Unit, source_id: str) -> None:
    """Removes the link that the calling app has made for the caller under that id."""
    found = await lock_by_source(unit, source_id)
    if found is None:
        raise NotFoundError(SCHEDULING_LINKS.noun)
    await _delete(unit, found)


async def _delete(unit: Unit, link: SchedulingLink) -> None:
    leading = await rows.select(
        unit,
        SHARED_SCHEDULING_LINK_ASSOCIATIONS,
        "AND link_id = %(link_id)s ORDER BY id",
        link_id=link.id,
    )
    for association in leading:
        await writes.delete(unit, SHARED_SCHEDULING_LINK_ASSOCIATIONS, association)
    await writes.delete(unit, SCHEDULING_LINKS, link)
