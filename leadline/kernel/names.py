"""Bounds of what people give: names that are trimmed and not blank, texts and lists that end."""

from __future__ import annotations

from collections.abc import Sized

from leadline.kernel.control_characters import has_controls
from leadline.kernel.errors import Problems

NAME_LENGTH = 255
TEXT_LENGTH = 100_000  # descriptions, notes: more than people write, and less than fills a page


def read_name(given: str, problems: Problems, *path: str | int, at_most: int = NAME_LENGTH) -> str:
    """The name trimmed; what is wrong with it is added to ``problems``, at ``name`` by default."""
    path = path or ("name",)
    name = given.strip()
    if not name:
        problems.add("required", *path)
    else:
        check_length(name, at_most, problems, *path)
        check_line(name, problems, *path)
    return name


def check_line(text: str, problems: Problems, *path: str | int) -> None:
    """Adds a problem if the text has line ends or other characters that steer what shows it."""
    if has_controls(text):
        problems.add("control_characters", *path)


def check_length(text: str, at_most: int, problems: Problems, *path: str | int) -> None:
    """Adds a problem if the text is longer than that."""
    if len(text) > at_most:
        words = f"The value must be no longer than {at_most} characters."
        problems.add("too_long", *path, text=words)


def check_count(items: Sized, at_most: int, problems: Problems, *path: str | int) -> bool:
    """Whether the list is no longer than that; adds a problem if it is."""
    if len(items) <= at_most:
        return True
    problems.add("too_long", *path, text=f"The list must have at most {at_most} entries.")
    return False
