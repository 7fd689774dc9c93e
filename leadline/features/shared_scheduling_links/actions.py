"""Every change of a shared scheduling link, and of where it leads for whom."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, count
from typing import Any

from leadline.features.scheduling_links.actions import DESCRIPTION_LENGTH, read_address
from leadline.features.scheduling_links.tables import SCHEDULING_LINKS
from leadline.features.shared_scheduling_links.inputs import (
    NewSharedSchedulingLink,
    SharedSchedulingLinkChange,
)
from leadline.features.shared_scheduling_links.queries import find_association
from leadline.features.shared_scheduling_links.tables import (
    SHARED_SCHEDULING_LINK_ASSOCIATIONS,
    SHARED_SCHEDULING_LINKS,
    SharedSchedulingLink,
    SharedSchedulingLinkAssociation,
)
from leadline.features.users.queries import find_member
from leadline.kernel.errors import NotFoundError, Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import check_length, read_name
from leadline.kernel.rights import Right
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_shared_link(unit: Unit, new: NewSharedSchedulingLink) -> SharedSchedulingLink:
    """Adds a shared link. Its tag in templates comes from its name, and stays."""
    values = _checked(new)
    row = SharedSchedulingLink(
        **unit.stamps(),
        name=values["name"],
        description=values["description"],
        template_tag=await _free_tag(unit, values["name"]),
    )
    return await writes.insert(unit, SHARED_SCHEDULING_LINKS, row)


async def update_shared_link(
    unit: Unit, shared_link_id: bytes, change: SharedSchedulingLinkChange
) -> SharedSchedulingLink:
    """Changes what is given."""
    before = await rows.lock(unit, SHARED_SCHEDULING_LINKS, shared_link_id)
    return await writes.update(unit, SHARED_SCHEDULING_LINKS, before, **_checked(change))


async def delete_shared_link(unit: Unit, shared_link_id: bytes) -> None:
    """Removes the link; it leads nowhere any more."""
    before = await rows.lock(unit, SHARED_SCHEDULING_LINKS, shared_link_id)
    leading = await rows.select(
        unit,
        SHARED_SCHEDULING_LINK_ASSOCIATIONS,
        "AND shared_link_id = %(shared_link_id)s ORDER BY id",
        shared_link_id=shared_link_id,
    )
    for association in leading:
        await writes.delete(unit, SHARED_SCHEDULING_LINK_ASSOCIATIONS, association)
    await writes.delete(unit, SHARED_SCHEDULING_LINKS, before)


async def lead_shared_link(
    unit: Unit,
    shared_link_id: bytes,
    user_id: bytes,
    *,
    link_id: bytes | None,
    url: str | None,
) -> SharedSchedulingLinkAssociation:
    """Lets a shared link lead for a user to a link of theirs or to an address, from now on."""
    problems = Problems()
    await _check_whose(unit, shared_link_id, user_id, problems)
    if url is not None and link_id is not None:
        problems.add("conflict", "url", text="Give a scheduling link or a url, not both.")
    elif url is not None:
        url = read_address(url, problems)
    elif link_id is None:
        problems.add("required", "link_id")
    if link_id is not None:
        link = await unit.fetch_one(SCHEDULING_LINKS.row, SCHEDULING_LINKS.lock_sql, id=link_id)
        if link is None or link.user_id != user_id:
            problems.add("not_found", "link_id")
    problems.stop_if_any()
    before = await find_association(unit, shared_link_id, user_id)
    if before is not None:
        return await writes.update(
            unit, SHARED_SCHEDULING_LINK_ASSOCIATIONS, before, link_id=link_id, url=url
        )
    row = SharedSchedulingLinkAssociation(
        **unit.time_stamps(),
        shared_link_id=shared_link_id,
        user_id=user_id,
        link_id=link_id,
        url=url,
    )
    return await writes.insert(unit, SHARED_SCHEDULING_LINK_ASSOCIATIONS, row)


async def stop_leading(unit: Unit, shared_link_id: bytes, user_id: bytes) -> None:
    """Lets a shared link lead nowhere for a user; NotFoundError where it does so already."""
    problems = Problems()
    await _check_whose(unit, shared_link_id, user_id, problems)
    problems.stop_if_any()
    before = await find_association(unit, shared_link_id, user_id)
    if before is None:
        raise NotFoundError(SHARED_SCHEDULING_LINK_ASSOCIATIONS.noun)
    await writes.delete(unit, SHARED_SCHEDULING_LINK_ASSOCIATIONS, before)


async def _check_whose(
    unit: Unit, shared_link_id: bytes, user_id: bytes, problems: Problems
) -> None:
    """Everybody says where it leads for themselves; who shares links says it for all members."""
    shared = await unit.fetch_one(
        SHARED_SCHEDULING_LINKS.row, SHARED_SCHEDULING_LINKS.lock_sql, id=shared_link_id
    )
    if shared is None:
        problems.add("not_found", "shared_link_id")
    if user_id != unit.scope.user_id:
        if await find_member(unit, user_id) is None:
            problems.add("not_found", "user_id")
        else:
            unit.scope.require(Right.SCHEDULING_LINK_SHARE)


def _checked(given: NewSharedSchedulingLink | SharedSchedulingLinkChange) -> dict[str, Any]:
    values = given_fields(given)
    problems = Problems()
    if "name" in values:
        values["name"] = read_name(values["name"], problems)
    check_length(values.get("description") or "", DESCRIPTION_LENGTH, problems, "description")
    problems.stop_if_any()
    return values


async def _free_tag(unit: Unit, name: str) -> str:
    """The name in small letters, digits and underscores, and a number where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    tag = re.sub("[^a-z0-9]+", "_", plain).strip("_") or "scheduling_link"
    taken = await unit.fetch_values(
        "SELECT template_tag FROM shared_scheduling_links "
        "WHERE organization_id = %(organization_id)s AND starts_with(template_tag, %(tag)s)",
        tag=tag,
    )
    numbered = (f"{tag}_{number}" for number in count(2))
    return next(free for free in chain([tag], numbered) if free not in taken)
