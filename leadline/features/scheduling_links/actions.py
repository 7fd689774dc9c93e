"""Every change of a scheduling link."""

from __future__ import annotations

from typing import Any

from leadline.features.scheduling_links.inputs import (
    AppSchedulingLink,
    NewSchedulingLink,
    SchedulingLinkChange,
)
from leadline.features.scheduling_links.queries import lock_by_source, lock_own
from leadline.features.scheduling_links.tables import SCHEDULING_LINKS, SchedulingLink
from leadline.kernel.errors import Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.names import check_length, read_name
from leadline.platform import web_addresses
from leadline.store import writes
from leadline.store.unit import Unit

DESCRIPTION_LENGTH = 5000


async def create_scheduling_link(unit: Unit, new: NewSchedulingLink) -> SchedulingLink:
    """Adds a link of the caller."""
    return await _insert(unit, _checked(new), source="MANUAL")


async def update_scheduling_link(
    unit: Unit, link_id: bytes, change: SchedulingLinkChange
) -> SchedulingLink:
    """Changes what is given of a link of the caller."""
    before = await lock_own(unit, link_id)
    return await writes.update(unit, SCHEDULING_LINKS, before, **_checked(change))


async def save_link_of_app(unit: Unit, given: AppSchedulingLink) -> SchedulingLink:
    """Adds the link that the calling app knows by that id to those of the caller, or changes it."""
    values = _checked(given)
    before = await lock_by_source(unit, values["source_id"])
    if before is not None:
        return await writes.update(unit, SCHEDULING_LINKS, before, **values)
    problems = Problems()
    for name in ("name", "url"):
        if name not in values:
            problems.add("required", name)
    problems.stop_if_any()
    return await _insert(unit, values, source="THIRD_PARTY", oauth_app_id=unit.scope.oauth_app_id)


async def _insert(
    unit: Unit, values: dict[str, Any], *, source: str, oauth_app_id: bytes | None = None
) -> SchedulingLink:
    row = SchedulingLink(
        **unit.time_stamps(),
        user_id=unit.scope.require_user(),
        name=values["name"],
        url=values["url"],
        description=values.get("description"),
        duration_in_minutes=values.get("duration_in_minutes"),
        source=source,
        source_id=values.get("source_id"),
        source_type=values.get("source_type"),
        oauth_app_id=oauth_app_id,
    )
    return await writes.insert(unit, SCHEDULING_LINKS, row)


def _checked(given: NewSchedulingLink | SchedulingLinkChange | AppSchedulingLink) -> dict[str, Any]:
    values = given_fields(given)
    problems = Problems()
    for name in ("name", "source_id"):
        if name in values:
            values[name] = read_name(values[name], problems, name)
    if "url" in values:
        values["url"] = read_address(values["url"], problems)
    check_length(values.get("description") or "", DESCRIPTION_LENGTH, problems, "description")
    check_length(values.get("source_type") or "", 255, problems, "source_type")
    problems.stop_if_any()
    return values


def read_address(given: str, problems: Problems) -> str:
    """The address with its scheme, ``https`` where none is given; a wrong one is a problem."""
    url = given.strip()
    found = web_addresses.normalise(url)
    if found is None:
        problems.add("url" if url else "required", "url")
        return url
    return found if found == url else f"https://{url}"
