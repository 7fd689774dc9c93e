"""What makes a good password: long enough, and hard to guess."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from zxcvbn import zxcvbn

from leadline.kernel.errors import Problems

MIN_LENGTH = 12
MAX_LENGTH = 1024
# Of 0 to 4: from here on somebody with the hash needs more than 10^8 guesses.
MIN_SCORE = 3
# How much of it is judged: the time that takes grows with the square of the length.
_JUDGED = 72


def problem_with(password: str, known: Sequence[str]) -> str | None:
    """What is wrong with a new password, as a sentence, or None.

    ``known`` is what everybody knows of the person, and so whoever guesses tries first.
    """
    if len(password) < MIN_LENGTH:
        return f"A password has at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"A password has at most {MAX_LENGTH} characters."
    words = [part for text in known for part in (text, *text.replace("@", " ").split()) if part]
    if zxcvbn(password[:_JUDGED], user_inputs=[*words, "leadline"])["score"] < MIN_SCORE:
        return "This password is easy to guess. Several unusual words are harder."
    return None


async def check_new_password(password: str, known: Sequence[str], field: str) -> None:
    """Raises InvalidError for ``field`` unless the password is good. Works in a thread."""
    found = await asyncio.to_thread(problem_with, password, known)
    problems = Problems()
    if found is not None:
        problems.add("weak_password", field, text=found)
    problems.stop_if_any()
