"""The tables of users (global) and memberships (one per organization and user)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class User(msgspec.Struct, frozen=True, gc=False):
    """The password hash is not part of the row: it is read only where a login is checked.

    The address is unique among the members of an organization. ``pending_email`` is one that the
    user has asked for, and does not have yet. A password that others have seen must be changed.
    """

    id: bytes
    email: str
    first_name: str
    last_name: str
    phone_number: str | None
    created_at: datetime
    updated_at: datetime
    must_change_password: bool = False
    password_changed_at: datetime | None = None
    pending_email: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Membership(msgspec.Struct, frozen=True, gc=False):
    """``role`` is the usual role that comes nearest where there is a ``custom_role_id``.

    ``pinned_view_ids`` are saved views in the order of this member, in hexadecimal.
    ``default_caller_id`` is the phone number that this member calls from.
    """

    organization_id: bytes
    id: bytes
    user_id: bytes
    role: str
    custom_role_id: bytes | None
    is_restricted: bool
    designation: str | None
    is_active: bool
    auto_record_calls: str
    track_email_opens: bool
    may_workflows_impersonate: bool
    hangup_recording_url: str | None
    pinned_view_ids: list[str]
    created_at: datetime
    updated_at: datetime
    default_caller_id: bytes | None


USERS = Table("users", "user", User)
MEMBERSHIPS = Table("memberships", "membership", Membership, json=("pinned_view_ids",))
