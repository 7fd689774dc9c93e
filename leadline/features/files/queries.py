"""Reads of files."""

from __future__ import annotations

from leadline.store.unit import Unit


async def signing_secret(unit: Unit) -> bytes:
    """What links to files and permissions to upload them are signed with."""
    value = await unit.fetch_value("SELECT value FROM instance_secrets WHERE name = 'files'")
    if value is None:
        raise RuntimeError("the secret that signs links to files is gone")
    return bytes(value)
