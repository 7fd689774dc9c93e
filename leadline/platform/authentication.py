"""Credentials: API keys, access tokens and refresh tokens, and the scope that each stands for."""

from __future__ import annotations

import hashlib
import secrets
import string
import time
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from psycopg import AsyncConnection

from leadline.kernel.clock import Clock
from leadline.kernel.errors import UnauthenticatedError
from leadline.kernel.ids import parse_hex
from leadline.kernel.rights import RESTRICTED_RIGHTS, Right, Role, rights_of
from leadline.kernel.scope import Scope, visibility_of
from leadline.settings import Settings
from leadline.store.database import Database

_ALPHABET = string.ascii_letters + string.digits
_ISSUER = "leadline"
_SCOPE_COLUMNS = """
    m.organization_id, m.user_id, m.role, o.time_zone, o.country, o.currency,
    m.is_restricted, c.permissions, c.visibility_user_lcf_ids, c.visibility_user_lcf_behavior, c.id
"""
_SCOPE_TABLES = """
    JOIN organizations o ON o.id = m.organization_id
    LEFT JOIN roles c ON c.organization_id = m.organization_id AND c.id = m.custom_role_id
"""
_SESSION_SQL = (
    b"SELECT NULL::bytea, NULL::bytea, NULL::bytea,"
    + _SCOPE_COLUMNS.encode()
    + b"""
    FROM memberships m
    """
    + _SCOPE_TABLES.encode()
    + b"""
    WHERE m.organization_id = %(organization_id)s AND m.user_id = %(user_id)s AND m.is_active
      AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = %(session_id)s AND s.expires_at > %(now)s)
    """
)
_KEY_SQL = (
    b"SELECT k.id, NULL::bytea, NULL::bytea,"
    + _SCOPE_COLUMNS.encode()
    + b"""
    FROM api_keys k
    JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
    """
    + _SCOPE_TABLES.encode()
    + b"""
    WHERE k.key_hash = %(key_hash)s AND k.revoked_at IS NULL AND m.is_active
    """
)
_OAUTH_SQL = (
    b"SELECT NULL::bytea, g.app_id, g.id,"
    + _SCOPE_COLUMNS.encode()
    + b"""
    FROM oauth_tokens t
    JOIN oauth_grants g ON g.organization_id = t.organization_id AND g.id = t.grant_id
    JOIN memberships m ON m.organization_id = g.organization_id AND m.user_id = g.user_id
    """
    + _SCOPE_TABLES.encode()
    + b"""
    WHERE t.token_hash = %(token_hash)s AND t.kind = 'access' AND t.expires_at > %(now)s
      AND m.is_active
    """
)
# What the secrets of OAuth begin with: codes, refresh tokens, secrets of apps, access tokens.
OAuthPrefix = Literal["oac", "oar", "oas", "oat"]


def new_api_key() -> str:
    """A fresh API key: 44 random letters and digits, about 260 bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(44))
    return f"api_{letters[:22]}.{letters[22:]}"


def new_refresh_token() -> str:
    """A fresh refresh token, as random as a key."""
    return "rt_" + "".join(secrets.choice(_ALPHABET) for _ in range(44))


def new_account_link() -> str:
    """The token of a fresh one-time link, as random as a key."""
    return "link_" + "".join(secrets.choice(_ALPHABET) for _ in range(44))


def new_oauth_secret(prefix: OAuthPrefix) -> str:
    """A fresh secret of that kind, as random as a key."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(44))


