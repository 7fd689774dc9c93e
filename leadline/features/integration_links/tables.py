"""The table of integration links."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class IntegrationLink(msgspec.Struct, frozen=True, gc=False):
    """``type`` is the noun that it is shown on; ``url`` has placeholders."""

    organization_id: bytes
    id: bytes
    name: str
    type: str
    url: str
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


INTEGRATION_LINKS = Table("integration_links", "integration_link", IntegrationLink)
