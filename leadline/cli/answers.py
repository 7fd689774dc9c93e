"""What commands print: the result for people or as JSON, and errors as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from leadline.kernel.control_characters import escape_controls

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")]


class CommandError(Exception):
    """The command cannot do what was asked. The text says why, and what to do instead."""


def print_json(value: Any) -> None:
    """One line on standard output."""
    import msgspec

    print(msgspec.json.encode(value).decode(), flush=True)


def print_error(text: str, *, as_json: bool) -> None:
    """The sentence on standard error, and for programs as JSON on standard output."""
    lines = map(escape_controls, text.split("\n"))  # ours have line ends, names in them have none
    print("leadline: " + "\n".join(lines), file=sys.stderr)
    if as_json:
        print_json({"error": text})


def print_table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Plain columns, as wide as they need to be: they survive pipes and narrow windows."""
    lines = [headings, *(tuple(map(escape_controls, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for row in lines:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def explain(error: Exception) -> str | None:
    """The sentence for an error that people can do something about; None for a bug."""
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, typer.TyperException):
        return _usage(error)

    import psycopg
    from psycopg_pool import PoolTimeout

    from leadline.kernel.errors import LeadlineError
    from leadline.platform.logs import hide_secrets
    from leadline.settings import SettingsError
    from leadline.store.backup import BackupError
    from leadline.store.embedded import EmbeddedServerError
    from leadline.store.migrations import MigrationError

    text: str | None = None
    plain = LeadlineError, SettingsError, MigrationError, BackupError, EmbeddedServerError
    if isinstance(error, plain):
        text = str(error)
    elif isinstance(error, psycopg.errors.UniqueViolation):
        text = "This exists already."
    elif isinstance(error, psycopg.errors.LockNotAvailable):
        text = "A migration waited too long for somebody's lock. Nothing has changed; try again."
    elif isinstance(error, psycopg.OperationalError | PoolTimeout):
        text = f"The database cannot be reached: {_first_line(error)}"
    elif isinstance(error, psycopg.Error):
        text = f"The database refused: {_first_line(error)}"
    elif isinstance(error, OSError):
        text = str(error)
    return None if text is None else hide_secrets(text)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the command line. The exception's own classes are typer's secret."""
    said: str = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    is_help = said.startswith("Usage:")
    return said if context is None or is_help else f"{said} See: {context.command_path} --help"
