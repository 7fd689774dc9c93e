"""Reads of unsubscribed e-mail addresses."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.features.unsubscribed_emails.tables import UNSUBSCRIBED_EMAILS, UnsubscribedEmail
from leadline.store import rows
from leadline.store.arrays import TextArray
from leadline.store.unit import Unit


async def find_unsubscribed(unit: Unit, email: str) -> UnsubscribedEmail | None:
    """The row of an address, or None when it may be written to."""
    found = await rows.select(unit, UNSUBSCRIBED_EMAILS, "AND email = %(email)s", email=email)
    return found[0] if found else None


async def unsubscribed_among(unit: Unit, emails: Iterable[str]) -> set[str]:
    """Those of the addresses that are not to be written to, found at once."""
    wanted = TextArray(dict.fromkeys(emails))
    if not wanted:
        return set()
    found = await rows.select(
        unit, UNSUBSCRIBED_EMAILS, "AND email = ANY(%(emails)s)", emails=wanted
    )
    return {row.email for row in found}
