"""Deleting uploads that nothing was made of."""

from __future__ import annotations

from functools import partial
from typing import Any

from leadline.features.files.tables import FILES
from leadline.kernel.ids import parse_hex
from leadline.platform.file_storage import FileStorage
from leadline.platform.jobs import JobFunction
from leadline.store import writes
from leadline.store.unit import Unit


def jobs_of(storage: FileStorage) -> dict[str, JobFunction]:
    """The jobs by their names."""
    return {"file.discard": partial(discard_file, storage)}


async def discard_file(storage: FileStorage, unit: Unit, payload: dict[str, Any]) -> None:
    """Deletes a file, unless it was attached to something."""
    row = await unit.fetch_one(FILES.row, FILES.lock_sql, id=parse_hex(payload["file_id"]))
    if row is not None and row.attached_at is None:
        # The content goes first: whatever fails then is tried again.
        await storage.delete(row.key, unit.now)
        await writes.delete(unit, FILES, row)
