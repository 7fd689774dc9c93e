"""Every change of an API key."""

from __future__ import annotations

import msgspec

from leadline.features.api_keys.queries import active_keys
from leadline.features.api_keys.tables import API_KEYS, ApiKey
from leadline.platform.authentication import new_api_key, secret_hash
from leadline.store.unit import Unit


async def create_api_key(unit: Unit, user_id: bytes) -> str:
    """Adds a key for a member and returns it. This is the only time that it is seen."""
    key = new_api_key()
    row = ApiKey(unit.organization_id, unit.new_id(), user_id, key[-4:], unit.now, None)
    await unit.execute(
        "INSERT INTO api_keys (organization_id, id, user_id, key_hash, hint, created_at) "
        "VALUES (%(organization_id)s, %(id)s, %(user_id)s, %(key_hash)s, %(hint)s, %(now)s)",
        id=row.id,
        user_id=user_id,
        key_hash=secret_hash(key),
        hint=row.hint,
    )
    unit.record("created", API_KEYS, None, row)
    return key


async def regenerate_api_key(unit: Unit, user_id: bytes) -> str:
    """Revokes all keys of a member and returns a new one."""
    # One at a time, or two at once would each miss the other's new key and leave both.
    await unit.execute(
        "SELECT 1 FROM memberships WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s FOR NO KEY UPDATE",
        user_id=user_id,
    )
    await revoke_api_keys(unit, user_id)
    return await create_api_key(unit, user_id)


async def revoke_api_keys(unit: Unit, user_id: bytes) -> None:
    """Ends all keys of a member, whose membership must be locked."""
    for row in await active_keys(unit, user_id):
        await unit.execute(
            "UPDATE api_keys SET revoked_at = %(now)s "
            "WHERE organization_id = %(organization_id)s AND id = %(id)s",
            id=row.id,
        )
        unit.record("updated", API_KEYS, row, msgspec.structs.replace(row, revoked_at=unit.now))
