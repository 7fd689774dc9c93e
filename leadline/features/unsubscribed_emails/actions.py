"""Unsubscribing an e-mail address, and taking it back."""

from __future__ import annotations

from leadline.features.unsubscribed_emails.queries import find_unsubscribed, is_seen
from leadline.features.unsubscribed_emails.tables import UNSUBSCRIBED_EMAILS, UnsubscribedEmail
from leadline.kernel.errors import InvalidError, NotFoundError, problem
from leadline.platform.emails import normalise
from leadline.store import writes
from leadline.store.locks import lock_values
from leadline.store.unit import Unit


async def unsubscribe_email(unit: Unit, given: str) -> UnsubscribedEmail:
    """Adds the address, unless it is there."""
    email = normalise(given)
    if email is None:
        raise InvalidError([problem("email", "email")])
    await lock_values(unit, phones=[], emails=[email])
    present = await find_unsubscribed(unit, email)
    if present is not None:
        return present
    row = UnsubscribedEmail(
        unit.organization_id, unit.new_id(), email, unit.now, unit.scope.user_id
    )
    return await writes.insert(unit, UNSUBSCRIBED_EMAILS, row)


async def resubscribe_email(unit: Unit, given: str) -> UnsubscribedEmail:
    """Takes the address out; NotFoundError when it is not there."""
    email = normalise(given)
    row = None if email is None else await find_unsubscribed(unit, email)
    if row is None or not await is_seen(unit, row):
        raise NotFoundError(UNSUBSCRIBED_EMAILS.noun)
    await writes.delete(unit, UNSUBSCRIBED_EMAILS, row)
    return row
