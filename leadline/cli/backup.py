"""``leadline backup`` and ``leadline restore``: the whole database as one file, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json
from leadline.cli.context import DataOption, open_database, read_settings


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write; must not exist.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything into one file.

    The server may go on running: the file holds one moment. It holds secrets, too: keep it safe.
    """
    import psycopg

    from leadline.kernel.clock import SystemClock
    from leadline.platform.file_storage import folder_of
    from leadline.store.backup import write_backup

    if file.exists():
        raise CommandError(f"{file} exists. Choose another name; a backup replaces nothing.")
    if not file.resolve().parent.is_dir():
        raise CommandError(f"There is no folder {file.resolve().parent}.")
    with (
        open_database(read_settings(data=data), migrate=False) as opened,
        psycopg.connect(opened.owner_url, autocommit=True) as connection,
        _bar(file) as progress,
    ):
        folder = folder_of(opened.settings)
        manifest = write_backup(connection, file, SystemClock().now(), progress, files=folder)
    made = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "files": manifest.files,
        "made_at": manifest.made_at,
    }
    _print(made, as_json)


def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A backup.", exists=True, dir_okay=False)
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill an empty database from a backup.

    All of it or nothing. A backup of an older version is then brought to the form of this one.
    """
    import psycopg

    from leadline.platform.file_storage import folder_of
    from leadline.store.backup import read_manifest, restore_backup

    manifest = read_manifest(file)
    with open_database(read_settings(data=data), migrate=False) as opened:
        with (
            psycopg.connect(opened.owner_url, autocommit=True) as connection,
            _bar(file) as progress,
        ):
            folder = folder_of(opened.settings)
            foreign = restore_backup(connection, file, progress, files=folder)
        applied = opened.migrate(backup=False)
    restored = {
        "file": str(file),
        "tables": len(manifest.tables) - len(foreign),
        "rows": manifest.rows,
        "files": None if folder is None else manifest.files,
        "made_at": manifest.made_at,
        "left_out": foreign,
        "migrated": applied,
    }
    _print(restored, as_json)


@contextmanager
def _bar(file: Path) -> Iterator[Callable[[float], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(file.name, total=1.0)
        yield lambda done: progress.update(task, completed=done)


def _print(result: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    for label, value in result.items():
        if value not in ([], None):
            shown = ", ".join(value) if isinstance(value, list) else value
            print(f"  {label.replace('_', ' '):<8}  {shown}")
