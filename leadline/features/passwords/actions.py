"""Setting and forgetting passwords. Which credentials end with them is said here, too."""

from __future__ import annotations

import msgspec

from leadline.features.account_links.actions import end_account_links
from leadline.features.sessions.actions import end_all_sessions_of
from leadline.features.users.tables import USERS, User
from leadline.store.unit import Unit


async def set_password(
    unit: Unit,
    user: User,
    password_hash: str,
    *,
    must_change: bool = False,
    kept_session: bytes | None = None,
) -> None:
    """Gives a user, whose row is locked, another password.

    All their sessions end but ``kept_session``, and links that would set it once more. Keys are
    credentials of their own and go on.
    """
    await unit.execute(
        "UPDATE users SET password_hash = %(password_hash)s, "
        "must_change_password = %(must_change)s, password_changed_at = %(now)s, "
        "updated_at = %(now)s WHERE id = %(user_id)s",
        user_id=user.id,
        password_hash=password_hash,
        must_change=must_change,
    )
    await end_account_links(unit, user.id)
    await end_all_sessions_of(unit, user.id, kept_session)
    after = msgspec.structs.replace(
        user, must_change_password=must_change, password_changed_at=unit.now, updated_at=unit.now
    )
    unit.record("updated", USERS, user, after)


async def forget_password(unit: Unit, user_id: bytes) -> None:
    """Takes the password of a user away who is a member nowhere any more."""
    await unit.execute(
        "UPDATE users SET password_hash = NULL, must_change_password = false, "
        "pending_email = NULL, updated_at = %(now)s WHERE id = %(user_id)s",
        user_id=user_id,
    )
    await end_account_links(unit, user_id)
