"""From method and path to operation: a trie, so that the last of 600 costs as much as the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadline.wire.operation import Operation

_PARAMETER = "{}"


class Router:
    """Matches paths with or without trailing slash, and with doubled slashes."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root: dict[str, Any] = {}
        for operation in operations:
            self._add(operation, operation.path)
            if operation.old_path:
                self._add(operation, operation.old_path)

    def _add(self, operation: Operation, path: str) -> None:
        node = self._root
        names = []
        for part in _parts(path):
            if part.startswith("{"):
                names.append(part.strip("{}"))
            node = node.setdefault(_PARAMETER if part.startswith("{") else part, {})
        methods = node.setdefault("", {})
        if operation.method in methods:
            raise ValueError(f"two operations for {operation.method} {path}")
        methods[operation.method] = (operation, tuple(names))

    def find(self, path: str) -> tuple[dict[str, tuple[Operation, tuple[str, ...]]], list[str]]:
        """The operations of a path by method (none: no such path) and its parameter values."""
        values: list[str] = []
        methods = self._descend(self._root, _parts(path), 0, values)
        return methods or {}, values

    def _descend(
        self, node: dict[str, Any], parts: list[str], at: int, values: list[str]
    ) -> dict[str, Any] | None:
        if at == len(parts):
            return node.get("")
        exact = node.get(parts[at])
        if exact is not None and parts[at] != _PARAMETER:
            found = self._descend(exact, parts, at + 1, values)
            if found is not None:
                return found
        any_value = node.get(_PARAMETER)
        if any_value is not None:
            values.append(parts[at])
            found = self._descend(any_value, parts, at + 1, values)
            if found is not None:
                return found
            values.pop()
        return None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
