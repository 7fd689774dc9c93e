"""Counting failed logins, so that guessing is slow and nobody is kept out by the guesses of others.

A try is counted by its address and network together, which is what waits long. What the address
has from anywhere waits half a minute at most, so that strangers cannot keep its owner out; what a
network has with all addresses bounds whoever tries one password on everybody. From where an
address has logged in before, only its own failures count.

All of it happens before an organization is known, and what is counted is committed at once.
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import AsyncConnection

from leadline.kernel.errors import TooManyRequestsError
from leadline.settings import Settings

# A quiet address or network starts anew.
_FORGOTTEN_AFTER = timedelta(hours=1)
# How much more an address may fail from everywhere, and a network with everybody.
_FREE_OF_ADDRESS, _FREE_OF_NETWORK = 4, 20
_LONGEST_OF_ADDRESS_S, _LONGEST_OF_NETWORK_S = 30, 60

# When the next try may be made: the pause after the first failure too many is a second, and
# doubles with every further one. The exponent is bounded, for power() would overflow.
_OPEN_AGAIN = (
    b"f.last_failed_at + interval '1 second' * "
    b"least(%(longest)s, power(2, least(f.failure_count - %(free)s, 30)))"
)
_COUNT_SQL = (
    b"""
    INSERT INTO login_failures AS f (subject_hash, failure_count, last_failed_at)
    VALUES (%(subject)s, 1, %(now)s)
    ON CONFLICT (subject_hash) DO UPDATE
    SET failure_count = CASE WHEN f.last_failed_at > %(forgotten)s THEN f.failure_count ELSE 0 END
            + 1,
        last_failed_at = %(now)s
    WHERE f.failure_count < %(free)s OR %(now)s >= """
    + _OPEN_AGAIN
    + b" RETURNING f.failure_count"
)
_OPEN_AGAIN_SQL = (
    b"SELECT "
    + _OPEN_AGAIN
    + b" FROM login_failures f WHERE f.subject_hash = %(subject)s AND f.failure_count >= %(free)s"
)


class _Counted(msgspec.Struct, frozen=True):
    """One count: whose it is, how many failures are free, and how long the pause grows."""

    subject: bytes
    free: int
    longest_s: int


class LoginAttempt(msgspec.Struct, frozen=True):
    """A try to log in: with which address, from which network ("" where that is not known)."""

    address: str
    network: str

    @property
    def here(self) -> bytes:
        """The address from this network."""
        return _hash("login", self.address, self.network)


async def count_login(
    connection: AsyncConnection[Any], settings: Settings, attempt: LoginAttempt, now: datetime
) -> None:
    """Counts a login as failed before it is tried, or refuses it; a success takes that back."""
    free = settings.login_free_failures
    counts = [_Counted(attempt.here, free, settings.login_max_delay_s)]
    async with connection.transaction():  # what refuses is counted nowhere
        cursor = await connection.execute(
            "SELECT 1 FROM login_networks WHERE subject_hash = %s", (attempt.here,)
        )
        if await cursor.fetchone() is None:
            by_network = _hash("login of network", attempt.network)
            by_address = _hash("login of address", attempt.address)
            # In this order for everybody, so that nobody waits in a circle.
            counts.insert(0, _Counted(by_address, free * _FREE_OF_ADDRESS, _LONGEST_OF_ADDRESS_S))
            if attempt.network:
                at_network = free * _FREE_OF_NETWORK
                counts.insert(0, _Counted(by_network, at_network, _LONGEST_OF_NETWORK_S))
        for counted in counts:
            if not await _is_counted(connection, counted, now):
                waits = [await _seconds_to_wait(connection, each, now) for each in counts]
                raise _too_many(max(waits))


async def take_back_login(
    connection: AsyncConnection[Any], attempt: LoginAttempt, now: datetime
) -> None:
    """The login was a good one: its address starts anew, and is known from this network."""
    await connection.execute(
        "UPDATE login_failures SET failure_count = greatest(failure_count - 1, 0) "
        "WHERE subject_hash = %s",
        (_hash("login of network", attempt.network),),
    )
    await connection.execute(
        "DELETE FROM login_failures WHERE subject_hash = ANY(%s)",
        ([_hash("login of address", attempt.address), attempt.here],),
    )
    await connection.execute(
        "INSERT INTO login_networks (subject_hash, last_succeeded_at) VALUES (%s, %s) "
        "ON CONFLICT (subject_hash) DO UPDATE SET last_succeeded_at = excluded.last_succeeded_at",
        (attempt.here, now),
    )


async def count_attempt(
    connection: AsyncConnection[Any], settings: Settings, subject: bytes, now: datetime
) -> None:
    """Counts a try as failed before it is made, or refuses it.

    One statement both checks and counts, so that tries made at the same time cannot all pass.
    """
    counted = _usual(settings, subject)
    if not await _is_counted(connection, counted, now):
        raise _too_many(await _seconds_to_wait(connection, counted, now))


async def stop_if_waiting(
    connection: AsyncConnection[Any], settings: Settings, subject: bytes, now: datetime
) -> None:
    """Refuses a try after too many failures. For those who count their failures afterwards."""
    wait = await _seconds_to_wait(connection, _usual(settings, subject), now)
    if wait > 0:
        raise _too_many(wait)


async def _is_counted(connection: AsyncConnection[Any], counted: _Counted, now: datetime) -> bool:
    cursor = await connection.execute(_COUNT_SQL, _parameters(counted, now))
    return await cursor.fetchone() is not None


async def _seconds_to_wait(
    connection: AsyncConnection[Any], counted: _Counted, now: datetime
) -> float:
    cursor = await connection.execute(_OPEN_AGAIN_SQL, _parameters(counted, now))
    row = await cursor.fetchone()
    return (row[0] - now).total_seconds() if row is not None else 0.0


def _too_many(wait: float) -> TooManyRequestsError:
    return TooManyRequestsError("Too many failed logins, try again later", max(1, math.ceil(wait)))


def _usual(settings: Settings, subject: bytes) -> _Counted:
    return _Counted(subject, settings.login_free_failures, settings.login_max_delay_s)


def _parameters(counted: _Counted, now: datetime) -> dict[str, Any]:
    return {
        "subject": counted.subject,
        "free": counted.free,
        "longest": counted.longest_s,
        "now": now,
        "forgotten": now - _FORGOTTEN_AFTER,
    }


def _hash(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()
