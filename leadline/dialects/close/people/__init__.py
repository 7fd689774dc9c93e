"""Organizations and who works in them: users, memberships, roles, groups, keys."""

from __future__ import annotations

from leadline.dialects.close.people import (
    api_keys,
    groups,
    memberships,
    organizations,
    roles,
    send_as,
    users,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *api_keys.OPERATIONS,
    *groups.OPERATIONS,
    *memberships.OPERATIONS,
    *organizations.OPERATIONS,
    *roles.OPERATIONS,
    *send_as.OPERATIONS,
    *users.OPERATIONS,
)
