"""Characters that steer a terminal, a header or the order of a line instead of standing in it.

Whoever may name something must not be able to forge a line of a log or a trail, move the cursor of
whoever reads it, or make text read backwards.
"""

from __future__ import annotations

import re

# C0 and C1 controls, separators of lines and paragraphs, and what changes the direction of text.
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def has_controls(text: str) -> bool:
    """Whether there is a character that does not belong into a text of one line."""
    return _CONTROLS.search(text) is not None


def one_line(text: str) -> str:
    """The text on one line: such characters, and any white space around them, become a space."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def escape_controls(text: str) -> str:
    r"""The text with such characters spelled out, as in ``\x1b`` or ``\u202e``."""
    return _CONTROLS.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
