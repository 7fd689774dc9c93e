"""The content of uploaded files in a backup: ``files/<organization>/<file>``."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from leadline.store.disk import sync_folder

_MEMBER = re.compile(r"files/([0-9a-f]{24}/[0-9a-f]{24})")


def write_files(
    connection: psycopg.Connection[Any], archive: zipfile.ZipFile, folder: Path, now: datetime
) -> int:
    """Adds the files that a backup of that moment knows of; returns how many.

    Afterwards, so that none is missing: those that something was made of stay as they are for good.
    """
    found = connection.execute(
        "SELECT encode(organization_id, 'hex') || '/' || encode(id, 'hex') FROM files "
        "WHERE created_at <= %s ORDER BY organization_id, id",
        [now],
    ).fetchall()
    count = 0
    for (key,) in found:
        with suppress(FileNotFoundError):  # it never arrived, or nothing was made of it
            archive.write(folder / key, f"files/{key}")
            count += 1
    return count


def read_files(archive: zipfile.ZipFile, folder: Path) -> None:
    """Puts the files back into their folder."""
    for name in archive.namelist():
        member = _MEMBER.fullmatch(name)
        if member is None:
            continue
        path = folder / member[1]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with archive.open(name) as content, _private(path) as file:
            shutil.copyfileobj(content, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)


def _private(path: Path) -> Any:
    """The file opened for writing, for its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
