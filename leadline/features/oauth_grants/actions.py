"""Every change of an OAuth grant: consent, code for tokens, new tokens for old, and the end.

A refusal is None and no error, since some refusals change something that must be kept: whoever
uses a code or a refresh token for the second time has a copy of it, and then the grant ends.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from leadline.features.oauth_grants.tables import OAUTH_GRANTS, OAuthGrant
from leadline.features.users.queries import find_member
from leadline.kernel.errors import NotFoundError
from leadline.platform.authentication import new_oauth_secret, secret_hash
from leadline.settings import Settings
from leadline.store import rows, writes
from leadline.store.unit import Unit

FULL_ACCESS = "all.full_access"
OFFLINE_ACCESS = "offline_access"
CODE_LIFE = timedelta(minutes=10)


class Tokens(msgspec.Struct, frozen=True):
    """What an app gets. Tokens are seen here only; the database has their hashes."""

    access_token: str
    refresh_token: str | None
    expires_in_s: int
    grant: OAuthGrant


async def create_grant(
    unit: Unit, app_id: bytes, *, scope: str, redirect_uri: str, code_challenge: str | None
) -> str:
    """Notes that the acting user lets the app act for them; returns the code for the app."""
    code = new_oauth_secret("oac")
    row = OAuthGrant(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        app_id=app_id,
        user_id=unit.scope.require_user(),
        scope=scope,
        redirect_uri=redirect_uri,
        code_challenge=code_challenge,
        code_expires_at=unit.now + CODE_LIFE,
        exchanged_at=None,
        created_at=unit.now,
    )
    await unit.execute(
        "INSERT INTO oauth_grants (organization_id, id, app_id, user_id, scope, redirect_uri, "
        "code_hash, code_challenge, code_expires_at, created_at) "
        "VALUES (%(organization_id)s, %(id)s, %(app_id)s, %(user_id)s, %(scope)s, "
        "%(redirect_uri)s, %(code_hash)s, %(code_challenge)s, %(code_expires_at)s, "
        "%(created_at)s)",
        code_hash=secret_hash(code),
        **OAUTH_GRANTS.parameters(row),
    )
    unit.record("created", OAUTH_GRANTS, None, row)
    return code


async def exchange_code(
    unit: Unit,
    settings: Settings,
    grant_id: bytes,
    *,
    redirect_uri: str | None,
    verifier: str | None,
) -> Tokens | None:
    """The first tokens of a grant. ``redirect_uri`` None was not said again."""
    grant = await _lock(unit, grant_id)
    if grant is None:
        return None
    if grant.exchanged_at is not None:
        await writes.delete(unit, OAUTH_GRANTS, grant)
        return None
    if (
        grant.code_expires_at <= unit.now
        or redirect_uri not in (None, grant.redirect_uri)
        or not _proves(verifier, grant.code_challenge)
        or not await _is_active(unit)
    ):
        return None
    grant = await writes.update(unit, OAUTH_GRANTS, grant, exchanged_at=unit.now)
    return await _issue(unit, settings, grant)


async def exchange_refresh_token(
    unit: Unit, settings: Settings, grant_id: bytes, token: str
) -> Tokens | None:
    """The next tokens of a grant."""
    grant = await _lock(unit, grant_id)
    if grant is None:
        return None
    found = await unit.fetch_one(
        lambda expires_at, used_at: (expires_at, used_at),
        "SELECT expires_at, used_at FROM oauth_tokens WHERE organization_id = %(organization_id)s "
        "AND token_hash = %(token_hash)s AND kind = 'refresh'",
        token_hash=secret_hash(token),
    )
    if found is None or found[0] <= unit.now:
        return None
    if found[1] is not None:
        await writes.delete(unit, OAUTH_GRANTS, grant)
        return None
    if not await _is_active(unit):
        return None
    await unit.execute(
        "UPDATE oauth_tokens SET used_at = %(now)s WHERE organization_id = %(organization_id)s "
        "AND token_hash = %(token_hash)s",
        token_hash=secret_hash(token),
    )
    return await _issue(unit, settings, grant)


async def end_grant(unit: Unit, grant_id: bytes) -> None:
    """Ends a grant with its tokens. One that has ended stays so."""
    grant = await _lock(unit, grant_id)
    if grant is not None:
        await writes.delete(unit, OAUTH_GRANTS, grant)


async def end_own_grant(unit: Unit, grant_id: bytes) -> None:
    """Takes back what the caller has allowed; what others have is not there."""
    grant = await _lock(unit, grant_id)
    if grant is None or grant.user_id != unit.scope.user_id:
        raise NotFoundError(OAUTH_GRANTS.noun)
    await writes.delete(unit, OAUTH_GRANTS, grant)


async def end_grants_of(unit: Unit, user_id: bytes) -> None:
    """Ends everything that a member has allowed any app."""
    found = await rows.select(
        unit, OAUTH_GRANTS, "AND user_id = %(user_id)s ORDER BY id FOR UPDATE", user_id=user_id
    )
    for grant in found:
        await writes.delete(unit, OAUTH_GRANTS, grant)


async def _lock(unit: Unit, grant_id: bytes) -> OAuthGrant | None:
    """The grant; nobody else touches it or its tokens until the transaction ends."""
    return await unit.fetch_one(OAuthGrant, OAUTH_GRANTS.lock_sql, id=grant_id)


def _proves(verifier: str | None, challenge: str | None) -> bool:
    """PKCE, S256. A verifier without a challenge is a sign that somebody took that away."""
    if verifier is None or challenge is None:
        return verifier is challenge
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"="), challenge.encode())


async def _is_active(unit: Unit) -> bool:
    member = await find_member(unit, unit.scope.require_user())
    return member is not None and member.is_active


async def _issue(unit: Unit, settings: Settings, grant: OAuthGrant) -> Tokens:
    access = new_oauth_secret("oat")
    lifetime = timedelta(seconds=settings.access_token_s)
    await _keep(unit, grant, "access", access, unit.now + lifetime)
    refresh = None
    if OFFLINE_ACCESS in grant.scope.split():
        refresh = new_oauth_secret("oar")
        until = unit.now + timedelta(seconds=settings.refresh_token_s)
        await _keep(unit, grant, "refresh", refresh, until)
    return Tokens(access, refresh, settings.access_token_s, grant)


async def _keep(
    unit: Unit,
    grant: OAuthGrant,
    kind: Literal["access", "refresh"],
    token: str,
    expires_at: datetime,
) -> None:
    await unit.execute(
        "INSERT INTO oauth_tokens (organization_id, token_hash, grant_id, kind, created_at, "
        "expires_at) VALUES (%(organization_id)s, %(token_hash)s, %(grant_id)s, %(kind)s, "
        "%(now)s, %(expires_at)s)",
        token_hash=secret_hash(token),
        grant_id=grant.id,
        kind=kind,
        expires_at=expires_at,
    )
