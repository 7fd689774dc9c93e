"""What is written to people: templates, playbooks, and addresses that are not to be written to."""

from __future__ import annotations

from leadline.dialects.close.messaging import (
    email_templates,
    playbooks,
    sms_templates,
    unsubscribed_emails,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *email_templates.OPERATIONS,
    *playbooks.OPERATIONS,
    *sms_templates.OPERATIONS,
    *unsubscribed_emails.OPERATIONS,
)
