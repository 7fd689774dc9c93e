"""The tables of groups and of who is in them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class Group(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    name: str
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


class GroupMember(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    group_id: bytes
    user_id: bytes
    created_at: datetime


GROUPS = Table("groups", "group", Group)
GROUP_MEMBERS = Table("group_members", "group_member", GroupMember)
