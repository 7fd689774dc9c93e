"""Rate limits: so many requests per credential and window, counted in this process."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec


class Allowance(msgspec.Struct, frozen=True):
    """What is left of a window: ``remaining`` requests until ``reset_s`` seconds have passed."""

    limit: int
    remaining: int
    reset_s: int
    exceeded: bool


class RateLimiter:
    """Fixed windows. ``seconds`` is a monotonic clock (a parameter for the tests)."""

    def __init__(self, limit: int, window_s: int, seconds: Callable[[], float]) -> None:
        self._limit = limit
        self._window_s = window_s
        self._seconds = seconds
        self._window = -1
        self._counts: dict[bytes, int] = {}

    def take(self, credential: bytes) -> Allowance:
        """Counts one request and says what is left."""
        now = self._seconds()
        window = int(now // self._window_s)
        if window != self._window:
            self._window = window
            self._counts = {}
        count = self._counts.get(credential, 0) + 1
        self._counts[credential] = count
        reset_s = math.ceil((window + 1) * self._window_s - now)
        return Allowance(self._limit, max(0, self._limit - count), reset_s, count > self._limit)
