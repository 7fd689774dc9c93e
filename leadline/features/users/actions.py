"""Every change of users and memberships."""

from __future__ import annotations

from leadline.features.users.queries import find_user_by_email
from leadline.features.users.tables import MEMBERSHIPS, USERS, Membership, User
from leadline.kernel.errors import ConflictError
from leadline.kernel.rights import Role
from leadline.store import writes
from leadline.store.unit import Unit


async def create_user(
    unit: Unit,
    *,
    email: str,
    password_hash: str | None,
    first_name: str = "",
    last_name: str = "",
) -> User:
    """Adds a user; ConflictError when the address is taken."""
    if await find_user_by_email(unit, email) is not None:
        raise ConflictError(f"There is already a user with the address {email}.")
    row = User(unit.new_id(), email, first_name, last_name, None, unit.now, unit.now)
    await unit.execute(
        "INSERT INTO users (id, email, first_name, last_name, password_hash, created_at, "
        "updated_at) VALUES (%(id)s, %(email)s, %(first_name)s, %(last_name)s, "
        "%(password_hash)s, %(now)s, %(now)s)",
        id=row.id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        password_hash=password_hash,
    )
    unit.record("created", USERS, None, row)
    return row


async def create_membership(unit: Unit, user_id: bytes, role: Role) -> Membership:
    """Puts a user into the organization of the scope."""
    row = Membership(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        user_id=user_id,
        role=role.value,
        designation=None,
        is_active=True,
        created_at=unit.now,
        updated_at=unit.now,
    )
    return await writes.insert(unit, MEMBERSHIPS, row)