def new_password() -> str:
    """A password for a person to copy once: 20 letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def secret_hash(secret: str) -> bytes:
    """SHA-256. Enough for keys and tokens, which are random; passwords use argon2."""
    return hashlib.sha256(secret.encode()).digest()


class Authentication:
    """Turns a presented credential into a scope. Answers are remembered for a moment.

    A key that is revoked here is forgotten here at once; other processes notice within
    ``credential_cache_s`` seconds.
    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._cache: dict[bytes, tuple[float, Scope]] = {}
        self._signing_key: OctKey | None = None

    def forget_all(self) -> None:
        """Drops every remembered answer: called after a key, role or membership has changed."""
        self._cache.clear()

    def forget_session(self, session_id: bytes) -> None:
        """Drops the remembered answers for one session, which has ended."""
        for credential, (_, scope) in list(self._cache.items()):
            if scope.session_id == session_id:
                self._cache.pop(credential, None)

    async def scope_of_key(self, key: str) -> Scope:
        """The scope of an API key; UnauthenticatedError when it is unknown or revoked."""
        credential = secret_hash(key)
        found = self._remembered(credential)
        if found is None:
            found = await self._scope(credential, _KEY_SQL, key_hash=credential)
        return found

    async def scope_of_oauth_token(self, token: str) -> Scope:
        """The scope of an app's access token; UnauthenticatedError when it is good no more."""
        credential = secret_hash(token)
        found = self._remembered(credential)
        if found is None:
            now = self._clock.now()
            found = await self._scope(credential, _OAUTH_SQL, token_hash=credential, now=now)
        return found

    async def scope_of_token(self, token: str) -> Scope:
        """The scope of an access token; UnauthenticatedError unless it and its session are good."""
        claims = await self._read_token(token)
        credential = hashlib.sha256(b"session" + b"".join(claims.values())).digest()
        found = self._remembered(credential)
        if found is None:
            now = self._clock.now()
            found = await self._scope(credential, _SESSION_SQL, **claims, now=now)
        return found

    async def new_access_token(
        self, organization_id: bytes, user_id: bytes, session_id: bytes
    ) -> str:
        """A signed token (JWT, HS256) that is good for ``access_token_s`` seconds.

        It dies earlier when its session ends.
        """
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": _ISSUER,
            "sub": user_id.hex(),
            "org": organization_id.hex(),
            "sid": session_id.hex(),
            "typ": "access",
            "iat": now,
            "exp": now + self._settings.access_token_s,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": "HS256"}, claims, await self._key())

    def _remembered(self, credential: bytes) -> Scope | None:
        entry = self._cache.get(credential)
        if entry is not None and entry[0] > time.monotonic():
            return entry[1]
        return None

    async def _scope(self, credential: bytes, sql: bytes, **parameters: Any) -> Scope:
        async with self._database.connection() as connection:
            cursor = await connection.execute(sql, parameters, binary=True)
            row = await cursor.fetchone()
        if row is None:
            raise UnauthenticatedError("Invalid or expired token")
        key_id, app_id, grant_id, *columns = row
        organization_id, user_id, role, time_zone, country, currency, *own = columns
        is_restricted, permissions, field_ids, behavior, own_id = own
        lasting = credential
        if grant_id is not None:  # its tokens change, and the app goes on
            lasting = hashlib.sha256(b"oauth grant" + grant_id).digest()
        scope = Scope(
            organization_id,
            user_id,
            Role(role),
            lasting,
            key_id,
            time_zone,
            country,
            currency,
            _own_rights(is_restricted, permissions),
            own_id,
            app_id,
            None if permissions is None else visibility_of(permissions, field_ids, behavior),
            parameters.get("session_id"),
        )
        if len(self._cache) > 10_000:
            self._cache.clear()
        until = time.monotonic() + self._settings.credential_cache_s
        self._cache[credential] = (until, scope)
        return scope

    async def _read_token(self, token: str) -> dict[str, bytes]:
        """What a good token names: ``organization_id``, ``user_id`` and ``session_id``."""
        invalid = UnauthenticatedError("Invalid or expired token")
        try:
            claims = jwt.decode(token, await self._key(), algorithms=["HS256"]).claims
        except (JoseError, TypeError, ValueError) as error:  # TypeError: an odd "crit" header
            raise invalid from error
        expires = claims.get("exp")
        if (
            claims.get("iss") != _ISSUER
            or claims.get("typ") != "access"
            or not isinstance(expires, int)
            or expires <= self._clock.now().timestamp()
        ):
            raise invalid
        named = {
            name: parse_hex(str(claims.get(claim)))
            for name, claim in (
                ("organization_id", "org"),
                ("user_id", "sub"),
                ("session_id", "sid"),
            )
        }
        found = {name: object_id for name, object_id in named.items() if object_id is not None}
        if len(found) < len(named):
            raise invalid
        return found

    async def _key(self) -> OctKey:
        if self._signing_key is None:
            async with self._database.connection() as connection:
                self._signing_key = OctKey.import_key(await _signing_secret(connection))
        return self._signing_key


def _own_rights(is_restricted: bool, permissions: list[str] | None) -> frozenset[Right] | None:
    """The rights of a membership that has not the usual ones of its role."""
    if permissions is not None:
        return rights_of(permissions)
    return RESTRICTED_RIGHTS if is_restricted else None


async def _signing_secret(connection: AsyncConnection[Any]) -> bytes:
    """The instance's secret, made by whoever needs it first and then shared by all processes."""
    await connection.execute(
        "INSERT INTO instance_secrets (name, value) VALUES ('access_tokens', %s) "
        "ON CONFLICT (name) DO NOTHING",
        (secrets.token_bytes(32),),
    )
    cursor = await connection.execute(
        "SELECT value FROM instance_secrets WHERE name = 'access_tokens'"
    )
    row = await cursor.fetchone()
    if row is None:
        raise RuntimeError("the secret that signs access tokens is gone")
    return bytes(row[0])
