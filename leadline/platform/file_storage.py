"""Where the content of files lies: a folder of this machine, or a bucket of an S3-like store.

Keys are ``<organization>/<file>`` in hexadecimal, so that no name that people give leads anywhere.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from leadline.platform.s3 import Bucket
from leadline.settings import Settings, SettingsError
from leadline.store.disk import sync_folder

PARTIAL = ".partial"
_PARTIAL_KEPT_S = 86400


class IncomingFile:
    """Content that is being received, in a file without a name that anybody knows."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=PARTIAL, dir=folder)
        self._file: BinaryIO = os.fdopen(descriptor, "wb")
        self._path = Path(name)
        self.size = 0

    def write(self, part: bytes) -> None:
        self._file.write(part)
        self.size += len(part)

    def keep(self, path: Path) -> None:
        """Puts it where it belongs, whole or not at all, whatever happens to the machine."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._path.replace(path)
        for folder in (path.parent, path.parent.parent):
            sync_folder(folder)

    def discard(self) -> None:
        """Removes what has come so far; nothing, if it was kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class Folder:
    """A folder of files. With several machines it has to be one that all of them see."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path_of(self, key: str) -> Path:
        return self._path / key

    def begin(self) -> IncomingFile:
        return IncomingFile(self._path)

    async def size_of(self, key: str, now: datetime) -> int | None:
        """The size of the content, None when there is none."""
        with suppress(FileNotFoundError):
            return (await asyncio.to_thread(self.path_of(key).stat)).st_size
        return None

    async def delete(self, key: str, now: datetime) -> None:
        await asyncio.to_thread(self.path_of(key).unlink, missing_ok=True)

    async def tidy(self) -> None:
        """Removes what was being received when a process was killed, a day later."""
        await asyncio.to_thread(self._tidy, time.time() - _PARTIAL_KEPT_S)

    def _tidy(self, before: float) -> None:
        for path in self._path.glob(f".*{PARTIAL}"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()


FileStorage = Folder | Bucket


def folder_of(settings: Settings) -> Path | None:
    """The folder of the files; None when they are in a bucket."""
    storage = storage_of(settings)
    return storage.path_of("") if isinstance(storage, Folder) else None


def storage_of(settings: Settings) -> FileStorage:
    """The bucket, if the settings name one; else the folder."""
    if settings.s3_bucket is None:
        if settings.files is None:
            return Folder(settings.data / "files")
        return Folder(Path(settings.files).expanduser())
    if settings.s3_key is None or settings.s3_secret is None:
        raise SettingsError("LEADLINE_S3_BUCKET needs LEADLINE_S3_KEY and LEADLINE_S3_SECRET.")
    endpoint = settings.s3_endpoint or f"https://s3.{settings.s3_region}.amazonaws.com"
    return Bucket(
        endpoint.rstrip("/"),
        settings.s3_bucket,
        settings.s3_region,
        settings.s3_key,
        settings.s3_secret,
    )
