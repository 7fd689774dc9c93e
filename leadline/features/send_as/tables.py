"""The table of who may write in whose name."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class SendAs(msgspec.Struct, frozen=True, gc=False):
    """``allowed_user_id`` may write in the name of ``allowing_user_id``."""

    organization_id: bytes
    id: bytes
    allowing_user_id: bytes
    allowed_user_id: bytes
    created_at: datetime


SEND_AS = Table("send_as", "send_as", SendAs)
