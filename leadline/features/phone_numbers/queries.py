"""Reads of phone numbers."""

from __future__ import annotations

from leadline.features.phone_numbers.tables import PHONE_NUMBERS, PhoneNumber
from leadline.store import rows
from leadline.store.unit import Unit


async def page_of_phone_numbers(
    unit: Unit,
    *,
    number: str | None,
    user_ids: list[bytes] | None,
    participant_ids: list[bytes] | None,
    is_group: bool | None,
    limit: int,
    skip: int,
) -> list[PhoneNumber]:
    """A page of all numbers, oldest first. None does not filter."""
    return await rows.select(
        unit,
        PHONE_NUMBERS,
        "AND (%(number)s::text IS NULL OR number = %(number)s) "
        "AND (%(user_ids)s::bytea[] IS NULL OR user_id = ANY(%(user_ids)s)) "
        "AND (%(takes_part)s::bytea[] IS NULL OR user_id = ANY(%(takes_part)s) "
        "OR participants ?| %(listed)s::text[]) "
        "AND (%(is_group)s::boolean IS NULL OR (user_id IS NULL) = %(is_group)s) "
        "ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        number=number,
        user_ids=user_ids,
        takes_part=participant_ids,
        listed=[user_id.hex() for user_id in participant_ids or []],
        is_group=is_group,
        limit=limit,
        skip=skip,
    )


async def personal_numbers(unit: Unit, user_id: bytes) -> list[PhoneNumber]:
    """The numbers of one user alone, oldest first."""
    return await rows.select(
        unit, PHONE_NUMBERS, "AND user_id = %(user_id)s ORDER BY id", user_id=user_id
    )


async def all_numbers(unit: Unit) -> frozenset[str]:
    """Every number of the organization, in E.164."""
    found = await unit.fetch_values(
        "SELECT number FROM phone_numbers WHERE organization_id = %(organization_id)s"
    )
    return frozenset(found)
