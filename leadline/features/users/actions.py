"""Every change of users and memberships."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from leadline.features.users.inputs import MemberChange
from leadline.features.users.queries import belongs_elsewhere, find_user_by_email, lock_member
from leadline.features.users.tables import MEMBERSHIPS, USERS, Membership, User
from leadline.kernel.errors import ConflictError, ForbiddenError, Problems
from leadline.kernel.names import NAME_LENGTH, check_length, read_name
from leadline.kernel.rights import Role
from leadline.platform.emails import normalise
from leadline.platform.phone_numbers import to_e164
from leadline.store import writes
from leadline.store.locks import lock_values
from leadline.store.unit import Unit

EMAIL_LENGTH = 254
PHONE_LENGTH = 40


async def create_user(
    unit: Unit,
    *,
    email: str,
    password_hash: str | None,
    first_name: str = "",
    last_name: str = "",
) -> User:
    """Adds a user; ConflictError when somebody here has the address.

    A first password is one that others have seen, and is to be changed.
    """
    await _stop_if_taken(unit, email)
    must_change = password_hash is not None
    row = User(unit.new_id(), email, first_name, last_name, None, unit.now, unit.now, must_change)
    await unit.execute(
        "INSERT INTO users (id, email, first_name, last_name, password_hash, "
        "must_change_password, created_at, updated_at) VALUES (%(id)s, %(email)s, "
        "%(first_name)s, %(last_name)s, %(password_hash)s, %(must_change)s, %(now)s, %(now)s)",
        id=row.id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        password_hash=password_hash,
        must_change=must_change,
    )
    unit.record("created", USERS, None, row)
    return row


async def create_membership(
    unit: Unit,
    user_id: bytes,
    role: Role,
    *,
    custom_role_id: bytes | None = None,
    is_restricted: bool = False,
) -> Membership:
    """Puts a user into the organization of the scope."""
    row = Membership(
        **unit.time_stamps(),
        user_id=user_id,
        role=role.value,
        custom_role_id=custom_role_id,
        is_restricted=is_restricted,
        designation=None,
        is_active=True,
        auto_record_calls="unset",
        track_email_opens=False,
        may_workflows_impersonate=False,
        hangup_recording_url=None,
        pinned_view_ids=[],
        default_caller_id=None,
    )
    return await writes.insert(unit, MEMBERSHIPS, row)


async def set_default_caller(
    unit: Unit, membership: Membership, number_id: bytes | None
) -> Membership:
    """Says which phone number a member calls from. Whether they may is the flow's concern."""
    return await writes.update(unit, MEMBERSHIPS, membership, default_caller_id=number_id)


async def update_member(unit: Unit, user_id: bytes, change: MemberChange) -> None:
    """Changes what is given of oneself or of somebody else; whether one may is the flow's concern.

    Another address of one's own is only asked for: ``confirm_email`` makes it so.
    """
    is_self = user_id == unit.scope.user_id
    user, membership = await lock_member(unit, user_id)
    changes = _user_changes(user, change, unit.scope.country)
    designation = membership.designation
    if change.designation is not UNSET:
        designation = (change.designation or "").strip() or None
    # A user is one person in all their organizations: no admin of one of them renames that person
    # or moves the login for the others.
    if changes and not is_self and await belongs_elsewhere(unit, user_id):
        raise ForbiddenError("This user belongs to other organizations too")
    if "email" in changes:
        await _stop_if_taken(unit, changes["email"])
        if is_self:
            changes["pending_email"] = changes.pop("email")
    await _update_user(unit, user, changes)
    await writes.update(unit, MEMBERSHIPS, membership, designation=designation)


async def confirm_email(unit: Unit, user_id: bytes) -> User:
    """Gives a member the address that they have asked for."""
    user, _ = await lock_member(unit, user_id)
    if user.pending_email is None:
        raise ConflictError("This user has asked for no other address.")
    await _stop_if_taken(unit, user.pending_email)
    return await _update_user(unit, user, {"email": user.pending_email, "pending_email": None})


async def _stop_if_taken(unit: Unit, email: str) -> None:
    """Raises ConflictError when somebody here has the address, and holds it until the commit."""
    await lock_values(unit, phones=[], emails=[email])
    if await find_user_by_email(unit, email) is not None:
        raise ConflictError(f"There is already a user with the address {email}.")


def _user_changes(user: User, change: MemberChange, country: str) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    problems = Problems()
    if change.full_name is not UNSET:
        full_name = read_name(" ".join(change.full_name.split()), problems, "full_name")
        if full_name != user.full_name:
            first, _, last = full_name.rpartition(" ")
            changes |= {"first_name": first or last, "last_name": last if first else ""}
    if change.email is not UNSET:
        changes["email"] = normalise(change.email) if len(change.email) <= EMAIL_LENGTH else None
        if changes["email"] is None:
            problems.add("email", "email")
    if change.phone_number is not UNSET:
        given = (change.phone_number or "").strip()
        number = to_e164(given, country) if len(given) <= PHONE_LENGTH else None
        if given and number is None:
            problems.add("phone", "phone_number")
        changes["phone_number"] = number
    if change.designation is not UNSET:
        check_length(change.designation or "", NAME_LENGTH, problems, "designation")
    problems.stop_if_any()
    return {name: value for name, value in changes.items() if getattr(user, name) != value}


async def _update_user(unit: Unit, before: User, changes: dict[str, Any]) -> User:
    if not changes:
        return before
    after = msgspec.structs.replace(before, **changes, updated_at=unit.now)
    await unit.execute(
        "UPDATE users SET email = %(email)s, first_name = %(first_name)s, "
        "last_name = %(last_name)s, phone_number = %(phone_number)s, "
        "pending_email = %(pending_email)s, updated_at = %(now)s WHERE id = %(id)s",
        id=after.id,
        email=after.email,
        first_name=after.first_name,
        last_name=after.last_name,
        phone_number=after.phone_number,
        pending_email=after.pending_email,
    )
    unit.record("updated", USERS, before, after)
    return after
