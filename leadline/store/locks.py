"""Locks on what has no row of its own: phone numbers, e-mail addresses."""

from __future__ import annotations

from hashlib import sha256

from leadline.store.unit import Unit


async def lock_values(unit: Unit, *, phones: list[str], emails: list[str]) -> None:
    """Makes whoever else locks one of these values in this organization wait for our commit.

    Everybody takes phones before e-mails and each group in order, so that nobody waits in a circle.
    The statements are only queued.
    """
    keys = [f"phone:{phone}" for phone in sorted(set(phones))]
    keys += [f"email:{email}" for email in sorted(set(emails))]
    for key in keys:
        await unit.execute("SELECT pg_advisory_xact_lock(%(key)s::bigint)", key=lock_key(unit, key))


def lock_key(unit: Unit, text: str) -> int:
    """The number that stands for ``text`` in this organization; it and the next 15 are free."""
    digest = sha256(unit.organization_id + text.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True) & ~15
