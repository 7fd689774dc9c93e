"""Inputs: create and change a playbook."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class PlaybookChange(msgspec.Struct, frozen=True, kw_only=True):
    """A new playbook has what is given here, too; only the name must be."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    summary_guidance: str | UnsetType | None = UNSET
    outcome_ids: list[bytes] | UnsetType = UNSET
    custom_field_ids: list[bytes] | UnsetType = UNSET
