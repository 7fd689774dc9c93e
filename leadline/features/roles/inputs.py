"""Inputs: create and change a role."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from leadline.kernel.permissions import Permission, VisibilityBehavior


class NewRole(msgspec.Struct, frozen=True, kw_only=True):
    """``visibility_..`` are for roles that do not see all leads."""

    name: str
    permissions: list[Permission]
    visibility_user_lcf_ids: list[bytes] = []
    visibility_user_lcf_behavior: VisibilityBehavior | None = None


class RoleChange(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    permissions: list[Permission] | UnsetType = UNSET
    visibility_user_lcf_ids: list[bytes] | UnsetType = UNSET
    visibility_user_lcf_behavior: VisibilityBehavior | UnsetType | None = UNSET
