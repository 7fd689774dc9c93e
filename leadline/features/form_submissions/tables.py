"""The table of form submissions."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import msgspec

from leadline.store.tables import Table


class Answer(TypedDict):
    """``id`` is the field's in hexadecimal, ``name`` what it was called then."""

    id: str
    name: str
    value: str | bool | None


class FormSubmission(msgspec.Struct, frozen=True, gc=False):
    """``origin`` and ``source_url`` say on which page it was, as the browser says it."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    contact_id: bytes | None
    form_id: bytes
    form_name: str
    configuration_id: bytes
    answers: list[Answer]
    ip_address: str | None
    origin: str | None
    source_url: str | None
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    updated_by: bytes | None


FORM_SUBMISSIONS = Table("form_submissions", "form_submission", FormSubmission, json=("answers",))
