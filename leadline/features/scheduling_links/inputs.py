"""Inputs: create and change a scheduling link."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

Minutes = Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]


class NewSchedulingLink(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    url: str
    description: str | None = None


class SchedulingLinkChange(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class AppSchedulingLink(msgspec.Struct, frozen=True, kw_only=True):
    """What an app says of its link. A new one needs a name and an address."""

    source_id: str
    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    duration_in_minutes: Minutes | UnsetType | None = UNSET
    source_type: str | UnsetType | None = UNSET
