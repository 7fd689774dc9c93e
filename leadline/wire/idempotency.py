"""Idempotency-Key: the answer of a write is stored with it, and a repeat gets the same answer.

The key belongs to credential, method and path, and is kept for a day. A concurrent repeat waits
for the first. Another body under the same key is refused. Answers with secrets are never stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from leadline.kernel.errors import ConflictError, KeyReusedError, RefusedError
from leadline.kernel.scope import Scope
from leadline.settings import Settings
from leadline.store.unit import Unit
from leadline.wire.operation import Operation

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
_MAX_KEY_LENGTH = 255


class _Stored(msgspec.Struct, frozen=True):
    body_hash: bytes
    status: int | None
    headers: list[list[str]] | None
    body: bytes | None
    created_at: datetime


def key_of(
    headers: Mapping[str, str], scope: Scope, operation: Operation, asgi: Mapping[str, Any]
) -> bytes | None:
    """The hash that stands for this key, credential, method and path; None without a key."""
    key = headers.get("idempotency-key", "").strip()
    if not key:
        return None
    if len(key) > _MAX_KEY_LENGTH:
        raise RefusedError(f"Idempotency-Key is longer than {_MAX_KEY_LENGTH} characters.")
    path = "/".join(part for part in asgi["path"].split("/") if part)
    named = (scope.credential.hex(), operation.method, path, key)
    return hashlib.sha256("\n".join(named).encode()).digest()


async def begin(unit: Unit, key: bytes, body: bytes, settings: Settings) -> Answer | None:
    """Claims the key. Returns the stored answer when the same request was carried out before."""
    body_hash = hashlib.sha256(body).digest()
    await unit.execute(
        "DELETE FROM idempotency_keys WHERE organization_id = %(organization_id)s "
        "AND scope_hash = %(key)s AND created_at < %(oldest)s",
        key=key,
        oldest=unit.now - timedelta(seconds=settings.idempotency_s),
    )
    # The insert waits for a concurrent transaction with the same key to end.
    claimed = await unit.execute_count(
        "INSERT INTO idempotency_keys (organization_id, scope_hash, body_hash, created_at) "
        "VALUES (%(organization_id)s, %(key)s, %(body_hash)s, %(now)s) ON CONFLICT DO NOTHING",
        key=key,
        body_hash=body_hash,
    )
    if claimed:
        return None
    stored = await unit.fetch_one(
        _Stored,
        "SELECT body_hash, status, headers, body, created_at FROM idempotency_keys "
        "WHERE organization_id = %(organization_id)s AND scope_hash = %(key)s",
        key=key,
    )
    if stored is None:
        raise ConflictError("This Idempotency-Key has just expired. Please send the request again.")
    if stored.body_hash != body_hash:
        raise KeyReusedError("This Idempotency-Key was used with another body.")
    if stored.status is None:
        raise ConflictError(
            "This request was carried out. Its response held a secret, which is never stored."
        )
    headers = [(name.encode(), value.encode()) for name, value in stored.headers or []]
    return stored.status, [*headers, (b"idempotency-replayed", b"true")], stored.body or b""


async def finish(unit: Unit, key: bytes, answer: Answer, operation: Operation) -> None:
    """Stores the answer beside the key, in the transaction of the write itself."""
    if operation.is_secret:
        return
    status, headers, body = answer
    await unit.execute(
        "UPDATE idempotency_keys SET status = %(status)s, headers = %(headers)s::jsonb, "
        "body = %(body)s "
        "WHERE organization_id = %(organization_id)s AND scope_hash = %(key)s",
        key=key,
        status=status,
        headers=msgspec.json.encode([[n.decode(), v.decode()] for n, v in headers]).decode(),
        body=body,
    )
