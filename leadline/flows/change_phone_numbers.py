"""Changing and removing phone numbers, and with them who calls from which.

Whoever calls from a number by default may use it; when that ends, they have no default any more.
"""

from __future__ import annotations

from leadline.features.phone_numbers.actions import (
    check_may_change,
    remove_phone_number,
    update_phone_number,
)
from leadline.features.phone_numbers.inputs import PhoneNumberChange
from leadline.features.phone_numbers.tables import PHONE_NUMBERS, PhoneNumber
from leadline.features.users.actions import set_default_caller
from leadline.features.users.queries import lock_callers, lock_memberships
from leadline.kernel.errors import InvalidError, problem
from leadline.platform.telephony import Telephony
from leadline.store import rows
from leadline.store.unit import Unit


async def change_phone_number(
    unit: Unit, number_id: bytes, change: PhoneNumberChange
) -> PhoneNumber:
    """Changes what is given. Nobody goes on calling from a number that is theirs no more."""
    before = await rows.lock(unit, PHONE_NUMBERS, number_id)
    after = await update_phone_number(unit, before, change)
    if after.participants != before.participants:
        for membership in await lock_callers(unit, number_id):
            if not after.is_usable_by(membership.user_id):
                await set_default_caller(unit, membership, None)
    return after


async def delete_phone_number(unit: Unit, number_id: bytes, telephony: Telephony | None) -> None:
    """Takes out a number that the caller may change."""
    number = await rows.lock(unit, PHONE_NUMBERS, number_id)
    check_may_change(unit, number)
    await take_out_phone_number(unit, number, telephony)


async def take_out_phone_number(
    unit: Unit, number: PhoneNumber, telephony: Telephony | None
) -> None:
    """Removes a number, which must be locked. What was done with it keeps its digits."""
    for membership in await lock_callers(unit, number.id):
        await set_default_caller(unit, membership, None)
    await remove_phone_number(unit, number, telephony)


async def choose_caller(unit: Unit, membership_ids: list[bytes], number_id: bytes | None) -> None:
    """Lets these members call from that number by default, or from none.

    Each of them must be somebody who may use it.
    """
    number = None
    if number_id is not None:  # locked: it does not go before the default is known
        number = await unit.fetch_one(PhoneNumber, PHONE_NUMBERS.lock_sql, id=number_id)
    for membership in await lock_memberships(unit, membership_ids):
        if number_id is not None and not (number and number.is_usable_by(membership.user_id)):
            raise InvalidError([problem("not_found", "default_caller_id")])
        await set_default_caller(unit, membership, number_id)
