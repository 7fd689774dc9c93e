"""The table of SMS templates."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.opportunities.tables import Attachment
from leadline.store.tables import Table


class SmsTemplate(msgspec.Struct, frozen=True, gc=False):
    """``status`` is active or archived."""

    organization_id: bytes
    id: bytes
    owner_id: bytes | None
    name: str
    text: str
    attachments: list[Attachment]
    is_shared: bool
    status: str
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


SMS_TEMPLATES = Table("sms_templates", "sms_template", SmsTemplate, json=("attachments",))
