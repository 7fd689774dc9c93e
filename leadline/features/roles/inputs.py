"""What may be said of a role."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from leadline.kernel.permissions import Permission


class NewRole(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    permissions: list[Permission]


class RoleChange(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    permissions: list[Permission] | UnsetType = UNSET
