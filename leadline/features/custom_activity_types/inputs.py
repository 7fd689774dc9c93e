"""Inputs: create and change a custom activity type."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

Name = Annotated[str, Meta(max_length=255)]
Description = Annotated[str, Meta(max_length=2000)]


class NewCustomActivityType(msgspec.Struct, frozen=True, kw_only=True):
    name: Name
    description: Description | None = None
    api_create_only: bool | None = None
    editable_with_roles: list[str] | None = None
    is_archived: bool | None = None


class CustomActivityTypeChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears the description and the roles, and leaves the rest as it is."""

    name: Name | None = None
    description: Description | UnsetType | None = UNSET
    api_create_only: bool | None = None
    editable_with_roles: list[str] | UnsetType | None = UNSET
    is_archived: bool | None = None
