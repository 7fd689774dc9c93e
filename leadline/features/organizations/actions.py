"""Every change of an organization."""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.organizations.queries import lock_organization
from leadline.features.organizations.tables import ORGANIZATIONS, Organization
from leadline.store.unit import Unit

FIRST_CLOSE_STAGES = ["Closed Won"]


async def create_organization(
    unit: Unit, *, name: str, time_zone: str, country: str, currency: str
) -> Organization:
    """Adds the organization that the unit's scope is already bound to."""
    await _check_time_zone(unit, time_zone)
    row = Organization(
        id=unit.organization_id,
        name=name,
        time_zone=time_zone,
        country=country,
        currency=currency,
        close_stages=FIRST_CLOSE_STAGES,
        gross_profit_property=None,
        enable_unsubscribe_link=True,
        require_unsubscribe_link=False,
        reject_anonymous_calls=False,
        created_at=unit.now,
        updated_at=unit.now,
    )
    await unit.execute(ORGANIZATIONS.insert_sql, **ORGANIZATIONS.parameters(row))
    unit.record("created", ORGANIZATIONS, None, row)
    return row


async def set_close_stages(unit: Unit, names: list[str]) -> list[str]:
    """Replaces the stages that count as closed: trimmed, without duplicates, in their order."""
    trimmed = dict.fromkeys(name.strip() for name in names)
    before = await lock_organization(unit)
    after = await _change(unit, before, close_stages=[name for name in trimmed if name])
    return after.close_stages


async def set_gross_profit_property(unit: Unit, name: str | None) -> str | None:
    """Says which contact property is the gross profit; None clears it."""
    before = await lock_organization(unit)
    after = await _change(unit, before, gross_profit_property=name)
    return after.gross_profit_property


async def set_time_zone(unit: Unit, time_zone: str) -> Organization:
    """Says in which zone its days begin. The lock keeps out whoever counts by the old days."""
    before = await lock_organization(unit)
    await _check_time_zone(unit, time_zone)
    return await _change(unit, before, time_zone=time_zone)


async def update_organization(unit: Unit, **changes: Any) -> Organization:
    """Changes these columns, which the caller has checked."""
    return await _change(unit, await lock_organization(unit), **changes)


async def _check_time_zone(unit: Unit, time_zone: str) -> None:
    """Stops here if the database does not know the zone: it could not tell the days of anything."""
    await unit.fetch_value("SELECT %(now)s AT TIME ZONE %(time_zone)s", time_zone=time_zone)


async def _change(unit: Unit, before: Organization, **changes: Any) -> Organization:
    changed = {name: value for name, value in changes.items() if getattr(before, name) != value}
    if not changed:
        return before
    changed["updated_at"] = unit.now
    after = msgspec.structs.replace(before, **changed)
    sets = {name: ORGANIZATIONS.adapt(name, value) for name, value in changed.items()}
    await unit.execute(_update_sql(tuple(changed)), **sets)
    unit.record("updated", ORGANIZATIONS, before, after)
    return after


def _update_sql(changed: tuple[str, ...]) -> bytes:
    listed = ", ".join(f"{column} = %({column})s" for column in changed)
    sql = f"UPDATE organizations SET {listed} WHERE id = %(organization_id)s"  # noqa: S608 - columns
    return sql.encode()
