"""One spelling of a letter with its marks: composed, as keyboards write it (Unicode's NFC).

The same name is sent by some systems as ``e`` with a mark behind it. Both look alike, and neither
would be found by the other.
"""

from __future__ import annotations

import unicodedata
from typing import Any


def composed(text: str) -> str:
    """The text with every letter and its marks composed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def composed_json(value: Any) -> Any:
    """A value of JSON with all its texts composed, names included."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [composed_json(each) for each in value]
    if isinstance(value, dict):
        return {composed(key): composed_json(each) for key, each in value.items()}
    return value
