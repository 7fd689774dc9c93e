"""Inputs: create and change an e-mail template."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.opportunities.tables import Attachment


class EmailTemplateChange(msgspec.Struct, frozen=True, kw_only=True):
    """A new template has what is given here, too; only the name must be."""

    name: str | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    body: str | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET
    is_archived: bool | UnsetType = UNSET
