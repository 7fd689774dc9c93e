"""Where the time comes from. SQL never asks for it: the time is always a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the present instant, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class MovableClock:
    """A clock that stands still until it is moved: for tests and for the test mode."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> None:
        """Move forward by ``timedelta(**parts)``."""
        self.instant += timedelta(**parts)
