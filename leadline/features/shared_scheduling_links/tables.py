"""The tables of shared scheduling links and of where each leads."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class SharedSchedulingLink(msgspec.Struct, frozen=True, gc=False):
    """``template_tag`` is what templates call it."""

    organization_id: bytes
    id: bytes
    name: str
    description: str | None
    template_tag: str
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


class SharedSchedulingLinkAssociation(msgspec.Struct, frozen=True, gc=False):
    """Where a shared link leads for one user: to ``link_id``, a link of theirs, or to ``url``."""

    organization_id: bytes
    id: bytes
    shared_link_id: bytes
    user_id: bytes
    link_id: bytes | None
    url: str | None
    created_at: datetime
    updated_at: datetime


SHARED_SCHEDULING_LINKS = Table(
    "shared_scheduling_links", "shared_scheduling_link", SharedSchedulingLink
)
SHARED_SCHEDULING_LINK_ASSOCIATIONS = Table(
    "shared_scheduling_link_associations",
    "shared_scheduling_link_association",
    SharedSchedulingLinkAssociation,
)
