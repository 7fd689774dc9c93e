"""Making one-time links and using them up. Only their hashes are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from leadline.kernel.errors import NotFoundError
from leadline.platform.authentication import new_account_link, secret_hash
from leadline.store.unit import Unit

Purpose = Literal["invitation", "password_reset"]
LASTS: dict[Purpose, timedelta] = {
    "invitation": timedelta(days=7),
    "password_reset": timedelta(hours=24),
}


class AccountLink(msgspec.Struct, frozen=True):
    """A link just made. ``token`` is seen this once."""

    user_id: bytes
    token: str
    expires_at: datetime


async def create_account_link(unit: Unit, user_id: bytes, purpose: Purpose) -> AccountLink:
    """Makes the link of a member, in the place of those that there are."""
    await end_account_links(unit, user_id)
    link = AccountLink(user_id, new_account_link(), unit.now + LASTS[purpose])
    await unit.execute(
        "INSERT INTO account_links (organization_id, token_hash, user_id, purpose, created_at, "
        "expires_at) VALUES (%(organization_id)s, %(token_hash)s, %(user_id)s, %(purpose)s, "
        "%(now)s, %(expires_at)s)",
        token_hash=secret_hash(link.token),
        user_id=user_id,
        purpose=purpose,
        expires_at=link.expires_at,
    )
    return link


async def use_account_link(unit: Unit, token: str) -> bytes:
    """Uses the link up; returns whose it was. NotFoundError when it is good no more."""
    user_id: bytes | None = await unit.fetch_value(
        "DELETE FROM account_links WHERE organization_id = %(organization_id)s "
        "AND token_hash = %(token_hash)s AND expires_at > %(now)s RETURNING user_id",
        token_hash=secret_hash(token),
    )
    if user_id is None:
        raise unknown_link()
    return user_id


async def end_account_links(unit: Unit, user_id: bytes) -> None:
    """Makes every link of a member useless."""
    await unit.execute(
        "DELETE FROM account_links "
        "WHERE organization_id = %(organization_id)s AND user_id = %(user_id)s",
        user_id=user_id,
    )


def unknown_link() -> NotFoundError:
    """The same for a link that never was, that was used and that has expired."""
    return NotFoundError("link", "The link is unknown, used or expired.")
