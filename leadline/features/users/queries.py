"""Reads of people, always within the organization of the scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString

import msgspec

from leadline.features.users.tables import MEMBERSHIPS, Membership, User
from leadline.kernel.errors import NotFoundError, Path, Problems
from leadline.kernel.rights import Role
from leadline.store import rows
from leadline.store.scoping import across_organizations
from leadline.store.unit import Unit

_USERS = """
SELECT u.id, u.email, u.first_name, u.last_name, u.phone_number, u.created_at, u.updated_at,
       u.must_change_password, u.password_changed_at, u.pending_email
FROM users u
"""
_MEMBERS = """
SELECT u.id, u.email, u.first_name, u.last_name, u.phone_number, m.id, m.role, m.designation,
       m.is_active, u.created_at, u.updated_at, u.must_change_password, u.pending_email
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.organization_id = %(organization_id)s
"""


class Member(msgspec.Struct, frozen=True):
    """A user as one organization sees them."""

    id: bytes
    email: str
    first_name: str
    last_name: str
    phone_number: str | None
    membership_id: bytes
    role: Role
    designation: str | None
    is_active: bool
    created_at: datetime
    updated_at: datetime
    must_change_password: bool
    pending_email: str | None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


async def list_members(unit: Unit) -> list[Member]:
    """Everybody in the organization, oldest membership first."""
    return await unit.fetch_all(Member, _MEMBERS + " ORDER BY m.id")


async def page_of_members(
    unit: Unit, order: LiteralString, *, limit: int, skip: int
) -> list[Member]:
    """A page of the active members. ``order`` names columns of users (u) and memberships (m)."""
    return await unit.fetch_all(
        Member,
        _MEMBERS + " AND m.is_active ORDER BY " + order + " LIMIT %(limit)s OFFSET %(skip)s",
        limit=limit,
        skip=skip,
    )


async def find_member(unit: Unit, user_id: bytes) -> Member | None:
    """The member with that user id, or None when there is no such user here."""
    return await unit.fetch_one(Member, _MEMBERS + " AND m.user_id = %(user_id)s", user_id=user_id)


async def lock_member(unit: Unit, user_id: bytes) -> tuple[User, Membership]:
    """A member's two rows, locked until the transaction ends."""
    found = await rows.select(
        unit, MEMBERSHIPS, "AND user_id = %(user_id)s FOR NO KEY UPDATE", user_id=user_id
    )
    user = await unit.fetch_one(
        User, _USERS + "WHERE u.id = %(user_id)s FOR NO KEY UPDATE", user_id=user_id
    )
    if not found or user is None:
        raise NotFoundError("user")
    return user, found[0]


_BELONGS_ELSEWHERE = across_organizations(
    "SELECT EXISTS (SELECT 1 FROM memberships WHERE user_id = %(user_id)s "
    "AND organization_id <> %(organization_id)s AND is_active)",
    why="one person may be in several organizations; only whether it is so is told",
)


async def belongs_elsewhere(unit: Unit, user_id: bytes) -> bool:
    """Whether the user is an active member of another organization too."""
    found: bool = await unit.fetch_value(_BELONGS_ELSEWHERE, user_id=user_id)
    return found


async def names_of(unit: Unit, user_ids: set[bytes | None]) -> dict[bytes | None, str]:
    """The full names of these users, fetched at once; strangers are missing."""
    wanted = [user_id for user_id in user_ids if user_id is not None]
    if not wanted:
        return {}
    members = await unit.fetch_all(
        Member, _MEMBERS + " AND m.user_id = ANY(%(user_ids)s)", user_ids=wanted
    )
    return {member.id: member.full_name or member.email for member in members}


async def check_members(
    unit: Unit, user_ids: Mapping[Path, bytes | None], problems: Problems
) -> dict[bytes | None, str]:
    """Adds a problem for each id that is no member's; returns the names of the others."""
    names = await names_of(unit, set(user_ids.values()))
    for path, user_id in user_ids.items():
        if user_id is not None and user_id not in names:
            problems.add("not_found", *path)
    return names


async def active_members(unit: Unit, user_ids: Sequence[bytes]) -> set[bytes]:
    """Those of these users who are active members."""
    if not user_ids:
        return set()
    memberships = await memberships_of_users(unit, list(user_ids))
    return {membership.user_id for membership in memberships if membership.is_active}


async def find_user_by_email(unit: Unit, email: str) -> User | None:
    """The user with that (normalised) address who is or was a member here.

    Whoever has it in other organizations is somebody else.
    """
    return await unit.fetch_one(
        User,
        _USERS + "JOIN memberships m ON m.user_id = u.id "
        "WHERE m.organization_id = %(organization_id)s AND u.email = %(email)s "
        "ORDER BY m.is_active DESC, m.id LIMIT 1",
        email=email,
    )


async def lock_admins(unit: Unit) -> set[bytes]:
    """The memberships of all active admins, locked: who is one stays so until the commit."""
    found = await rows.select(
        unit,
        MEMBERSHIPS,
        "AND role IN ('ADMIN', 'SUPERADMIN') AND is_active ORDER BY id FOR NO KEY UPDATE",
    )
    return {membership.id for membership in found}


async def lock_memberships(unit: Unit, ids: list[bytes]) -> list[Membership]:
    """The memberships of these ids, in order and locked; unknown ones are missing."""
    return await rows.select(
        unit, MEMBERSHIPS, "AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE", ids=ids
    )


async def lock_callers(unit: Unit, number_id: bytes) -> list[Membership]:
    """The memberships that call from that phone number by default, in order and locked."""
    return await rows.select(
        unit,
        MEMBERSHIPS,
        "AND default_caller_id = %(number_id)s ORDER BY id FOR NO KEY UPDATE",
        number_id=number_id,
    )


async def memberships_of_users(unit: Unit, user_ids: list[bytes]) -> list[Membership]:
    """The memberships of these users here, oldest first."""
    return await rows.select(
        unit, MEMBERSHIPS, "AND user_id = ANY(%(user_ids)s) ORDER BY id", user_ids=user_ids
    )
