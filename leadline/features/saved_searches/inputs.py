"""Inputs: create and change a saved search."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class SavedSearchChange(msgspec.Struct, frozen=True, kw_only=True):
    """A new saved search has what is given here, too: a name, a type and one of the queries.

    Queries are readable already; who gives one gives the other as null.
    """

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    type: str | UnsetType = UNSET
    query: str | UnsetType | None = UNSET
    structured_query: dict[str, Any] | UnsetType | None = UNSET
    is_user_dependent: bool | UnsetType = UNSET
    selected_fields: list[Any] | UnsetType | None = UNSET
    is_shared: bool | UnsetType = UNSET
    shared_user_ids: list[bytes] | UnsetType = UNSET
    shared_group_ids: list[bytes] | UnsetType = UNSET
