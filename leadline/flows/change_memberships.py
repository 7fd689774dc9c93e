"""Bringing people into an organization, changing what they may, and letting them go."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.account_links.actions import (
    AccountLink,
    create_account_link,
    end_account_links,
)
from leadline.features.api_keys.actions import revoke_api_keys
from leadline.features.groups.actions import leave_all_groups
from leadline.features.oauth_grants.actions import end_grants_of
from leadline.features.passwords.actions import forget_password
from leadline.features.passwords.queries import has_password
from leadline.features.phone_numbers.actions import leave_phone_numbers
from leadline.features.roles.actions import check_grantable
from leadline.features.roles.queries import BUILT_IN_GRANTS, RoleGrant, find_grant
from leadline.features.sessions.actions import end_sessions_of
from leadline.features.users.actions import EMAIL_LENGTH, create_membership, create_user
from leadline.features.users.queries import (
    belongs_elsewhere,
    find_user_by_email,
    lock_admins,
    lock_memberships,
    memberships_of_users,
)
from leadline.features.users.tables import MEMBERSHIPS, Membership
from leadline.flows.govern_members import check_governs
from leadline.kernel.errors import ForbiddenError, NotFoundError, Problems, RefusedError
from leadline.kernel.inputs import given_fields
from leadline.kernel.permissions import Permission
from leadline.kernel.rights import Role
from leadline.platform.emails import normalise
from leadline.store import writes
from leadline.store.unit import Unit

_ADMINS = (Role.ADMIN, Role.SUPERADMIN)


class MembershipChange(msgspec.Struct, frozen=True, kw_only=True):
    """``role`` is the name of a usual role or the id of another, ``None`` an unreadable one."""

    role: str | bytes | UnsetType | None = UNSET
    auto_record_calls: str | UnsetType = UNSET
    track_email_opens: bool | UnsetType = UNSET
    may_workflows_impersonate: bool | UnsetType = UNSET
    hangup_recording_url: str | UnsetType | None = UNSET


class Invited(msgspec.Struct, frozen=True):
    """A member, and the link by which they come in, while they have no password yet."""

    membership: Membership
    invitation: AccountLink | None


async def add_membership(unit: Unit, email: str, role: str | bytes | None) -> Invited:
    """Makes sure that the person with that address is a member, or invited to be one.

    An invited person is an address and nothing else until they accept: they have no password and no
    key. Nobody of another organization with the same address has anything to do with it. Whoever is
    a member already keeps their role; who has not accepted yet gets another invitation.
    """
    problems = Problems()
    address = normalise(email) if len(email) <= EMAIL_LENGTH else None
    if address is None:
        problems.add("email", "email")
    grant = await _find_grant(unit, role, problems)
    problems.stop_if_any()
    assert address is not None  # noqa: S101 - else there is a problem
    assert grant is not None  # noqa: S101 - the same
    if Permission.MANAGE_ORGANIZATION in grant.permissions:
        raise ForbiddenError("New members cannot be given a role that manages the organization.")
    check_grantable(unit, grant)
    user = await find_user_by_email(unit, address)
    if user is None:
        user = await create_user(unit, email=address, password_hash=None)
        membership = await create_membership(
            unit,
            user.id,
            grant.role,
            custom_role_id=grant.custom_role_id,
            is_restricted=grant.is_restricted,
        )
        return Invited(membership, await create_account_link(unit, user.id, "invitation"))
    found = await memberships_of_users(unit, [user.id])
    (membership,) = await lock_memberships(unit, [found[0].id])
    if not membership.is_active:
        if await belongs_elsewhere(unit, user.id):
            raise ForbiddenError("This user belongs to other organizations too")
        membership = await writes.update(
            unit, MEMBERSHIPS, membership, is_active=True, **_columns(grant)
        )
    return Invited(membership, await _invite_again(unit, membership))


async def _invite_again(unit: Unit, membership: Membership) -> AccountLink | None:
    """Another invitation for a member who has no password yet.

    None for whoever has one, belongs elsewhere too, or may more than the caller: the link would
    let the caller be that person.
    """
    user_id = membership.user_id
    if await has_password(unit, user_id) or await belongs_elsewhere(unit, user_id):
        return None
    try:
        await check_governs(unit, [membership])
    except ForbiddenError:
        return None
    return await create_account_link(unit, user_id, "invitation")


async def change_memberships(
    unit: Unit, ids: list[bytes], change: MembershipChange
) -> list[Membership]:
    """Changes all these memberships alike, or none of them; unknown ids are passed over."""
    admins = await lock_admins(unit)
    found = await lock_memberships(unit, ids)
    changes = given_fields(change)
    changes.pop("role", None)
    if change.role is UNSET:
        return [await writes.update(unit, MEMBERSHIPS, row, **changes) for row in found]
    problems = Problems()
    grant = await _find_grant(unit, change.role, problems)
    problems.stop_if_any()
    assert grant is not None  # noqa: S101 - else there is a problem
    columns = _columns(grant)
    moving = [row for row in found if _has_other(row, grant)]
    if moving:
        check_grantable(unit, grant)
        await check_governs(unit, moving)
        check_an_admin_is_left(admins, moving, grant.role)
    return [
        await writes.update(unit, MEMBERSHIPS, row, **changes, **(columns if row in moving else {}))
        for row in found
    ]


async def remove_membership(unit: Unit, membership_id: bytes) -> Membership:
    """Ends a membership: keys and sessions stop working, groups and phone numbers are left. The
    row stays, for what this person has done keeps their name; the last one takes the password."""
    admins = await lock_admins(unit)
    found = await lock_memberships(unit, [membership_id])
    if not found or not found[0].is_active:
        raise NotFoundError(MEMBERSHIPS.noun)
    await check_governs(unit, found)
    check_an_admin_is_left(admins, found, None)
    await revoke_api_keys(unit, found[0].user_id)
    await end_sessions_of(unit, found[0].user_id)
    await end_account_links(unit, found[0].user_id)
    if not await belongs_elsewhere(unit, found[0].user_id):
        await forget_password(unit, found[0].user_id)
    await end_grants_of(unit, found[0].user_id)
    await leave_all_groups(unit, found[0].user_id)
    await leave_phone_numbers(unit, found[0].user_id)
    return await writes.update(unit, MEMBERSHIPS, found[0], is_active=False, default_caller_id=None)


def check_an_admin_is_left(
    admins: set[bytes], changing: list[Membership], becoming: Role | None
) -> None:
    """Refuses to leave the organization without anybody who could change that again.

    ``admins`` are the memberships of the admins so far, ``becoming`` None means going.
    """
    left = admins - {row.id for row in changing}
    if becoming in _ADMINS:
        left |= {row.id for row in changing if row.is_active}
    if admins and not left:
        raise RefusedError("The organization needs an admin: this is the last one.")


async def _find_grant(unit: Unit, role: str | bytes | None, problems: Problems) -> RoleGrant | None:
    found = None if role is None else await find_grant(unit, role)
    if found is None:
        problems.add("not_found", "role")
    return found


def _columns(grant: RoleGrant) -> dict[str, Any]:
    return {
        "role": grant.role.value,
        "custom_role_id": grant.custom_role_id,
        "is_restricted": grant.is_restricted,
    }


def _has_other(row: Membership, grant: RoleGrant) -> bool:
    """A super admin is an admin, too: saying so again takes nothing away."""
    if grant == BUILT_IN_GRANTS["admin"] and row.role == Role.SUPERADMIN:
        return row.custom_role_id is not None
    return any(getattr(row, name) != value for name, value in _columns(grant).items())
