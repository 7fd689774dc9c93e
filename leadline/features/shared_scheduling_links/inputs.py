"""Inputs: create and change a shared scheduling link."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class NewSharedSchedulingLink(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    description: str | None = None


class SharedSchedulingLinkChange(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
