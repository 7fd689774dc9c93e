"""The table of unsubscribed e-mail addresses."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class UnsubscribedEmail(msgspec.Struct, frozen=True, gc=False):
    """``email`` is in the form that contacts have it in."""

    organization_id: bytes
    id: bytes
    email: str
    created_at: datetime
    created_by: bytes | None


UNSUBSCRIBED_EMAILS = Table("unsubscribed_emails", "unsubscribed_email", UnsubscribedEmail)
