"""The table of saved searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from leadline.store.tables import Table

SavedSearchType = Literal[
    "lead",
    "contact",
    "opportunity",
    "call",
    "email",
    "sms",
    "meeting",
    "note",
    "whatsapp_message",
    "custom_activity",
    "form_submission",
]


class SavedSearch(msgspec.Struct, frozen=True, gc=False):
    """Either ``query``, a text, or ``structured_query``, a tree; both as they were sent.

    ``is_shared`` means with everybody. ``is_user_dependent``: it finds others for somebody else.
    Ids of users and groups are in hexadecimal.
    """

    organization_id: bytes
    id: bytes
    owner_id: bytes
    type: SavedSearchType
    name: str
    description: str | None
    query: str | None
    structured_query: dict[str, Any] | None
    is_user_dependent: bool
    selected_fields: list[Any] | None
    is_shared: bool
    shared_user_ids: list[str]
    shared_group_ids: list[str]
    shared_at: datetime | None
    shared_by: bytes | None
    sharing_updated_at: datetime | None
    sharing_updated_by: bytes | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None

    @property
    def is_private(self) -> bool:
        return not (self.is_shared or self.shared_user_ids or self.shared_group_ids)


SAVED_SEARCHES = Table(
    "saved_searches",
    "saved_search",
    SavedSearch,
    json=("structured_query", "selected_fields", "shared_user_ids", "shared_group_ids"),
)
