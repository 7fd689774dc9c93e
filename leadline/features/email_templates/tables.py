"""The table of e-mail templates."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.opportunities.tables import Attachment
from leadline.store.tables import Table


class EmailTemplate(msgspec.Struct, frozen=True, gc=False):
    organization_id: bytes
    id: bytes
    owner_id: bytes | None
    name: str
    subject: str
    body: str
    attachments: list[Attachment]
    is_shared: bool
    is_archived: bool
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


EMAIL_TEMPLATES = Table("email_templates", "email_template", EmailTemplate, json=("attachments",))
