"""Choosing a password: a new one for an old one, or by a one-time link."""

from __future__ import annotations

from leadline.features.account_links.actions import (
    AccountLink,
    create_account_link,
    unknown_link,
    use_account_link,
)
from leadline.features.account_links.queries import find_link_owner
from leadline.features.api_keys.actions import revoke_api_keys
from leadline.features.oauth_grants.actions import end_grants_of
from leadline.features.passwords.actions import set_password
from leadline.features.passwords.inputs import check_new_password
from leadline.features.users.actions import update_member
from leadline.features.users.inputs import MemberChange
from leadline.features.users.queries import lock_member
from leadline.flows.govern_members import lock_governed
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.platform.passwords import Passwords
from leadline.store.database import Database
from leadline.store.unit import Unit


async def change_password(
    unit: Unit,
    passwords: Passwords,
    password: str,
    *,
    ends_keys: bool,
    session_id: bytes | None,
) -> None:
    """Gives the caller, who has shown the old one, another password. ``session_id`` goes on."""
    user_id = unit.scope.require_user()
    user, _ = await lock_member(unit, user_id)
    await check_new_password(password, (user.email, user.full_name), "new_password")
    await set_password(unit, user, await passwords.hash(password), kept_session=session_id)
    if ends_keys:
        await revoke_api_keys(unit, user_id)
        await end_grants_of(unit, user_id)


async def create_password_reset(unit: Unit, user_id: bytes) -> AccountLink:
    """A link by which somebody chooses a new password who has forgotten theirs."""
    await lock_governed(unit, user_id)
    return await create_account_link(unit, user_id, "password_reset")


async def redeem_link(
    database: Database,
    passwords: Passwords,
    *,
    token: str,
    password: str,
    full_name: str | None = None,
) -> str:
    """Sets the password of whoever the link is for, and their name if given; returns the address.

    It comes before the organization is known, so it makes the unit of work itself.
    """
    async with database.connection() as connection:
        owner = await find_link_owner(connection, token, database.clock.now())
    if owner is None:
        raise unknown_link()
    await check_new_password(password, (owner.email, owner.full_name, full_name or ""), "password")
    password_hash = await passwords.hash(password)
    scope = Scope(owner.organization_id, owner.user_id, Role(owner.role))
    async with database.writing(scope) as unit:
        user, _ = await lock_member(unit, owner.user_id)
        await use_account_link(unit, token)
        await set_password(unit, user, password_hash)
        if full_name is not None:
            await update_member(unit, user.id, MemberChange(full_name=full_name))
    return user.email
