"""Inputs: create and change an outcome."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

OutcomeType = Literal["custom", "vm-dropped"]
ActivityKind = Literal["calls", "meetings"]

# What an outcome of each type can be given to, unless it says otherwise.
KINDS_OF_TYPE: dict[str, list[str]] = {
    "custom": ["calls", "meetings"],
    "vm-dropped": ["calls"],
}


class NewOutcome(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    description: str | None = None
    type: OutcomeType | None = None
    applies_to: list[ActivityKind] | None = None


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null leaves name, type and applies_to as they are; it clears the description."""

    name: str | None = None
    description: str | UnsetType | None = UNSET
    type: OutcomeType | None = None
    applies_to: list[ActivityKind] | None = None
