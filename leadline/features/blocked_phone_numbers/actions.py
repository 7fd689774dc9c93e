"""Every change of a blocked phone number."""

from __future__ import annotations

from leadline.features.blocked_phone_numbers.inputs import (
    BlockedPhoneNumberChange,
    NewBlockedPhoneNumber,
)
from leadline.features.blocked_phone_numbers.tables import (
    BLOCKED_PHONE_NUMBERS,
    BlockedPhoneNumber,
)
from leadline.kernel.errors import Problems
from leadline.kernel.names import read_name
from leadline.platform.phone_numbers import to_e164
from leadline.store import rows, writes
from leadline.store.locks import lock_values
from leadline.store.unit import Unit


async def block_phone_number(unit: Unit, new: NewBlockedPhoneNumber) -> BlockedPhoneNumber:
    """Blocks a number that is not blocked yet."""
    problems = Problems()
    phone = to_e164(new.phone.strip(), unit.scope.country)
    reason = read_name(new.reason, problems, "reason")
    if phone is None:
        problems.add("phone", "phone")
    else:
        await lock_values(unit, phones=[phone], emails=[])
        if await rows.select(unit, BLOCKED_PHONE_NUMBERS, "AND phone = %(phone)s", phone=phone):
            problems.add("duplicate", "phone", text="This phone number is blocked already.")
    problems.stop_if_any()
    assert phone is not None  # noqa: S101 - else there is a problem
    row = BlockedPhoneNumber(
        **unit.stamps(),
        phone=phone,
        reason=reason,
    )
    return await writes.insert(unit, BLOCKED_PHONE_NUMBERS, row)


async def update_blocked_phone_number(
    unit: Unit, blocked_id: bytes, change: BlockedPhoneNumberChange
) -> BlockedPhoneNumber:
    """Gives another reason."""
    before = await rows.lock(unit, BLOCKED_PHONE_NUMBERS, blocked_id)
    problems = Problems()
    reason = read_name(change.reason, problems, "reason")
    problems.stop_if_any()
    return await writes.update(unit, BLOCKED_PHONE_NUMBERS, before, reason=reason)


async def unblock_phone_number(unit: Unit, blocked_id: bytes) -> None:
    """Takes the number out."""
    before = await rows.lock(unit, BLOCKED_PHONE_NUMBERS, blocked_id)
    await writes.delete(unit, BLOCKED_PHONE_NUMBERS, before)
