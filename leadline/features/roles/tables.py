"""The table of roles of organizations' own. The usual ones need no row."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.kernel.permissions import VisibilityBehavior
from leadline.store.tables import Table


class CustomRole(msgspec.Struct, frozen=True, gc=False):
    """``permissions`` are names of ``leadline.kernel.permissions``, sorted.

    ``visibility_..`` is the ``VisibilityRule`` (``kernel/scope.py``) of those who may not see all
    leads.
    """

    organization_id: bytes
    id: bytes
    name: str
    permissions: list[str]
    visibility_user_lcf_ids: list[bytes]
    visibility_user_lcf_behavior: VisibilityBehavior | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


ROLES = Table("roles", "role", CustomRole, json=("permissions",))
