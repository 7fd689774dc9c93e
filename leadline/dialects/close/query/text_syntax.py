"""Reads a search text into conditions, as it is written: what the names in it mean is left open."""

from __future__ import annotations

from typing import Literal, cast

import msgspec

from leadline.dialects.close.query.text_tokens import Token, cut, refuse, shorten
from leadline.reporting.search.tree import Slice

MAX_DEPTH = 20
MAX_CONDITIONS = 200
MAX_VALUES = 1000
MAX_SLICES = 1000

Sign = Literal[":", "=", "!=", ">", ">=", "<", "<=", "range"]


class Value(msgspec.Struct, frozen=True):
    text: str
    at: int
    is_quoted: bool = False

    @property
    def is_anything(self) -> bool:
        return self.text == "*" and not self.is_quoted


class Everything(msgspec.Struct, frozen=True):
    """``*``"""


class Words(msgspec.Struct, frozen=True):
    """Free text; a phrase if it was quoted."""

    value: Value


class Comparison(msgspec.Struct, frozen=True):
    """``status:Potential``. Several values: one of them. A range has two, and ``*`` is no end."""

    name: Value
    sign: Sign
    values: tuple[Value, ...]


class Related(msgspec.Struct, frozen=True):
    """``call(duration > 60)``. Without a condition any will do."""

    name: Value
    condition: Condition | None


class Both(msgspec.Struct, frozen=True):
    conditions: tuple[Condition, ...]


class Either(msgspec.Struct, frozen=True):
    conditions: tuple[Condition, ...]


class Without(msgspec.Struct, frozen=True):
    condition: Condition


Condition = Everything | Words | Comparison | Related | Both | Either | Without


class Text(msgspec.Struct, frozen=True):
    """A whole search text. Names of what it is sorted by may have a minus in front."""

    condition: Condition
    sort: tuple[Value, ...] = ()
    slice: Slice | None = None


def parse(text: str) -> Text:
    """What the text says; RefusedError, which says where, when it says nothing."""
    return _Parser(cut(text)).read()


