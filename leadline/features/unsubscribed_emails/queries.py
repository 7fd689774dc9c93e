"""Reads of unsubscribed e-mail addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

from leadline.features.unsubscribed_emails.tables import UNSUBSCRIBED_EMAILS, UnsubscribedEmail
from leadline.store import rows
from leadline.store.arrays import TextArray
from leadline.store.unit import Unit

# Restricted transactions see the methods of the contacts that their users see.
_SEEN: LiteralString = (
    "EXISTS (SELECT FROM contact_methods m WHERE m.organization_id = "
    "unsubscribed_emails.organization_id AND m.kind = 'email' "
    "AND m.value = unsubscribed_emails.email)"
)


async def find_unsubscribed(unit: Unit, email: str) -> UnsubscribedEmail | None:
    """The row of an address, or None when it may be written to."""
    found = await rows.select(unit, UNSUBSCRIBED_EMAILS, "AND email = %(email)s", email=email)
    return found[0] if found else None


async def page_of_unsubscribed(unit: Unit, limit: int, skip: int) -> list[UnsubscribedEmail]:
    """Addresses that are not to be written to; of hidden leads only who sees them learns any."""
    return await rows.select(
        unit,
        UNSUBSCRIBED_EMAILS,
        "AND (%(sees_all)s OR " + _SEEN + ") ORDER BY id LIMIT %(limit)s OFFSET %(skip)s",
        sees_all=unit.visibility is None,
        limit=limit,
        skip=skip,
    )


async def is_seen(unit: Unit, row: UnsubscribedEmail) -> bool:
    """Whether the caller sees a contact with that address, or all contacts."""
    if unit.visibility is None:
        return True
    found = await rows.select(unit, UNSUBSCRIBED_EMAILS, "AND id = %(id)s AND " + _SEEN, id=row.id)
    return bool(found)


async def unsubscribed_among(unit: Unit, emails: Iterable[str]) -> set[str]:
    """Those of the addresses that are not to be written to, found at once."""
    wanted = TextArray(dict.fromkeys(emails))
    if not wanted:
        return set()
    found = await rows.select(
        unit, UNSUBSCRIBED_EMAILS, "AND email = ANY(%(emails)s)", emails=wanted
    )
    return {row.email for row in found}
