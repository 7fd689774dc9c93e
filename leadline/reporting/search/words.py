"""Words that people look for, as regular expressions of PostgreSQL.

Words are whatever stands between spaces, with their punctuation: ``john@acme.com`` is one. Where
one begins and ends is where letters and digits do. Nothing that is looked for has a meaning as a
pattern.
"""

from __future__ import annotations

import re

from leadline.kernel.errors import RefusedError
from leadline.platform import phone_numbers
from leadline.reporting.search.tree import TextMode, TextTest

MAX_LENGTH = 1000
MAX_WORDS = 30

# Stands between the texts of one object, so that no phrase begins in one and ends in the next.
BETWEEN = "\x1f"
_GAP = f"[^[:alnum:]{BETWEEN}]+"
_BEGIN, _END = "(?<![[:alnum:]])", "(?![[:alnum:]])"
_LETTERS = re.compile(r"[^\W_]+")
_LOOKS_LIKE_PHONE = re.compile(r"[\d\s()+./-]+")
# Fewer digits are rather a number of something else, unless it is phones that are asked.
_PHONE_DIGITS = 7


def patterns_of(test: TextTest, country: str) -> list[str]:
    """What must all be found in the texts; matched without regard to case.

    ``country`` is where phone numbers without a country code belong.
    """
    if test.mode == "exact_value":
        return [f"(^|{BETWEEN}){_plain(each)}($|{BETWEEN})" for each in _parts(test)]
    return [_pattern(each, test.mode, country) for each in _parts(test)]


def loose_pattern(test: TextTest) -> str:
    """A pattern that is in every text that fits, and in some that do not; it may be empty."""
    return "|".join(_LETTERS.findall(test.value))


def loose_likes(test: TextTest, country: str) -> list[str]:
    """One of these is in every address or number that fits, for LIKE, which is the quickest."""
    found = []
    for part in _parts(test):
        longest = max(_LETTERS.findall(part), key=len, default="")
        found += [longest.lower(), *_numbers_of(part, country)]
    return [f"%{each}%" for each in found]


def _parts(test: TextTest) -> list[str]:
    """What is looked for in one piece: a word, or all of them."""
    value = trimmed(test.value)
    is_one = test.mode in ("phrase", "exact_value")
    if is_one or digits_of(value, _PHONE_DIGITS) is not None:
        return [value] if value else []
    words = value.split()
    if len(words) > MAX_WORDS:
        raise RefusedError(f"A search can have at most {MAX_WORDS} words.")
    return words


def _numbers_of(text: str, country: str) -> list[str]:
    """How else the phone number may be written that the text is."""
    digits = digits_of(text, _PHONE_DIGITS)
    number = phone_numbers.to_e164(text, country) if digits else None
    return [each for each in (digits, number) if each]


def trimmed(value: str) -> str:
    """The text without spaces around it; RefusedError when it is too long to look for."""
    if len(value) > MAX_LENGTH:
        raise RefusedError(f"A text to search for can have at most {MAX_LENGTH} characters.")
    return value.strip()


def digits_of(value: str, at_least: int) -> str | None:
    """The digits of what looks like a phone number or a part of one."""
    digits = re.sub(r"\D", "", value)
    is_one = len(digits) >= at_least and _LOOKS_LIKE_PHONE.fullmatch(value) is not None
    return digits if is_one else None


def _pattern(text: str, mode: TextMode, country: str) -> str:
    """Words one after the other, or what else the same phone number may look like."""
    words = [word.strip(",;") or word for word in text.split()]
    begin = _BEGIN if words[0][0].isalnum() else ""
    end = _END if words[-1][-1].isalnum() and mode != "beginning_of_words" else ""
    pattern = begin + _GAP.join(map(_plain, words)) + end
    numbers = _numbers_of(text, country)
    return f"({'|'.join([pattern, *map(_plain, numbers)])})" if numbers else pattern


def _plain(text: str) -> str:
    """A pattern for the text itself, whatever signs are in it."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