class _Parser:
    """Goes through the tokens once; every method reads what it is named after."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0
        self._conditions = 0
        self._sort: list[Value] = []
        self._slice: Slice | None = None
        self._inside: str | None = None  # the related clause, where nothing can be sorted

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    @property
    def _after(self) -> Token:
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._next
        self._index += token.kind != "end"
        return token

    def read(self) -> Text:
        condition = self._either() or Everything()
        if self._next.kind != "end":
            raise refuse(self._next.at, f"{self._next.shown} is not expected here.")
        return Text(condition, tuple(self._sort), self._slice)

    def _either(self) -> Condition | None:
        """One or the other; None when there is no condition, but maybe an order or a slice."""
        found = [self._both()]
        while self._next.is_keyword("or"):
            token = self._take()
            found.append(self._both())
            if None in found:  # else what only says an order would let everything through
                raise refuse(token.at, '"or" needs a condition on both sides.')
        conditions = tuple(each for each in found if each is not None)
        if len(conditions) > 1:
            return Either(conditions)
        return conditions[0] if conditions else None

    def _both(self) -> Condition | None:
        """Conditions side by side; None when there is none."""
        found: list[Condition] = []
        if self._next.is_keyword("or", "and"):
            raise refuse(self._next.at, f'"{self._next.text}" needs a condition before it.')
        while not self._at_end_of_group() and not self._next.is_keyword("or"):
            if self._next.is_keyword("and"):
                token = self._take()
                if self._at_end_of_group() or self._next.is_keyword("or", "and"):
                    raise refuse(token.at, f'"{token.text}" needs a condition after it.')
            elif self._next.kind == ",":
                self._take()
            else:
                condition = self._term()
                if condition is not None:
                    _add(found, condition)
        if len(found) > 1:
            return Both(tuple(found))
        return found[0] if found else None

    def _at_end_of_group(self) -> bool:
        return self._next.kind in ("end", ")")

    def _term(self) -> Condition | None:
        """One condition; None for what says in which order, or which part, is wanted."""
        token = self._next
        if token.kind == "minus" or token.is_keyword("not"):
            self._take()
            return self._negated(token)
        if token.kind == "(":
            return self._group()
        if token.kind not in ("word", "phrase"):
            raise refuse(token.at, f"{token.shown} is not expected here.")
        self._count(token)
        name = self._text()
        if self._next.kind == "sign":
            return self._comparison(name)
        if self._next.is_keyword("in") and self._after.kind == "(":
            self._take()
            return Comparison(name, "=", self._list())
        if (
            self._next.is_keyword("not")
            and self._after.is_keyword("in")
            and self._tokens[self._index + 2].kind == "("
        ):
            self._index += 2
            return Comparison(name, "!=", self._list())
        if self._next.kind == "(" and self._next.is_glued and not name.is_quoted:
            return self._related(name)
        return Everything() if name.is_anything else Words(name)

    def _negated(self, token: Token) -> Condition:
        self._deeper(token)
        before = len(self._sort), self._slice
        condition = self._term() if not self._at_end_of_group() else None
        if condition is None or (len(self._sort), self._slice) != before:
            raise refuse(token.at, f'"{token.text}" needs a condition after it.')
        self._depth -= 1
        return Without(condition)

    def _group(self) -> Condition | None:
        opening = self._take()
        self._deeper(opening)
        if self._next.kind == ")":
            raise refuse(opening.at, "these parentheses are empty.")
        condition = self._either()
        self._close(opening)
        self._depth -= 1
        return condition

    def _close(self, opening: Token) -> None:
        if self._take().kind != ")":
            raise refuse(opening.at, "this parenthesis is not closed.")

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise refuse(token.at, f"conditions are nested more than {MAX_DEPTH} levels deep.")

    def _count(self, token: Token) -> None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise refuse(token.at, f"there are more than {MAX_CONDITIONS} conditions.")

    def _text(self) -> Value:
        """A word or a quotation; ``custom."Two Words"`` is one name."""
        token, follower = self._take(), self._next
        is_split = token.kind == "word" and token.text.lower().endswith("custom.")
        if is_split and follower.kind == "phrase" and follower.is_glued:
            self._take()
            return Value(f"{token.text}{follower.text}", token.at)
        return Value(token.text, token.at, token.kind == "phrase")

    def _comparison(self, name: Value) -> Condition | None:
        sign = self._take()
        meaning = cast(Sign, sign.text.lstrip(":") or ":")
        if self._next.kind == "[" and meaning in (":", "="):
            return Comparison(name, "range", self._range())
        if self._next.kind == "(" and meaning in (":", "=", "!="):
            return Comparison(name, meaning, self._list())
        value = self._value(f"after {shorten(name.text)}{sign.text}")
        word = name.text.lower()
        if meaning == ":" and not name.is_quoted and word in ("sort", "slice"):
            if self._inside is not None:
                words = f"{word}: cannot be used inside {self._inside}(...)."
                raise refuse(name.at, words)
            if word == "sort":
                parts = [value.text] if value.is_quoted else value.text.split(",")
                self._sort.extend(Value(part, value.at) for part in parts)
            elif self._slice is not None:
                raise refuse(name.at, "slice: can be used only once.")
            else:
                self._slice = _read_slice(value)
            return None
        return Comparison(name, meaning, (value,))

    def _value(self, where: str) -> Value:
        minus = self._take().text if self._next.kind == "minus" else ""
        if self._next.kind not in ("word", "phrase"):
            raise refuse(self._next.at, f"a value is expected {where}, not {self._next.shown}.")
        value = self._text()
        return Value(minus + value.text, value.at - len(minus), value.is_quoted)

    def _range(self) -> tuple[Value, Value]:
        """``[1000 TO 5000]``, both ends included."""
        opening = self._take()
        low = self._value("here")
        if not self._next.is_keyword("to"):
            raise refuse(opening.at, "write a range as [1000 TO 5000].")
        self._take()
        high = self._value("here")
        if self._take().kind != "]":
            raise refuse(opening.at, "write a range as [1000 TO 5000].")
        return low, high

    def _list(self) -> tuple[Value, ...]:
        """``("a", "b")``, or the same with "or" between."""
        opening = self._take()
        found = [self._value("here")]
        while self._next.kind != ")":
            token = self._take()
            if token.kind != "," and not token.is_keyword("or"):
                if token.kind == "end":
                    raise refuse(opening.at, "this parenthesis is not closed.")
                raise refuse(token.at, 'separate the values of a list by a comma or "or".')
            found.append(self._value("here"))
            if len(found) > MAX_VALUES:
                raise refuse(opening.at, f"this list has more than {MAX_VALUES:,} values.")
        self._take()
        return tuple(found)

    def _related(self, name: Value) -> Condition:
        opening = self._take()
        self._deeper(opening)
        outside, self._inside = self._inside, name.text
        condition = self._either()
        self._inside = outside
        self._close(opening)
        self._depth -= 1
        return Related(name, condition)


def _add(found: list[Condition], condition: Condition) -> None:
    """Plain words side by side are looked for together."""
    before = found[-1] if found else None
    if (
        isinstance(condition, Words)
        and isinstance(before, Words)
        and _is_plain(condition.value)
        and _is_plain(before.value)
    ):
        found[-1] = Words(Value(f"{before.value.text} {condition.value.text}", before.value.at))
    else:
        found.append(condition)


def _is_plain(value: Value) -> bool:
    return not value.is_quoted and "*" not in value.text


def _read_slice(value: Value) -> Slice:
    """``2/8``."""
    number, slash, count = value.text.partition("/")
    if slash and number.isdecimal() and count.isdecimal() and len(value.text) < len("1000/1000*"):
        found = Slice(int(number), int(count))
        if 1 <= found.number <= found.count <= MAX_SLICES:
            return found
    raise refuse(value.at, f"write a slice as 2/8, of at most {MAX_SLICES}.")
