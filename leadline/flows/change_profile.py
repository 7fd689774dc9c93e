"""Changing the profile of a member: one's own, or as an admin that of somebody with less rights."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from leadline.features.users import actions
from leadline.features.users.inputs import MemberChange
from leadline.features.users.queries import find_member, lock_member
from leadline.features.users.tables import User
from leadline.flows.govern_members import check_governs, lock_governed
from leadline.kernel.errors import ForbiddenError
from leadline.kernel.rights import Role
from leadline.platform.emails import normalise
from leadline.store.unit import Unit


async def change_profile(unit: Unit, user_id: bytes, change: MemberChange) -> None:
    """Changes what is given."""
    scope = unit.scope
    if user_id != scope.user_id:
        if not scope.is_admin:
            raise ForbiddenError("Admin access required to change other users")
        _, membership = await lock_member(unit, user_id)
        if not scope.role.outranks(Role(membership.role)):
            raise ForbiddenError("Only users with a lower role can be changed")
        await check_governs(unit, [membership])
    await actions.update_member(unit, user_id, change)


async def confirm_email(unit: Unit, user_id: bytes) -> User:
    """Vouches for it that the address that a member has asked for is theirs.

    Without outgoing mail nobody but somebody who knows the person can.
    """
    await lock_governed(unit, user_id)
    return await actions.confirm_email(unit, user_id)


async def is_another_email(unit: Unit, email: str | UnsetType) -> bool:
    """Whether that is another address than the caller has: asking for it takes the password."""
    address = None if email is UNSET else normalise(email)
    if address is None:
        return False
    member = await find_member(unit, unit.scope.require_user())
    return member is not None and address != member.email
