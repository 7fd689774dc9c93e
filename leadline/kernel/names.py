"""Names that people give to things: trimmed, not blank and not endless."""

from __future__ import annotations

from leadline.kernel.errors import Problems

NAME_LENGTH = 255


def read_name(given: str, problems: Problems, field: str = "name") -> str:
    """The name trimmed; what is wrong with it is added to ``problems``."""
    name = given.strip()
    if not name:
        problems.add("required", field)
    else:
        check_length(name, NAME_LENGTH, problems, field)
    return name


def check_length(text: str, most: int, problems: Problems, field: str) -> None:
    """Adds a problem if the text is longer than that."""
    if len(text) > most:
        words = f"The value must be no longer than {most} characters."
        problems.add("too_long", field, text=words)
