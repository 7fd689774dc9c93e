"""What an input says: those of its fields that are given."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET


def given_fields(change: msgspec.Struct, *names: str) -> dict[str, Any]:
    """The fields that are not UNSET: all of them, or of these names alone."""
    return {
        name: value
        for name in names or change.__struct_fields__
        if (value := getattr(change, name)) is not UNSET
    }
