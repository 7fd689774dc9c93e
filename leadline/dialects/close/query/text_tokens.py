"""Cuts a search text such as ``status:"Potential" created > 2026-01-01`` into words and signs."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from leadline.kernel.errors import RefusedError

MAX_LENGTH = 50_000
_SHOWN = 30

Kind = Literal["word", "phrase", "sign", "minus", "(", ")", "[", "]", ",", "end"]


class Token(msgspec.Struct, frozen=True):
    """A piece of the text. ``is_glued``: nothing stands between it and the piece before it."""

    kind: Kind
    text: str
    at: int
    is_glued: bool = False

    def is_keyword(self, *keywords: str) -> bool:
        """Whether it is one of these words; a quoted one is not, it is looked for."""
        return self.kind == "word" and self.text.lower() in keywords

    @property
    def shown(self) -> str:
        """As an error names it."""
        if self.kind == "end":
            return "the end"
        text = f'"{self.text}"' if self.kind == "phrase" else self.text
        return shorten(text)


def shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def refuse(at: int, words: str) -> RefusedError:
    """The error for what cannot be read, with where it is; characters are counted from 1."""
    return RefusedError(f"The query cannot be read at character {at + 1}: {words}")


_SPACE = re.compile(r"\s*")
_SIGN = re.compile(r":?(?:!=|>=|<=|>|<|=)|:")
# A sign ends a word, but for those of times and web addresses: 10:30, https://example.com.
_CLOCK = r"(?:\d{4}-\d\d-\d\dT)?\d?\d:\d\d(?::[\d.]+)?(?:Z|[+-]\d\d:?\d\d)?(?![^\s\])])"
_WORD = re.compile(_CLOCK + r'|(?:[^\s()\[\]"“”,:=<>!]|!(?!=)|:(?=//))+', re.IGNORECASE)
# After a sign a word goes on up to the next space.
_VALUE = re.compile(r'(?![:<>=]|!=)[^\s()\[\]"“”,]+(?:,[^\s()\[\]"“”,]+)*')
_PHRASE = re.compile(r'["“”]((?:[^"“”\\]|\\.)*)["“”]', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def cut(text: str) -> list[Token]:
    """The pieces of a text, and the end of it; RefusedError when a quotation does not end."""
    if len(text) > MAX_LENGTH:
        raise RefusedError(f"The query is longer than {MAX_LENGTH:,} characters.")
    found: list[Token] = []
    at = 0
    while True:
        start = _skip_space(text, at)
        is_glued = start == at and start > 0
        if start == len(text):
            found.append(Token("end", "", start))
            return found
        token, at = _next(text, start, found[-1] if found else None, is_glued=is_glued)
        found.append(token)


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _next(text: str, at: int, before: Token | None, *, is_glued: bool) -> tuple[Token, int]:
    """The piece that begins here, and where it ends."""
    sign = text[at]
    if sign in '"“”':
        quoted = _PHRASE.match(text, at)
        if quoted is None:
            raise refuse(at, "this quotation mark is not closed.")
        return Token("phrase", _ESCAPED.sub(r"\1", quoted[1]), at, is_glued), quoted.end()
    follows_sign = before is not None and before.kind == "sign"
    for kind in ("(", ")", "[", "]", ","):
        if sign == kind:
            return Token(kind, sign, at, is_glued), at + 1
    if follows_sign:
        found = _VALUE.match(text, at)
    elif sign == "-" and text[at + 1 : at + 2].strip() not in ("", "-", ")"):
        return Token("minus", sign, at, is_glued), at + 1
    else:
        found = _WORD.match(text, at)
    if found is not None:
        return Token("word", found[0], at, is_glued), found.end()
    found = _SIGN.match(text, at)
    if found is None:
        raise refuse(at, f'"{sign}" is not expected here.')
    return Token("sign", found[0], at, is_glued), found.end()
