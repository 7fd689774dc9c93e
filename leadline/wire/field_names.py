"""The fields of problems under the names that a client has sent.

Features and flows name their own fields, and know nothing of how a dialect calls them. What a body
type renames is found by itself; the rest an operation declares (``Operation.names``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec

from leadline.kernel.errors import InvalidError, LeadlineError, Path, Problem

# From the name of a feature to that of the client, with dots between the parts of a path and a star
# for any index: {"stages.*.name": "statuses.*.label"}. What follows a name stays as it is, and a
# name that becomes "" is left out. Where names depend on what was sent: a function of the body.
FieldNames = Mapping[str, str] | Callable[[Any], Mapping[str, str]]


def with_sent_names(
    error: LeadlineError, names: FieldNames, body_type: Any, body: Any
) -> LeadlineError:
    """The error with its problems under the names of the client."""
    if not isinstance(error, InvalidError):
        return error
    known = {**_renamed(body_type), **(names(body) if callable(names) else names)}
    return InvalidError(
        Problem(_sent_path(each.path, known), each.code, each.text) for each in error.problems
    )


@cache
def _renamed(body_type: Any) -> Mapping[str, str]:
    """The fields of a Struct that have another name in JSON."""
    if not (isinstance(body_type, type) and issubclass(body_type, msgspec.Struct)):
        return {}
    pairs = zip(body_type.__struct_fields__, body_type.__struct_encode_fields__, strict=True)
    return {name: sent for name, sent in pairs if name != sent}


def _sent_path(path: Path, names: Mapping[str, str]) -> Path:
    """The path with the longest part of its beginning replaced that has another name."""
    for length in range(len(path), 0, -1):
        known, rest = path[:length], path[length:]
        exact = ".".join(str(part) for part in known)
        general = ".".join("*" if isinstance(part, int) else part for part in known)
        sent = names.get(exact, names.get(general))
        if sent is not None:
            indexes = [part for part in known if isinstance(part, int)]
            return (*_parts(sent, indexes), *rest)
    return path


def _parts(sent: str, indexes: list[int]) -> Path:
    left = iter(indexes)
    parts = sent.split(".") if sent else []
    return tuple(
        next(left) if part == "*" else int(part) if part.isdecimal() else part for part in parts
    )
