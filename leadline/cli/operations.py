"""``leadline operations`` and ``leadline version``: what is in this Leadline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leadline.cli.answers import JsonOption, print_json, print_table

_HEADINGS = ("dialect", "method", "path", "right", "place")


def operations(as_json: JsonOption = False) -> None:
    """List every operation of the API.

    Its dialect, method and path, the right it needs, and the function that carries its rule.
    """
    from leadline.app import DIALECTS

    rows = [
        (
            dialect.name,
            operation.method,
            operation.path,
            operation.right.value if operation.right is not None else "public",
            _place(operation.function),
        )
        for dialect in DIALECTS
        for operation in dialect.operations
    ]
    if as_json:
        print_json([dict(zip(_HEADINGS, row, strict=True)) for row in rows])
    else:
        print_table(_HEADINGS, rows)


def version(as_json: JsonOption = False) -> None:
    """Print the versions of Leadline and Python."""
    import platform
    from importlib import metadata

    versions = {"leadline": metadata.version("leadline"), "python": platform.python_version()}
    if as_json:
        print_json(versions)
    else:
        print(" ".join(f"{name} {number}" for name, number in versions.items()))


def _place(function: Any) -> str:
    """File and line of a function: from here, if that is not far, so that editors find it."""
    code = function.__code__
    path = Path(code.co_filename)
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{code.co_firstlineno}"
