"""Bringing people into an organization, changing what they may, and letting them go."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.api_keys.actions import revoke_api_keys
from leadline.features.groups.actions import leave_all_groups
from leadline.features.oauth_grants.actions import end_grants_of
from leadline.features.phone_numbers.actions import leave_phone_numbers
from leadline.features.roles.actions import check_grantable
from leadline.features.roles.queries import BUILT_IN_GRANTS, RoleGrant, find_grant, grant_of
from leadline.features.roles.tables import ROLES
from leadline.features.sessions.actions import end_sessions_of
from leadline.features.users.actions import create_membership, create_user
from leadline.features.users.queries import (
    find_user_by_email,
    lock_admins,
    lock_memberships,
    memberships_of_users,
)
from leadline.features.users.tables import MEMBERSHIPS, Membership
from leadline.kernel.errors import ForbiddenError, NotFoundError, Problems, RefusedError
from leadline.kernel.inputs import given_fields
from leadline.kernel.permissions import Permission
from leadline.kernel.rights import Role
from leadline.platform.emails import normalise
from leadline.store import rows, writes
from leadline.store.unit import Unit

_ADMINS = (Role.ADMIN, Role.SUPERADMIN)


class MembershipChange(msgspec.Struct, frozen=True, kw_only=True):
    """``role`` is the name of a usual role or the id of another, ``None`` an unreadable one."""

    role: str | bytes | UnsetType | None = UNSET
    auto_record_calls: str | UnsetType = UNSET
    track_email_opens: bool | UnsetType = UNSET
    may_workflows_impersonate: bool | UnsetType = UNSET
    hangup_recording_url: str | UnsetType | None = UNSET


async def add_membership(unit: Unit, email: str, role: str | bytes | None) -> Membership:
    """Makes sure that the person with that address is an active member.

    A new user has neither password nor key yet. Whoever is a member already keeps their role.
    """
    problems = Problems()
    address = normalise(email)
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
    found = await memberships_of_users(unit, [user.id])
    if not found:
        return await create_membership(
            unit,
            user.id,
            grant.role,
            custom_role_id=grant.custom_role_id,
            is_restricted=grant.is_restricted,
        )
    (before,) = await lock_memberships(unit, [found[0].id])
    if before.is_active:
        return before
    return await writes.update(unit, MEMBERSHIPS, before, is_active=True, **_columns(grant))


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
        await _check_governs(unit, moving)
        check_an_admin_is_left(admins, moving, grant.role)
    return [
        await writes.update(unit, MEMBERSHIPS, row, **changes, **(columns if row in moving else {}))
        for row in found
    ]


async def remove_membership(unit: Unit, membership_id: bytes) -> Membership:
    """Ends a membership: keys and sessions stop working, groups and phone numbers are left. The
    row stays, for what this person has done keeps their name."""
    admins = await lock_admins(unit)
    found = await lock_memberships(unit, [membership_id])
    if not found or not found[0].is_active:
        raise NotFoundError(MEMBERSHIPS.noun)
    await _check_governs(unit, found)
    check_an_admin_is_left(admins, found, None)
    await revoke_api_keys(unit, found[0].user_id)
    await end_sessions_of(unit, found[0].user_id)
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


async def _check_governs(unit: Unit, memberships: list[Membership]) -> None:
    """Refuses to change members whose role has permissions that the caller lacks."""
    if any(row.role == Role.SUPERADMIN for row in memberships) and not unit.scope.is_superadmin:
        raise ForbiddenError("Only super admins can change super admins.")
    wanted = [row.custom_role_id for row in memberships if row.custom_role_id is not None]
    roles = await rows.select_ids(unit, ROLES, wanted)
    for row in memberships:
        if row.custom_role_id is not None:
            check_grantable(unit, grant_of(roles[row.custom_role_id]))
        elif row.role in _ADMINS:
            check_grantable(unit, BUILT_IN_GRANTS["admin"])


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
