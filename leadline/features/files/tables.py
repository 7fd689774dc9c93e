"""The table of files. Their content is in the storage, under ``key``."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class File(msgspec.Struct, frozen=True, gc=False):
    """``size`` is None until the content is known to be there."""

    organization_id: bytes
    id: bytes
    filename: str
    content_type: str
    size: int | None
    attached_at: datetime | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None

    @property
    def key(self) -> str:
        """Where the storage keeps the content."""
        return key_of(self.organization_id, self.id)


def key_of(organization_id: bytes, file_id: bytes) -> str:
    return f"{organization_id.hex()}/{file_id.hex()}"


FILES = Table("files", "file", File)
