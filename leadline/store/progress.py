"""How far a long piece of work has come."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]  # how much is done, from 0 to 1


def ignore(_: float) -> None:
    """For those who do not want to know."""


class Meter:
    """Tells how much of the expected bytes has gone by; for a backup they are an estimate."""

    def __init__(self, progress: Progress, expected: int) -> None:
        self._progress = progress
        self._expected = max(expected, 1)
        self._done = 0

    def add(self, size: int) -> None:
        self._done += size
        self._progress(min(1.0, self._done / self._expected))
