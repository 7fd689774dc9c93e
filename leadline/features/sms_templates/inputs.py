"""Inputs: create and change an SMS template."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.opportunities.tables import Attachment


class SmsTemplateChange(msgspec.Struct, frozen=True, kw_only=True):
    """A new template has what is given here, too; only the name must be."""

    name: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET
    status: str | UnsetType = UNSET
