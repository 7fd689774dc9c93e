"""Uploads and downloads, and forms that strangers fill in."""

from __future__ import annotations

from leadline.dialects.close.files import (
    files,
    forms,
)
from leadline.wire.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *files.OPERATIONS,
    *forms.OPERATIONS,
)
