"""The table of roles of organizations' own. The usual ones need no row."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class CustomRole(msgspec.Struct, frozen=True, gc=False):
    """``permissions`` are names of ``leadline.kernel.permissions``, sorted."""

    organization_id: bytes
    id: bytes
    name: str
    permissions: list[str]
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


ROLES = Table("roles", "role", CustomRole, json=("permissions",))
