"""Opening, carrying on and ending sessions.

All of it happens before an organization is known, so there is no unit of work: the functions
take the database, and what must outlive a refused request is committed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import args_row

from leadline.features.login_failures.actions import LoginAttempt, count_login, take_back_login
from leadline.features.sessions.queries import Login, find_login, find_logins_by_email
from leadline.features.sign_ins.actions import SignInAction, record_sign_in
from leadline.kernel.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from leadline.kernel.ids import new_id
from leadline.kernel.scope import Scope
from leadline.platform.authentication import new_refresh_token, secret_hash
from leadline.platform.emails import normalise
from leadline.platform.networks import network_of
from leadline.platform.passwords import Passwords
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.scoping import across_organizations
from leadline.store.unit import Unit

DEVICE_LENGTH = 200


class Session(msgspec.Struct, frozen=True):
    """An open session. The refresh token is seen here only; the database has its hash."""

    id: bytes
    login: Login
    refresh_token: str


async def log_in(
    database: Database,
    settings: Settings,
    passwords: Passwords,
    *,
    email: str,
    password: str,
    client: str,
    device: str = "",
    organization_id: bytes | None = None,
) -> Session:
    """Opens a session. ``device`` is what the client calls itself."""
    login = await check_password(
        database,
        settings,
        passwords,
        email=email,
        password=password,
        client=client,
        organization_id=organization_id,
    )
    now = database.clock.now()
    async with database.connection() as connection, connection.transaction():
        session_id = new_id(now)
        ends_at = now + timedelta(seconds=settings.session_s)
        await connection.execute(
            "INSERT INTO sessions (id, organization_id, user_id, device, network, created_at, "
            "last_used_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                session_id,
                login.organization_id,
                login.user_id,
                "".join(filter(str.isprintable, device))[:DEVICE_LENGTH],
                network_of(client),
                now,
                now,
                ends_at,
            ),
        )
        return await _issue(connection, settings, login, session_id, now=now, ends_at=ends_at)


async def check_password(
    database: Database,
    settings: Settings,
    passwords: Passwords,
    *,
    email: str,
    password: str,
    client: str,
    organization_id: bytes | None = None,
    noted_as: SignInAction = "succeeded",
) -> Login:
    """Who this is, in the organization if one is given.

    Where several people share the address, each in their own organization, the password tells who
    it is. Every reason to refuse looks the same and takes the same time.
    """
    known_form = normalise(email)
    address = known_form or email.strip().lower()
    attempt = LoginAttempt(address, network_of(client))
    async with database.connection() as connection:
        await count_login(connection, settings, attempt, database.clock.now())
        logins = await find_logins_by_email(connection, address, organization_id)
    # No connection is held meanwhile: this takes a while on purpose.
    login = await _whose_password(passwords, logins, password)
    now = database.clock.now()
    record = partial(record_sign_in, now=now, client=client, email=known_form)
    if login is None:
        async with database.connection() as connection, connection.transaction():
            for organization, user_id in _whose_trails(logins):
                await record(connection, "failed", organization_id=organization, user_id=user_id)
        raise UnauthenticatedError("Invalid email or password")
    new_hash = await _renewed_hash(passwords, login, password)
    async with database.connection() as connection, connection.transaction():
        await take_back_login(connection, attempt, now)
        if new_hash is not None:
            await connection.execute(
                "UPDATE users SET password_hash = %s WHERE id = %s AND password_hash = %s",
                (new_hash, login.user_id, login.password_hash),
            )
        await record(
            connection, noted_as, organization_id=login.organization_id, user_id=login.user_id
        )
    return login


async def confirm_password(
    database: Database,
    settings: Settings,
    passwords: Passwords,
    *,
    scope: Scope,
    password: str | None,
    client: str,
) -> None:
    """Refuses whoever acts with somebody's session or key and does not know their password.

    It is counted like a login: a stolen session must not be good for guessing.
    """
    user_id = scope.require_user()
    async with database.connection() as connection:
        login = await find_login(connection, scope.organization_id, user_id)
    if login is None or password is None:
        raise ForbiddenError("This takes your password.")
    try:
        await check_password(
            database,
            settings,
            passwords,
            email=login.email,
            password=password,
            client=client,
            organization_id=scope.organization_id,
            noted_as="confirmed",
        )
    except UnauthenticatedError as error:
        raise ForbiddenError("The password is wrong.") from error


async def _whose_password(
    passwords: Passwords, logins: Sequence[Login], password: str
) -> Login | None:
    for login in logins:
        if await passwords.verify(login.password_hash, password):
            return login
    if not logins:  # takes as long as somebody's wrong password
        await passwords.verify(None, password)
    return None


def _whose_trails(logins: Sequence[Login]) -> Sequence[tuple[bytes | None, bytes | None]]:
    """In whose audit trails a failed login is noted: of everybody who has the address."""
    return [(login.organization_id, login.user_id) for login in logins] or [(None, None)]


async def _renewed_hash(passwords: Passwords, login: Login, password: str) -> str | None:
    """The password hashed as costly as it is now done, where it was done otherwise."""
    if login.password_hash is None or not passwords.is_outdated(login.password_hash):
        return None
    return await passwords.hash(password)


async def refresh_session(
    database: Database,
    settings: Settings,
    token: str,
    *,
    client: str,
    forget: Callable[[bytes], None],
) -> Session:
    """Exchanges a refresh token for the next one. Using one twice ends the whole session.

    ``forget`` is called with a session that has ended.
    """
    now = database.clock.now()
    async with database.connection() as connection, connection.transaction():
        session = await _exchange(connection, settings, token, now, client)
    # Outside the transaction, so that the end of a misused session is kept.
    if not isinstance(session, Session):
        if session is not None:
            forget(session)
        raise UnauthenticatedError("Invalid or expired token")
    return session


async def end_session(database: Database, token: str, *, client: str) -> bytes | None:
    """Ends the session of a refresh token, and says which. An unknown token has none to end."""
    async with database.connection() as connection, connection.transaction():
        presented = await _lock_session(connection, token)
        if presented is not None:
            await _delete_family(connection, presented.family_id)
            await _record(connection, "ended", database.clock.now(), presented, client)
    return None if presented is None else presented.family_id


async def end_own_session(unit: Unit, session_id: bytes) -> None:
    """Ends one session of the caller."""
    ended = await unit.execute_count(
        "DELETE FROM sessions WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s AND id = %(session_id)s",
        user_id=unit.scope.require_user(),
        session_id=session_id,
    )
    if not ended:
        raise NotFoundError("session")


async def end_sessions_of(unit: Unit, user_id: bytes, kept: bytes | None = None) -> None:
    """Ends every session of a member here but ``kept``."""
    await unit.execute(
        "DELETE FROM sessions WHERE organization_id = %(organization_id)s "
        "AND user_id = %(user_id)s AND id IS DISTINCT FROM %(kept_session)s",
        user_id=user_id,
        kept_session=kept,
    )


_END_ALL = across_organizations(
    "DELETE FROM sessions WHERE user_id = %(user_id)s AND id IS DISTINCT FROM %(kept_session)s",
    why="the password of a person is one in all their organizations, and so are the sessions of it",
)


async def end_all_sessions_of(unit: Unit, user_id: bytes, kept: bytes | None = None) -> None:
    """Ends every session of a person, wherever it is, but ``kept``."""
    await unit.execute(_END_ALL, user_id=user_id, kept_session=kept)


class _RefreshToken(msgspec.Struct, frozen=True):
    token_hash: bytes
    family_id: bytes
    organization_id: bytes
    user_id: bytes
    expires_at: datetime
    used_at: datetime | None


async def _exchange(
    connection: AsyncConnection[Any], settings: Settings, token: str, now: datetime, client: str
) -> Session | bytes | None:
    """The session with its next token, the id of one that was ended, or None."""
    presented = await _lock_session(connection, token)
    if presented is None or presented.expires_at <= now:
        return None
    if presented.used_at is not None:
        # Somebody has a copy. Nobody can tell who is the thief, so both are locked out.
        await _delete_family(connection, presented.family_id)
        await _record(connection, "reused", now, presented, client)
        return presented.family_id
    login = await find_login(connection, presented.organization_id, presented.user_id)
    if login is None:
        return None
    cursor = await connection.execute(
        "UPDATE sessions SET last_used_at = %s WHERE id = %s AND expires_at > %s "
        "RETURNING expires_at",
        (now, presented.family_id, now),
    )
    open_until = await cursor.fetchone()
    if open_until is None:
        return None
    await connection.execute(
        "UPDATE refresh_tokens SET used_at = %s WHERE token_hash = %s",
        (now, presented.token_hash),
    )
    return await _issue(
        connection, settings, login, presented.family_id, now=now, ends_at=open_until[0]
    )


async def _issue(
    connection: AsyncConnection[Any],
    settings: Settings,
    login: Login,
    session_id: bytes,
    *,
    now: datetime,
    ends_at: datetime,
) -> Session:
    token = new_refresh_token()
    await connection.execute(
        "INSERT INTO refresh_tokens (token_hash, family_id, organization_id, user_id, created_at, "
        "expires_at) VALUES (%s, %s, %s, %s, %s, %s)",
        (
            secret_hash(token),
            session_id,
            login.organization_id,
            login.user_id,
            now,
            min(now + timedelta(seconds=settings.refresh_token_s), ends_at),
        ),
    )
    return Session(session_id, login, token)


async def _lock_session(connection: AsyncConnection[Any], token: str) -> _RefreshToken | None:
    """The row of ``token``; nobody else touches its session until the transaction ends.

    Locking the row would not do: while its session is being ended, another token of the same
    session could bring forth a new one.
    """
    token_hash = secret_hash(token)
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(encode(family_id, 'hex'), 0)) "
        "FROM refresh_tokens WHERE token_hash = %s",
        (token_hash,),
    )
    cursor = connection.cursor(row_factory=args_row(_RefreshToken), binary=True)
    await cursor.execute(
        "SELECT token_hash, family_id, organization_id, user_id, expires_at, used_at "
        "FROM refresh_tokens WHERE token_hash = %s",
        (token_hash,),
    )
    return await cursor.fetchone()


async def _record(
    connection: AsyncConnection[Any],
    action: SignInAction,
    now: datetime,
    token: _RefreshToken,
    client: str,
) -> None:
    await record_sign_in(
        connection,
        action,
        now=now,
        organization_id=token.organization_id,
        user_id=token.user_id,
        client=client,
    )


async def _delete_family(connection: AsyncConnection[Any], family_id: bytes) -> None:
    await connection.execute("DELETE FROM sessions WHERE id = %s", (family_id,))
    await connection.execute("DELETE FROM refresh_tokens WHERE family_id = %s", (family_id,))
