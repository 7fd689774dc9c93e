"""Passwords: argon2id, computed in a thread so that the event loop goes on."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadline.settings import Settings


class Passwords:
    """Hashes and verifies. The costs are settings; the defaults are m=19 MiB, t=2, p=1."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_passes,
            memory_cost=settings.argon2_memory_kib,
            parallelism=1,
        )
        # Compared with when the user is unknown, so that both cases take the same time.
        self._decoy = self._hasher.hash("no such user")

    def hash_now(self, password: str) -> str:
        """The hash, computed here and now (for the command line)."""
        return self._hasher.hash(password)

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password matches; without a hash it takes as long and says no."""
        matches = await asyncio.to_thread(self._matches, password_hash or self._decoy, password)
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash has other costs than new ones have."""
        return self._hasher.check_needs_rehash(password_hash)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
