"""Every change of files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from datetime import timedelta

from leadline.features.files.tables import FILES, File
from leadline.kernel.errors import Problems, RefusedError
from leadline.kernel.names import read_name
from leadline.platform.file_storage import FileStorage
from leadline.store import rows, writes
from leadline.store.unit import Unit

# How long after it was asked for a file can be attached; later it is deleted.
USABLE = timedelta(hours=24)
_CONTENT_TYPE = re.compile(r"[a-z0-9][\w!#$&^.+-]{0,99}/[a-z0-9][\w!#$&^.+-]{0,99}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


async def create_file(unit: Unit, *, filename: str, content_type: str) -> File:
    """Adds a file whose content is still to come. It goes again if nothing is made of it."""
    problems = Problems()
    filename = read_name(filename, problems, "filename")
    if _CONTROL.search(filename):
        problems.add("type", "filename", text="A file name has no control characters.")
    content_type = content_type.strip().lower()
    if not _CONTENT_TYPE.fullmatch(content_type):
        words = "The value must be a media type such as image/png."
        problems.add("type", "content_type", text=words)
    problems.stop_if_any()
    row = File(
        organization_id=unit.organization_id,
        id=unit.new_id(),
        filename=filename,
        content_type=content_type,
        size=None,
        attached_at=None,
        created_at=unit.now,
        updated_at=unit.now,
        created_by=unit.scope.user_id,
    )
    unit.enqueue("file.discard", {"file_id": row.id.hex()}, unit.now + USABLE)
    return await writes.insert(unit, FILES, row)


async def receive_file(unit: Unit, file_id: bytes, size: int) -> File:
    """Notes that the content is there; again, as long as the file is attached to nothing."""
    before = await rows.lock(unit, FILES, file_id)
    if before.attached_at is not None:
        raise RefusedError("The file is attached, so it cannot be replaced.")
    return await writes.update(unit, FILES, before, size=size)


async def attach_files(
    unit: Unit, storage: FileStorage, file_ids: Collection[bytes]
) -> dict[bytes, File]:
    """Keeps these files for good, by id. What is missing or without content is left out."""
    if not file_ids:
        return {}
    found = await rows.select(
        unit, FILES, "AND id = ANY(%(ids)s) ORDER BY id FOR UPDATE", ids=list(file_ids)
    )
    good = [row for row in found if row.attached_at or unit.now < row.created_at + USABLE]
    sizes = await asyncio.gather(*(_size(unit, storage, row) for row in good))
    return {
        row.id: await writes.update(
            unit, FILES, row, size=size, attached_at=row.attached_at or unit.now
        )
        for row, size in zip(good, sizes, strict=True)
        if size is not None
    }


async def _size(unit: Unit, storage: FileStorage, row: File) -> int | None:
    """A bucket tells nobody when something has arrived: it is asked, once."""
    return row.size if row.size is not None else await storage.size_of(row.key, unit.now)
